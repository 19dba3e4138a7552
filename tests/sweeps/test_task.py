"""Task: which runs a worker has trained; a stub takes the place of Keras."""

from importlib.metadata import version

from runs import finished_sweep

from senet_lab.sweeps import task
from senet_lab.training.runs.evaluation import FILE, Evaluation, write_evaluation


def test_a_finished_run_is_trained_again_only_if_its_result_is_missing(tmp_path, monkeypatch):
    trained = []

    def train_once(run, _):
        trained.append(run.folder.name)
        write_evaluation(run.folder, Evaluation(2000, 1.0, 0.6))

    monkeypatch.setattr(task, "_train_once", train_once)
    sweep = finished_sweep(tmp_path / "sweep", {None: (0.6, 0.7)})
    (sweep.cells[1].folder / FILE).unlink()
    for cell in sweep.cells:
        assert task.train(str(cell.folder), task.Settings(1, 0, version("senet-lab"))) == "finished"
    assert trained == ["ratio-none-seed-1"]
