"""Runs: a training run as a folder with its config, status, metrics, checkpoints and log."""
