"""The Trainer's page after many events and on several threads, and no more sent than what changes."""

import json
import random
import threading
import time

import pytest
from messages import VIEW, post
from panel_driver import ask, await_that
from runs import ALIVE, TINY, rows

from senet_lab import Trainer
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer import widget as trainer_module
from senet_lab.trainer.state import RECIPE_FIELDS
from senet_lab.training.runs.metrics import COLUMNS
from senet_lab.training.runs.run import Run, Status
from senet_lab.widgets import follower as following
from senet_lab.widgets.follower import Follower


def test_expensive_poll_is_made_less_often(monkeypatch):
    rests = []

    def looked(cost):
        follower = Follower(lambda: lambda: burnt(cost))
        monkeypatch.setattr(follower._ended, "wait", lambda seconds: rests.append(seconds) or follower.end())
        follower._follow()
        return rests[-1]

    def burnt(seconds):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return True

    assert looked(0.0) == following.BUSY_INTERVAL
    assert looked(0.005) >= 0.5
    assert looked(0.05) == following.IDLE_INTERVAL


NONSENSE = [None, True, 0, -1, 1e9, 2.5, "", "x", "none", "8", [], [1], {}, "(", "9" * 99, "c"]


@pytest.mark.slow
def test_after_500_random_events_the_page_is_that_of_the_last_state(trainer):
    chance = random.Random(5)
    names = (
        *RECIPE_FIELDS,
        "network",
        "token",
        "recipe",
        "data",
        "path",
        "focus",
        "drawn",
        "like",
        "pause",
        "stop",
        "nobody",
    )
    fine = {"token": [TINY.token()], "focus": "abc", "drawn": [["a"], ["a", "b"], []], "epochs": ["3", "40"]}
    for number in range(500):
        offered = {control["name"]: control["stops"] for control in trainer.form["controls"]}
        moves = {}
        for name in chance.sample(names, chance.choice((1, 1, 2, 4))):
            legal = offered.get(name) or fine.get(name) or (False, True)
            moves[name] = chance.choice((chance.choice(legal), chance.choice(NONSENSE)))
        post(trainer, moves)
        assert trainer.failure is None, (moves, trainer.failure)
        assert trainer.form["answered"] == {VIEW: number + 1}
        assert set(trainer.form["reasons"]) <= {*moves, "network"}
        assert trainer.picture == trainer_pages.picture(trainer._state, trainer._snapshot)
        assert trainer.epochs == trainer_pages.epochs(trainer._state, trainer._snapshot)
    json.dumps(trainer.form)


def test_settings_from_several_threads_end_with_the_last_state_on_the_page(trainer):
    begin = threading.Barrier(3)

    def move(values):
        begin.wait()
        for number in range(40):
            post(trainer, {"epochs": values[number % 2], "focus": "abc"[number % 3]}, view=f"{values}")

    def follow():
        begin.wait()
        for number in range(40):
            Run(trainer.folder / "a").tell(Status("stopped", epoch=number % 10, epochs=10))
            trainer._tick()

    threads = [
        threading.Thread(target=target, args=args)
        for target, args in ((move, ((3, 4),)), (move, ((5, 6),)), (follow, ()))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trainer.failure is None
    assert trainer.table == trainer_pages.table(trainer._state, trainer._snapshot)
    assert trainer.now == trainer_pages.now(trainer._state, trainer._snapshot, trainer._device)
    epochs = next(control for control in trainer.form["controls"] if control["name"] == "epochs")["value"]
    assert epochs == str(trainer._state.recipe.epochs)


def test_only_changed_parts_are_sent(trainer):
    trainer._tick()
    changed = []
    trainer.observe(lambda change: changed.append(change["name"]), ["form", "now", "picture", "epochs", "table"])
    for _ in range(5):
        trainer._tick()
    assert changed == []
    Run(trainer.folder / "c").tell(
        Status("failed", "of a reason", epoch=3, epochs=10, steps=36, device="CPU", images_per_s=612.3)
    )
    trainer._tick()
    assert changed == ["now", "table"]


def test_a_step_sends_no_table_and_an_epoch_does(folder):
    told = {"epochs": 10, "steps": 36, "loss": 1.0, "accuracy": 0.5, **ALIVE}
    Run(folder / "c").tell(Status("training", epoch=3, step=4, **told))
    trainer = Trainer(folder=folder)
    before = trainer.epochs
    changed = []
    trainer.observe(lambda change: changed.append(change["name"]), ["form", "now", "picture", "epochs", "table"])
    Run(folder / "c").tell(Status("training", epoch=3, step=5, **told))
    trainer._tick()
    assert changed == ["now", "picture"]
    with (folder / "c" / "metrics.csv").open("a") as file:
        file.write(",".join(f"{rows(4)[-1][column]:.6g}" for column in COLUMNS) + "\n")
    trainer._tick()
    assert "epochs" in changed
    assert trainer.epochs["numbers"].count("<tr") == before["numbers"].count("<tr") + 1
    assert "epoch 4, accuracy" in trainer.epochs["strips"]
    assert "epoch 4, accuracy" not in before["strips"] + trainer.picture


def test_follower_polls_until_it_is_ended_or_its_panel_is_gone():
    looked = []

    def tick():
        looked.append(threading.get_ident())
        return True

    def followers():
        return {thread for thread in threading.enumerate() if thread.name == "senet_lab follower"}

    others, follower = followers(), Follower(lambda: tick)
    for _ in range(3):
        follower.start()
    await_that(lambda: len(looked) > 3)
    assert len(followers() - others) == len(set(looked)) == 1
    follower.end()
    follower._thread.join(30)
    assert not follower.is_alive
    seen = len(looked)
    follower.start()
    assert (follower.is_alive, len(looked)) == (False, seen)
    orphan = Follower(lambda: None)
    orphan.start()
    orphan._thread.join(5)
    assert not orphan.is_alive


def test_an_error_while_following_is_shown_and_kept(trainer, monkeypatch):
    monkeypatch.setattr(trainer_module, "read_folder", lambda *_: 1 / 0)
    assert trainer._tick() is False
    assert "ZeroDivisionError" in trainer.form["error"]
    assert isinstance(trainer.failure, ZeroDivisionError)
    monkeypatch.undo()
    trainer.failure = None
    assert ask(trainer, epochs=4)["error"] == ""


def test_internal_error_is_shown_and_the_next_setting_works(trainer, monkeypatch):
    monkeypatch.setattr(trainer_pages, "form", lambda *_, **__: 1 / 0)
    assert "ZeroDivisionError" in ask(trainer, epochs=4)["error"]
    monkeypatch.undo()
    trainer.failure = None
    assert ask(trainer, epochs=5)["error"] == ""
