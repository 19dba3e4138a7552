"""Trade cardinality for width at constant cost, and sweep over one meta-parameter."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields, replace
from functools import lru_cache
from math import gcd, sqrt
from typing import Any, NamedTuple

from senet_lab import checks
from senet_lab.architecture.architecture import Architecture
from senet_lab.nets.sketch import Row

# The largest relative change in a block's cost that still counts as constant. It changes by 2% for 8x14d (Xie et al.
# 2017) and by 7% for 16x8d.
MAX_COST_CHANGE = 0.25
COUNTERPART = {"cardinality": "base_width", "base_width": "cardinality"}
BOUNDS = {"cardinality": checks.MAX_CARDINALITY, "base_width": checks.MAX_BASE_WIDTH}


def at_constant_cost(
    architecture: Architecture, *, cardinality: int | None = None, base_width: int | None = None
) -> Architecture:
    """Set cardinality or base width, and adjust the other so that a residual block costs the same.

    As in Xie et al. 2017 (sec. 4, eq. 4 and table 2), the cost of the template block, one with an identity shortcut,
    is kept constant. The ratio of its multiply-adds to its weights is fixed in every group, so both stay constant.
    Keeping the multiply-adds of the whole network constant would be nearly the same rule, but not quite: strided blocks
    would turn 64 into 66 and 40 into 41, which differs from the paper's table. Of two equally near values, the smaller
    is chosen.

    >>> [at_constant_cost(Architecture("resnext"), cardinality=c).base_width for c in (1, 2, 4, 8, 32)]
    [64, 40, 24, 14, 4]

    Raises:
        TypeError: both or neither are given, or the value is not an integer.
        ValueError: the architecture is not a "resnext"; its groups state their width; or no value of the other field
            keeps the cost within 25%, in which case the error names the nearest value for which one does.
    """
    arguments = {"cardinality": cardinality, "base_width": base_width}
    names = [name for name, value in arguments.items() if value is not None]
    if len(names) != 1:
        raise TypeError(f"Give one of `cardinality` and `base_width`, not {len(names)}; try cardinality=8.")
    if architecture.family != "resnext":
        no_paths, fit_family = "has one path, and nothing to exchange for width", checks.Setting("family", "resnext")
        raise checks.InvalidValueError("family", architecture.family, no_paths, fit_family)
    if architecture.groups is not None and len(architecture.groups[0]) == 3:
        rule = ("state their width, and ", checks.Parameter("base_width"), " does not apply")
        fit = ("rows ", checks.Columns(("n_filters", "n_blocks")))
        raise checks.InvalidValueError("groups", architecture.groups, rule, fit)
    name = names[0]
    value = checks.whole(name, arguments[name], 1, BOUNDS[name])
    if value == getattr(architecture, name):
        return architecture
    sizes: dict[str, Any] = {name: value, COUNTERPART[name]: _matching_value(architecture, name, value)}
    return replace(architecture, **sizes)


def template_cost(architecture: Architecture) -> int:
    """Return the weights of an identity block's convolutions for n_filters=64 (Xie et al. 2017, eq. 4).

    Squeeze-excite is not included. Multiplied by the area of the map, they are the block's multiply-adds.

    >>> template_cost(Architecture("resnext")), template_cost(Architecture("resnext", cardinality=1, base_width=64))
    (70144, 69632)
    """
    return _block_weights(architecture, architecture.paths, architecture.base_width)


def sweep(
    architecture: Architecture, name: str, stops: Iterable[Any], *, keep_cost: bool = False
) -> tuple[tuple[Any, Architecture], ...]:
    """Return each legal value of a field with the resulting architecture; the other fields are unchanged.

    Args:
        name: any field of `Architecture`.
        stops: the values to try; values that are not legal for this architecture are skipped.
        keep_cost: whether to adjust cardinality and base width together, as in `at_constant_cost`.

    Raises:
        ValueError, TypeError: there is no such field, or `keep_cost` does not apply to it.
    """
    checks.one_of("name", name, tuple(COUNTERPART if keep_cost else (field.name for field in fields(architecture))))
    move = at_constant_cost if keep_cost else replace
    networks = []
    for stop in stops:
        with suppress(ValueError, TypeError):
            networks.append((stop, move(architecture, **{name: stop})))
    return tuple(networks)


class Cost(NamedTuple):
    """The cost of a network: trainable parameters, and multiply-adds per image."""

    params: int
    macs: int


@lru_cache(maxsize=2**12)
def cost(architecture: Architecture) -> Cost:
    """Return the sums of the ledger, cached for curves, which need the same networks at each move of a slider.

    Where nothing is rounded, both sums are a + b * cardinality * base_width + c * cardinality * base_width^2. Three
    ledgers determine the coefficients exactly, so they suffice for a curve over cardinality with any number of stops.
    """
    rounds = architecture.place == "3x3"  # there, the number of squeezed channels depends on the width of the paths
    has_own_width = len(architecture.table[0]) == 3
    if architecture.family != "resnext" or rounds or has_own_width:
        return _count(architecture)
    step = _width_step(architecture)
    samples = _sample_costs(replace(architecture, cardinality=1, base_width=step))
    cardinality, width = architecture.cardinality, architecture.base_width // step  # width in steps
    sums = []
    for narrow, two_paths, wide in zip(*samples, strict=True):
        squared = (wide - two_paths) // 2
        linear = two_paths - narrow - squared
        constant = narrow - linear - squared
        sums.append(constant + cardinality * width * (linear + squared * width))
    return Cost(*sums)


@lru_cache(maxsize=2**12)
def _count(architecture: Architecture) -> Cost:
    params = macs = 0
    for times, row in rows_by_frequency(architecture):
        params += times * row.params
        macs += times * row.macs
    return Cost(params, macs)


def rows_by_frequency(architecture: Architecture) -> list[tuple[int, Row]]:
    """Return rows of the ledger with how often each occurs; identical blocks are counted once.

    From the second block of a group on, all blocks are identical, so two per group suffice; one group of SE-ResNet-152
    has 36.
    """
    short = replace(architecture, groups=tuple((*row[:-1], min(row[-1], 2)) for row in architecture.table))
    times = {(f"group{i}", "block2"): group.n_blocks - 1 for i, group in enumerate(architecture.plan, 1)}
    return [(times.get((row.group, row.block), 1), row) for row in short.ledger().rows]


@lru_cache(maxsize=2**10)
def _sample_costs(narrow: Architecture) -> tuple[Cost, Cost, Cost]:
    """Return the cost of one path of minimum width, of two such paths, and of one path twice as wide."""
    two_paths, wide = replace(narrow, cardinality=2), replace(narrow, base_width=2 * narrow.base_width)
    return _count(narrow), _count(two_paths), _count(wide)


def _block_weights(architecture: Architecture, cardinality: int, base_width: int) -> int:
    """Count 1x1 from 256 channels, 3x3 in paths, 1x1 back to 256; SENet-154's first 1x1 outputs half the channels."""
    reduced = base_width // 2 if architecture.style.halve_reduction else base_width
    return cardinality * (256 * reduced + 9 * reduced * base_width + 256 * base_width)


