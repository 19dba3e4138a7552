"""Runs in the GateLens: their gates epoch by epoch, and their weights once there are some."""

import json
import os
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest
from gate_readings import MOMENTS, ONE_GATE
from panel_driver import ask, page, seen
from PIL import Image
from runs import await_state, log_of

from senet_lab import GateLens
from senet_lab.gatelens.sources import runs as lens_runs
from senet_lab.gatelens.state import WHAT
from senet_lab.gates import moments
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import Status

TWO_CLASSES = replace(ONE_GATE, classes=2)


def dark_and_light(folder):
    """A folder of images of one's own, thirty in each of two classes."""
    rng = np.random.default_rng(0)
    for name, base in (("dark", 20), ("light", 200)):
        (folder / "mine" / name).mkdir(parents=True)
        for number in range(30):
            pixels = rng.integers(base, base + 40, (32, 32, 3), dtype="uint8")
            Image.fromarray(pixels).save(folder / "mine" / name / f"{number}.png")
    return str(folder / "mine")


def test_a_damaged_record_is_said(tmp_path):
    (tmp_path / moments.FILE).write_text(json.dumps([{"epoch": 1}]))
    with pytest.raises(ValueError, match="is damaged"):
        moments.kept(tmp_path / moments.FILE)
    assert moments.kept(tmp_path / "none.json") == []


def test_what_a_run_notes_of_its_gates_is_shown_as_epochs_end_without_a_click_or_keras(tmp_path):
    run = Run.create(ONE_GATE, Recipe(epochs=5), folder=tmp_path / "run")
    lens = GateLens.of_run(run)
    lens._work.wait(300)
    ask(lens, **{"unfold Training": True})
    for count in (1, 2, 4):
        moments.keep(MOMENTS[:count], run.folder / moments.FILE)
        shown = seen(lens, "One recording so far" if count == 1 else f"From epoch 0 to {count - 1}")
    assert shown["body"].count("<svg") == 1
    (run.folder / moments.FILE).write_text("half a")
    assert "is damaged" in seen(lens, "is damaged")["error"]
    moments.keep(MOMENTS[:3], run.folder / moments.FILE)
    assert "is damaged" not in seen(lens, "From epoch 0 to 2")["error"]
    lens.close()
    assert lens.failure is None


@pytest.mark.slow
def test_a_run_at_work_opens_with_its_training_and_reads_the_first_weights_when_they_are_there(tmp_path):
    run = Run.create(ONE_GATE, Recipe(epochs=5), folder=tmp_path / "run")
    run.tell(Status("training", epoch=1, epochs=5, process=os.getpid(), mark=psutil.Process().cmdline()[0]))
    lens = GateLens.of_run(run)
    assert (lens._state.tab, lens._state.unfolded) == (WHAT, ("Training",))
    assert "in progress: training, epoch 2 of 5" in page(lens)["heading"]
    assert "This run has no weights yet" in page(lens)["said"]
    assert (page(lens)["error"], page(lens)["busy"]) == ("", "")
    weights = ONE_GATE.build().get_weights()
    best = run.folder / "checkpoints" / "best.npz"
    checkpoint.write(best, weights, {"epoch": 1})
    seen(lens, "weights after epoch 1")
    lens._work.wait(300)
    assert "Read weights again" in page(lens)["side"]
    checkpoint.write(best, weights, {"epoch": 2})
    seen(lens, "Read better weights")
    assert "weights after epoch 2" in (ask(lens, again=True)["heading"], lens.wait(300), page(lens)["heading"])[2]
    assert "Read weights again" in page(lens)["side"]
    run.tell(Status("finished", epoch=5, epochs=5))
    end = time.monotonic() + 20
    while "in progress" in page(lens)["heading"]:
        assert time.monotonic() < end
        time.sleep(0.05)
    lens.close()


def test_a_run_on_images_of_ones_own_is_looked_at_in_its_own_scale_and_with_every_class(tmp_path):
    """Files of a folder come one class after the other, and are standardised by their own mean."""
    run = Run.create(TWO_CLASSES, Recipe(standardise=True), dark_and_light(tmp_path), folder=tmp_path / "run")
    checkpoint.write(run.folder / "checkpoints" / "000000001.npz", TWO_CLASSES.build().get_weights(), {"epoch": 1})
    (run.folder / "checkpoints" / "000000002.npz").write_bytes(b"half")
    loaded = lens_runs.source_of_run(run).load()
    assert loaded.labels.tolist()[:4] == [0, 1, 0, 1]
    assert abs(loaded.images.mean()) < 0.1
    assert "weights after epoch 1" in loaded.about
    assert sorted(path.name for path in (run.folder / "checkpoints").iterdir()) == ["000000001.npz", "000000002.npz"]


@pytest.mark.slow
def test_a_run_shows_its_best_weights_and_how_gates_moved(tmp_path, forked):
    recipe = Recipe(epochs=2, batch=8, standardise=True)
    run = Run.create(TWO_CLASSES, recipe, dark_and_light(tmp_path), folder=tmp_path / "run")
    lens = GateLens.of_run(run)
    lens._work.wait(300)
    assert "has no checkpoint yet" in page(lens)["error"]
    forked(run)
    assert await_state(run, ("finished", "failed")).state == "finished", log_of(run)
    ask(lens, again=True)
    lens.wait(300)
    assert page(lens)["error"] == ""
    ask(lens, **{"unfold Training": True})
    for words in ("From epoch 0 to 2", "a run of 2 epochs"):  # the lens looks into the folder now and then
        seen(lens, words)
