"""Trainer: train a network in a separate process, and watch all runs of a folder."""
