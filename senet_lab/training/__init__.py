"""Training: what is needed to train a network fast and safely."""
