"""The Trainer without a browser: curves, what is seen of a folder, moves, refusals, threads, short real trainings."""

import json
import math
import os
import random
import re
import sys
import threading
import time
import types
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from messages import VIEW, post
from runs import ALIVE, SE_20, SHORT, TINY, await_state, killed, made, rows

from senet_lab import Architecture, Explorer, Trainer, memory
from senet_lab.drawing.inline_styles import STORED
from senet_lab.explorer import widget as explorer_module
from senet_lab.explorer.labels import OWN
from senet_lab.explorer.moves import TIMM
from senet_lab.trainer import devices
from senet_lab.trainer import folder as watching
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer import saving as trainer_taking
from senet_lab.trainer import widget as trainer_module
from senet_lab.trainer.controls import NUMBERS, trainer_controls
from senet_lab.trainer.courses import DRAWN, THINNED, Course, finding, told_apart
from senet_lab.trainer.curves import curves_page, curves_svg, learning_curve
from senet_lab.trainer.folder import look
from senet_lab.trainer.results import courses_of, results_table
from senet_lab.trainer.saving import Taken
from senet_lab.trainer.state import FIELDS, after, begun
from senet_lab.training.recipe import RECIPES
from senet_lab.training.runs.fitting import fitted
from senet_lab.training.runs.metrics import COLUMNS
from senet_lab.training.runs.run import Run, Status
from senet_lab.training.runs.warm import cool
from senet_lab.weights import pretrained
from senet_lab.widgets import follower as following
from senet_lab.widgets.cells import REPLACED
from senet_lab.widgets.follower import Follower

BARE = rows(5, val_accuracy=math.nan)  # nothing is held out


@pytest.fixture
def folder(tmp_path):
    """Three finished runs, the last one of another network."""
    made(tmp_path, "a", accuracy=0.5)
    made(tmp_path, "b", replace(SE_20, ratio=4), accuracy=0.46)
    made(tmp_path, "c", Architecture.preset("cifar_resnet20"), accuracy=0.4)
    return tmp_path


@pytest.fixture
def trainer(folder):
    made_ = Trainer(folder=folder)
    yield made_
    made_.close()
    cool()
    assert made_.failure is None


def ask(trainer, **moves):
    post(trainer, moves)
    return trainer.form


def await_that(happens, seconds=60):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def well_formed(html):
    return ElementTree.fromstring(f"<div>{html}</div>")


# Curves


def test_curves_are_well_formed_and_escaped_and_have_their_numbers_behind_them():
    courses = [Course("<b>&", 3, rows(3)), Course('"B"', 5, rows(5, 0.42), [(5.5, 1.2, 0.6)])]
    for interactive in (False, True):
        page = well_formed(curves_page(courses, interactive=interactive))
        text = "".join(page.itertext())
        assert "50.0 %" in text
        assert "42.0 %" in text
        assert "<b>&" in text
    assert len(page.findall(".//tbody/tr")) == 8


@pytest.mark.parametrize(
    "course",
    [
        Course("empty", 0),
        Course("one step", 5, (), [(0.1, 2.3, 0.1)]),
        Course("one epoch", 1, rows(1)),
        Course("none held out", 2, rows(2, val_loss=math.nan, val_accuracy=math.nan)),
        Course("gone wild", 3, rows(3, val_loss=1e30)),
        Course("flat", 3, rows(3, 0.0, loss=0.0, val_loss=0.0, learning_rate=0.0)),
        Course("infinite", 3, rows(3, val_loss=math.inf)),
    ],
    ids=lambda course: course.name,
)
def test_any_course_can_be_drawn_without_a_point_outside_the_picture(course):
    drawing = well_formed(curves_svg([course], interactive=True))
    assert "nan" not in ElementTree.tostring(drawing, "unicode").replace("nance", "")
    for circle in drawing.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.get("cx")) <= 780
        assert 0 <= float(circle.get("cy")) <= 262


def test_a_picture_does_not_grow_with_the_run():
    sizes = [len(curves_page([Course("long", n, rows(n))] * DRAWN, interactive=True)) for n in (1_000, 10_000)]
    assert sizes[1] < 1.1 * sizes[0]
    assert curves_svg([Course("long", 10_000, rows(10_000))]).count(" L ") < 6 * THINNED


def test_lines_are_told_apart_by_colour_dash_and_words():
    drawing = curves_svg([Course("a", 2, rows(2)), Course("b", 2, rows(2, 0.3))])
    for words in ("A training", "A validation", "B training", "B validation", "sn-run-0 sn-train", "sn-run-1 sn-val"):
        assert words in drawing


def test_labels_at_the_ends_never_touch():
    drawing = well_formed(curves_svg([Course("same", 5, rows(5))] * DRAWN))
    spots = [
        (float(each.get("x")), float(each.get("y")))
        for each in drawing.iter("{http://www.w3.org/2000/svg}text")
        if "sn-small" in each.get("class")
    ]
    assert len(spots) == 4 * DRAWN
    for left in {x for x, _ in spots}:
        heights = sorted(y for x, y in spots if x == left)
        assert min(b - a for a, b in pairwise(heights)) > 11


