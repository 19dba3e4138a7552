"""Statistics: intervals as SciPy and simulation have them, and sentences that say no more than they show."""

import re
from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from senet_lab.sweeps.conclusions import conclude
from senet_lab.sweeps.statistics import summarize

NONE = {0: 0.900, 1: 0.904, 2: 0.896, 3: 0.901, 4: 0.899}


def shifted(by, spread=0.0):
    """The accuracies of `NONE`, all higher by the same, but for a spread."""
    return {seed: accuracy + by + spread * (-1) ** seed for seed, accuracy in NONE.items()}


def test_the_interval_of_a_mean_is_the_t_interval():
    (arm,) = summarize([("a", NONE)])
    values = list(NONE.values())
    half = stats.t.ppf(0.975, 4) * np.std(values, ddof=1) / sqrt(5)
    assert (arm.mean, arm.seeds) == (pytest.approx(0.9), 5)
    assert (arm.low, arm.high) == (pytest.approx(0.9 - half), pytest.approx(0.9 + half))


def test_a_difference_is_paired_by_seed_and_only_over_common_seeds():
    other = {seed: accuracy for seed, accuracy in shifted(0.004, 0.001).items() if seed != 0} | {9: 0.1}
    _, arm = summarize([("a", NONE), ("b", other)])
    differences = [other[seed] - NONE[seed] for seed in (1, 2, 3, 4)]
    expected = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
    assert (arm.pairs, arm.difference) == (4, pytest.approx(np.mean(differences)))
    assert (arm.difference_low, arm.difference_high) == pytest.approx(tuple(expected))


def test_several_comparisons_have_wider_intervals():
    two = summarize([("a", NONE), ("b", shifted(0.004, 0.001))])[1]
    four = summarize([("a", NONE), ("b", shifted(0.004, 0.001)), ("c", NONE), ("d", NONE)])[1]
    half = [arm.difference_high - arm.difference for arm in (two, four)]
    ratio = stats.t.ppf(1 - 0.05 / 6, 4) / stats.t.ppf(0.975, 4)
    assert half[1] / half[0] == pytest.approx(ratio)


def test_intervals_cover_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(0)
    covered = 0
    for _ in range(600):
        common = draw.normal(0, 0.01, 5)  # what a seed does to all arms
        arms = [dict(enumerate(0.9 + common + draw.normal(0, 0.003, 5))) for _ in range(4)]
        _, *others = summarize([(str(number), arm) for number, arm in enumerate(arms)])
        covered += all(arm.difference_low <= 0 <= arm.difference_high for arm in others)
    assert 0.93 <= covered / 600 <= 0.97  # all three at once; 0.87 without the correction, 0.985 with it twice


@pytest.mark.parametrize("comparisons", [1, 3])
def test_four_of_five_sweeps_with_the_seeds_needed_find_the_difference(comparisons):
    changed = shifted(0.002, 0.002)
    arms = [("a", NONE), ("b", changed), *(("c", NONE),) * (comparisons - 1)]
    arm = summarize(arms)[1]
    assert not arm.is_decided
    differences = [changed[seed] - NONE[seed] for seed in NONE]
    draw = np.random.default_rng(0)
    draws = draw.normal(np.mean(differences), np.std(differences, ddof=1), (600, arm.seeds_needed))
    same = dict.fromkeys(range(arm.seeds_needed), 0.0)
    found = [summarize([("a", same), ("b", dict(enumerate(row))), *arms[2:]])[1].is_decided for row in draws]
    assert 0.77 < np.mean(found) < 0.84


def test_a_difference_that_is_the_same_with_each_seed_has_no_interval():
    arms = summarize([("none", NONE), ("up", shifted(0.003)), ("same", dict(NONE))])  # up but for rounding
    assert all(isnan(arm.difference_low) and isnan(arm.difference_high) for arm in arms[1:])
    assert not any(arm.is_decided for arm in arms)
    assert conclude(arms) == (
        "No interval, since the difference from none is the same with each seed: "
        "up (+0.3, 5 seeds), same (0.0, 5 seeds)."
    )


def test_equal_accuracies_have_a_mean_without_an_interval():
    (arm,) = summarize([("a", dict.fromkeys(range(5), 1.0))])
    assert arm.mean == 1
    assert isnan(arm.low)


