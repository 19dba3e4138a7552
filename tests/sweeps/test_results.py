"""Results: what is read of the runs, and that the folder says what they show."""

import pytest
from runs import finished_sweep

from senet_lab import Sweep
from senet_lab.sweeps.evidence import FILE, evidence_text, store_evidence, stored_evidence
from senet_lab.training.runs import evaluation
from senet_lab.training.runs.evaluation import Evaluation, write_evaluation

ACCURACIES = {None: (0.60, 0.62), 16: (0.63, 0.66), 4: (0.59, 0.63)}


@pytest.fixture
def sweep(tmp_path):
    return finished_sweep(tmp_path / "sweep", ACCURACIES)


def test_a_conclusion_reads_each_run_once(sweep, monkeypatch):
    """So that all arms are from the same moment."""
    read, folders = evaluation.read_evaluation, []
    monkeypatch.setattr(evaluation, "read_evaluation", lambda folder: (folders.append(folder), read(folder))[1])
    sweep.conclusion()
    assert len(folders) == len(set(folders)) == 6


def test_a_run_that_trains_again_has_no_result(sweep):
    run = sweep.cells[1].run
    write_evaluation(run.folder, Evaluation(2000, 1.0, 0.63))
    run.tell(run.status()._replace(state="stopped"))
    assert sweep.results()["accuracy"].isna().tolist() == [False, True, False, False, False, False]
    assert list(sweep.summary()["seeds"]) == [2, 1, 2]


@pytest.mark.parametrize("damage", ["", "{", None])
def test_a_finished_sweep_that_is_resumed_writes_its_results_again(sweep, damage):
    store_evidence(sweep)
    before = evidence_text(stored_evidence(sweep.folder))
    (sweep.folder / FILE).unlink() if damage is None else (sweep.folder / FILE).write_text(damage)
    assert sweep.resume().status().state == "finished"
    assert evidence_text(stored_evidence(sweep.folder)) == before


def test_seeds_that_were_trained_elsewhere_are_in_the_results_once_the_sweep_is_resumed(sweep, tmp_path):
    store_evidence(sweep)
    other = finished_sweep(tmp_path / "other", {ratio: (*each, 0.7) for ratio, each in ACCURACIES.items()})
    for cell in other.cells[6:]:
        cell.folder.rename(sweep.folder / cell.folder.name)
    Sweep(sweep.base, sweep.grid, seeds=3, recipe=sweep.recipe, folder=sweep.folder).resume()
    assert stored_evidence(sweep.folder)["seeds"] == [0, 1, 2]
