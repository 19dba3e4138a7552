"""RegNet's rule: four numbers give the width of every block, and so the stages (Radosavovic et al. 2020, sec. 3.3)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from math import log
from typing import NamedTuple

from senet_lab import checks
from senet_lab.checks import divisible

QUANTUM = 8  # channels; widths are multiples of it
USUAL_STAGES = 4  # of every published RegNet


class Sizes(NamedTuple):
    """The numbers that define a RegNet: blocks, initial width, slope, factor between stages, channels per path."""

    depth: int
    w0: int
    wa: float
    wm: float
    group_width: int


class Widths(NamedTuple):
    """The widths of the blocks of a RegNet, in channels.

    Attributes:
        linear: u_j = w0 + wa j for each block j, from 0 (eq. 2).
        quantized: w0 wm^s_j with a whole s_j (eq. 3 and 4), rounded to a multiple of 8; equal neighbors are a stage.
        stages: width and number of blocks of each stage; a width is a whole number of paths.
    """

    linear: tuple[float, ...]
    quantized: tuple[int, ...]
    stages: tuple[tuple[int, int], ...]


# The numbers as in pycls, the authors' code. A name states the cost: 400MF is about 0.4 G multiply-adds.
PUBLISHED = {
    "200MF": Sizes(13, 24, 36.44, 2.49, 8),
    "400MF": Sizes(16, 48, 27.89, 2.09, 8),
    "600MF": Sizes(15, 48, 32.54, 2.32, 16),
    "800MF": Sizes(14, 56, 38.84, 2.4, 16),
    "1.6GF": Sizes(27, 48, 20.71, 2.65, 24),
    "3.2GF": Sizes(21, 80, 42.63, 2.66, 24),
    "4GF": Sizes(22, 96, 31.41, 2.24, 64),
    "6.4GF": Sizes(25, 112, 33.22, 2.27, 72),
    "8GF": Sizes(17, 192, 76.82, 2.19, 56),
    "12GF": Sizes(19, 168, 73.36, 2.37, 112),
    "16GF": Sizes(18, 200, 106.23, 2.48, 112),
    "32GF": Sizes(20, 232, 115.89, 2.53, 232),
}


def check_sizes(sizes: Sizes) -> Sizes:
    """Return the numbers of a RegNet as plain numbers within their bounds.

    Raises:
        ValueError, TypeError: a number is out of bounds, or w0 is no multiple of 8.
    """
    depth = checks.whole("depth", sizes.depth, 1, checks.MAX_BLOCKS)
    w0 = checks.whole("w0", sizes.w0, QUANTUM, checks.MAX_W0)
    wa = checks.real("wa", sizes.wa, 0, checks.MAX_WA)
    wm = checks.real("wm", sizes.wm, checks.MIN_WM, checks.MAX_WM)
    group_width = checks.whole("group_width", sizes.group_width, 1, checks.MAX_BASE_WIDTH)
    quanta, rest = divmod(w0, QUANTUM)
    if rest:
        fit = f"{quanta * QUANTUM} or {(quanta + 1) * QUANTUM}"
        raise checks.InvalidValueError("w0", w0, f"must be a multiple of {QUANTUM}", fit)
    return Sizes(depth, w0, wa, wm, group_width)


@lru_cache(maxsize=2**10)
def block_widths(sizes: Sizes) -> Widths:
    """Return the width of each block, by the quantized linear rule.

    Widths grow linearly, and each is moved to the nearest power of wm times w0. The width of a stage is then rounded to
    a whole number of paths; Python and pycls round halves to even, where torchvision rounds them up.

    >>> block_widths(PUBLISHED["400MF"]).stages
    ((48, 1), (104, 3), (208, 6), (440, 6))
    """
    depth, w0, wa, wm, group_width = sizes
    linear = tuple(w0 + wa * block for block in range(depth))
    steps = (round(log(width / w0) / log(wm)) for width in linear)
    quantized = tuple(QUANTUM * round(w0 * wm**step / QUANTUM) for step in steps)
    stages = ((width, len(list(blocks))) for width, blocks in groupby(quantized))
    return Widths(linear, quantized, tuple((_whole_paths(width, group_width), n_blocks) for width, n_blocks in stages))


def _whole_paths(width: int, group_width: int) -> int:
    """Return the width nearest to `width` that is a whole number of paths; narrower stages have one path."""
    path = min(group_width, width)
    return path * round(width / path)


def stages(sizes: Sizes) -> tuple[tuple[int, int], ...]:
    """Return width and number of blocks of each stage.

    Raises:
        ValueError: there are more than `MAX_GROUPS` stages, or one is wider than `MAX_CHANNELS`; fewer blocks have
            fewer and narrower ones.
    """
    if _is_buildable(table := block_widths(sizes).stages):
        return table
    fit = _largest_depth(sizes, _is_buildable)
    rule = (
        f"gives {len(table)} groups, the last {table[-1][0]:,} channels wide; possible are up to {checks.MAX_GROUPS} "
        f"groups and {checks.MAX_CHANNELS:,} channels"
    )
    raise checks.InvalidValueError("depth", sizes.depth, rule, checks.Setting("depth", fit))


def check_stages(sizes: Sizes, side: int, stem_stride: int) -> None:
    """Check that an image of `side` pixels can be halved by every stage.

    Raises:
        ValueError: it cannot, and there are more stages than in a published network; else the image is too small.
    """
    n_stages = len(block_widths(sizes).stages)
    most = (side // stem_stride).bit_length() - 1
    if not 1 <= most < checks.MAX_GROUPS or n_stages <= max(most, USUAL_STAGES):
        return
    fit = _largest_depth(sizes, lambda table: len(table) <= most and _is_buildable(table))
    rule = f"gives {n_stages} groups, each of which halves the image; an image of {side} pixels allows up to {most}"
    raise checks.InvalidValueError("depth", sizes.depth, rule, checks.Setting("depth", fit))


def _largest_depth(sizes: Sizes, is_valid: Callable[[tuple[tuple[int, int], ...]], bool]) -> int:
    """Return the largest depth below that of `sizes` with a valid table of stages; fewer blocks have fewer stages."""
    depths = range(1, sizes.depth)
    return bisect_left(depths, True, key=lambda depth: not is_valid(block_widths(sizes._replace(depth=depth)).stages))


def _is_buildable(table: tuple[tuple[int, int], ...]) -> bool:
    return len(table) <= checks.MAX_GROUPS and max(table)[0] <= checks.MAX_CHANNELS


def n_paths(width: int, group_width: int) -> int:
    """Return the number of paths of a stage; each has `group_width` channels, but a narrower stage is one path.

    Raises:
        ValueError: the last path would be narrower than the others.
    """
    return max(1, divisible("n_filters", width, "group_width", min(group_width, width)) // group_width)