@pytest.mark.parametrize(
    ("courses", "words"),
    [
        ([], "The curves begin with the first steps"),
        ([Course("A", 5)], "The curves begin"),
        (
            [Course("A", 3, rows(3))],
            "A: validation accuracy 50.0 % after 3 epochs, 5.0 points below training (55.0 %).",
        ),
        (
            [Course("A", 1, rows(1, val_accuracy=math.nan))],
            "A: training accuracy 55.0 % after 1 epoch; no images are held out.",
        ),
        (
            [Course("A", 5, rows(5)), Course("B", 3, rows(3, 0.46))],
            "A is 4.0 points above B after 3 epochs, one run each.",
        ),
        ([Course("A", 5, rows(5)), Course("B", 5, rows(5))], "A and B are level after 5 epochs"),
        (
            [
                Course("A", 5, rows(5), what=("A",)),
                Course("A2", 5, rows(5, 0.49), what=("A",)),
                Course("B", 5, rows(5, 0.46)),
            ],
            "A is 4.0 points above B",  # and not above the same with another seed
        ),
        (
            [Course("A", 5, rows(5)), Course("A2", 5, rows(5, 0.49))],
            "A is 1.0 points above A2",
        ),
        (
            [Course("A", 5, rows(5), held=500), Course("B", 5, rows(5, 0.46), held=500)],
            "with 500 validation images, up to 6.3 points may be chance",  # 2 sqrt(2 * 0.48 * 0.52 / 500)
        ),
        (
            [Course("A", 5, rows(5)), Course("B", 5, BARE)],
            "A and B cannot be compared: B holds no images out, and accuracy on the images that are trained on is another",
        ),
        (
            [Course("C", 5, BARE), Course("A", 5, rows(5)), Course("B", 5, rows(5, 0.46))],
            "A is 4.0 points above B after 5 epochs, one run each. Not compared, since no images are held out there: C.",
        ),
        (
            [Course("A", 5, rows(5)), Course("B", 5, BARE), Course("C", 5, rows(5, 0.8, val_accuracy=math.nan))],
            "C is 30.0 points above B after 5 epochs, on the training images, one run each. Not compared, since images "
            "are held out there: A.",
        ),
    ],
)
def test_what_is_seen_is_said(courses, words):
    assert words in finding(courses)


def test_names_tell_apart_by_what_differs_alone():
    alike = ("ratio 16", "seed 0")
    assert told_apart([("A", alike), ("A", ("ratio 16", "seed 1")), ("B", alike)]) == ["A, seed 0", "A, seed 1", "B"]
    assert told_apart([("A", alike), ("A", alike)]) == ["A, run 1", "A, run 2"]


def test_a_run_is_drawn_in_a_cell_and_saved_as_a_file(folder):
    curve = learning_curve([Run(folder / "a"), Run(folder / "b")])
    assert repr(curve) == "LearningCurve(SE-ResNet-20, ratio 16, SE-ResNet-20, ratio 4)"
    well_formed(curve._repr_html_().partition("</style>")[2])
    ElementTree.fromstring(curve.svg.encode())
    assert "var(" not in curve.svg
    assert learning_curve(Run(folder / "c")).courses[0].last() == 0.4
    again = made(folder, "again", recipe=replace(RECIPES["seed"], seed=1), accuracy=0.49)
    first, second = learning_curve([Run(folder / "a"), again]).courses
    assert first.what == second.what != learning_curve(Run(folder / "b")).courses[0].what
    with pytest.raises(ValueError, match=r"`runs` \(=7 of them\) must be at most 6; try those that you compare."):
        learning_curve([Run(folder / "a")] * 7)


# Watching


def test_a_folder_is_seen_newest_first_and_what_has_not_changed_is_not_read_again(folder, monkeypatch):
    seen = look(folder)
    assert [record.key for record in seen.records] == ["c", "b", "a"]
    monkeypatch.setattr(watching, "_read", lambda *_: 1 / 0)
    assert look(folder, seen) == seen


def test_what_is_damaged_missing_or_too_much_ends_nothing(folder, monkeypatch):
    (folder / "b" / "config.json").write_text('{"architecture": "senet9~x"}')
    (folder / "c" / "metrics.csv").write_text("nonsense")
    (folder / "notes.txt").write_text("")
    (folder / "empty").mkdir()
    seen = look(folder)
    assert ([record.key for record in seen.records], list(seen.reasons)) == (["c", "a"], ["b"])
    assert seen.records[0].rows == ()
    assert look(folder / "nowhere").records == ()
    monkeypatch.setattr(watching, "LISTED", 1)
    assert (len(look(folder).records), look(folder).older) == (0, 2)  # the newest one is the one that cannot be read
    table = trainer_pages.table(begun(), seen)
    assert "not readable: b" in table
    well_formed(table)


def test_the_way_within_an_epoch_is_kept_and_thinned(tmp_path):
    run = made(tmp_path, "a", epochs=1)
    seen = None
    for step in range(1, 301):
        run.tell(
            Status("paused", epoch=1, epochs=10, step=step, steps=300, loss=2 - step / 300, accuracy=0.3, process=1)
        )
        seen = look(tmp_path, seen)
    trail = seen.records[0].trail
    assert len(trail) <= watching.TRAIL
    assert (trail[0][0], trail[-1][0]) == (1 + 1 / 300, 2.0)
    assert list(trail) == sorted(trail)
    run.tell(run.status()._replace(state="stopped", at=time.time()))
    course = courses_of(look(tmp_path, seen).records)[0]
    assert (course.epochs, course.training("loss")[-1]) == (2, (2.0, 1.0))  # what was drawn stays


