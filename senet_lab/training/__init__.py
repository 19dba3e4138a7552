"""Training: recipes, run folders, and the process that trains a run."""
