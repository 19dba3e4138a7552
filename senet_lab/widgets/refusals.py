"""Explain why a value is invalid, for readers who see labels and fields rather than Python."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from senet_lab.checks import Bare, Element, Name, ParameterError, Words, quoted, shortened
from senet_lab.widgets.labels import PARAMETER_LABELS
from senet_lab.widgets.parsing import parse_field

MAX_TYPED_QUOTE = 40  # characters quoted of a typed text
# Labels of all names that errors use: those of controls, and others.
LABELS = PARAMETER_LABELS | {
    "input_shape": "Image size", "in_groups": "SE groups", "n_filters": "filters", "filters_in": "in",
    "2 x cardinality": "2 x Cardinality", "architecture": "the network", "data": "Images", "warmup": "Warm-up",
    "standardise": "Standardize", "batch": "Batch size", "accumulate": "Accumulate", "grid": "Sweep",
}  # fmt: skip
SWITCH_WORDS = {"True": "on", "False": "off"}
QUOTE = "'"  # around a path, see `checks.quoted_path`
COLUMN_LABELS = {"n_filters": "filters", "n_blocks": "blocks", "filters_in": "in", "filters_out": "out"}


class PageWords(Words):
    """Writes labels for names, and values as they were typed or as their fields show them.

    Args:
        value: the typed or chosen value; None if there is none.
        present: the current value of a text field; "" for other controls.
        labels: the names that have another label here, such as the depth of a RegNet.
    """

    def __init__(self, value: Any = None, present: str = "", labels: Mapping[str, str] = MappingProxyType({})) -> None:
        self._present, self._labels = present, {**LABELS, **labels}
        self._typed = shortened(value.strip(), MAX_TYPED_QUOTE) if isinstance(value, str) else None
        text = value.strip() if isinstance(value, str) else value
        self._read = parse_field(text) if isinstance(text, str) and present else text
        self._is_number = isinstance(self._read, (int, float))

    def _is_typed(self, value: Any) -> bool:
        """Return whether a value is the typed one; typed numbers are quoted as written, typed text is shortened."""
        value = value.strip() if isinstance(value, str) else value
        return self._typed is not None and quoted(value) == quoted(self._read)

    def name(self, name: Name) -> str:
        """Return a label; for an element, also the number of its group, counted from 1."""
        plain, element = (name.name, name) if isinstance(name, Element) else (name, None)
        label = self._labels.get(plain, plain.replace("_", " "))
        return label if element is None or plain == "input_shape" else f"{label} of group {element.indices[0] + 1}"

    def value(self, value: Any, name: Name = "") -> str:
        """Return a value in parentheses, without quotes."""
        if name == "input_shape" and isinstance(value, tuple):
            return f"({self.image_shape(value)})"
        if isinstance(value, Bare):
            return f"({value.strip(QUOTE)})"
        if self._typed is not None and self._is_typed(value) and (self._is_number or isinstance(value, str)):
            return f"({self._typed[1:-1]})"
        text = quoted(value)
        if type(value) is int and text.lstrip("-").isdigit():
            text = f"{value:,}"
        is_enclosed = isinstance(value, str) or (isinstance(value, tuple) and text.endswith(")"))
        return f"({text[1:-1] if is_enclosed else text})"

    def other_value(self, value: Any) -> str:
        """Return a value as it was typed, or that the field is empty."""
        if self._typed is None or not self._is_typed(value):
            return super().other_value(value)
        if self._typed == "''" and self._present:
            return ", and the field is empty"
        return f", not {self._typed[1:-1] if self._is_number else self._typed}"

    def setting(self, name: str, value: Any) -> str:
        """Return the label of a parameter and a value."""
        return f"{self._labels.get(name, name)} {value!r}"

    def columns(self, names: tuple[str, ...]) -> str:
        """Return the names of the numbers in a row, as the field of the groups calls them."""
        return super().columns(tuple(COLUMN_LABELS[name] for name in names))

    def image_shape(self, shape: tuple[int, ...]) -> str:
        """Return height and width; the number of channels is fixed."""
        return f"{shape[0]}\u00d7{shape[1]}"

    def flag(self, value: bool) -> str:
        """Return on or off: a page has check boxes for these."""
        return "on" if value else "off"

    def ending(self, error: ParameterError) -> str:
        """Return a suggestion, or a note that the field is unchanged because the typed text is not a number."""
        if error.suggestion and self._present and isinstance(error, TypeError) and self._typed and not self._is_number:
            return f"; it remains {SWITCH_WORDS.get(self._present, self._present)}"
        return super().ending(error)


def page_text(error: BaseException, value: Any = None, present: str = "") -> str:
    """Return the text of an error with labels for names; for `value` and `present` see `PageWords`.

    >>> from senet_lab.checks import ImageShape, InvalidValueError
    >>> page_text(InvalidValueError("input_shape", (8, 8, 3), "must be at least 32 pixels", ImageShape((32, 32, 3))))
    'Image size (8\u00d78) must be at least 32 pixels; try 32\u00d732.'
    """
    return PageWords(value, present).sentence(error) if isinstance(error, ParameterError) else str(error)


def refusal(error: Exception, value: Any, present: str = "", labels: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return why a value is invalid, as a sentence with a capital; for the arguments see `PageWords`.

    >>> from senet_lab.checks import InvalidTypeError
    >>> refusal(InvalidTypeError("learning_rate", (0, 1), "must be a number", "1e-12"), "0,1", "0.1")
    "Learning rate must be a number, not '0,1'; it remains 0.1."
    """
    if isinstance(error, OSError):  # about a file, which has no label
        return str(error)
    text = PageWords(value, present, labels).sentence(error) if isinstance(error, ParameterError) else str(error)
    return text[:1].upper() + text[1:]
