"""Training: recipes, runs as folders, and the process that trains them."""
