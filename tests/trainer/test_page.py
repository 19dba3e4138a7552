"""The Trainer's page as a function: it loads nothing heavy and asks the machine for nothing."""

import json
import subprocess

from runs import ALIVE, made

from senet_lab import memory
from senet_lab.trainer import page
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.snapshot import DeviceUse, Snapshot
from senet_lab.trainer.state import initial_state
from senet_lab.training import rates
from senet_lab.training.estimate import Machine
from senet_lab.training.rates import Rate


def test_the_page_of_a_state_asks_the_machine_for_nothing(tmp_path, monkeypatch):
    made(tmp_path, "a", state="training", **ALIVE)
    state, snapshot = initial_state(), read_folder(tmp_path)
    machine, device = Machine(2**36, [], 5_000), DeviceUse("GPU 63%", "H200", "3.0 GiB", "139.0 GiB")
    page.form(state, snapshot, machine)  # reads the cards of bundled networks, once
    with monkeypatch.context() as patch:
        for name in ("builtins.open", "io.open", "os.scandir", "os.stat"):
            patch.setattr(name, lambda *_, **__: 1 / 0)
        for module, name in ((memory, "available"), (rates, "load_rates"), (subprocess, "Popen")):
            patch.setattr(module, name, lambda *_, **__: 1 / 0)
        form, now = page.form(state, snapshot, machine), page.now(state, snapshot, device)
        parts = [page.picture(state, snapshot), page.epochs(state, snapshot), page.table(state, snapshot)]
    assert "(64.0 GiB free); the time is unknown" in form["needs"]
    assert "3.0 GiB" in now["progress"]
    assert "Images/s" in parts[2]
    json.dumps([form, now, *parts])


def test_the_time_of_the_next_training_is_predicted_from_the_rates_that_are_handed_in():
    state, snapshot = initial_state(), Snapshot()
    rate = Rate(rates.where(state.recipe), rates.work(state.network), state.recipe.batch, 450.0)
    form = page.form(state, snapshot, Machine(2**36, [rate], 5_000))
    assert "about 1 min 40 s for 10 epochs" in form["needs"]
    assert form["fits"]
    assert not page.form(state, snapshot, Machine(2**20, [rate], 5_000))["fits"]


def test_cifar10_that_is_not_on_the_machine_is_labelled_so():
    state, snapshot, machine = initial_state(), Snapshot(), Machine(2**36, [], 5_000)
    for has_cifar10 in (True, False):
        form = page.form(state, snapshot, machine, has_cifar10=has_cifar10)
        data = next(control for control in form["controls"] if control["name"] == "data")
        assert ("CIFAR-10: 50,000 (unavailable)" in data["labels"]) != has_cifar10
