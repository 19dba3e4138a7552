"""Load a saved Keras model and accelerate it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
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
        TypeError, ValueError: `path` does not name a `.keras` file, or Keras cannot read it.
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
    if not zipfile.is_zipfile(file):
        raise ValueError(
            f"`path` (={quoted_path(file)}) is damaged or not a Keras model; save it again with model.save(...)."
        )
    wake_keras()
    import keras

    from senet_lab.nets.on_keras.acceleration import accelerate

    model: keras.Model = keras.saving.load_model(file, custom_objects=custom_objects, safe_mode=True)
    accelerate(model)
    return model