def test_chance_decides_no_more_often_than_stated_with_two_seeds_and_few_images():
    draw = np.random.default_rng(0)
    accuracies = draw.binomial(20, 0.7, (500, 2, 2)) / 20
    decided = [summarize([("a", dict(enumerate(a))), ("b", dict(enumerate(b)))])[1].is_decided for a, b in accuracies]
    assert np.mean(decided) <= 0.05


def test_one_seed_and_none_leave_the_interval_open():
    first, second, third = summarize([("a", {0: 0.9}), ("b", {0: 0.91}), ("c", {})])
    assert (first.mean, second.difference) == (0.9, pytest.approx(0.01))
    assert all(map(isnan, (first.low, second.difference_low, third.mean)))
    assert conclude([first, third]).startswith("Nothing can be compared yet")
    assert conclude([first, second]) == (
        "Nothing can be concluded from one seed per arm: an interval needs at least two."
    )


def test_a_difference_whose_interval_excludes_zero_is_stated_with_it():
    arms = summarize([("ratio none", NONE), ("ratio 8", shifted(0.004, 0.001))])
    assert conclude(arms) == "Ratio 8 is 0.4 points above ratio none (95% interval +0.3 to +0.6, 5 seeds)."


def test_a_difference_below_a_tenth_of_a_point_is_stated_with_two_decimals():
    arms = summarize([("none", NONE), ("ratio 16", shifted(0.0003, 0.00001))])
    assert conclude(arms).startswith("Ratio 16 is 0.03 points above none (95% interval +0.03 to +0.03, 5 seeds)")


def test_a_difference_whose_interval_has_zero_is_not_stated_and_the_seeds_that_would_find_it_are():
    arms = summarize([("ratio none", NONE), ("ratio 8", shifted(0.001, 0.002))])
    assert conclude(arms) == (
        "Ratio 8 is not distinguishable from ratio none (95% interval \u22120.1 to +0.4, 5 seeds); "
        f"with about {arms[1].seeds_needed} seeds, 4 of 5 sweeps would find a difference of +0.1 points."
    )


def test_an_arm_with_too_few_seeds_is_named():
    words = conclude(summarize([("a", NONE), ("b", shifted(0.004, 0.001)), ("c", {0: 0.9})]))
    assert words.endswith("Not compared yet (fewer than two seeds in common): c.")


def test_a_conclusion_before_all_runs_are_finished_is_provisional():
    arms = summarize([("a", NONE), ("b", shifted(0.004, 0.001)), ("c", shifted(0.001, 0.002))])
    words = conclude(arms, seeds=6)
    assert words.startswith("So far (15 of 18 runs): B is 0.4 points above a")
    assert words.endswith("Wait for all runs before you decide.")
    assert "would find" not in words  # which invites adding seeds until a difference is found
    assert conclude(arms, seeds=5) == conclude(arms)


def test_many_arms_are_listed_instead_of_a_sentence_each():
    arms = [("none", NONE), *((f"up {i}", shifted(0.01 * i, 0.001)) for i in range(1, 5))]
    arms += [(f"same {i}", shifted(0.0, 0.002)) for i in range(4)]
    words = conclude(summarize(arms))
    assert words.index("Up 4 is 4.0 points above none") < words.index("Up 2 is 2.0 points above none")
    assert re.search(r"Smaller differences from none: up 1 \(\+0\.\d to \+1\.\d\)\.", words)
    assert "Not distinguishable from none: same 0 (" in words
    assert words.count("same") == 4


def test_a_difference_that_a_hundred_seeds_would_not_find_names_no_number():
    words = conclude(summarize([("none", NONE), ("ratio 8", shifted(0.0001, 0.01))]))
    assert words.endswith("a difference this small takes more than 100 seeds to find.")


def test_more_than_one_comparison_names_the_correction():
    words = conclude(summarize([("a", NONE), ("b", shifted(0.004, 0.001)), ("c", shifted(-0.01, 0.001))]))
    assert words.index("C is 1.0 points below") < words.index("B is 0.4 points above")
    assert words.endswith("The intervals are simultaneous: 95% is for all of them together (Bonferroni).")


def test_the_interval_of_a_mean_stays_between_nothing_and_all_right():
    high, low = summarize([("a", {0: 1.0, 1: 1.0, 2: 0.9}), ("b", {0: 0.0, 1: 0.0, 2: 0.1})])
    assert (high.high, low.low) == (1.0, 0.0)
    assert high.low < high.mean < 1
