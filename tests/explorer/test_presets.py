"""Networks with a name in the Explorer: presets, those that ship, and what timm calls them."""

from dataclasses import replace

import pytest
from panel_driver import ask

from senet_lab import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.explorer.controls import controls
from senet_lab.explorer.moves import apply_move
from senet_lab.weights import pretrained
from senet_lab.weights.timm.networks import architecture_of
from senet_lab.widgets.presets import TIMM_NETWORKS


@pytest.mark.parametrize("ratio", [16, None])
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_the_family_has_the_same_label_with_and_without_squeeze_excite(family, ratio):
    architecture = Architecture(family, 50, ratio=ratio)
    control = next(each for each in controls(architecture) if each.name == "family")
    label = dict(zip(control.stops, control.labels, strict=True))[family]
    assert architecture.name.removeprefix("SE-").startswith(f"{label}-50")


def test_a_bundled_network_can_be_selected_and_its_hint_loads_it_trained(explorer):
    card = pretrained.card("cifar_se_resnext17")
    shown = ask(explorer, preset="ours/cifar_se_resnext17")
    assert explorer.architecture == Architecture.from_token(card.token)
    choice = shown["controls"][0]
    assert (choice["value"], choice["hint"]) == (
        "ours/cifar_se_resnext17",
        f"trained weights: pretrained.load('{card.name}')",
    )
    assert choice["labels"][0] == "SE-ResNeXt-17 8 paths (bundled)"
    assert None not in choice["stops"]
    assert [name for name in choice["stops"] if name.startswith("ours/")] == ["ours/cifar_se_resnext17"]
    assert "ours/" not in " ".join(PRESETS)


def test_no_card_is_read_when_a_slider_moves(explorer, monkeypatch):
    monkeypatch.setattr(pretrained, "card", lambda _: 1 / 0)
    assert ask(explorer, ratio=8)["error"] == ""


def value_of(explorer, name):
    return next(control["value"] for control in explorer.shown["controls"] if control["name"] == name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_selected_preset_is_named_until_a_move_changes_it(explorer, name):
    ask(explorer, preset=name)
    assert explorer.architecture == Architecture.preset(name)
    assert value_of(explorer, "preset") == name
    ask(explorer, ratio=3)
    assert value_of(explorer, "preset") is None
    ask(explorer, preset=None)
    assert explorer.architecture == replace(Architecture.preset(name), ratio=3)


@pytest.mark.parametrize("name", TIMM_NETWORKS)
def test_a_network_of_timm_is_a_preset_under_its_name_in_timm(name):
    """Each in timm's own convention, or the paper's, whatever was shown before; and it is known again."""
    network = architecture_of(name.removeprefix("timm/"))
    assert apply_move(Architecture("resnext", 101, classes=7), "preset", name) == network
    shown = next(control for control in controls(network) if control.name == "preset")
    assert shown.value == name
    assert shown.labels[shown.stops.index(name)] == f"timm: {name.removeprefix('timm/')}"
    assert shown.hint == f"same as timm\u2019s {name.removeprefix('timm/')}; its weights load"


def test_preset_after_a_network_of_timm_is_the_same_as_before_it():
    first = Architecture.preset("se_resnet50")
    for name in ("timm/ecaresnet50d", "timm/legacy_seresnet18"):
        assert apply_move(apply_move(first, "preset", name), "preset", "se_resnet50") == first
    paper = Architecture(convention="paper")
    assert apply_move(paper, "preset", "resnet50") == Architecture.preset("resnet50", "paper")


def test_the_hint_of_the_preset_gives_the_name_in_timm():
    hints = {control.name: control.hint for control in controls(Architecture(convention="paper"))}
    assert hints["preset"] == "same as timm\u2019s legacy_seresnet50; its weights load"
    assert {control.name: control.hint for control in controls(Architecture())}["preset"] == ""