def test_the_table_of_results_says_what_the_runs_say(folder):
    table = well_formed(results_table(look(folder).records, ["a"], "a", interactive=True))
    cells = [["".join(cell.itertext()) for cell in row] for row in table.findall(".//tbody/tr")]
    assert [cell[2:] for cell in cells][-1] == ["274.49 k", "40.82 M", "50.0 %", "50.0 %", "610", "finished"]
    assert "ratio 4, seed recipe, 10 epochs" in cells[1][1]
    assert cells[-1][0] == "A"


# Moves


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"epochs": "0"}, "Epochs (0) must be at least 1; try 1."),
        ({"epochs": "many"}, "Epochs must be a whole number, not 'many'; it stays 10."),
        ({"epochs": " "}, "Epochs must be a whole number, and the field is empty; it stays 10."),
        ({"epochs": "1e9"}, "Epochs (1e9) must be at most 1000000; try 1000000."),
        ({"epochs": "1e400"}, "Epochs must be a whole number, not 1e400; try 1000000."),
        ({"epochs": "2.5"}, "Epochs must be a whole number, not 2.5; try 2."),
        ({"epochs": "nan"}, "Epochs must be a whole number, not 'nan'; it stays 10."),
        ({"batch": "-1e400"}, "Batch must be a whole number, not -1e400; try 1."),
        ({"learning_rate": "1e400"}, "Learning rate (1e400) must be at least 1e-12 and below 1000; try 990."),
        ({"learning_rate": "-1"}, "Learning rate (-1) must be at least 1e-12"),
        ({"learning_rate": "0,1"}, "Learning rate must be a number, not '0,1'; it stays 0.1."),
        ({"validation": "1"}, "Validation (1) must be at least 0 and below 0.9; try 0.891."),
        ({"augment": "yes"}, "Augment must be True or False"),
        ({"warmup": "10"}, "Warm-up (10) needs schedule 'cosine' and fewer epochs than epochs (10); try Warm-up 9."),
        ({"schedule": "linear"}, "Schedule (linear) must be one of 'constant' or 'cosine'"),
        ({"recipe": "moden"}, "try 'modern'"),
        ({"network": "resnet2"}, "must be one of"),
        ({"token": "x"}, "Token (x) must begin with 'senet1'"),
        ({"token": "senet1~groups=8x1,8x1,8x1,8x1,8x1,8x1"}, "must be at least 128 pixels high and wide"),
        ({"data": "imagenet"}, "Images (imagenet) must be one of 'sample', 'cifar10' or 'folder'"),
        (
            {"path": "nowhere"},
            f"Path (nowhere) must be an existing folder; the nearest existing folder is '{os.getcwd()}'.",
        ),
        (
            {"path": ""},
            "Path must be a folder with a folder of images for each class, and the field is empty; try 'pets', with "
            "'pets/cats' and 'pets/dogs' in it.",
        ),
        ({"path": os.path.dirname(__file__)}, "must have a folder of images for each class, at least 2, not"),
        ({"drawn": list("abcdefg")}, "Drawn (7 runs) must be at most 6"),
        ({"drawn": "a"}, "Drawn must be a list of runs"),
        ({"strat": True}, "try 'start'"),
    ],
)
def test_a_bad_value_is_answered_at_its_control_and_loses_nothing(trainer, moves, words):
    before = trainer._state
    form = ask(trainer, **moves)
    assert words in form["error"]
    assert list(form["reasons"]) == list(moves)
    assert replace(trainer._state, refused={}) == before
    assert ask(trainer, epochs=5)["error"] == ""


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["1e9", "1e400", "-1e400", "-3", "0", "2.5", "1e-400", "True"])
def test_what_the_answer_to_a_bad_number_says_to_try_will_do(name, typed):
    answer = after(begun(), {name: typed}).refused.get(name)
    if answer and (name, typed) != ("warmup", "1e400"):  # its bound is that of the epochs, which comes second
        assert typed in answer
        assert after(begun(), {name: re.search(r"try (?:\S+ )?(\S+)\.$", answer)[1]}).refused == {}


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["abc", "", "nan", "1,000", "1j"])
def test_what_is_no_number_leaves_what_there_is(name, typed):
    field = next(control for control in trainer_controls(begun()) if control.name == name)
    assert after(begun(), {name: typed}).refused[name].endswith(f"; it stays {field.value}.")


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("base", RECIPES)
@pytest.mark.parametrize(
    "moves", [{}, {"seed": "20261122", "learning_rate": "0.12345678", "weight_decay": "1.2345678e-05"}]
)
def test_what_a_field_shows_changes_nothing_when_it_is_sent_back(name, base, moves):
    state = after(begun(), {"recipe": base, **moves})
    field = next(control for control in trainer_controls(state) if control.name == name)
    assert after(state, {name: field.value}) == state
    assert moves.get(name, field.value) == field.value


def test_a_seed_of_many_digits_is_shown_and_told_with_all_of_them():
    state = after(begun(), {"seed": "20261122"})
    assert state.recipe.seed == 20261122
    assert "seed 20261122 instead of 0" in next(each for each in trainer_controls(state) if each.name == "recipe").hint
    assert after(state, {"seed": "many"}).refused["seed"].endswith("; it stays 20261122.")


def test_a_whole_number_may_be_written_as_another():
    assert after(begun(), {"batch": "1e3"}).recipe.batch == 1000


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({}, "modern, but epochs 10 instead of 30"),
        ({"epochs": "30"}, "all as modern has it"),
        ({"recipe": "seed"}, "all as seed has it"),
        ({"recipe": "seed", "augment": True}, "seed, but augment yes instead of no"),
        (
            {"epochs": "1", "learning_rate": "0.05"},
            "modern, but epochs 1 instead of 30, learning rate 0.05 instead of 0.1, warm-up 0 instead of 2",
        ),
    ],
)
def test_the_recipe_says_in_a_sentence_what_is_not_as_it_has_it(moves, said):
    controls = trainer_controls(after(begun(), moves))
    assert next(control.hint for control in controls if control.name == "recipe") == said


