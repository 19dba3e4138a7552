"""Export a network as code or as a file; nothing is computed before it is requested."""

from senet_lab.export.formats import MODEL_SUFFIXES
from senet_lab.export.forms import FORMS, code
from senet_lab.export.model_files import save_model
from senet_lab.export.parts import part_code
from senet_lab.export.save import SUFFIXES, layer_csv, save, text_of

__all__ = ["FORMS", "MODEL_SUFFIXES", "SUFFIXES", "code", "layer_csv", "part_code", "save", "save_model", "text_of"]
