"""Sweeps: the same network trained many times, over values of its parameters and over random seeds."""