@pytest.mark.parametrize("wish", ["pausing", "stopping"])
@pytest.mark.parametrize(
    ("state", "first"),
    [
        ("waiting", "once its process is there and its first step is compiled"),
        ("compiling", "once its first step is compiled, which nothing can interrupt"),
        ("training", "after the step under way"),
        ("validating", "after the images under way"),
    ],
)
def test_a_wish_says_what_it_waits_for(folder, wish, state, first):
    run = made(folder, "d", state=state, **ALIVE)
    run.ask({"pausing": "pause", "stopping": "stop"}[wish])
    now = trainer_pages.now(begun(), look(folder), None)
    assert f"\u00b7 {wish}: {first}<" in now["progress"]
    assert now["said"] == f"SE-ResNet-20: {wish}: {first}."


def checkpointed(run):
    """A run with a file where its first checkpoint would be; whoever reads it learns that it is damaged."""
    (run.folder / "checkpoints").mkdir(exist_ok=True)
    (run.folder / "checkpoints/best.npz").write_bytes(b"")


def test_gates_can_be_opened_of_runs_that_have_some_and_a_checkpoint(folder, trainer):
    asks = lambda key: ask(trainer, focus=key) and trainer.now["asks"]  # noqa: E731 - two words for one question
    assert (asks("c")["can_gates"], asks("c")["gates"]) == (False, "It has no squeeze-excite")
    assert (asks("a")["can_gates"], asks("a")["gates"][:20]) == (False, "Its first checkpoint")
    for name in "abc":
        checkpointed(Run(folder / name))
    fresh = Trainer(folder=folder)
    ask(fresh, focus="a")
    assert fresh.now["asks"]["can_gates"]
    ask(fresh, focus="c")
    assert not fresh.now["asks"]["can_gates"]
    fresh.close()


def test_a_run_at_work_has_gates_as_soon_as_its_first_checkpoint_is_there(folder):
    run = made(folder, "d", state="training", **ALIVE)
    seen = look(folder)
    assert not seen.record("d").kept
    checkpointed(run)
    assert look(folder, seen).record("d").kept


def test_the_gates_of_a_run_are_opened_once_and_those_of_another_close_them(folder, trainer):
    for name in "ab":
        checkpointed(Run(folder / name))
    assert trainer.lens is None
    ask(trainer, focus="a", gates=True)
    first = trainer.lens
    assert repr(first) == "GateLens(a)"
    assert first._repr_mimebundle_()[0]["text/html"].count(STORED) == 1
    ask(trainer, gates=True)
    assert trainer.lens is first
    told = []
    trainer.observe(lambda change: told.append((repr(change.new), first.comm is None)), "lens")
    ask(trainer, focus="b", gates=True)
    assert told == [("GateLens(b)", False)]  # or the page would lead nobody there, between two
    assert first.comm is None  # closed
    second = trainer.lens
    second.close()
    assert trainer.lens is None
    assert json.loads(json.dumps(trainer.get_state()))["lens"] is None  # or no page could be loaded again
    ask(trainer, gates=True)
    assert trainer.lens is not second
    last = trainer.lens
    trainer.close()
    assert last.comm is None


def test_gates_of_a_run_that_is_gone_are_refused_at_their_button(folder, trainer):
    ask(trainer, focus="a")
    for path in (folder / "a").iterdir():
        path.unlink()
    form = ask(trainer, gates=True)
    assert "a" in form["reasons"]["gates"]
    assert trainer.lens is None


def saved(trainer):
    """What is said once the process that saves has ended; looked at here, since no page has said hello."""
    await_that(lambda: not trainer._taking.look(), 240)
    trainer._tick()
    return trainer.now


