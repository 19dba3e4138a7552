"""Tokens: write a dataclass of flat fields as one printable line, and read it back.

`senet1~family=resnext~ratio=8` is the version of the format, then each field that differs from its default.
Increase `VERSION` whenever a default changes, because that changes the meaning of old tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, TypeVar

from senet_lab.checks import NO_VALUE, InvalidTypeError, InvalidValueError, Parameter, Phrase, one_of, whole_number

VERSION = "senet1"
T = TypeVar("T")


def write(thing: Any) -> str:
    """Return the fields of `thing` that differ from their defaults, as one line without spaces."""
    changed = [(f.name, value) for f in fields(thing) if (value := getattr(thing, f.name)) != f.default]
    return "~".join([VERSION, *(f"{name}={_text(value)}" for name, value in changed)])


def read(kind: type[T], token: str) -> T:
    """Return the object of type `kind` that `write` turned into this token.

    Raises:
        TypeError: not a string.
        ValueError: another format or version, an unknown field, or text that is not a valid value.
    """
    if not isinstance(token, str):
        raise InvalidTypeError("token", token, f"must be a string such as '{VERSION}~ratio=8'", f"'{VERSION}'")
    version, *parts = token.strip().split("~")
    if version != VERSION:
        example: Phrase = (f"'{VERSION}~ratio=8', or the result of ", Parameter(".token()"))
        raise InvalidValueError("token", token, f"must begin with '{VERSION}'", example)
    by_name: dict[str, Field[Any]] = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    values: dict[str, Any] = {}
    for part in parts:
        name, _, text = part.partition("=")
        if one_of("field of a token", name, tuple(by_name)) in values:
            once = "must appear only once in a token"
            raise InvalidValueError(name, NO_VALUE, once, advice="remove one of them")
        values[name] = _value(by_name[name], text)
    return kind(**values)


def _text(value: Any) -> str:
    """Return a value as text: 224x224x3 for a tuple, 64x3,128x4 for a tuple of tuples."""
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return ",".join(map(_text, value))
        return "x".join(map(_text, value)) + "x" * (len(value) == 1)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _value(field: Field[Any], text: str) -> Any:
    """Return the value that `_text` wrote for a field, whose annotation names the type."""
    if text == "none":
        return None
    kind = str(field.type).removesuffix(" | None")
    try:
        return READERS[kind](text)
    except (KeyError, ValueError):
        example = (
            {"bool": "yes", "float": "0.2"}.get(kind, "64x3,128x4") if field.default is None else _text(field.default)
        )
        raise InvalidValueError(field.name, text, "cannot be read from a token", example) from None


def _numbers(text: str) -> tuple[int | None, ...]:
    parts = text.split("x")
    if len(parts) == 2 and not parts[1]:
        parts = parts[:1]
    return tuple(None if part == "none" else whole_number(part) for part in parts)


READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": whole_number,
    "float": float,
    "bool": {"yes": True, "no": False}.__getitem__,
    "tuple[int, int, int]": _numbers,
    "int | tuple[int | None, ...]": lambda text: _numbers(text) if "x" in text else whole_number(text),
    "tuple[tuple[int, ...], ...]": lambda text: tuple(_numbers(part) for part in text.split(",")),
}
