"""Panels: widgets over the views. They hold controls, one state and one render; all they show, Python gives too."""

from senet_lab.panels.explorer import Explorer
from senet_lab.panels.trainer import Trainer

__all__ = ["Explorer", "Trainer"]