@pytest.mark.slow
def test_the_network_of_a_run_is_saved_beside_the_notebook_without_keras_in_its_kernel(unbroken, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unbroken.keras").write_text("somebody's")
    trainer = Trainer(folder=unbroken.folder.parent)
    ask(trainer, take=True)
    assert "Saving" in trainer.now["said"]
    assert not trainer.now["asks"]["can_take"]
    assert "being saved already" in ask(trainer, take=True)["error"]
    now = saved(trainer)
    assert not now["ill"]
    told = "Saved as unbroken_2.keras, in the folder of the notebook; keras.saving.load_model opens it."
    assert now["said"] == told
    assert now["asks"]["can_take"]
    again = Trainer(folder=unbroken.folder.parent)  # its cell is run again
    assert again.now["said"] == told
    for each in (trainer, again):
        each.close()
    assert (tmp_path / "unbroken.keras").read_text() == "somebody's"
    import keras

    x = np.zeros((1, 32, 32, 3), "float32")
    taken = keras.saving.load_model(tmp_path / "unbroken_2.keras")
    np.testing.assert_array_equal(taken.predict(x, verbose=0), unbroken.model().predict(x, verbose=0))


@pytest.mark.slow
def test_why_a_network_was_not_saved_is_said_of_its_run_alone(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpointed(Run(folder / "a"))
    trainer = Trainer(folder=folder)
    ask(trainer, focus="b")
    assert (trainer.now["asks"]["can_take"], trainer.now["asks"]["take"][:20]) == (False, "Its first checkpoint")
    ask(trainer, focus="a", take=True)
    now = saved(trainer)
    assert now["ill"]
    assert "Its network was not saved: 'a' has no checkpoint yet" in now["said"]
    assert not list(tmp_path.glob("*.keras"))
    ask(trainer, focus="b")
    assert not trainer.now["ill"]
    ask(trainer, focus="a")
    assert "saved" not in trainer.now["said"]  # something else was asked for
    trainer.close()


def test_what_came_of_saving_hides_nothing_that_happens_to_the_run_later(folder):
    taken = Taken("d", "Saved as d.keras.", "saved")
    run = made(folder, "d", state="training", warning="Other versions.", **ALIVE)
    said = lambda: trainer_pages.now(begun(), look(folder), None, taken)["said"]  # noqa: E731 - said twice
    assert re.fullmatch(r"SE-ResNet-20: training.*\. Other versions\. Saved as d\.keras\.", said())
    run.tell(run.status()._replace(state="failed", reason="the disk is full", warning=""))
    assert said() == "SE-ResNet-20: failed, since the disk is full. Saved as d.keras."


def test_a_network_is_not_saved_where_it_cannot_be_or_would_take_the_memory_of_a_training(folder, monkeypatch):
    checkpointed(Run(folder / "a"))
    trainer = Trainer(folder=folder)
    monkeypatch.setattr(memory, "available", lambda: 10**8)
    assert "95 MiB are free; try it later" in ask(trainer, focus="a", take=True)["error"]
    monkeypatch.setattr(trainer_taking.os, "access", lambda *_: False)
    assert "cannot be written to; start Jupyter in another folder" in ask(trainer, take=True)["error"]
    trainer.close()


def test_a_look_that_costs_more_is_made_less_often(monkeypatch):
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

    assert looked(0.0) == following.BUSY
    assert looked(0.005) >= 0.5
    assert looked(0.05) == following.IDLE


def test_a_network_that_ships_can_be_chosen_to_train(trainer):
    ask(trainer, network="ours/cifar_se_resnext17")
    card = pretrained.card("cifar_se_resnext17")
    assert trainer.architecture == card.architecture
    choice = trainer.form["controls"][0]
    assert choice["labels"][choice["stops"].index(choice["value"])] == "SE-ResNeXt-17 8 paths (ships)"


def test_a_network_of_timms_that_is_pasted_is_shown_as_ones_own(trainer):
    network = next(network for name, network in TIMM.items() if network.include_top)
    choice = ask(trainer, token=network.token())["controls"][0]
    assert (choice["value"], choice["labels"][choice["stops"].index(None)]) == (None, OWN)


def test_the_whole_set_is_refused_with_the_reason_where_it_is_not(trainer, monkeypatch, tmp_path):
    monkeypatch.setenv("SENET_LAB_DATA", str(tmp_path / "none.npz"))
    assert "CIFAR-10 is not at" in ask(trainer, data="cifar10")["error"]
    assert trainer._state.kind == "sample"
    (tmp_path / "none.npz").write_bytes(b"")
    assert ask(trainer, data="cifar10")["error"] == ""


def test_the_network_takes_on_input_and_classes_of_the_data_and_says_so(trainer, tmp_path):
    form = ask(trainer, network="se_resnext50_32x4d")
    assert trainer.architecture == replace(Architecture("resnext", 50), input_shape=(32, 32, 3), classes=10)
    assert "with 32\u00d732 pixels and 10 classes, as the data have" in form["controls"][0]["hint"]
    for name in ("cats", "dogs", "eels"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    ask(trainer, path=f"{tmp_path}/pets")
    assert (trainer.architecture.classes, trainer.architecture.input_shape) == (3, (224, 224, 3))
    assert trainer._state.data == str(tmp_path / "pets")


def test_another_recipe_keeps_what_is_a_matter_of_time_and_chance(trainer):
    ask(trainer, epochs="1", seed="5")
    assert trainer._state.recipe.warmup == 0
    ask(trainer, recipe="seed")
    assert trainer._state.recipe == replace(RECIPES["seed"], epochs=1, seed=5)
    ask(trainer, recipe="modern", epochs="30")
    assert trainer._state.recipe.epochs == 30
    assert trainer._state.recipe.batch == 128


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_of_the_recipe_has_its_control_with_words_about_it(name):
    control = next(control for control in trainer_controls(begun()) if control.name == name)
    assert control.label
    assert control.hint


def test_the_explorers_network_is_followed_until_another_is_chosen(folder):
    explorer = Explorer(SE_20)
    trainer = Trainer(explorer, folder)
    explorer.architecture = replace(SE_20, ratio=8)
    assert trainer.architecture == replace(SE_20, ratio=8)
    assert trainer.form["controls"][0]["value"] == "explorer"
    explorer.architecture = Architecture(groups=((8, 1),) * 6, stem="cifar")
    assert "must be at least" not in trainer.form["error"]
    ask(trainer, network="cifar_resnet20")
    explorer.architecture = replace(SE_20, ratio=4)
    assert trainer.architecture == Architecture.preset("cifar_resnet20")
    ask(trainer, network="explorer")
    assert trainer.architecture == replace(SE_20, ratio=4)
    explorer.architecture = Architecture(groups=((8, 1),) * 6)
    assert "must be at least 128 pixels" in trainer.form["reasons"]["network"]
    assert trainer.architecture == replace(SE_20, ratio=4)
    explorer.architecture = replace(SE_20, ratio=4)
    assert (trainer.form["error"], trainer.form["reasons"]) == ("", {})
    trainer.close()
    explorer.architecture = SE_20
    assert trainer._state.architecture == replace(SE_20, ratio=4)


def test_an_explorer_whose_cell_is_run_again_leaves_the_trainer_to_its_successor(folder, monkeypatch):
    monkeypatch.setattr(explorer_module, "cell", lambda: "explorer's cell")
    explorer = Explorer(SE_20)
    trainer = Trainer(explorer, folder)
    explorer.architecture = replace(SE_20, ratio=8)
    again = Explorer(Architecture.preset("cifar_se_resnet56"))
    assert trainer.architecture == again.architecture
    again.architecture = replace(SE_20, ratio=4)
    explorer.architecture = replace(SE_20, ratio=2)  # an old view of it, which may still be on a page
    assert trainer.architecture == replace(SE_20, ratio=4)
    trainer.close()
    again.architecture = SE_20
    assert trainer._state.architecture == replace(SE_20, ratio=4)


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="`architecture` must be an Architecture or an Explorer, not 'resnet'"):
        Trainer("resnet")


def test_a_recipe_that_is_given_is_the_one_at_first(tmp_path):
    recipe = replace(RECIPES["seed"], epochs=3, batch=64)
    trainer = Trainer(folder=tmp_path, recipe=recipe)
    assert (trainer._state.base, trainer._state.recipe) == ("seed", recipe)
    assert repr(trainer) == "Trainer(SE-ResNet-20, seed recipe, 3 epochs, sample)"
    trainer.close()
    with pytest.raises(TypeError, match=re.escape("`recipe` must be a Recipe, not 'seed'; try RECIPES['seed'].")):
        Trainer(recipe="seed")


def test_a_run_that_is_at_work_is_said_to_slow_a_second_one_and_a_paused_one_is_not(tmp_path):
    for state, slows in (("training", True), ("paused", False)):
        made(tmp_path / state, "mine", state=state, **ALIVE)
        trainer = Trainer(folder=tmp_path / state)
        assert ("A run is at work: a second one would slow both." in trainer.form["needs"]) == slows
        trainer.close()


def test_runs_alike_are_drawn_with_the_one_in_focus_until_others_are_chosen(trainer):
    assert [record.key for record in trainer_pages.drawn_of(trainer._state, trainer._seen)] == ["a", "b", "c"]
    assert "SE-ResNet-20, ratio 16 is 4.0 points above SE-ResNet-20, ratio 4 after 3 epochs" in trainer.picture
    ask(trainer, drawn=["c"])
    assert "ResNet-20: validation accuracy 40.0 % after 3 epochs" in trainer.picture
    ask(trainer, focus="a")
    assert "<h2>SE-ResNet-20</h2>" in trainer.now["heading"]
    ask(trainer, focus="gone")
    assert "<h2>ResNet-20</h2>" in trainer.now["heading"]


def test_the_settings_of_a_run_are_taken_over(trainer):
    ask(trainer, focus="b", epochs="77")
    ask(trainer, like=True)
    state = trainer._state
    assert (state.architecture, state.recipe, state.base, state.kind) == (
        replace(SE_20, ratio=4),
        RECIPES["seed"],
        "seed",
        "sample",
    )


# Starting, and what is refused


def test_what_cannot_fit_is_refused_at_start_with_advice_and_leaves_no_folder(trainer, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2 * 2**30)
    ask(trainer, batch="4096")
    form = ask(trainer, start=True)
    assert re.search(r"^Batch \(4096\) needs .*; try batch \d+ with accumulate \d+, ", form["reasons"]["start"])
    assert form["reasons"]["start"].endswith("; or press Start anyway.")
    assert form["needs"] == form["reasons"]["start"]
    assert form["fits"] is False
    assert sorted(path.name for path in trainer.folder.iterdir()) == ["a", "b", "c"]


def test_what_may_not_fit_can_be_started_anyway_and_what_may_happen_is_said(trainer, monkeypatch):
    assert trainer.form["anyway"] == ""
    monkeypatch.setattr(memory, "available", lambda: 2**20)
    form = ask(trainer, token=TINY.token())
    assert "until the system ends it" in form["anyway"]
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


def test_without_data_nothing_can_be_started_anyway(trainer):
    assert ask(trainer, data="folder")["anyway"] == ""


def test_a_folder_that_cannot_be_written_is_said_at_start(tmp_path):
    (tmp_path / "file").write_text("")
    trainer = Trainer(folder=tmp_path / "file")
    assert "start" in ask(trainer, start=True)["reasons"]
    assert trainer.failure is None


def test_start_without_data_says_what_is_missing(trainer):
    ask(trainer, data="folder")
    assert "Say first where the images are" in trainer.form["needs"]
    assert "say where it is first" in ask(trainer, start=True)["reasons"]["start"]


@pytest.mark.parametrize(
    ("status", "state", "toggle", "can_toggle", "can_stop"),
    [
        (Status("finished", epoch=10, epochs=10), "finished", "resume", False, False),
        (Status("stopped", epoch=2, epochs=10), "stopped after 2 of 10 epochs; Resume", "resume", True, False),
        (Status("stopped", epoch=2, epochs=10, step=3), "stopped in epoch 3 of 10; Resume", "resume", True, False),
        (Status("failed", "the loss is <no> number", epoch=2, epochs=10), "failed", "resume", True, False),
        (Status("training", epochs=10, step=3, steps=36, **ALIVE), "training, epoch 1 of 10", "pause", True, True),
        (Status("paused", epochs=10, step=3, steps=36, **ALIVE), "paused", "resume", True, True),
        (Status("stopped", epochs=10, step=3, steps=36, **ALIVE), "stopping", "resume", False, False),
    ],
)
def test_each_state_has_its_words_and_its_buttons(folder, status, state, toggle, can_toggle, can_stop):
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


@pytest.mark.slow
def test_a_run_that_was_made_and_not_started_can_be_begun(tmp_path):
    Run.create(SE_20, folder=tmp_path / "a")
    trainer = Trainer(folder=tmp_path)
    assert "not started: Resume begins it" in trainer.now["said"]
    assert trainer.now["asks"]["toggle"] == "resume"
    ask(trainer, resume=True)
    started = Run(tmp_path / "a")
    assert not trainer.form["error"]
    started.stop()
    assert started.wait(90).state in ("stopped", "failed")
    assert started.status().process


def test_a_process_that_is_gone_is_said_and_can_be_resumed(folder):
    Run(folder / "a").tell(Status("training", epoch=1, epochs=10, process=2**22 - 1))
    trainer = Trainer(folder=folder)
    ask(trainer, focus="a")
    assert "its process is gone" in trainer.now["said"]
    assert trainer.now["asks"]["can_toggle"]


# Many events, several threads


NONSENSE = [None, True, 0, -1, 1e9, 2.5, "", "x", "none", "8", [], [1], {}, "(", "9" * 99, "c"]


def test_after_500_random_events_the_page_is_that_of_the_last_state(trainer):
    chance = random.Random(5)
    names = (*FIELDS, "network", "token", "recipe", "data", "path", "focus", "drawn", "like", "pause", "stop", "nobody")
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
        assert trainer.picture == trainer_pages.picture(trainer._state, trainer._seen)
        assert trainer.epochs == trainer_pages.epochs(trainer._state, trainer._seen)
    json.dumps(trainer.form)


def test_moves_on_several_threads_end_with_the_last_state_on_the_page(trainer):
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
    assert trainer.table == trainer_pages.table(trainer._state, trainer._seen)
    assert trainer.now == trainer_pages.now(trainer._state, trainer._seen, trainer._reading)
    epochs = next(control for control in trainer.form["controls"] if control["name"] == "epochs")["value"]
    assert epochs == str(trainer._state.recipe.epochs)


def test_nothing_is_sent_while_nothing_changes_and_only_the_part_that_does(trainer):
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


def test_a_follower_looks_until_it_is_ended_and_no_longer_than_its_panel_lives():
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
    monkeypatch.setattr(trainer_module, "look", lambda *_: 1 / 0)
    assert trainer._tick() is False
    assert "ZeroDivisionError" in trainer.form["error"]
    assert isinstance(trainer.failure, ZeroDivisionError)
    monkeypatch.undo()
    trainer.failure = None
    assert ask(trainer, epochs=4)["error"] == ""


def test_an_error_of_our_own_is_shown_and_the_next_move_works(trainer, monkeypatch):
    monkeypatch.setattr(trainer_pages, "form", lambda *_, **__: 1 / 0)
    assert "ZeroDivisionError" in ask(trainer, epochs=4)["error"]
    monkeypatch.undo()
    trainer.failure = None
    assert ask(trainer, epochs=5)["error"] == ""


def test_a_cell_that_is_run_again_goes_on_where_it_was_and_ends_the_old_one(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 1")
    first = Trainer(folder=folder)
    ask(first, epochs=7, drawn=["a"])
    second = Trainer(folder=folder)
    assert second._state.recipe.epochs == 7
    assert second._state.drawn == ("a",)
    assert first._follower._ended.is_set()
    assert not second._follower._ended.is_set()
    second.close()


def test_a_trainer_whose_cell_was_run_again_says_so_and_does_nothing_else(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 3")
    checkpointed(Run(folder / "a"))
    first = Trainer(folder=folder)
    ask(first, focus="a", gates=True)
    lens = first.lens
    second = Trainer(folder=folder)
    assert (first.lens, lens.comm) == (None, None)
    before = first._state
    for number, moves in enumerate(({"hello": True}, {"gates": True}, {"epochs": 7}, {"start": True}), 2):
        form = ask(first, **moves)
        assert (form["answered"], form["error"], form["reasons"]) == ({VIEW: number}, REPLACED, {})
    assert (first.lens, first._state, first.failure) == (None, before, None)
    assert not first._follower.is_alive
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c"]
    assert ask(second, gates=True)["error"] == ""
    assert repr(second.lens) == "GateLens(a)"
    second.close()


def test_a_cell_that_gives_another_network_shows_it_and_finds_the_old_one_again(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 2")
    first = Trainer(folder=folder)
    ask(first, network="cifar_resnet20")
    large = Architecture.preset("cifar_resnet56")
    second = Trainer(large, folder)
    assert second.architecture == large
    assert first._follower._ended.is_set()
    explorer = Explorer(replace(SE_20, ratio=8))
    third = Trainer(explorer, folder)
    assert third.architecture == replace(SE_20, ratio=8)
    explorer.architecture = replace(SE_20, ratio=4)
    assert Trainer(Explorer(SE_20), folder).architecture == SE_20  # the Explorer's cell was run again
    explorer.architecture = replace(SE_20, ratio=2)
    assert third.architecture == replace(SE_20, ratio=4)
    fifth = Trainer(folder=folder)
    assert fifth.architecture == Architecture.preset("cifar_resnet20")
    network = fifth.form["controls"][0]
    assert network["value"] in network["stops"]
    assert second._follower._ended.is_set()


def test_what_is_stored_is_a_widget_a_page_and_a_line(trainer):
    data, _ = trainer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "Trainer(SE-ResNet-20, modern recipe, 10 epochs, sample)"
    page = well_formed(data["text/html"].partition("</style>")[2])
    assert page.findall(".//{http://www.w3.org/2000/svg}svg")
    assert not page.findall(".//input")
    assert data["text/html"].count(STORED) == 1


# Devices


def test_a_gpu_is_told_by_name_memory_and_use_and_asks_for_16_bits(monkeypatch):
    """NVML as it answers on a machine with one; there is none where the tests run."""
    names = types.SimpleNamespace
    nvml = names(
        NVMLError=RuntimeError, nvmlInit=lambda: None, nvmlDeviceGetCount=lambda: 1, nvmlDeviceGetHandleByIndex=lambda _: 0,
        nvmlDeviceGetComputeRunningProcesses=lambda _: [names(pid=7)], nvmlDeviceGetName=lambda _: "H200",
        nvmlDeviceGetMemoryInfo=lambda _: names(used=3 * 2**30, total=139 * 2**30),
        nvmlDeviceGetUtilizationRates=lambda _: names(gpu=63), nvmlDeviceGetCudaComputeCapability=lambda _: (9, 0),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(devices, "_has_cudnn", lambda: True)
    devices._nvml.cache_clear()
    assert devices.reading(Status("training", device="NVIDIA H200", process=7)) == (
        "GPU 63 %",
        "H200",
        "3.0 GiB",
        "139.0 GiB",
    )
    assert devices.precision() == "mixed_bfloat16"
    monkeypatch.setattr(devices, "_has_cudnn", lambda: False)  # TensorFlow as it comes computes on the CPU
    assert devices.precision() == "float32"
    monkeypatch.setattr(devices, "_has_cudnn", lambda: True)
    nvml.nvmlDeviceGetHandleByIndex = lambda _: (_ for _ in ()).throw(RuntimeError)  # a driver without a card
    assert devices.precision() == "float32"
    nvml.nvmlDeviceGetHandleByIndex = lambda _: 0
    nvml.nvmlDeviceGetName = lambda _: (_ for _ in ()).throw(RuntimeError)
    assert devices.reading(Status("training", device="NVIDIA H200", process=os.getpid())).used.endswith("iB")
    devices._nvml.cache_clear()


def test_a_cpu_is_told_by_its_cores_and_the_memory_of_the_process():
    kind, about, used, of = devices.reading(Status("training", device="CPU", process=os.getpid()))
    assert (kind, about) == ("CPU", f"{os.cpu_count()} cores")
    assert used.endswith("iB")
    assert of.endswith("GiB")
    assert devices.reading(Status("training", device="CPU", process=2**22 - 1)) is None
    assert devices.reading(Status("waiting")) is None


@pytest.mark.parametrize("architecture", [SE_20, Architecture("resnext", 50), replace(SE_20, include_top=False)])
def test_a_network_is_fitted_to_the_data_and_keeps_the_rest(architecture):
    network = fitted(architecture, "sample")
    assert (network.input_shape, network.classes, network.include_top) == ((32, 32, 3), 10, True)
    assert replace(network, input_shape=(224, 224, 3), classes=7) == replace(
        architecture, input_shape=(224, 224, 3), classes=7, include_top=True
    )


# Real trainings


@pytest.mark.slow
def test_a_training_is_started_watched_paused_stopped_resumed_and_found_by_another(tmp_path):
    trainer = Trainer(TINY, tmp_path)
    trainer._state = replace(trainer._state, recipe=replace(SHORT, epochs=12))  # long enough to be paused twice
    shown = []
    trainer.observe(lambda change: shown.append(change["new"]["said"]), "now")
    try:
        ask(trainer, hello=True)
        ask(trainer, start=True)
        assert trainer.form["error"] == ""
        run = trainer.run
        await_state(run, ("training",))
        ask(trainer, pause=True)
        await_state(run, ("paused",))
        other = Trainer(folder=tmp_path)
        assert other.run == run
        assert other.now["asks"]["toggle"] == "resume"
        ask(other, resume=True)
        await_state(run, ("training", "validating"))
        ask(other, pause=True)
        paused_at = await_state(run, ("paused",))
        ask(trainer, stop=True)  # of a run that is paused, and cannot end meanwhile
        assert run.wait(240).state == "stopped"
        asks = {"toggle": "resume", "can_toggle": True, "can_stop": False, "can_like": True, "can_gates": True}
        # The follower has seen that its process is gone.
        await_that(lambda: asks.items() <= trainer.now["asks"].items())
        ask(other, resume=True)
        assert other.form["error"] == ""
        await_state(run, ("training", "validating", "finished"))
        assert (run.status().epoch, run.status().step) >= (paused_at.epoch, paused_at.step)
        assert run.wait(240).state == "finished"
        await_that(lambda: "finished" in trainer.now["said"])
        assert "validation accuracy" in trainer.picture
        assert any("compiling" in said for said in shown)
        assert trainer.failure is other.failure is None
    finally:
        trainer.close()
        cool()
        for run in [trainer.run]:
            run.stop()
