"""Networks that the GateLens offers: those that ship, and timm's, of which nothing is fetched unasked."""

import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from gate_readings import SMALL
from image_files import RAMP, encoded
from panel_driver import ask, page, send
from PIL import Image
from timm_draws import draw

from senet_lab import GateLens
from senet_lab.data import datasets as data
from senet_lab.gatelens.sources import source as lens_sources
from senet_lab.gatelens.state import IMAGE, NEED, TABS, WHICH
from senet_lab.training.recipe import Recipe
from senet_lab.weights import pretrained
from senet_lab.weights.timm import hub
from senet_lab.weights.timm.classes import imagenet_classes
from senet_lab.weights.timm.networks import PUBLISHED, architecture_of
from senet_lab.weights.timm.weights import convert, shapes


@pytest.mark.slow
@pytest.mark.parametrize("name", pretrained.names())
def test_a_network_that_ships_is_offered_if_it_has_gates_and_read_once(name):
    offered = {source.name for source in lens_sources.bundled_sources()}
    has_gates = bool(pretrained.card(name).architecture.ledger().se.params)
    assert (name in offered) == has_gates
    if has_gates:
        lens = GateLens(name).wait(300)
        assert lens._work.reading.accuracy == pytest.approx(pretrained.card(name).sample_accuracy, abs=0.002)
        assert GateLens(name)._work is lens._work


TIMM = "timm/seresnet50.ra2_in1k"


def settled(lens):
    """Wait for all that was begun: Python cannot end while a thread imports TensorFlow."""
    for work in lens._networks._works.values():
        work.wait(300)


def test_timms_networks_are_offered_and_nothing_is_fetched_until_somebody_says_so(monkeypatch):
    """Offline, what fetching would take is said; after that, what else can be done. The strip is there at once."""
    real, fetched = hub.fetch, []
    monkeypatch.setattr(hub, "fetch", lambda tag: fetched.append(tag) or real(tag))
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # as where it is not installed
    lens = GateLens()
    shown = ask(lens, network=TIMM)
    assert "112.56 MB, from huggingface.co" in shown["said"]
    assert "Download and load network" in shown["body"]
    assert shown["strip"].count("sn-node") == 0
    assert "<svg" in shown["strip"]
    for tab in TABS:
        ask(lens, tab=tab)
    assert (fetched, page(lens)["error"]) == ([], "")
    shown = ask(lens, load=True)
    assert fetched == [TIMM.removeprefix("timm/")]
    assert 'pip install "senet-lab[hub]"; or get model.safetensors' in shown["error"]
    assert "Download and load network" in page(lens)["body"]
    ask(lens, load=True)
    assert len(fetched) == 2
    assert lens.failure is None
    settled(lens)


def test_naming_one_of_timms_networks_is_saying_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    lens = GateLens(TIMM)
    lens._work.wait(300)
    assert "not installed" in page(lens)["error"]
    assert repr(lens) == f"GateLens({TIMM})"
    with pytest.raises(ValueError, match=r"must say which weights; try 'seresnet50.ra2_in1k'"):
        GateLens("timm/seresnet50")


@pytest.fixture(scope="module")
def converted():
    """A short seresnet18 of timm's with weights drawn at random, and ImageNet's classes, on small images."""
    network = replace(architecture_of("seresnet18"), groups=((64, 1), (128, 1)), input_shape=(64, 64, 3))
    return convert(draw(shapes(network)), network)


@pytest.mark.slow
def test_a_converted_network_looks_at_the_sample_made_larger_and_names_what_it_predicts(converted):
    how = PUBLISHED["seresnet50.ra2_in1k"].preprocessing
    lens = GateLens(converted, prepare=how.standardised).wait(300)
    loaded, reading = lens._work.loaded, lens._work.reading
    assert loaded.pictures.shape == (100, 64, 64, 3)
    assert np.bincount(reading.labels).tolist() == [10] * 10
    assert (reading.classes, reading.accuracy) == (data.CIFAR10, None)
    assert np.allclose(loaded.images, how.standardised(loaded.pictures))
    shown = ask(lens, tab=IMAGE, image=7)
    passage = lens._work.results["image", 7, lens.scene.path]
    assert imagenet_classes()[passage.guesses[0][0]][1].partition(",")[0] in shown["said"]
    assert "its label is" in shown["said"]
    shown = send(lens, "mine.png", encoded(Image.fromarray(RAMP)))
    assert "resized to 64 x 64" in shown["body"]
    shown = ask(lens, tab=NEED, **{f"hold {lens.scene.path}": True})
    assert "other classes than those of these images" in shown["said"]
    assert "accuracy cannot be measured" in shown["side"]
    assert (shown["error"], ask(lens, tab=WHICH)["error"], lens._work.failed) == ("", "", {})
    for tab in TABS:
        ElementTree.fromstring(f"<div>{ask(lens, tab=tab)['body']}</div>")


def test_of_a_network_that_ships_without_gates_its_twin_is_named(monkeypatch):
    cards = {name: pretrained.Card(
        name=name, token=network.token(), recipe=Recipe().to_dict(), data="cifar10", checkpoint="last", accuracy=0.9,
        images=10_000, sample_accuracy=0.9, device="CPU", seconds=1.0, versions={}, command="", metrics=(),
    ) for name, network in (("se_net", SMALL), ("net", replace(SMALL, ratio=None)))}  # fmt: skip
    monkeypatch.setattr(pretrained, "names", lambda: tuple(cards))
    monkeypatch.setattr(pretrained, "card", cards.__getitem__)
    monkeypatch.setattr(pretrained, "twin", lambda card: cards["se_net" if card.name == "net" else "net"])
    assert [source.name for source in lens_sources.bundled_sources()] == ["se_net"]
    with pytest.raises(ValueError, match=r"`model` \(='net'\) must have squeeze-excite gates; try its twin, 'se_net'"):
        GateLens("net")
    with pytest.raises(ValueError, match="try 'se_net'"):
        GateLens("se_nett")
