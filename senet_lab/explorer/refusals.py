"""Refusals: why a move cannot be made, in the words of the controls. No widgets."""

from __future__ import annotations

import re
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import quoted, shortened
from senet_lab.explorer.labels import TOLD, sides, words
from senet_lab.explorer.moves import TYPED
from senet_lab.widgets.typed import typed

# The names that errors give in backquotes, beside those of the controls.
NAMES = TOLD | {
    "input_shape": "Image size", "in_groups": "In groups", "n_filters": "filters", "filters_in": "in",
    "2 x cardinality": "2 x Cardinality", "architecture": "the network", "data": "Images", "warmup": "Warm-up",
}  # fmt: skip
QUOTES = "'()"
LONGEST = 40  # characters of what was typed that are worth repeating


def refusal(error: Exception, name: str, value: Any, architecture: Architecture, batch: int) -> str:
    """An error of `moved` or of a check, for people who see labels and fields and no Python.

    >>> refusal(TypeError("`base_width` must be a whole number, not None; try 1."), "base_width", "", Architecture(), 1)
    'Base width must be a whole number, and the field is empty; it stays 4.'
    """
    return told(error, value, _present(name, architecture, batch) if name in (*TYPED, "batch") else "")


def told(error: Exception, value: Any, present: str = "") -> str:
    """An error in words; `present` is what a field that is typed into stands for as it is, "" for other controls.

    >>> told(TypeError("`learning_rate` must be a number, not (0, 1); try 1e-12."), "0,1", "0.1")
    "Learning rate must be a number, not '0,1'; it stays 0.1."
    """
    said = str(error)
    if isinstance(error, OSError):  # of files, which have no labels
        return said
    if isinstance(value, str) and present:
        said = _typed(said, isinstance(error, TypeError), value, present)
    elif isinstance(value, str):
        said = said.replace(quoted(value.strip()), shortened(value.strip(), LONGEST))
    said = in_words(said)
    return said[:1].upper() + said[1:]


def in_words(said: str) -> str:
    """Labels for names, and values as they are typed.

    >>> in_words("`input_shape` (=(8, 8, 3)) must be at least 32 pixels high and wide; try (32, 32, 3).")
    'Image size (8\u00d78) must be at least 32 pixels high and wide; try 32\u00d732.'
    """
    if "`input_shape`" in said:
        said = re.sub(r"\((\d+), (\d+), \d+\)", "\\1\u00d7\\2", said)
    said = re.sub(r"`([^`]+)`", lambda found: _label(found[1]), said)
    said = re.sub(r"\(=(\(.*?\)|'.*?'|[^()]*)\)", lambda found: f"({found[1].strip(QUOTES)})", said)
    said = re.sub(r"\b(\w+)=(?=[\w'(])", lambda found: f"{NAMES.get(found[1], found[1])} ", said)
    return re.sub(
        r"\bn_(filters|blocks)\b", r"\1", said.replace("filters_in, filters_out, n_blocks", "in, out, blocks")
    )


def _label(name: str) -> str:
    """Ratio for "ratio"; with the number of the group for "ratio[3]", in which people count from 1.

    >>> _label("ratio[3]"), _label("[")
    ('Ratio of group 4', '[')
    """
    if not (found := re.fullmatch(r"(\w[^\[]*)(?:\[(\d+)\].*)?", name)):
        return name  # no name of ours, but a backquote in a value that the error quotes
    plain, index = found.groups()
    label = NAMES.get(plain, plain.replace("_", " "))
    return label if index is None or plain == "input_shape" else f"{label} of group {int(index) + 1}"


def _typed(said: str, no_number: bool, value: str, present: str) -> str:
    """An empty field is said to be empty, and what is no number leaves what there is; a number is said as typed."""
    read, text = typed(value), shortened(value.strip(), LONGEST)[1:-1]
    if not text:
        said = said.replace(", not None;", ", and the field is empty;")
    if isinstance(read, (int, float)):
        return said.replace(f"not {quoted(read)};", f"not {text};").replace(f"(={quoted(read)})", f"(={text})")
    if no_number:
        said = re.sub(r"; try [^;]*\.$", f"; it stays {present}.", said)
        said = said.replace(f"not {quoted(read)};", f"not '{text}';")
    return said


def _present(name: str, architecture: Architecture, batch: int) -> str:
    """What the network has, as its field shows it."""
    if name == "batch":
        return str(batch)
    if name == "image_size":
        return sides(architecture)
    given = getattr(architecture, name)
    if given is None and name != "ratio":
        given = getattr(architecture.style, name, None)
    if given is None and name == "groups":
        return "as it is"
    return f"{given:g}" if isinstance(given, float) else words(given)
