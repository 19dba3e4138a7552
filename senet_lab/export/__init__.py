"""Export: a network to take away, as code, and as files; nothing here is worked out before it is asked for."""

from senet_lab.export.forms import FORMS, code
from senet_lab.export.parts import part_code
from senet_lab.export.save import SUFFIXES, layer_csv, save, text_of

__all__ = ["FORMS", "SUFFIXES", "code", "layer_csv", "part_code", "save", "text_of"]
