"""Moves in the Trainer: what they change, what they are refused for, and which runs are drawn."""

import os
from dataclasses import replace

import pytest
from panel_driver import ask
from runs import ALIVE, SE_20, made

from senet_lab import Trainer
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer.commands import command
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.state import after, initial_state
from senet_lab.training.recipe import RECIPES


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"epochs": "0"}, "Epochs (0) must be at least 1; try 1."),
        ({"epochs": "many"}, "Epochs must be a whole number, not 'many'; it remains 10."),
        ({"epochs": " "}, "Epochs must be a whole number, and the field is empty; it remains 10."),
        ({"epochs": "1e9"}, "Epochs (1e9) must be at most 1,000,000; try 1000000."),
        ({"epochs": "1e400"}, "Epochs must be a whole number, not 1e400; try 1000000."),
        ({"epochs": "2.5"}, "Epochs must be a whole number, not 2.5; try 2."),
        ({"epochs": "nan"}, "Epochs must be a whole number, not 'nan'; it remains 10."),
        ({"batch": "-1e400"}, "Batch size must be a whole number, not -1e400; try 1."),
        ({"learning_rate": "1e400"}, "Learning rate (1e400) must be at least 1e-12 and below 1000; try 990."),
        ({"learning_rate": "-1"}, "Learning rate (-1) must be at least 1e-12"),
        ({"learning_rate": "0,1"}, "Learning rate must be a number, not '0,1'; it remains 0.1."),
        ({"validation": "1"}, "Validation (1) must be at least 0 and below 0.9; try 0.891."),
        ({"augment": "yes"}, "Augment must be on or off"),
        ({"warmup": "10"}, "Warm-up (10) must be less than epochs (10) and needs schedule 'cosine'; try Warm-up 9."),
        ({"schedule": "linear"}, "Schedule (linear) must be 'constant' or 'cosine'"),
        ({"recipe": "moden"}, "try 'modern'"),
        ({"network": "resnet2"}, "must be one of"),
        ({"token": "x"}, "Token (x) must begin with 'senet1'"),
        ({"token": "senet1~groups=8x1,8x1,8x1,8x1,8x1,8x1"}, "must be at least 128 pixels high and wide"),
        (
            {"data": "imagenet"},
            "Images (imagenet) must be one of 'sample', 'cifar10', 'gate-task', 'gate-task-8', 'gate-task-4' or 'folder'",
        ),
        (
            {"path": "nowhere"},
            f"Path (nowhere) must be an existing folder; the nearest existing folder is '{os.getcwd()}'.",
        ),
        (
            {"path": ""},
            "Path must be a folder with one folder of images per class, and the field is empty; try 'pets', with "
            "'pets/cats' and 'pets/dogs' in it.",
        ),
        ({"path": os.path.dirname(__file__)}, "must have a folder of images for each class, at least 2, not"),
        ({"drawn": list("abcdefg")}, "Drawn (7 runs) must be at most 6"),
        ({"drawn": "a"}, "Drawn must be a list of runs"),
        ({"strat": True}, "try 'start'"),
    ],
)
def test_bad_value_is_answered_at_its_control_and_changes_nothing(trainer, moves, words):
    state, before = initial_state(), trainer.form["controls"]
    form = ask(trainer, **moves)
    assert words in form["error"]
    assert list(form["reasons"]) == list(moves)
    assert form["controls"] == before
    assert replace(after(state, moves), refusals={}) == state
    assert ask(trainer, epochs=5)["error"] == ""


@pytest.mark.parametrize("wish", ["pausing", "stopping"])
@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("waiting", "once its process has started and compiled the first step"),
        ("compiling", "once the first step is compiled, which cannot be interrupted"),
        ("training", "after the current step"),
        ("validating", "after the current batch"),
    ],
)
def test_request_to_pause_or_stop_says_what_it_waits_for(folder, wish, state, first):
    run = made(folder, "d", state=state, **ALIVE)
    run.ask({"pausing": "pause", "stopping": "stop"}[wish])
    now = trainer_pages.now(initial_state(), read_folder(folder), None)
    assert f"\u00b7 {wish}: {first}<" in now["progress"]
    assert now["said"] == f"SE-ResNet-20: {wish}: {first}."


def test_another_recipe_retains_epochs_and_seed():
    state = after(initial_state(), {"epochs": "1", "seed": "5"})
    assert state.recipe.warmup == 0
    state = after(state, {"recipe": "original"})
    assert state.recipe == replace(RECIPES["original"], epochs=1, seed=5)
    state = after(state, {"recipe": "modern", "epochs": "30"})
    assert (state.recipe.epochs, state.recipe.batch) == (30, 128)


def test_active_run_but_not_a_paused_one_is_said_to_slow_down_a_second(tmp_path):
    for state, slows in (("training", True), ("paused", False)):
        made(tmp_path / state, "mine", state=state, **ALIVE)
        trainer = Trainer(folder=tmp_path / state)
        assert ("A run is in progress; a second one would slow down both." in trainer.form["needs"]) == slows
        trainer.close()


def test_comparable_runs_are_drawn_with_the_one_in_focus_until_others_are_selected(trainer):
    assert [record.key for record in trainer_pages.picture_records(initial_state(), read_folder(trainer.folder))] == [
        "a",
        "b",
        "c",
    ]
    assert "SE-ResNet-20, ratio 16 is 4.0 points above SE-ResNet-20, ratio 4 after 3 epochs" in trainer.picture
    ask(trainer, drawn=["c"])
    assert "ResNet-20: validation accuracy 40.0% after 3 epochs" in trainer.picture
    ask(trainer, focus="a")
    assert "<h2>SE-ResNet-20</h2>" in trainer.now["heading"]
    ask(trainer, focus="gone")
    assert "<h2>ResNet-20</h2>" in trainer.now["heading"]


def test_settings_of_a_run_are_copied(trainer):
    ask(trainer, focus="b", epochs="77")
    assert ask(trainer, like=True)["controls"][0]["value"] is None
    assert trainer.architecture == replace(SE_20, ratio=4)
    record = read_folder(trainer.folder).record("b")
    state = command("like", True, after(initial_state(), {"epochs": "77"}), record, trainer.folder)
    assert (state.architecture, state.recipe, state.base, state.kind) == (
        replace(SE_20, ratio=4),
        RECIPES["original"],
        "original",
        "sample",
    )
