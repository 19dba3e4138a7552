"""Errors about parameters, as fields: name, value, the rule that the value breaks, and what to try instead.

`str(error)` is the text for Python users. A page writes the same fields with other `Words`: labels instead of names,
and values as they were typed.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from senet_lab.checks.quoting import quoted


class _NoValue(Enum):  # keeps its identity when an error is copied or pickled
    NO_VALUE = "no value"


NO_VALUE: Any = _NoValue.NO_VALUE  # for an error that quotes no value


class Bare(str):
    """A description instead of a value, written without quotes, such as "10 of them"."""

    __slots__ = ()


@dataclass(frozen=True)
class Element:
    """The name of an element of a list, or of a list of lists; indices count from 0."""

    name: str
    indices: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}{''.join(f'[{index}]' for index in self.indices)}"


Name = str | Element


class Words:
    """How the parts of an error are written; this class writes them for Python users."""

    def name(self, name: Name) -> str:
        """Return the name of a parameter."""
        return f"`{name}`"

    def value(self, value: Any, name: Name = "") -> str:  # noqa: ARG002 - a page writes some parameters in other ways
        """Return a value, to follow the name of its parameter."""
        return f"(={value if isinstance(value, Bare) else quoted(value)})"

    def other_value(self, value: Any) -> str:
        """Return a value, to follow the rule that it breaks."""
        return f", not {value if isinstance(value, Bare) else quoted(value)}"

    def setting(self, name: str, value: Any) -> str:
        """Return a parameter with a value to give it."""
        return f"{name}={value!r}"

    def columns(self, names: tuple[str, ...]) -> str:
        """Return the names of the numbers in a row."""
        return f"({', '.join(names)})"

    def image_shape(self, shape: tuple[int, ...]) -> str:
        """Return (height, width, channels)."""
        return repr(shape)

    def flag(self, value: bool) -> str:
        """Return True or False."""
        return repr(value)

    def ending(self, error: ParameterError) -> str:
        """Return what to do instead."""
        suggestion = self.phrase(error.suggestion)
        return "".join(f"; {each}" for each in (suggestion and f"try {suggestion}", error.advice) if each)

    def phrase(self, phrase: Phrase) -> str:
        """Return a phrase as text."""
        parts = phrase if isinstance(phrase, tuple) else (phrase,)
        return "".join(part if isinstance(part, str) else part.write(self) for part in parts)

    def sentence(self, error: ParameterError) -> str:
        """Return the whole text of an error."""
        if not error.rule:
            return str(error.name)
        name, rule, value = self.name(error.name), self.phrase(error.rule), error.value
        if value is NO_VALUE:
            body = f"{name} {rule}"
        elif isinstance(error, TypeError):
            body = f"{name} {rule}{self.other_value(value)}"
        else:
            body = f"{name} {self.value(value, error.name)} {rule}"
        place = f"{error.place}: " if error.place else ""
        return f"{place}{body}{self.ending(error)}."


PYTHON = Words()


class Part(Protocol):
    """A part of a phrase that is written differently for Python and for a page."""

    def write(self, words: Words, /) -> str:
        """Return this part as text."""


Phrase = str | Part | tuple[str | Part, ...]


@dataclass(frozen=True)
class Parameter:
    """Another parameter that a rule depends on, with its value if that matters."""

    name: Name
    value: Any = NO_VALUE

    def write(self, words: Words) -> str:
        """Return `cardinality` (=32)."""
        return words.name(self.name) + ("" if self.value is NO_VALUE else f" {words.value(self.value, self.name)}")


@dataclass(frozen=True)
class Value:
    """A value that a rule depends on and that belongs to no parameter."""

    value: Any

    def write(self, words: Words) -> str:
        """Return (=4)."""
        return words.value(self.value)


@dataclass(frozen=True)
class Setting:
    """A parameter with a value to give it."""

    name: str
    value: Any

    def write(self, words: Words) -> str:
        """Return cardinality=32."""
        return words.setting(self.name, self.value)


@dataclass(frozen=True)
class Columns:
    """The names of the numbers in a row."""

    names: tuple[str, ...]

    def write(self, words: Words) -> str:
        """Return (n_filters, n_blocks)."""
        return words.columns(self.names)


@dataclass(frozen=True)
class Flag:
    """True or False."""

    value: bool

    def write(self, words: Words) -> str:
        """Return True or False, or what a page calls them."""
        return words.flag(self.value)


@dataclass(frozen=True)
class ImageShape:
    """The shape of an image, (height, width, channels)."""

    shape: tuple[int, ...]

    def write(self, words: Words) -> str:
        """Return (224, 224, 3)."""
        return words.image_shape(self.shape)


class ParameterError(Exception):
    """A parameter has an invalid value; the base of the two classes below.

    A single argument is the whole text: Keras raises the errors of layers again as `type(error)(text)`.

    Attributes:
        name: the name of the parameter.
        value: the invalid value; `NO_VALUE` if the rule says enough.
        rule: the rule that the value breaks, to follow the name: "must be at least 1".
        suggestion: a valid value, to follow "try"; "" if there is none in particular.
        advice: what else to do, as a clause.
        place: where the parameter occurs, such as "group 2"; "" if the user passed it directly.
    """

    def __init__(
        self, name: Name, value: Any = NO_VALUE, rule: Phrase = "", suggestion: Phrase = "", *, advice: str = ""
    ) -> None:
        super().__init__()
        self.name, self.value, self.rule, self.suggestion, self.advice = name, value, rule, suggestion, advice
        self.place = ""

    @property
    def args(self) -> tuple[str]:  # type: ignore[override]
        """The text, written only on request, because the controls catch dozens of errors per move."""
        return (str(self),)

    def __str__(self) -> str:
        return PYTHON.sentence(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.name, self.value, self.rule, self.suggestion)
        try:
            pickle.dumps(fields)
        except Exception:
            return type(self), (str(self),)
        return type(self), fields, {"advice": self.advice, "place": self.place}


class InvalidValueError(ParameterError, ValueError):
    """A value has the right type but is not allowed: `ratio` (=0) must be at least 1; try 1."""

    __module__ = "senet_lab.checks"  # where users import it from, so tracebacks name it


class InvalidTypeError(ParameterError, TypeError):
    """A value has the wrong type: `ratio` must be a whole number, not 'many'; try 16."""

    __module__ = "senet_lab.checks"
