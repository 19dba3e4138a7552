"""Stopping: what is left of a sweep that is stopped, or one of whose runs is; a stub takes the place of Keras."""

import threading
import time
from importlib.metadata import version

import pytest
from runs import ALIVE, SHORT, TINY, finished_sweep

from senet_lab import Sweep
from senet_lab.sweeps import storage, task
from senet_lab.sweeps.cluster import local_client
from senet_lab.sweeps.driver import Distribution, drive
from senet_lab.sweeps.evidence import FILE
from senet_lab.sweeps.status import Driver
from senet_lab.training.runs.run import Status


class Starter:
    """Starts runs that train until they are asked to stop, as soon as `open` is set."""

    def __init__(self):
        self.called, self.open = threading.Event(), threading.Event()

    def __call__(self, run, **_):
        self.called.set()
        self.open.wait(30)
        run.ask("run")
        run.tell(Status("training", **ALIVE))
        threading.Thread(target=self._train, args=(run,)).start()

    @staticmethod
    def _train(run):
        while run.asked() == "run":
            time.sleep(0.01)
        run.tell(Status("stopped"))


@pytest.fixture
def starter(monkeypatch):
    starter = Starter()
    monkeypatch.setattr("senet_lab.sweeps.task.launch.start", starter)
    monkeypatch.setattr("senet_lab.sweeps.task.PROCESSES", NoProcesses())
    return starter


class NoProcesses(task.Processes):
    """Has none that could train."""

    def take(self, *_):
        return self

    def is_current(self):
        return False


def test_a_run_that_is_about_to_start_when_the_sweep_is_stopped_does_not_go_on_without_it(starter, tmp_path):
    sweep = Sweep(TINY, {"ratio": (None, 4)}, seeds=1, recipe=SHORT, folder=tmp_path / "sweep", threads=1)
    storage.write(sweep, 1)
    with local_client(1) as client:
        distribution = Distribution(sweep, client, task.Settings(1, 0, version("senet-lab")))
        assert starter.called.wait(30)
        sweep.stop()
        threading.Timer(0.2, starter.open.set).start()
        distribution.cancel()
        assert [cell.run.status().state for cell in sweep.cells] == ["stopped", "waiting"]


def test_a_sweep_of_which_one_run_was_stopped_is_stopped_and_not_failed(starter, tmp_path):
    starter.open.set()
    sweep = finished_sweep(tmp_path / "sweep", {None: (0.6, 0.7), 16: (0.6, 0.7)}, ratio_16_seed_1="stopped")
    driving = threading.Thread(target=drive, args=(sweep, local_client(1), Driver(**ALIVE)))
    driving.start()
    assert starter.called.wait(30)
    while sweep.cells[-1].run.status().state != "training":
        time.sleep(0.01)
    sweep.cells[-1].run.stop()
    driving.join()
    assert sweep.status().words == "stopped: 1 run was stopped; of 4 runs, 3 finished, 1 stopped"
    assert not (sweep.folder / FILE).exists()
