"""Trainer: train a network in its own process, and watch all runs of a folder."""
