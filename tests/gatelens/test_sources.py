"""The runs of a folder in the GateLens's list: which, in what order, followed while they go on, and no Keras for it."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest
from gate_readings import ONE_GATE
from messages import VIEW, post

from senet_lab import GateLens
from senet_lab.gatelens.sources import run_list
from senet_lab.gatelens.sources.run_list import RUNS_PREFIX, RunList, newest_runs
from senet_lab.gatelens.sources.runs import source_of_run
from senet_lab.gatelens.state import WHAT, WHICH
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import Status
from senet_lab.weights import pretrained


def made(folder, name, architecture=ONE_GATE, at=1, weights=True):
    """A run that was made so many seconds after 1970, with an empty checkpoint: only its name is looked at."""
    run = Run.create(architecture, Recipe(epochs=5), folder=folder / name)
    os.utime(run.folder / "config.json", (at, at))
    if weights:
        (run.folder / "checkpoints").mkdir(exist_ok=True)
        (run.folder / "checkpoints" / "best.npz").touch()
    return run


def listed(lens):
    """What the list of networks has, by group."""
    return {
        label: re.findall(r'<option value="([^"]*)"', options)
        for label, options in re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', lens.side)
    }


def ask(lens, **moves):
    number = post(lens, moves)
    assert lens.shown["answered"][VIEW] == number


def seen(lens, words):
    end = time.monotonic() + 20
    while words not in lens.heading + lens.side:
        assert time.monotonic() < end, lens.heading
        time.sleep(0.05)


@pytest.fixture
def none_ships(monkeypatch):
    """So that nothing is loaded: the list alone is looked at."""
    monkeypatch.setattr(pretrained, "names", lambda: ())


def test_the_newest_runs_that_can_be_looked_into_are_found_by_reading_folders_alone(tmp_path):
    for at in range(12):
        made(tmp_path, f"run {at}", at=1000 + at)
    made(tmp_path, "no gates", replace(ONE_GATE, ratio=None), at=5000)
    made(tmp_path, "no weights", at=5000, weights=False)
    damaged = made(tmp_path, "damaged", at=5000)
    (damaged.folder / "config.json").write_text("{")
    only_newest = made(tmp_path, "first epochs", at=1, weights=False)
    (only_newest.folder / "checkpoints").mkdir()
    (only_newest.folder / "checkpoints" / "000000003.npz").touch()
    assert [run.folder.name for run in newest_runs(tmp_path)] == [f"run {at}" for at in range(11, 1, -1)]
    for at in range(3, 12):
        (tmp_path / f"run {at}" / "config.json").unlink()
    assert [run.folder.name for run in newest_runs(tmp_path)] == ["run 2", "run 1", "run 0", "first epochs"]
    assert newest_runs(None) == newest_runs(tmp_path / "nowhere") == []


def test_a_run_that_may_not_be_read_is_passed_over(tmp_path, monkeypatch):
    closed, mine = made(tmp_path, "closed", at=9).folder / "checkpoints", made(tmp_path, "mine")
    has_checkpoint = run_list.has_checkpoint

    def stopped(folder):
        if folder == closed:  # as root, who runs these tests in a container, one may read everything
            raise PermissionError(13, "Permission denied", str(folder))
        return has_checkpoint(folder)

    monkeypatch.setattr(run_list, "has_checkpoint", stopped)
    assert [run.folder.name for run in newest_runs(tmp_path)] == [mine.folder.name]


def test_what_is_still_being_written_is_no_checkpoint(tmp_path):
    (tmp_path / ".510d4aee.npz").touch()
    assert not checkpoint.has_checkpoint(tmp_path)
    (tmp_path / "000000510.npz").touch()
    assert checkpoint.has_checkpoint(tmp_path)
    assert not checkpoint.has_checkpoint(tmp_path / "nowhere")


@pytest.mark.usefixtures("none_ships")
def test_a_run_that_was_taken_away_is_said_and_the_next_one_is_followed(tmp_path):
    gone, other = made(tmp_path, "gone"), made(tmp_path, "other")
    mark = psutil.Process().cmdline()[0]
    other.tell(Status("training", epoch=1, epochs=5, process=os.getpid(), mark=mark))
    lens = GateLens(runs=tmp_path)
    ask(lens, network="runs/gone")
    shutil.rmtree(gone.folder)
    end = time.monotonic() + 20
    while "'gone' can no longer be read; choose another network" not in lens.shown["error"]:
        assert time.monotonic() < end, lens.shown["error"]
        time.sleep(0.05)
    assert lens._follower.is_alive
    ask(lens, network="runs/other")
    assert "'gone'" not in lens.shown["error"]
    other.tell(Status("training", epoch=3, epochs=5, process=os.getpid(), mark=mark))
    seen(lens, "in progress: training, epoch 4 of 5")
    ask(lens, network="runs/gone")
    other.tell(Status("finished", epoch=5, epochs=5))
    ask(lens, network="runs/other", tab=WHICH)
    assert "in progress" not in lens.heading  # as it is now, and not as it was when it was left
    assert (lens.shown["tab"], lens.failure) == (WHICH, None)
    lens.close()


def test_finding_runs_brings_no_keras_in(tmp_path):
    made(tmp_path / "runs", "mine")
    code = (
        "import sys; from senet_lab.gatelens.sources.run_list import RunList; print([*RunList('runs').sources()]);"
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['runs/mine']"


@pytest.mark.usefixtures("none_ships")
def test_runs_are_a_group_of_the_list_and_those_made_since_are_in_it_when_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = made(tmp_path / "runs", "cifar_se_resnet20", at=5)
    lens = GateLens()
    assert listed(lens)["Runs"] == ["runs/cifar_se_resnet20"]
    assert len(listed(lens)["timm (downloaded)"]) > 3
    made(tmp_path / "runs", "new & <newer>", at=9)
    monkeypatch.chdir("/")  # a notebook may go elsewhere
    ask(lens, runs=True)
    assert listed(lens)["Runs"] == ["runs/new &amp; &lt;newer&gt;", "runs/cifar_se_resnet20"]
    (old.folder / "config.json").unlink()
    ask(lens, runs=True)
    assert listed(lens)["Runs"] == ["runs/new &amp; &lt;newer&gt;"]
    assert lens.failure is None
    lens.close()


@pytest.mark.usefixtures("none_ships")
def test_another_folder_can_be_named_or_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made(tmp_path / "runs", "a")
    made(tmp_path / "else", "b")
    assert listed(GateLens(runs="else"))["Runs"] == ["runs/b"]
    assert "Runs" not in listed(GateLens(runs=None))


@pytest.mark.usefixtures("none_ships")
def test_pointing_at_the_list_forgets_nothing_that_was_said(tmp_path):
    lens = GateLens(runs=tmp_path)
    ask(lens, tab="no such tab")
    refused = lens.shown["error"]
    assert "must be" in refused
    ask(lens, runs=True)
    assert lens.shown["error"] == refused


@pytest.mark.slow
@pytest.mark.usefixtures("none_ships")
def test_a_chosen_run_is_read_and_followed_as_of_run_does_and_let_go_with_the_next_choice(tmp_path):
    run = made(tmp_path, "mine", weights=False)
    other = made(tmp_path, "other", weights=False)
    for each in (run, other):
        checkpoint.write(each.folder / "checkpoints" / "best.npz", ONE_GATE.build().get_weights(), {"epoch": 1})
    run.tell(Status("training", epoch=1, epochs=5, process=os.getpid(), mark=psutil.Process().cmdline()[0]))
    lens = GateLens(runs=tmp_path)
    ask(lens, network="runs/mine")
    assert (lens.shown["tab"], lens._state.unfolded) == (WHAT, ("Training",))
    assert "in progress: training, epoch 2 of 5" in lens.heading
    lens.wait(300)
    assert "a run of 5 epochs; weights after epoch 1" in lens.heading
    direct = GateLens.of_run(run).wait(300)
    for path, values in direct.scene.reading.gates.items():
        assert (lens.scene.reading.gates[path] == values).all()
    run.tell(Status("training", epoch=3, epochs=5, process=os.getpid(), mark=psutil.Process().cmdline()[0]))
    seen(lens, "in progress: training, epoch 4 of 5")
    checkpoint.write(run.folder / "checkpoints" / "best.npz", ONE_GATE.build().get_weights(), {"epoch": 3})
    seen(lens, "Read better weights")
    ask(lens, network="runs/other")
    assert "in progress" not in lens.heading
    lens.wait(300)
    ask(lens, network="runs/mine")  # what was read of it is kept, and it still has better weights
    assert "Read better weights" in lens.side
    ask(lens, again=True)
    lens.wait(300)
    assert "weights after epoch 3" in lens.heading
    assert (lens.failure, direct.failure) == (None, None)
    for each in (lens, direct):
        each.close()


def test_a_run_is_offered_under_a_name_that_no_network_that_ships_has():
    assert not any(name.startswith(RUNS_PREFIX) for name in pretrained.names())
    assert RunList(None, {"mine": None}).sources() == {}


@pytest.mark.slow
def test_a_run_that_is_looked_into_keeps_the_files_that_it_had(tmp_path):
    run = made(tmp_path, "seen")
    checkpoint.write(run.folder / "checkpoints" / "best.npz", ONE_GATE.build().get_weights(), {"epoch": 1})
    before = sorted(run.folder.rglob("*"))
    source_of_run(run).load()
    assert sorted(run.folder.rglob("*")) == before
