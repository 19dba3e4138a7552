"""Groups: check image shapes, tables of groups, and parameters with one value per group."""

from __future__ import annotations

from typing import Any

from senet_lab.checks.bounds import MAX_BLOCKS, MAX_CHANNELS, MAX_GROUPS, MAX_SIDE
from senet_lab.checks.errors import Columns, Element, ImageShape, InvalidTypeError, InvalidValueError, Phrase, Value
from senet_lab.checks.numbers import ratio_or_none, whole
from senet_lab.checks.quoting import quoted

_EXAMPLES = {2: "((64, 3), (128, 4))", 3: "((64, 256, 3), (128, 512, 4))"}  # by the length of a row


def image_shape(name: str, value: Any, stride: int) -> tuple[int, int, int]:
    """Return `value` as (height, width, channels), large enough for the strides of a network.

    Raises:
        TypeError, ValueError: not three whole numbers, none of them zero, height and width at least `stride`.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise InvalidTypeError(name, value, "must be (height, width, channels)", "(224, 224, 3)")
    channels = whole(Element(name, (2,)), value[2], 1, MAX_CHANNELS)
    # Check types here; sizes that are too small are reported together below.
    height, width = (
        whole(Element(name, (index,)), side, min(stride, side) if isinstance(side, int) else stride, MAX_SIDE)
        for index, side in enumerate(value[:2])
    )
    if min(height, width) < stride:
        raise InvalidValueError(
            name,
            tuple(value),
            f"must be at least {stride} pixels high and wide, the product of the strides",
            ImageShape((max(height, stride), max(width, stride), channels)),
        )
    return height, width, channels


def per_group(name: str, value: Any, n_groups: int) -> int | tuple[int | None, ...] | None:
    """Return `value` as one whole number or None for all groups, or as a tuple of those, one per group.

    Raises:
        TypeError, ValueError: something else, or a tuple of another length.
    """
    if not isinstance(value, (tuple, list)):
        return ratio_or_none(name, value)
    if len(value) != n_groups:
        fit = quoted((*value, *[value[-1] if value else 16] * n_groups)[:n_groups])
        raise InvalidValueError(name, tuple(value), ("must have one entry per group ", Value(n_groups)), fit)
    return tuple(ratio_or_none(Element(name, (index,)), each) for index, each in enumerate(value))


def for_each_group(name: str, value: Any, n_groups: int) -> tuple[int | None, ...]:
    """Check as `per_group` does, and always return a tuple with one entry per group."""
    checked = per_group(name, value, n_groups)
    return checked if isinstance(checked, tuple) else (checked,) * n_groups


def group_rows(value: Any, length: int) -> Any:
    """Return `value` if it is a table of groups with rows of a given length; entries are checked when used.

    Raises:
        TypeError: not a table, more than `MAX_GROUPS` rows, or rows of another length.
    """
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= MAX_GROUPS:
        raise InvalidTypeError("groups", value, f"must be a tuple of 1 to {MAX_GROUPS} rows", _EXAMPLES[length])
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) != length:
            raise InvalidTypeError("groups", row, f"must have rows of {length} numbers", _EXAMPLES[length])
    return value


def own_groups(value: Any, family: str) -> tuple[tuple[int, ...], ...]:
    """Return `value` as a table of groups: rows (n_filters, n_blocks), or (filters_in, filters_out, n_blocks).

    Args:
        family: only "resnext" allows rows of the second kind.

    Raises:
        TypeError, ValueError: something else; rows of different kinds; more than `MAX_GROUPS` rows, or more than
            `MAX_BLOCKS` blocks in one of them.
    """
    rows: tuple[str | Columns, ...] = (Columns(("n_filters", "n_blocks")),)
    lengths = {2}
    if family == "resnext":
        rows, lengths = (*rows, " or ", Columns(("filters_in", "filters_out", "n_blocks"))), {2, 3}
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= MAX_GROUPS:
        rule: Phrase = (f"must be a tuple of 1 to {MAX_GROUPS} rows ", *rows)
        raise InvalidTypeError("groups", value, rule, _EXAMPLES[2])
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) not in lengths or len(row) != len(value[0]):
            raise InvalidTypeError("groups", row, ("must have rows ", *rows, ", all of the same length"), _EXAMPLES[2])
    return tuple(
        tuple(
            whole(Element("groups", (i, j)), each, 1, MAX_BLOCKS if j == len(row) - 1 else MAX_CHANNELS)
            for j, each in enumerate(row)
        )
        for i, row in enumerate(value)
    )
