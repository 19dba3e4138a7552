"""Conclusions: what a summary of a sweep shows, and what it does not, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from senet_lab.sweeps.statistics import MAX_SEEDS, ArmSummary

MAX_SENTENCES = 3  # of arms that differ, and of arms that may not; the others are listed


def conclude(arms: Sequence[ArmSummary], reference: int = 0, seeds: int = 0) -> str:
    """Say which arms differ from the reference, and how many seeds would show the differences of the others.

    Args:
        seeds: how many are planned for each arm. Until all have finished, the conclusion is marked as provisional:
            whoever stops as soon as an interval excludes zero finds too many differences.
    """
    others = [arm for index, arm in enumerate(arms) if index != reference]
    if not any(arm.pairs for arm in others):
        return "Nothing can be compared yet: no two arms have finished a run with the same seed."
    if all(arm.pairs < 2 for arm in others):
        return "Nothing can be concluded from one seed per arm: an interval needs at least two."
    finished, planned = sum(arm.seeds for arm in arms), seeds * len(arms)
    is_provisional = finished < planned
    base = arms[reference]
    sentences = [*_decided(others, base), *_undecided(others, base, names_seeds=not is_provisional)]
    if sentences and len(others) > 1:
        sentences.append("The intervals are simultaneous: 95% is for all of them together (Bonferroni).")
    words = " ".join((*sentences, *_without_interval(others, base)))
    if is_provisional:
        return f"So far ({finished} of {planned} runs): {words} Wait for all runs before you decide."
    return words


def _decided(others: Sequence[ArmSummary], base: ArmSummary) -> Iterator[str]:
    """Yield the differences whose intervals exclude zero, largest first."""
    decided = sorted((arm for arm in others if arm.is_decided), key=lambda arm: -abs(arm.difference))
    for arm in decided[:MAX_SENTENCES]:
        direction = "above" if arm.difference > 0 else "below"
        words = f"{_capital(arm.label)} is {points(abs(arm.difference))} points {direction} {base.label}"
        yield f"{words} ({_interval(arm)})."
    if more := decided[MAX_SENTENCES:]:
        yield f"Smaller differences from {base.label}: {_list(more)}."


def _undecided(others: Sequence[ArmSummary], base: ArmSummary, *, names_seeds: bool) -> Iterator[str]:
    """Yield the arms whose intervals include zero, and with how many seeds the differences would be found."""
    undecided = [arm for arm in others if not arm.is_decided and not isnan(arm.difference_low)]
    if len(undecided) > MAX_SENTENCES:
        yield f"Not distinguishable from {base.label}: {_list(undecided)}."
        return
    for arm in undecided:
        words = f"{_capital(arm.label)} is not distinguishable from {base.label} ({_interval(arm)})"
        yield f"{words}; {_seeds_needed(arm)}." if names_seeds else f"{words}."


def _seeds_needed(arm: ArmSummary) -> str:
    if not arm.seeds_needed:
        return f"a difference this small takes more than {MAX_SEEDS} seeds to find"
    size = signed_points(arm.difference)
    return f"with about {arm.seeds_needed} seeds, 4 of 5 sweeps would find a difference of {size} points"


def _without_interval(others: Sequence[ArmSummary], base: ArmSummary) -> Iterator[str]:
    """Yield the arms without an interval, and why."""
    if equal := [arm for arm in others if arm.pairs > 1 and isnan(arm.difference_low)]:
        words = ", ".join(f"{arm.label} ({signed_points(arm.difference)}, {arm.pairs} seeds)" for arm in equal)
        yield f"No interval, since the difference from {base.label} is the same with each seed: {words}."
    if missing := [arm.label for arm in others if arm.pairs < 2]:
        yield f"Not compared yet (fewer than two seeds in common): {', '.join(missing)}."


def interval_name(comparisons: int) -> str:
    """Return what the interval of a difference is called; one of several is wider than one alone."""
    return "95% interval" if comparisons < 2 else "simultaneous 95% interval"


def points(fraction: float, sign: str = "") -> str:
    """Return a fraction in percentage points; with two decimals if one would show zero.

    >>> points(0.0123), points(3e-4), points(0)
    ('1.2', '0.03', '0.0')
    """
    words = next(
        (each for each in (f"{100 * fraction:{sign}.1f}", f"{100 * fraction:{sign}.2f}") if float(each)), "0.0"
    )
    return words.replace("-", "\u2212")


def signed_points(fraction: float) -> str:
    """Return a fraction in percentage points, with its sign.

    >>> signed_points(0.0123), signed_points(-0.0123), signed_points(-3e-4), signed_points(-1e-5)
    ('+1.2', '\u22121.2', '\u22120.03', '0.0')
    """
    return points(fraction, "+")


def interval_words(low: float, high: float, *, signed: bool = False) -> str:
    """Return an interval of fractions in percentage points; "" if it is unknown.

    >>> interval_words(0.2, 0.25), interval_words(-0.01, 0.02, signed=True)
    ('20.0 to 25.0', '\u22121.0 to +2.0')
    """
    written = signed_points if signed else points
    return "" if isnan(low) else f"{written(low)} to {written(high)}"


def _list(arms: Sequence[ArmSummary]) -> str:
    """Return arms with their intervals, in a few words each."""
    return ", ".join(
        f"{arm.label} ({interval_words(arm.difference_low, arm.difference_high, signed=True)})" for arm in arms
    )


def _interval(arm: ArmSummary) -> str:
    words = interval_words(arm.difference_low, arm.difference_high, signed=True)
    return f"95% interval {words}, {arm.pairs} seeds"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
