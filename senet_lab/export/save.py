"""Save a network as a script, a Keras model, a table of its layers, a picture or a token."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import flag, instance, one_of, path_of, quoted, quoted_path
from senet_lab.drawing.network.poster import poster_svg
from senet_lab.export.forms import FORMS, code
from senet_lab.extras import require
from senet_lab.files import written_whole
from senet_lab.ledger.build_memory import check_save
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row

# The columns of a `Row` that have a unit, with their units.
UNITS = {
    "macs": "macs_per_image",
    "elementwise": "elementwise_macs_per_image",
    "activations": "activations_per_image",
    "receptive_field": "receptive_field_px",
}


def save(
    architecture: Architecture, path: str | os.PathLike[str], *, form: str | None = None, overwrite: bool = False
) -> Path:
    """Save a network in the format given by the suffix; the file is written completely or not at all.

    `.py` is a script, `.keras` the model with random weights (this loads Keras and takes seconds), `.csv` the table of
    layers, `.svg` the picture, `.txt` the token.

    Args:
        form: form of a script, one of `FORMS`; None for "standalone".
        overwrite: whether to replace an existing file.

    Raises:
        ValueError, TypeError: the suffix or form is unknown, a form is given for a file that is not a script, or the
            model does not fit into memory.
        FileExistsError: the file exists, and `overwrite` is false.
        FileNotFoundError: the folder does not exist.
        OSError: the file cannot be written.
        MissingExtraError: Keras is not installed, and `.keras` needs it.
    """
    if not isinstance(architecture, Architecture):
        has_one = isinstance(getattr(architecture, "architecture", None), Architecture)
        fit = "its `architecture`" if has_one else "Architecture.preset(...) or Architecture.from_token(...)"
        raise TypeError(f"`architecture` must be an Architecture, not {quoted(architecture)}; try {fit}.")
    path = path_of("path", path, "'network.py'")
    flag("overwrite", overwrite)
    suffix = one_of("suffix", path.suffix.lower(), tuple(_WRITERS))
    if form is not None and suffix != ".py":
        raise ValueError(
            f"`form` (={quoted(form)}) is of a script; try '{path.stem}.py' for `path` (={quoted_path(path)})."
        )
    form = one_of("form", "standalone" if form is None else form, FORMS)
    if suffix == ".keras":
        require("keras", "psutil", by="saving a Keras model")
        check_save(architecture)
    with written_whole(path, overwrite=overwrite) as unfinished:
        if suffix == ".keras":
            architecture.build().save(unfinished)
        else:
            unfinished.write_text(text_of(architecture, suffix, form=form), encoding="utf-8", newline="")
    return path


def text_of(architecture: Architecture, suffix: str, *, form: str = "standalone") -> str:
    """Return the text that `save` writes for a suffix other than `.keras`.

    Raises:
        ValueError, TypeError: the suffix or form is unknown.
    """
    suffix = one_of("suffix", suffix, tuple(each for each in _WRITERS if each != ".keras"))
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
    ".keras": lambda _: "",
    ".csv": lambda architecture: layer_csv(architecture.ledger()),
    ".svg": poster_svg,
    ".txt": lambda architecture: f"{architecture.token()}\n",
}

SUFFIXES = tuple(_WRITERS)
