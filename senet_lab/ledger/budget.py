"""Budget: networks of equal cost, where cardinality and width change places; and sweeps over one meta-parameter."""

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

# By what share the cost of a block may change and still count as constant: 2 % for 8x14d (Xie et al. 2017), 7 % for
# 16x8d.
MAX_COST_CHANGE = 0.25
COUNTERPART = {"cardinality": "base_width", "base_width": "cardinality"}
BOUNDS = {"cardinality": checks.MAX_CARDINALITY, "base_width": checks.MAX_BASE_WIDTH}


def at_constant_cost(
    architecture: Architecture, *, cardinality: int | None = None, base_width: int | None = None
) -> Architecture:
    """Move one of cardinality and base width; the other follows so that a residual block costs the same.

    Held is the cost of the template block, one with an identity shortcut, as Xie et al. 2017 hold it (sec. 4, eq. 4
    and table 2). Its multiply-adds and its weights are in the same proportion in every group, so this holds both. It
    is nearly, but not quite, the rule of equal multiply-adds for the whole network: strided blocks make 66 of 64 and
    41 of 40 there, and the table is no longer the paper's. A tie goes to the smaller one.

    >>> [at_constant_cost(Architecture("resnext"), cardinality=c).base_width for c in (1, 2, 4, 8, 32)]
    [64, 40, 24, 14, 4]

    Raises:
        TypeError: both are given, or none; or not a whole number.
        ValueError: not a "resnext"; its groups state their width; or no value of the other comes within a quarter of
            the cost: then the error names the nearest that has one.
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
    """Weights of an identity block's convolutions where n_filters is 64, squeeze-excite apart (Xie et al. 2017, eq. 4).

    Times the area of the map they are its multiply-adds.

    >>> template_cost(Architecture("resnext")), template_cost(Architecture("resnext", cardinality=1, base_width=64))
    (70144, 69632)
    """
    return _block_weights(architecture, architecture.paths, architecture.base_width)


def sweep(
    architecture: Architecture, name: str, stops: Iterable[Any], *, keep_cost: bool = False
) -> tuple[tuple[Any, Architecture], ...]:
    """Each stop that a field can have, all else as it is, with the architecture that it makes.

    Args:
        name: any field of `Architecture`.
        stops: the values to try; those that are not legal for this architecture are left out.
        keep_cost: cardinality and base width move as in `at_constant_cost`.

    Raises:
        ValueError, TypeError: no such field; or `keep_cost` with one that it does not apply to.
    """
    checks.one_of("name", name, tuple(COUNTERPART if keep_cost else (field.name for field in fields(architecture))))
    move = at_constant_cost if keep_cost else replace
    networks = []
    for stop in stops:
        with suppress(ValueError, TypeError):
            networks.append((stop, move(architecture, **{name: stop})))
    return tuple(networks)


class Cost(NamedTuple):
    """What a network costs: trainable parameters, and multiply-adds for one image."""

    params: int
    macs: int


@lru_cache(maxsize=2**12)
def cost(architecture: Architecture) -> Cost:
    """The sums of the ledger, remembered; for a curve, which asks for the same networks on each move.

    Where nothing rounds, both are a + b * cardinality * base_width + c * cardinality * base_width^2, which three
    ledgers settle to the last unit. So a curve over cardinality takes three of them, however many stops it has.
    """
    rounds = architecture.place == "3x3"  # there the channels to squeeze depend on the width of the paths
    has_own_width = len(architecture.table[0]) == 3
    if architecture.family == "resnet" or rounds or has_own_width:
        return _count(architecture)
    step = _width_step(architecture)
    samples = _sample_costs(replace(architecture, cardinality=1, base_width=step))
    cardinality, width = architecture.cardinality, architecture.base_width // step  # the width in steps
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
    """Return rows of the ledger with how often each occurs, the blocks alike counted once.

    From the second block of a group on, all are alike, so two of each are drawn up: SE-ResNet-152 has 36 in one.
    """
    short = replace(architecture, groups=tuple((*row[:-1], min(row[-1], 2)) for row in architecture.table))
    times = {(f"group{i}", "block2"): group.n_blocks - 1 for i, group in enumerate(architecture.plan, 1)}
    return [(times.get((row.group, row.block), 1), row) for row in short.ledger().rows]


@lru_cache(maxsize=2**10)
def _sample_costs(narrow: Architecture) -> tuple[Cost, Cost, Cost]:
    """Count one path of the least width, two such paths, and one path of twice the width."""
    two_paths, wide = replace(narrow, cardinality=2), replace(narrow, base_width=2 * narrow.base_width)
    return _count(narrow), _count(two_paths), _count(wide)


def _block_weights(architecture: Architecture, cardinality: int, base_width: int) -> int:
    """Count 1x1 from 256 channels, 3x3 in paths, 1x1 back to 256; SENet-154's first 1x1 gives half the channels."""
    reduced = base_width // 2 if architecture.style.halve_reduction else base_width
    return cardinality * (256 * reduced + 9 * reduced * base_width + 256 * base_width)


def _matching_value(architecture: Architecture, name: str, value: int) -> int:
    """Return the value of the other field whose block costs nearest to the architecture's.

    Raises:
        ValueError: none is within `MAX_COST_CHANGE`.
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
    """Return what `_matching_value` does, or None where no value is within the bound."""
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
    """Return what base widths must be multiples of, for checks.whole channels in each path of all groups."""
    whole_paths = 128 if architecture.style.halve_reduction else 64
    rows = architecture.groups or ((64, 1),)
    return max(whole_paths // gcd(row[0], whole_paths) for row in rows)
