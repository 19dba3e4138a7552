"""Status: what anyone with access to the folder of a sweep can tell, without its processes."""

import json
import time

import pytest
from runs import ALIVE, SHORT, TINY, made

from senet_lab import Sweep
from senet_lab.files import DamagedFileError
from senet_lab.sweeps import storage
from senet_lab.sweeps.status import FILE, GONE, Driver, read_driver
from senet_lab.training.runs.evaluation import Evaluation, read_evaluation, write_evaluation
from senet_lab.training.runs.run import Status
from senet_lab.training.runs.status import SILENCE, has_process


@pytest.fixture
def sweep(tmp_path):
    made_ = Sweep(TINY, {"ratio": (None, 4)}, seeds=1, recipe=SHORT, folder=tmp_path / "sweep", threads=1)
    storage.write(made_, 1)
    return made_


def test_a_sweep_that_was_not_started_waits(sweep):
    assert sweep.status().words == "waiting; of 2 runs, 2 waiting"
    assert sweep.wait(0).state == "waiting"


def test_a_status_is_shown_as_a_line_and_has_its_fields(sweep):
    from IPython.lib.pretty import pretty

    status = sweep.status()
    assert str(status) == status.words
    assert pretty(status) == repr(status) == "SweepStatus(waiting; of 2 runs, 2 waiting)"
    assert (status.state, len(status.runs)) == ("waiting", 2)
    with pytest.raises(AttributeError):
        status.state = "running"


def test_a_driver_that_is_gone_fails_the_sweep_and_one_that_is_alive_does_not(sweep):
    Driver("running", workers=2, **ALIVE).write(sweep.folder)
    assert sweep.status().state == "running"
    Driver("running", workers=2, process=ALIVE["process"], mark="another").write(sweep.folder)
    assert (sweep.status().state, sweep.status().reason) == ("failed", GONE)


@pytest.mark.parametrize("text", ["{", "[]", '{"state": "asleep"}', '{"state": "running", "process": "one"}'])
def test_a_damaged_report_counts_as_none(sweep, text):
    (sweep.folder / FILE).write_text(text)
    assert read_driver(sweep.folder) == Driver()


def test_a_driver_or_a_run_of_another_machine_is_alive_while_it_reports(sweep):
    Driver("running", host="elsewhere", process=1, mark="a").write(sweep.folder)
    assert sweep.status().state == "running"
    run = made(sweep.folder, sweep.cells[0].folder.name, state="training", host="elsewhere", process=1, mark="a")
    assert has_process(run.folder)
    assert run.status().state == "training"
    past = time.time() - SILENCE - 1
    for path in (sweep.folder / FILE, run.folder / "status.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"at": past}))
    assert not has_process(run.folder)
    assert (sweep.status().state, run.status().state) == ("failed", "failed")


def test_the_time_left_is_that_of_all_unfinished_runs_divided_by_the_workers(sweep):
    Driver("running", workers=2, **ALIVE).write(sweep.folder)
    steps = {"steps": 20, "images_per_s": 100.0, "epochs": SHORT.epochs}
    made(sweep.folder, sweep.cells[0].folder.name, sweep.cells[0].arm.architecture, recipe=SHORT, epoch=2, **steps)
    epoch = 20 * SHORT.batch / 100  # seconds
    macs = [arm.architecture.ledger().macs for arm in sweep.arms]
    status = sweep.status()
    assert status.count("finished") == 1
    assert status.seconds == pytest.approx(SHORT.epochs * epoch * macs[1] / macs[0] / 2)


def test_a_status_of_an_earlier_version_has_no_host(tmp_path):
    (tmp_path / "status.json").write_text('{"state": "training"}')
    assert Status.read(tmp_path / "status.json").host == ""


@pytest.mark.parametrize("accuracy", [0.0, 0.5, 1.0])
def test_an_evaluation_is_read_as_it_was_written(tmp_path, accuracy):
    written = Evaluation(1000, 0.25, accuracy)
    write_evaluation(tmp_path, written)
    assert read_evaluation(tmp_path) == written


@pytest.mark.parametrize("text", ["{", "{}", '{"images": 10, "loss": 1, "accuracy": 1.1}'])
def test_a_damaged_evaluation_is_named(tmp_path, text):
    (tmp_path / "test.json").write_text(text)
    with pytest.raises(DamagedFileError, match=r"test\.json' is damaged"):
        read_evaluation(tmp_path)
