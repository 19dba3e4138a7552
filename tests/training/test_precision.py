"""The precision "auto": chosen by timing, once per run, and then as if it had been stated."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from runs import BRIEF, MINI, assert_ends_as

from senet_lab.cli import main
from senet_lab.files import DamagedFileError
from senet_lab.trainer import folder as run_folder
from senet_lab.trainer.page import now
from senet_lab.trainer.snapshot import Snapshot
from senet_lab.trainer.state import initial_state
from senet_lab.training.devices import Placement
from senet_lab.training.runs.inventory import find_damage
from senet_lab.training.runs.precision_choice import PrecisionChoice, choose, read_choice, write_choice
from senet_lab.training.runs.run import Run
from senet_lab.training.worker import model
from senet_lab.training.worker.precision import available, settled, step_times

AUTO = replace(BRIEF, precision="auto")


@pytest.fixture
def float32():
    """Keras as it was, after a test that changes the precision of new layers."""
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("bfloat16", "precision", "speedup"),
    [
        ([1.0, 1.0, 1.0], "mixed_bfloat16", 2.0),
        ([1.95, 1.95, 0.1], "float32", 1.026),
        ([4.0, 4.0, 4.0], "float32", 0.5),
    ],
)
def test_bfloat16_is_chosen_if_it_is_clearly_faster_in_the_median(bfloat16, precision, speedup):
    assert choose({"float32": [2.0, 2.0, 2.0], "mixed_bfloat16": bfloat16}) == PrecisionChoice(precision, speedup)


def test_choice_without_bfloat16_is_float32():
    assert choose({}) == PrecisionChoice("float32")


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (PrecisionChoice("mixed_bfloat16", 1.24), "bfloat16, 1.24 times as fast as float32"),
        (PrecisionChoice("float32", 0.5), "float32; in bfloat16, a step is only 0.50 times as fast"),
        (PrecisionChoice("float32"), "float32, chosen without timing"),
    ],
)
def test_choice_in_words_gives_the_reason(choice, words):
    assert choice.words() == words


@pytest.mark.usefixtures("float32")
def test_steps_are_timed_in_each_precision():
    times = step_times(MINI, AUTO, ("float32", "mixed_bfloat16"))
    assert {name: len(each) for name, each in times.items()} == {"float32": 5, "mixed_bfloat16": 5}
    assert all(seconds > 0 for each in times.values() for seconds in each)


@pytest.mark.usefixtures("float32")
def test_choice_of_a_run_is_made_once_and_stored(tmp_path, thumbnails):
    run = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "run")
    first = settled(run)
    assert first.precision in available()
    other = "float32" if first.precision == "mixed_bfloat16" else "mixed_bfloat16"
    write_choice(run.folder, PrecisionChoice(other, 1.5))
    assert settled(run) == replace(AUTO, precision=other)
    assert run.recipe == AUTO


@pytest.mark.usefixtures("float32")
def test_run_that_has_begun_without_its_choice_is_refused(tmp_path, thumbnails):
    run = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "run")
    (run.folder / "checkpoints").mkdir()
    (run.folder / "checkpoints/best.npz").write_bytes(b"")
    with pytest.raises(DamagedFileError, match="it is missing, and the run has begun"):
        settled(run)


@pytest.mark.usefixtures("float32")
def test_trial_ends_with_the_error_of_who_is_asked_before_a_step():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step_times(MINI, AUTO, ("float32", "mixed_bfloat16"), stop)


def test_run_on_several_devices_computes_in_float32_without_timing(tmp_path, thumbnails):
    run = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "run", placement=Placement("all"))
    assert settled(run).precision == "float32"
    assert run.precision_choice() == PrecisionChoice("float32")


@pytest.mark.slow
def test_run_with_a_chosen_precision_ends_as_one_with_that_precision(tmp_path, thumbnails, forked):
    chosen = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "auto")
    assert forked(chosen).wait(120).state == "finished"
    precision = chosen.precision_choice().precision
    stated = Run.create(MINI, replace(BRIEF, precision=precision), thumbnails, folder=tmp_path / "stated")
    assert forked(stated).wait(120).state == "finished"
    assert stated.precision_choice() is None
    assert_ends_as(chosen, stated)


def test_the_trainer_says_what_was_chosen_and_why(tmp_path, thumbnails):
    run = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "run")
    write_choice(run.folder, PrecisionChoice("mixed_bfloat16", 1.24))
    record = run_folder._read(run, None, None)
    assert record.precision == "bfloat16, 1.24 times as fast as float32"
    page = now(initial_state(MINI, AUTO), Snapshot((record,)), None)
    assert "Precision: bfloat16, 1.24 times as fast as float32" in page["heading"]


def test_list_of_runs_says_which_precision_was_chosen(tmp_path, thumbnails, capsys):
    write_choice(Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "a").folder, PrecisionChoice("float32", 0.93))
    Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "b")
    Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "c")
    assert main(["runs", str(tmp_path)]) == 0
    first, second, third = sorted(capsys.readouterr().out.splitlines())
    assert f"{MINI.name}, precision auto (float32), " in first
    assert f"{MINI.name}, precision auto, " in second
    assert "precision" not in third


@pytest.mark.parametrize("text", ["{}", '{"precision": "float16"}', '{"precision": "float32", "speedup": "much"}', "["])
def test_damaged_choice_is_named_with_what_to_do(text, tmp_path, thumbnails):
    run = Run.create(MINI, AUTO, thumbnails, folder=tmp_path / "run")
    (run.folder / "precision.json").write_text(text)
    with pytest.raises(DamagedFileError, match="put back a copy of it, or create a new run"):
        read_choice(run.folder)
    assert any(error.path.name == "precision.json" for error in find_damage(run))


@pytest.mark.parametrize(("capability", "count"), [(7, 1), (8, 2)])  # Turing, Ampere
def test_bfloat16_is_timed_on_nvidia_gpus_since_ampere(capability, count, monkeypatch):
    monkeypatch.setattr(model, "compute_capability", lambda: capability)
    assert available() == ("float32", "mixed_bfloat16")[:count]


def test_processor_has_no_compute_capability():
    assert model.device_name() == "CPU"
    assert model.compute_capability() is None


def test_estimate_of_auto_assumes_the_memory_of_float32():
    from senet_lab.training.estimate import estimate

    needs = [estimate(MINI, replace(BRIEF, precision=each)).needed for each in ("float32", "auto", "mixed_bfloat16")]
    assert needs[0] == needs[1] >= needs[2]
    assert np.isfinite(needs).all()
