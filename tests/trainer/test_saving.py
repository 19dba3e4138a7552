"""Networks of runs that the Trainer saves: beside the notebook, in a process of their own."""

import re
import sys

import numpy as np
import pytest
from panel_driver import ask, await_that
from runs import ALIVE, checkpointed, made

from senet_lab import Trainer, memory
from senet_lab.export.runtimes import open_exported
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer import saving as trainer_saving
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.snapshot import SaveResult
from senet_lab.trainer.state import initial_state
from senet_lab.training.runs.run import Run


def saved(trainer):
    """What is said once the process that saves has ended; looked at here, since no page has said hello."""
    await_that(lambda: not trainer._saver.poll(), 240)
    trainer._tick()
    return trainer.now


@pytest.mark.slow
def test_the_network_of_a_run_is_saved_beside_the_notebook_without_keras_in_its_kernel(unbroken, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unbroken.keras").write_text("somebody's")
    trainer = Trainer(folder=unbroken.folder.parent)
    ask(trainer, take=".keras")
    assert "Saving" in trainer.now["said"]
    assert not trainer.now["asks"]["can_take"]
    assert "Another network is being saved" in ask(trainer, take=".keras")["error"]
    now = saved(trainer)
    assert not now["ill"]
    told = "Saved as unbroken_2.keras, in the notebook\u2019s folder; open it with keras.saving.load_model."
    assert now["said"] == told
    assert now["asks"]["can_take"]
    again = Trainer(folder=unbroken.folder.parent)  # its cell is run again
    assert again.now["said"] == told
    for each in (trainer, again):
        each.close()
    assert (tmp_path / "unbroken.keras").read_text() == "somebody's"
    import keras

    x = np.zeros((1, *unbroken.architecture.input_shape), "float32")
    taken = keras.saving.load_model(tmp_path / "unbroken_2.keras")
    np.testing.assert_array_equal(taken.predict(x, verbose=0), unbroken.model().predict(x, verbose=0))


@pytest.mark.slow
def test_failure_to_save_a_network_is_shown_with_its_run_only(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpointed(Run(folder / "a"))
    trainer = Trainer(folder=folder)
    ask(trainer, focus="b")
    assert (trainer.now["asks"]["can_take"], trainer.now["asks"]["take"][:20]) == (False, "No checkpoint yet: t")
    ask(trainer, focus="a", take=".keras")
    now = saved(trainer)
    assert now["ill"]
    assert "The network was not saved: 'a' has no checkpoint that can be read" in now["said"]
    assert not list(tmp_path.glob("*.keras"))
    ask(trainer, focus="b")
    assert not trainer.now["ill"]
    ask(trainer, focus="a")
    assert "saved" not in trainer.now["said"]  # something else was asked for
    trainer.close()


@pytest.mark.slow
def test_the_network_of_a_run_is_saved_for_another_runtime_even_if_the_kernel_is_to_use_jax(
    unbroken, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    trainer = Trainer(folder=unbroken.folder.parent)
    ask(trainer, take=".onnx")
    now = saved(trainer)
    trainer.close()
    assert now["said"] == "Saved as unbroken.onnx, in the notebook\u2019s folder; open it with ONNX Runtime."
    x = np.random.default_rng(0).uniform(size=(2, *unbroken.architecture.input_shape)).astype("float32")
    [output] = open_exported(tmp_path / "unbroken.onnx")({"inputs": x})
    np.testing.assert_allclose(output, unbroken.model().predict(x, verbose=0), atol=1e-5)


def test_a_format_that_cannot_be_written_is_refused_at_once(folder, monkeypatch):
    checkpointed(Run(folder / "a"))
    trainer = Trainer(folder=folder)
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert 'pip install "senet-lab[export]"' in ask(trainer, focus="a", take=".xml")["error"]
    assert "must be one of '.keras', '.onnx', '.tflite' or '.xml'" in ask(trainer, take=".h5")["error"]
    assert trainer._saver.result.state == ""
    trainer.close()


def test_result_of_saving_hides_no_later_state_of_the_run(folder):
    result = SaveResult("d", "Saved as d.keras.", "saved")
    run = made(folder, "d", state="training", warning="Other versions.", **ALIVE)
    said = lambda: trainer_pages.now(initial_state(), read_folder(folder), None, result)["said"]  # noqa: E731 - said twice
    assert re.fullmatch(r"SE-ResNet-20: training.*\. Other versions\. Saved as d\.keras\.", said())
    run.tell(run.status()._replace(state="failed", reason="the disk is full", warning=""))
    assert said() == "SE-ResNet-20: failed because the disk is full. Saved as d.keras."


def test_saving_without_memory_or_permission_is_refused(folder, monkeypatch):
    checkpointed(Run(folder / "a"))
    trainer = Trainer(folder=folder)
    monkeypatch.setattr(memory, "available", lambda: 10**8)
    assert "only 95 MiB are free. Close other programs" in ask(trainer, focus="a", take=".keras")["error"]
    monkeypatch.setattr(trainer_saving.os, "access", lambda *_: False)
    assert "Start Jupyter in another folder" in ask(trainer, take=".keras")["error"]
    trainer.close()