def _matching_value(architecture: Architecture, name: str, value: int) -> int:
    """Return the value of the other field that keeps the cost of a block closest to the architecture's.

    Raises:
        ValueError: no value keeps the cost within `MAX_COST_CHANGE`.
    """
    if (match := _nearest(architecture, name, value)) is not None:
        return match
    largest = BOUNDS[name]
    neighbors = (v for gap in range(1, largest) for v in (value - gap, value + gap) if 1 <= v <= largest)
    fit = next((v for v in neighbors if _nearest(architecture, name, v) is not None), getattr(architecture, name))
    size = f"{architecture.cardinality}x{architecture.base_width}d"
    other = checks.Parameter(COUNTERPART[name])
    rule = ("leaves no ", other, f" whose blocks cost within {MAX_COST_CHANGE:.0%} of {size}")
    raise checks.InvalidValueError(name, value, rule, checks.Setting(name, fit))


def _nearest(architecture: Architecture, name: str, value: int) -> int | None:
    """Return the same value as `_matching_value`, or None if no value is within the bound."""
    target, most = template_cost(architecture), BOUNDS[COUNTERPART[name]]
    step = _width_step(architecture)
    if name == "base_width" and value % step:
        return None
    if name == "cardinality":
        # Solve `_block_weights` for the width: 9 * share * width^2 + 256 * (1 + share) * width = target / cardinality.
        share = 0.5 if architecture.style.halve_reduction else 1
        linear = 256 * (1 + share)
        exact = (sqrt(linear**2 + 36 * share * target / value) - linear) / (18 * share)
        below = int(exact / step) * step
        costs = {w: _block_weights(architecture, value, w) for w in (below, below + step) if 1 <= w <= most}
    else:
        below = target // _block_weights(architecture, 1, value)
        costs = {n: _block_weights(architecture, n, value) for n in (below, below + 1) if 1 <= n <= most}
    match = min(costs, key=lambda other: (abs(costs[other] - target), other), default=0)
    return match if match and abs(costs[match] - target) <= MAX_COST_CHANGE * target else None


def _width_step(architecture: Architecture) -> int:
    """Return the step between base widths for which every path in every group has a whole number of channels."""
    whole_paths = 128 if architecture.style.halve_reduction else 64
    rows = architecture.groups or ((64, 1),)
    return max(whole_paths // gcd(row[0], whole_paths) for row in rows)
