"""Load a saved Keras model and accelerate it."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.checks import path_of, quoted_path
from senet_lab.extras import require
from senet_lab.nets.on_keras.quiet import wake_keras

if TYPE_CHECKING:
    import keras


def load(path: str | os.PathLike[str], *, custom_objects: Mapping[str, Any] | None = None) -> keras.Model:
    """Load a model from a `.keras` file, saved by this package or any other, and accelerate it.

    No code in the file is executed: like Keras by default, this function rejects `Lambda` layers.

    Args:
        path: the file.
        custom_objects: your own classes and functions by name, as for `keras.saving.load_model`.

    Returns:
        The model, compiled if it was saved compiled; `accelerations(model)` lists the changes.

    Raises:
        TypeError, ValueError: `path` does not name a `.keras` file, or Keras cannot read it: the file is damaged, has a
            `Lambda` layer, or needs a class that is not in `custom_objects`.
        FileNotFoundError: the file does not exist.
        MissingExtraError: Keras is not installed.
    """
    require("keras", by="opening a saved model")
    file = path_of("path", path, "'network.keras'")
    if file.suffix.lower() != ".keras":
        fit = f"'{file.stem or 'network'}.keras', saved by model.save(...)"
        raise ValueError(f"`path` (={quoted_path(file)}) must be that of a .keras file; try {fit}.")
    if not file.is_file():
        raise FileNotFoundError(
            f"`path` (={quoted_path(file)}) must be an existing file; check the folder and the name."
        )
    wake_keras()
    from senet_lab.nets.on_keras.acceleration import accelerate

    model = _read(file, custom_objects)
    accelerate(model)
    return model


def _read(file: Path, custom_objects: Mapping[str, Any] | None) -> keras.Model:
    """Return what Keras reads; its errors say too little, too much, or how to execute the code in a file."""
    import keras

    words = "is damaged or not a Keras model; save it again with model.save(...)."
    try:
        if zipfile.is_zipfile(file):
            model: keras.Model = keras.saving.load_model(file, custom_objects=custom_objects, safe_mode=True)
            return model
    except KeyError:  # an archive of something else
        pass
    except (TypeError, ValueError) as error:
        custom = re.search(r"Could not locate (?:class|function) '(\w+)'", str(error))
        if custom:
            example = f"{{'{custom[1]}': {custom[1]}}}"
            words = f"needs `{custom[1]}`, which is not Keras's; try senet_lab.load(path, custom_objects={example})."
        elif "`Lambda`" in str(error):
            words = "has a `Lambda` layer, whose code would be executed; replace it by another layer and save again."
        else:
            raise
    raise ValueError(f"`path` (={quoted_path(file)}) {words}")
