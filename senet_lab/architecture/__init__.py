"""Architecture: every meta-parameter of a network, its conventions, its presets and its budget; no Keras."""

from senet_lab.architecture.architecture import Architecture, Group

__all__ = ["Architecture", "Group"]
