"""Models that the Explorer builds and saves, and builds that fail."""

import re
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from messages import post
from panel_driver import ask, await_that

from senet_lab import Architecture, Explorer, memory
from senet_lab.explorer import session
from senet_lab.explorer.building import failure_reason
from senet_lab.export.runtimes import open_exported
from senet_lab.ledger.build_memory import data_to_build


def is_busy(explorer):
    """Whether the Build tab, which must be open, shows that a model is being built or saved."""
    return "<progress" in explorer.shown["body"]


def wait_for(explorer):
    await_that(lambda: not is_busy(explorer), seconds=120)


SMALL = Architecture("resnet", 20, input_shape=(32, 32, 3), classes=10)


@pytest.mark.slow
def test_a_built_model_agrees_with_the_ledger_and_is_saved_under_a_free_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(SMALL)
    assert explorer.model is None
    ask(explorer, tab="Build", build=True)
    assert is_busy(explorer)
    wait_for(explorer)
    ledger = SMALL.ledger()
    assert explorer.model.count_params() == ledger.params + ledger.total.state
    assert f"All {len(ledger.rows)} layers match the ledger" in explorer.shown["body"]
    for name in ("se_resnet_20.keras", "se_resnet_20_2.keras"):
        post(explorer, {"save": ".keras"})
        wait_for(explorer)
        assert f"Saved as {name}, in the notebook\u2019s folder; open it with keras.saving" in explorer.shown["body"]
    import keras

    saved = keras.models.load_model(tmp_path / "se_resnet_20_2.keras")
    assert saved.count_params() == explorer.model.count_params()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["se_resnet_20.keras", "se_resnet_20_2.keras"]
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert "explorer.model" not in ask(explorer, ratio=4)["body"]
    assert "The built model is SE-ResNet-20" in explorer.shown["body"]
    monkeypatch.delenv("SERVER_SOFTWARE")
    ask(explorer, ratio=16)
    post(explorer, {"save": ".keras"})
    body = explorer.shown["body"]
    assert "Saving se_resnet_20_3.keras \u2026" in body or "<progress" not in body
    wait_for(explorer)
    shown = ask(explorer, ratio=8)["body"]
    assert "All " not in shown
    assert "explorer.model is SE-ResNet-20, ratio 16" in shown
    assert "different (Ratio 16 \u2192 8); build again to update the model." in shown
    assert explorer.failure is None


def test_an_error_for_lack_of_memory_names_the_limit_and_any_other_keeps_its_text(monkeypatch):
    monkeypatch.setattr(memory, "limit", lambda: 2500 << 20)
    closed = ValueError("I/O operation on closed file.")
    closed.__context__ = MemoryError()
    message = "not enough memory. This kernel may use 2,500 MB; choose a smaller network."
    assert failure_reason(closed) == message
    monkeypatch.setattr(memory, "limit", lambda: None)
    assert failure_reason(MemoryError()) == "not enough memory. Choose a smaller network."
    assert failure_reason(KeyError("gone")) == "KeyError: 'gone'"


@pytest.mark.slow
def test_a_network_that_needs_more_memory_than_remains_is_not_built(monkeypatch):
    explorer = Explorer(SMALL)
    monkeypatch.setattr(memory, "remaining", lambda: data_to_build(SMALL) - 1)
    ask(explorer, tab="Build", build=True)
    wait_for(explorer)
    assert re.search(
        r"Couldn\u2019t build the model: the network \(.*\) needs about .* of memory to build", explorer.shown["body"]
    )


@pytest.mark.slow
def test_a_build_that_fails_shows_the_error_and_the_next_one_succeeds(monkeypatch):
    import keras

    explorer = Explorer(SMALL)
    monkeypatch.setattr(keras, "Model", lambda *_, **__: 1 / 0)
    ask(explorer, tab="Build", build=True)
    wait_for(explorer)
    assert "Couldn\u2019t build the model: ZeroDivisionError: division by zero" in explorer.shown["body"]
    assert explorer.model is None
    monkeypatch.undo()
    post(explorer, {"build": True})
    wait_for(explorer)
    assert "match the ledger" in explorer.shown["body"]


@pytest.mark.slow
def test_a_model_that_is_saved_before_it_is_built_is_built_first_and_its_tab_opens(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "se_resnet_11.bin").write_bytes(b"somebody's")
    tiny = Architecture("resnet", groups=((8, 1), (16, 2)), input_shape=(32, 32, 3), classes=10)
    explorer = Explorer(tiny)
    shown = ask(explorer, save=".xml")
    assert (shown["tab"], shown["download"]) == ("Build", {})
    wait_for(explorer)
    words = "Saved as se_resnet_11_2.xml, in the notebook\u2019s folder; open it with OpenVINO, which also reads the .bin file."
    assert words in explorer.shown["body"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "se_resnet_11.bin", "se_resnet_11_2.bin", "se_resnet_11_2.xml",
    ]  # fmt: skip
    images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    [output] = open_exported(tmp_path / "se_resnet_11_2.xml")({"inputs": images})
    np.testing.assert_allclose(output, explorer.model.predict_on_batch(images), atol=1e-5)


def test_a_format_whose_package_is_missing_is_answered_with_the_line_that_installs_it(explorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    body = ask(explorer, save=".onnx")["body"]
    assert "Not saved: tf2onnx is not installed, and saving for ONNX needs it." in body
    assert "pip install &quot;senet-lab[export]&quot;" in body
    assert explorer.model is None
    assert list(tmp_path.iterdir()) == []


def test_on_a_web_page_a_model_is_not_built_and_the_page_says_what_it_takes(explorer, monkeypatch):
    monkeypatch.setattr(session, "is_browser", lambda: True)
    assert ask(explorer, save=".onnx")["tab"] == "Build"
    assert not explorer._session.building.running
    assert explorer.model is None


def test_a_page_that_two_threads_draw_is_sent_last_as_it_is_last(monkeypatch):
    """While one thread sends an older page, that of a build draws a newer one: the newer one must arrive after it."""
    explorer = Explorer(SMALL)
    arrivals, builds, send_state = [], [], explorer.send_state

    def send(key=None):
        tab = explorer.shown["tab"]
        if tab == "Layers":
            explorer._session.state = replace(explorer._session.state, tab="Code")
            builds.append(threading.Thread(target=explorer._session.building.on_change))
            builds[0].start()
            builds[0].join(1)
        arrivals.append(tab)
        send_state(key)

    monkeypatch.setattr(explorer, "send_state", send)
    ask(explorer, tab="Layers")
    builds[0].join()
    assert arrivals[-1] == explorer.shown["tab"] == "Code"
