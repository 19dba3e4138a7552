"""The reader's finished sweeps, shown beside what papers report."""

import pytest
from panel_driver import ask
from runs import finished_sweep

from senet_lab.sweeps.evidence import FILE, store_evidence

ACCURACIES = {None: (0.60, 0.62, 0.61), 16: (0.63, 0.66, 0.64), 4: (0.59, 0.63, 0.61)}


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return finished_sweep(tmp_path / "sweeps/mine", ACCURACIES)


def test_a_finished_sweep_appears_when_the_tab_is_next_drawn(explorer, sweep):
    assert "CIFAR-10 sample" not in own(ask(explorer, tab="Trade-offs")["body"])
    store_evidence(sweep)
    body = own(ask(explorer, ratio=8)["body"])
    assert "CIFAR-10 sample" in body
    assert "SweepBoard(&quot;sweeps/mine&quot;)" in body


def test_a_sweep_that_was_measured_again_shows_its_new_numbers(explorer, sweep, tmp_path):
    store_evidence(sweep)
    assert ">64.3<" in own(ask(explorer, tab="Trade-offs")["body"])
    other = finished_sweep(tmp_path / "again", ACCURACIES | {16: (0.70, 0.71, 0.72)})
    store_evidence(other)
    (other.folder / FILE).replace(sweep.folder / FILE)
    body = own(ask(explorer, ratio=8)["body"])
    assert ">71.0<" in body
    assert ">64.3<" not in body


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"base": "senet1"}', '{"base": 1, "arms": [], "stages": []}'])
def test_a_damaged_file_is_named_and_hides_nothing_else(explorer, sweep, text):
    (sweep.folder / FILE).write_text(text)
    body = ask(explorer, tab="Trade-offs")["body"]
    assert "Sweep mine.</b> " in body
    assert f"{FILE}&#x27; is damaged: " in body
    assert "resume the sweep, which writes it again" in body
    assert "Accuracy (%), ImageNet" in body


def own(body):
    """The page without bundled sweeps, which are of other folders."""
    return body.partition('data-key="sweeps/')[2] if 'data-key="sweeps/' in body else ""
