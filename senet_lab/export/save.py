"""Save a network as a script, a model, a table of its layers, a picture or a token."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidValueError, flag, instance, one_of, path_of, quoted, quoted_path
from senet_lab.drawing.network.poster import poster_svg
from senet_lab.export.conversion import check_format
from senet_lab.export.formats import FORMATS, MODEL_SUFFIXES
from senet_lab.export.forms import FORMS, code
from senet_lab.export.model_files import save_model
from senet_lab.extras import require
from senet_lab.files import written_whole
from senet_lab.ledger.build_memory import check_save
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row

if TYPE_CHECKING:
    import keras

    from senet_lab.training.runs.run import Run

RUN, MODEL = ("senet_lab.training.runs.run", "Run"), ("keras", "Model")

# The columns of a `Row` that have a unit, with their units.
UNITS = {
    "macs": "macs_per_image",
    "elementwise": "elementwise_macs_per_image",
    "activations": "activations_per_image",
    "receptive_field": "receptive_field_px",
}


def save(
    network: Architecture | Run | keras.Model,
    path: str | os.PathLike[str],
    *,
    form: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Save a network in the format given by the suffix; the file is written completely or not at all.

    `.py` is a script, `.csv` the table of layers, `.svg` the picture, `.txt` the token. `.keras`, `.onnx`, `.tflite`
    and `.xml` (OpenVINO, which adds a `.bin` file) are models: see `save_model`. They load Keras and take seconds.

    Args:
        network: an architecture, whose model has random weights; or, for a model, also a run, which gives its best
            weights, or any Keras model.
        form: form of a script, one of `FORMS`; None for "standalone".
        overwrite: whether to replace an existing file.

    Raises:
        ValueError, TypeError: the suffix or form is unknown, a form is given for a file that is not a script, or the
            model does not fit into memory or into the format.
        FileExistsError: the file exists, and `overwrite` is false.
        FileNotFoundError: the folder does not exist.
        OSError: the file cannot be written.
        MissingExtraError: a package that the format needs is not installed.
    """
    _check_kind(network)
    path = path_of("path", path, "'network.py'")
    flag("overwrite", overwrite)
    suffix = one_of("suffix", path.suffix.lower(), SUFFIXES)
    if form is not None and suffix != ".py":
        raise ValueError(
            f"`form` (={quoted(form)}) is of a script; try '{path.stem}.py' for `path` (={quoted_path(path)})."
        )
    form = one_of("form", "standalone" if form is None else form, FORMS)
    if suffix in MODEL_SUFFIXES:
        return save_model(_model_of(network, suffix), path, overwrite=overwrite)
    if not isinstance(network, Architecture):
        rule = "is of an Architecture; a run and a Keras model are saved as one of " + ", ".join(MODEL_SUFFIXES)
        raise InvalidValueError("suffix", suffix, rule)
    with written_whole(path, overwrite=overwrite) as unfinished:
        unfinished.write_text(text_of(network, suffix, form=form), encoding="utf-8", newline="")
    return path


def _check_kind(network: Any) -> None:
    """Check that something is a network, without loading Keras.

    Raises:
        TypeError: it is none.
    """
    if isinstance(network, Architecture) or _is_a(network, RUN) or _is_a(network, MODEL):
        return
    has_one = isinstance(getattr(network, "architecture", None), Architecture)
    fit = "its `architecture`" if has_one else "Architecture.preset(...) or Architecture.from_token(...)"
    raise TypeError(f"`network` must be an Architecture, a Run or a Keras model, not {quoted(network)}; try {fit}.")


def _is_a(network: Any, kind: tuple[str, str]) -> bool:
    """Return whether something is of a class, given as module and name, which need not be loaded otherwise."""
    module, name = kind
    return module in sys.modules and isinstance(network, getattr(sys.modules[module], name))


def _model_of(network: Architecture | Run | keras.Model, suffix: str) -> keras.Model:
    """Return the model of a network, after checks that take less time than to build it."""
    if suffix in FORMATS:
        check_format(suffix)
    require("keras", "psutil", by="saving a Keras model")
    if isinstance(network, Architecture):
        check_save(network)
        return network.build()
    return network.model() if _is_a(network, RUN) else network


def text_of(architecture: Architecture, suffix: str, *, form: str = "standalone") -> str:
    """Return the text that `save` writes for the suffix of a text file.

    Raises:
        ValueError, TypeError: the suffix or form is unknown.
    """
    suffix = one_of("suffix", suffix, tuple(_WRITERS))
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    return code(architecture, one_of("form", form, FORMS)) if suffix == ".py" else _WRITERS[suffix](architecture)


def layer_csv(ledger: Ledger) -> str:
    """Return the rows of a ledger as comma-separated values (RFC 4180), with the units in the header.

    >>> print(layer_csv(Architecture().ledger()).splitlines()[2])
    stem_conv_pad,stem,,pad,230x230x3,0,0,0,0,1,1,1,0,,,158700,1,
    """
    instance("ledger", ledger, Ledger, "Architecture().ledger()")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(UNITS.get(name, name) for name in Row._fields)
    for row in ledger.rows:
        table.writerow(row._replace(output_shape="x".join(map(str, row.output_shape[1:]))))  # type: ignore[arg-type]
    return text.getvalue()


_WRITERS: dict[str, Callable[[Architecture], str]] = {
    ".py": code,
    ".csv": lambda architecture: layer_csv(architecture.ledger()),
    ".svg": poster_svg,
    ".txt": lambda architecture: f"{architecture.token()}\n",
}

SUFFIXES = (*_WRITERS, *MODEL_SUFFIXES)
