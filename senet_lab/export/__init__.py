"""Export a network as code or as a file; nothing is computed before it is requested."""

from senet_lab.export.forms import FORMS, code
from senet_lab.export.parts import part_code
from senet_lab.export.save import SUFFIXES, layer_csv, save, text_of

__all__ = ["FORMS", "SUFFIXES", "code", "layer_csv", "part_code", "save", "text_of"]
