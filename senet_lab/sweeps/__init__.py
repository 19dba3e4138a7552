"""Sweeps: the same network trained many times, over values of its parameters and over random seeds."""

from senet_lab.sweeps.sweep import Sweep

__all__ = ["Sweep"]
