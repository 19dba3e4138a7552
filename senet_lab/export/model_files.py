"""Model files: save any Keras model as `.keras` or in a format of `FORMATS`; files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.checks import InvalidTypeError, flag, one_of, path_of
from senet_lab.export.conversion import check_format, convert
from senet_lab.export.formats import FORMATS, MODEL_SUFFIXES, companions_of
from senet_lab.extras import require
from senet_lab.files import written_whole

if TYPE_CHECKING:
    import keras


def save_model(model: keras.Model, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Save a Keras model in the format given by the suffix: `.keras`, `.onnx`, `.tflite` or `.xml` (OpenVINO).

    In all formats except `.keras`, the model and the file compute the same random inputs, and a file with other outputs
    is not kept. OpenVINO's weights are in a second file, which ends in `.bin`.

    Args:
        overwrite: whether to replace existing files.

    Raises:
        ValueError, TypeError: the suffix is unknown, it is not a model, or it cannot be saved in this format.
        FileExistsError: a file exists, and `overwrite` is false.
        FileNotFoundError: the folder does not exist.
        OSError: a file cannot be written.
        MissingExtraError: a package of the format is not installed.
    """
    path = path_of("path", path, "'network.onnx'")
    flag("overwrite", overwrite)
    suffix = one_of("suffix", path.suffix, MODEL_SUFFIXES)
    require("keras", by="saving a model")
    import keras

    if not isinstance(model, keras.Model):
        raise InvalidTypeError("model", model, "must be a Keras model", "keras.Model(inputs, outputs)")
    if suffix in FORMATS:
        check_format(suffix)
    with written_whole(path, overwrite=overwrite, companions=companions_of(suffix)) as unfinished:
        if suffix in FORMATS:
            convert(model, unfinished)
        else:
            model.save(unfinished)
    return path
