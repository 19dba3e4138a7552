"""Conclusions: what a summary of a sweep shows, and what it does not, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from senet_lab.sweeps.statistics import ArmSummary

MAX_SENTENCES = 3  # of arms that differ, and of arms that may not; the others are listed


def conclude(arms: Sequence[ArmSummary], reference: int = 0) -> str:
    """Say which arms differ from the reference so far, and what would settle the others."""
    others = [arm for index, arm in enumerate(arms) if index != reference]
    base = arms[reference]
    if not any(arm.pairs for arm in others):
        return "Nothing can be compared yet: no two arms have finished a run with the same seed."
    if all(isnan(arm.difference_low) for arm in others):
        return "Nothing can be concluded from one seed per arm: an interval needs at least two."
    decided = [arm for arm in others if arm.seeds_needed == 0]
    open_arms = [arm for arm in others if arm.seeds_needed and not isnan(arm.difference_low)]
    largest = sorted(decided, key=lambda arm: -abs(arm.difference))
    sentences = [_decided(arm, base) for arm in largest[:MAX_SENTENCES]]
    if more := largest[MAX_SENTENCES:]:
        sentences.append(f"Smaller differences from {base.label}: {_list(more)}.")
    if len(open_arms) > MAX_SENTENCES:
        sentences.append(f"Not distinguishable from {base.label} so far: {_list(open_arms)}.")
    else:
        sentences += [_undecided(arm, base) for arm in open_arms]
    if len(others) > 1:
        sentences.append(f"The intervals hold together for all {len(others)} comparisons (Bonferroni).")
    return " ".join(sentences)


def points(fraction: float) -> str:
    """Return a fraction in percentage points."""
    return f"{100 * fraction:.1f}"


def signed_points(fraction: float) -> str:
    """Return a fraction in percentage points, with its sign; with two decimals if one would not show the sign.

    >>> signed_points(0.0123), signed_points(-0.0123), signed_points(-3e-4), signed_points(-1e-5)
    ('+1.2', '\u22121.2', '\u22120.03', '0.0')
    """
    words = next((each for each in (f"{100 * fraction:+.1f}", f"{100 * fraction:+.2f}") if float(each)), "0.0")
    return words.replace("-", "\u2212")


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


def _decided(arm: ArmSummary, base: ArmSummary) -> str:
    direction = "above" if arm.difference > 0 else "below"
    return f"{_capital(arm.label)} is {points(abs(arm.difference))} points {direction} {base.label} ({_interval(arm)})."


def _undecided(arm: ArmSummary, base: ArmSummary) -> str:
    words = f"{_capital(arm.label)} is not distinguishable from {base.label} ({_interval(arm)})"
    if arm.difference == arm.difference_low == arm.difference_high == 0:
        return f"{words}: all {arm.pairs} pairs are equal."
    if arm.seeds_needed < 0:
        return f"{words}; no realistic number of seeds would settle a difference this small."
    more = arm.seeds_needed - arm.pairs
    seeds = "one more seed" if more == 1 else f"about {more} more seeds"
    return f"{words}; {seeds} would settle it if the difference of {signed_points(arm.difference)} points is real."


def _interval(arm: ArmSummary) -> str:
    words = interval_words(arm.difference_low, arm.difference_high, signed=True)
    return f"95% interval {words}, {arm.pairs} seeds"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
