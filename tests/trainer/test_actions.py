"""Starting in the Trainer, and what is refused; the buttons of each state of a run."""

import re

import pytest
from panel_driver import ask, well_formed
from runs import ALIVE, SE_20, TINY, killed

from senet_lab import Trainer, memory
from senet_lab.training.runs.run import Run, Status


def test_start_without_enough_memory_is_refused_with_advice_and_leaves_no_folder(trainer, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2 * 2**30)
    ask(trainer, batch="4096")
    form = ask(trainer, start=True)
    assert re.search(
        r"^Batch size \(4,096\) needs .*; try Batch size \d+ with Accumulate \d+, ", form["reasons"]["start"]
    )
    assert form["reasons"]["start"].endswith("; or press Start anyway.")
    assert form["needs"] == form["reasons"]["start"]
    assert form["fits"] is False
    assert sorted(path.name for path in trainer.folder.iterdir()) == ["a", "b", "c"]


def test_start_anyway_without_enough_memory_warns_and_starts(trainer, monkeypatch):
    assert trainer.form["anyway"] == ""
    monkeypatch.setattr(memory, "available", lambda: 2**20)
    form = ask(trainer, token=TINY.token())
    assert "the system may kill the run" in form["anyway"]
    form = ask(trainer, start="anyway")
    assert (form["error"], form["reasons"]) == ("", {})
    started = trainer.run
    assert started.status().process
    killed(started)
    with pytest.raises(ValueError, match="or force it"):
        started.start()
    form = ask(trainer, resume=True)
    assert form["error"].endswith("; or press Resume anyway.")
    assert form["resume_anyway"]
    form = ask(trainer, resume="anyway")
    assert (form["error"], form["resume_anyway"]) == ("", False)
    killed(started)
    started.tell(started.status()._replace(state="stopped", step=3, steps=18))  # one that has trained did fit
    ask(trainer, resume=True)
    assert trainer.form["error"] == ""
    killed(started)


def test_start_anyway_without_data_is_not_offered(trainer):
    assert ask(trainer, data="folder")["anyway"] == ""


def test_start_in_an_unwritable_folder_is_refused_at_its_button(tmp_path):
    (tmp_path / "file").write_text("")
    trainer = Trainer(folder=tmp_path / "file")
    assert "start" in ask(trainer, start=True)["reasons"]
    assert trainer.failure is None


def test_start_without_data_names_what_is_missing(trainer):
    ask(trainer, data="folder")
    assert "Choose an image folder first" in trainer.form["needs"]
    assert "choose one first" in ask(trainer, start=True)["reasons"]["start"]


@pytest.mark.parametrize(
    ("status", "state", "toggle", "can_toggle", "can_stop"),
    [
        (Status("finished", epoch=10, epochs=10), "finished", "resume", False, False),
        (Status("stopped", epoch=2, epochs=10), "stopped after 2 of 10 epochs; press Resume", "resume", True, False),
        (
            Status("stopped", epoch=2, epochs=10, step=3),
            "stopped in epoch 3 of 10; press Resume",
            "resume",
            True,
            False,
        ),
        (Status("failed", "the loss is <no> number", epoch=2, epochs=10), "failed", "resume", True, False),
        (Status("training", epochs=10, step=3, steps=36, **ALIVE), "training, epoch 1 of 10", "pause", True, True),
        (Status("paused", epochs=10, step=3, steps=36, **ALIVE), "paused", "resume", True, True),
        (Status("stopped", epochs=10, step=3, steps=36, **ALIVE), "stopping", "resume", False, False),
    ],
)
def test_run_in_each_state_has_its_words_and_buttons(folder, status, state, toggle, can_toggle, can_stop):
    Run(folder / "a").tell(status)
    trainer = Trainer(folder=folder)
    ask(trainer, focus="a")
    asks = trainer.now["asks"]
    assert (asks["toggle"], asks["can_toggle"], asks["can_stop"]) == (toggle, can_toggle, can_stop)
    assert state in trainer.now["said"]
    well_formed(
        trainer.now["heading"]
        + trainer.now["progress"]
        + trainer.picture
        + "".join(trainer.epochs.values())
        + trainer.table
    )
    assert "no> number" not in trainer.now["progress"]
    if status.reason:
        assert status.reason in trainer.now["said"]


def test_run_that_was_created_only_can_be_resumed(tmp_path):
    Run.create(SE_20, folder=tmp_path / "a")
    trainer = Trainer(folder=tmp_path)
    assert "not started; press Resume to start it" in trainer.now["said"]
    assert trainer.now["asks"]["toggle"] == "resume"
    ask(trainer, resume=True)
    started = Run(tmp_path / "a")
    assert not trainer.form["error"]
    assert started.status().process
    killed(started)
    assert started.status().state == "failed"


def test_run_whose_process_is_gone_says_so_and_can_be_resumed(folder):
    Run(folder / "a").tell(Status("training", epoch=1, epochs=10, process=2**22 - 1))
    trainer = Trainer(folder=folder)
    ask(trainer, focus="a")
    assert "its process ended unexpectedly" in trainer.now["said"]
    assert trainer.now["asks"]["can_toggle"]
