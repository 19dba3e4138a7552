"""Evidence: what a file says is what the sweep says, for each reference and number of seeds, and nothing of the machine."""

import json

import pytest
from runs import finished_sweep

from senet_lab.sweeps.evidence import (
    evidence_names,
    evidence_of,
    evidence_text,
    read_evidence,
    stage_of,
    with_statistics,
)
from senet_lab.sweeps.results import arm_summaries

ACCURACIES = {None: (0.60, 0.62, 0.61), 16: (0.63, 0.66, 0.64), 4: (0.59, 0.63, 0.61)}
COMMAND = "senet-lab sweep --vary ratio=none,16,4 --seeds 3"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return finished_sweep(tmp_path_factory.mktemp("evidence") / "ratio", ACCURACIES)


@pytest.fixture(scope="module")
def evidence(sweep):
    return evidence_of(sweep, COMMAND)


@pytest.mark.parametrize("reference", range(3))
def test_summaries_and_conclusion_for_a_reference_are_those_of_the_sweep(sweep, evidence, reference):
    label = sweep.arms[reference].label
    summaries, conclusion = stage_of(evidence, reference)
    assert conclusion == sweep.conclusion(label)
    for ours, theirs in zip(summaries, arm_summaries(sweep, label), strict=True):
        assert ours.label == theirs.label
        assert ours[1:] == pytest.approx(theirs[1:], abs=1e-7, nan_ok=True)


def test_the_first_seeds_are_those_of_a_sweep_with_fewer(tmp_path, evidence):
    fewer = finished_sweep(tmp_path / "fewer", {ratio: each[:2] for ratio, each in ACCURACIES.items()})
    summaries, conclusion = stage_of(evidence, 1, seeds=2)
    for ours, theirs in zip(summaries, arm_summaries(fewer, "ratio 16"), strict=True):
        assert ours[1:] == pytest.approx(theirs[1:], abs=1e-7, nan_ok=True)
    assert conclusion.startswith("So far (6 of 9 runs)")  # the other has all its runs
    assert [each.seeds for each in summaries] == [2, 2, 2]


def test_a_file_has_what_was_trained_and_measured_and_no_path(sweep, evidence):
    text = evidence_text(evidence)
    assert json.loads(text) == evidence
    assert "/" not in text.replace(COMMAND, "").replace(evidence["measured"]["machine"], "")
    assert evidence["title"] == "Ratio, SE-ResNet-20, CIFAR-10 sample"
    assert [arm["accuracies"]["1"] for arm in evidence["arms"]] == [0.62, 0.66, 0.63]
    assert [arm["params"] for arm in evidence["arms"]] == [arm.architecture.ledger().params for arm in sweep.arms]
    assert evidence["measured"]["seconds"] == 9 * 2 * 7  # runs, epochs, seconds
    assert (evidence["images"], evidence["measured"]["command"]) == (2000, COMMAND)


def test_an_unfinished_sweep_is_no_evidence(tmp_path):
    unfinished = finished_sweep(tmp_path / "half", {None: (0.6, None), 16: (0.6, 0.7)}, ratio_16_seed_1="stopped")
    with pytest.raises(RuntimeError, match="2 of 4 runs have no result; resume the sweep in"):
        evidence_of(unfinished, COMMAND)


@pytest.mark.parametrize("name", evidence_names())
def test_the_statistics_of_bundled_evidence_are_those_of_its_accuracies(name):
    """`python benchmarks/evidence.py --restate` writes them."""
    assert with_statistics(read_evidence(name)) == read_evidence(name)


def test_bundled_evidence_can_be_read_and_other_names_are_refused():
    assert all(read_evidence(name)["title"] for name in evidence_names())
    with pytest.raises(ValueError, match="evidence"):
        read_evidence("../sweeps")
