"""Checks of parameters, whose errors give the rule, the value and the nearest valid value; bounds of all numbers."""

from senet_lab.checks.bounds import (
    MAX_BASE_WIDTH,
    MAX_BATCH,
    MAX_BLOCKS,
    MAX_CARDINALITY,
    MAX_CHANNELS,
    MAX_CLASSES,
    MAX_GROUPS,
    MAX_RATIO,
    MAX_SEED,
    MAX_SIDE,
    MAX_STRIDE,
    MAX_UNITS,
    MAX_W0,
    MAX_WA,
    MAX_WM,
    MIN_WM,
)
from senet_lab.checks.choices import flag, instance, nearest, one_of, path_of, text
from senet_lab.checks.errors import (
    NO_VALUE,
    Bare,
    Columns,
    Element,
    Flag,
    ImageShape,
    InvalidTypeError,
    InvalidValueError,
    Name,
    Parameter,
    ParameterError,
    Phrase,
    Setting,
    Words,
)
from senet_lab.checks.groups import for_each_group, group_rows, image_shape, own_groups, per_group
from senet_lab.checks.numbers import divisible, number, ratio_or_none, real, stride_of, whole, whole_number
from senet_lab.checks.quoting import QUOTE_LENGTH, first_few, listed, quoted, quoted_path, shortened

__all__ = [
    "MAX_BASE_WIDTH", "MAX_BATCH", "MAX_BLOCKS", "MAX_CARDINALITY", "MAX_CHANNELS", "MAX_CLASSES", "MAX_GROUPS",
    "MAX_RATIO", "MAX_SEED", "MAX_SIDE", "MAX_STRIDE", "MAX_UNITS", "MAX_W0", "MAX_WA", "MAX_WM", "MIN_WM",
    "NO_VALUE", "QUOTE_LENGTH", "Bare", "Columns",
    "Element", "Flag", "ImageShape", "InvalidTypeError", "InvalidValueError", "Name", "Parameter", "ParameterError",
    "Phrase", "Setting", "Words", "divisible", "first_few", "flag", "for_each_group", "group_rows", "image_shape",
    "instance", "listed", "nearest", "number", "one_of", "own_groups", "path_of", "per_group", "quoted",
    "quoted_path", "ratio_or_none", "real", "shortened", "stride_of", "text", "whole", "whole_number",
]  # fmt: skip
