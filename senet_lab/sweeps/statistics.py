"""Statistics: what the accuracies of a sweep say about its arms, computed with SciPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, nan, sqrt
from statistics import stdev
from typing import NamedTuple

from senet_lab.extras import require

LEVEL = 0.95
POWER = 0.8  # the share of sweeps that are to find a difference
MAX_SEEDS = 100  # considered when asking how many it takes
ROUNDING = 1e-9  # accuracies that differ by less are equal: no test set has a billion images

Accuracies = Mapping[int, float]  # of one arm, by seed


class ArmSummary(NamedTuple):
    """The accuracy of an arm, and how it compares with the reference; accuracies are fractions, NaN if unknown.

    An interval is unknown with fewer than two values, and if all are equal: without spread, chance cannot be estimated.

    Attributes:
        label: the values of the arm, such as "ratio 16".
        seeds: the number of finished runs.
        mean, low, high: the mean, and its interval.
        pairs: the number of seeds that both the arm and the reference have finished; 0 for the reference itself.
        difference, difference_low, difference_high: the mean difference to the reference over these, and its interval.
        seeds_needed: the number of seeds with which 4 of 5 sweeps would find a difference of this mean and spread; 0 if
            that is more than `MAX_SEEDS` or unknown, and if the difference is decided.
    """

    label: str
    seeds: int
    mean: float
    low: float
    high: float
    pairs: int
    difference: float
    difference_low: float
    difference_high: float
    seeds_needed: int

    @property
    def is_decided(self) -> bool:
        """Whether the interval of the difference excludes 0."""
        return self.difference_low > 0 or self.difference_high < 0


def summarize(arms: Sequence[tuple[str, Accuracies]], reference: int = 0) -> list[ArmSummary]:
    """Return a summary per arm, from the accuracy of each finished run.

    - The interval of a mean is Student's t interval over the seeds, at 95%, without its part below 0 or above 1.
    - The interval of a difference is the t interval of the paired differences, arm minus reference with the same seed,
      which share the held-out images and the order of the batches. If there are m other arms, each interval is at
      1 - 0.05 / m (Bonferroni), so that all m hold together with 95%: they are simultaneous.
    - Both hold for a number of seeds and a reference that were chosen beforehand. Who looks after each seed, or tries
      each arm as the reference, finds differences by chance more often than in 5 of 100 sweeps.
    - Both are over seeds, with these training and test images; they do not include the chance of other images.

    Args:
        arms: labels, and accuracies by seed.
        reference: the position of the reference.
    """
    level = 1 - (1 - LEVEL) / max(1, len(arms) - 1)
    return [
        _summary(label, accuracies, arms[reference][1] if index != reference else {}, level)
        for index, (label, accuracies) in enumerate(arms)
    ]


def _summary(label: str, accuracies: Accuracies, reference: Accuracies, level: float) -> ArmSummary:
    differences = [accuracy - reference[seed] for seed, accuracy in accuracies.items() if seed in reference]
    mean, low, high = _interval(list(accuracies.values()), LEVEL)
    own = mean, max(low, 0.0), min(high, 1.0)  # NaN stays NaN: it compares false
    difference = _interval(differences, level)
    needed = _seeds_needed(differences, difference, level)
    return ArmSummary(label, len(accuracies), *own, len(differences), *difference, needed)


def _interval(values: Sequence[float], level: float) -> tuple[float, float, float]:
    """Return the mean and its t interval; NaN for what too few values or equal ones leave unknown."""
    mean = sum(values) / len(values) if values else nan
    if not values or max(values) - min(values) < ROUNDING:
        return mean, nan, nan
    require("scipy", by="the statistics of a sweep")
    from scipy.stats import t

    half = float(t.ppf((1 + level) / 2, len(values) - 1)) * stdev(values) / sqrt(len(values))
    return mean, mean - half, mean + half


def _seeds_needed(differences: Sequence[float], interval: tuple[float, float, float], level: float) -> int:
    """Return how many seeds find this mean and spread with the probability `POWER`, which follows a noncentral t."""
    mean, low, high = interval
    if isnan(low) or low > 0 or high < 0:
        return 0
    import numpy as np
    from scipy.stats import nct, t

    counts = np.arange(len(differences), MAX_SEEDS + 1)
    limits = t.ppf((1 + level) / 2, counts - 1)
    powers = nct.sf(limits, counts - 1, abs(mean) / stdev(differences) * np.sqrt(counts))
    enough = counts[powers >= POWER]
    return int(enough[0]) if len(enough) else 0
