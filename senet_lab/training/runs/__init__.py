"""Runs: a training as a folder: its config, status, metrics, checkpoints and log."""
