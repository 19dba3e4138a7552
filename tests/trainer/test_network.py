"""The Trainer's network and data: chosen, pasted, given in Python, or followed from an Explorer."""

import re
from dataclasses import replace

import pytest
from panel_driver import ask
from runs import SE_20

from senet_lab import Architecture, Explorer, Trainer
from senet_lab.explorer import widget as explorer_module
from senet_lab.trainer.state import initial_state
from senet_lab.training.recipe import RECIPES
from senet_lab.weights import pretrained
from senet_lab.widgets.labels import OWN
from senet_lab.widgets.presets import TIMM_NETWORKS


def control(trainer, name):
    return next(each for each in trainer.form["controls"] if each["name"] == name)


def test_bundled_network_can_be_selected(trainer):
    ask(trainer, network="ours/cifar_se_resnext17")
    card = pretrained.card("cifar_se_resnext17")
    assert trainer.architecture == card.architecture
    choice = trainer.form["controls"][0]
    assert choice["labels"][choice["stops"].index(choice["value"])] == "SE-ResNeXt-17 8 paths (bundled)"


def test_network_of_timm_that_is_pasted_is_labelled_as_ones_own(trainer):
    network = next(network for name, network in TIMM_NETWORKS.items() if network.include_top)
    choice = ask(trainer, token=network.token())["controls"][0]
    assert (choice["value"], choice["labels"][choice["stops"].index(None)]) == (None, OWN)


def test_cifar10_that_is_not_on_the_machine_is_refused_with_the_reason(trainer, monkeypatch, tmp_path):
    monkeypatch.setenv("SENET_LAB_DATA", str(tmp_path / "none.npz"))
    assert "CIFAR-10 is not at" in ask(trainer, data="cifar10")["error"]
    assert control(trainer, "data")["value"] == "sample"
    (tmp_path / "none.npz").write_bytes(b"")
    assert ask(trainer, data="cifar10")["error"] == ""


def test_network_gets_input_and_classes_of_the_data_and_says_so(trainer, tmp_path):
    form = ask(trainer, network="se_resnext50_32x4d")
    assert trainer.architecture == replace(Architecture("resnext", 50), input_shape=(32, 32, 3), classes=10)
    assert "adapted to the data: 32\u00d732 pixels, 10 classes" in form["controls"][0]["hint"]
    for name in ("cats", "dogs", "eels"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    ask(trainer, path=f"{tmp_path}/pets")
    assert (trainer.architecture.classes, trainer.architecture.input_shape) == (3, (224, 224, 3))
    assert (control(trainer, "data")["value"], control(trainer, "path")["value"]) == ("folder", str(tmp_path / "pets"))


def test_network_of_the_explorer_is_followed_until_another_is_selected(folder):
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
    assert trainer.architecture == replace(SE_20, ratio=4)


def test_successor_of_an_explorer_whose_cell_is_run_again_is_followed(folder, monkeypatch):
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
    assert trainer.architecture == replace(SE_20, ratio=4)


def test_architecture_of_another_type_is_refused():
    with pytest.raises(TypeError, match="`architecture` must be an Architecture or an Explorer, not 'resnet'"):
        Trainer("resnet")


def test_recipe_argument_is_the_initial_recipe(tmp_path):
    recipe = replace(RECIPES["original"], epochs=3, batch=64)
    trainer = Trainer(folder=tmp_path, recipe=recipe)
    state = initial_state(recipe=recipe)
    assert (state.base, state.recipe) == ("original", recipe)
    assert repr(trainer) == "Trainer(SE-ResNet-20, original recipe, 3 epochs, sample)"
    trainer.close()
    with pytest.raises(
        TypeError, match=re.escape("`recipe` must be a Recipe, not 'original'; try RECIPES['original'].")
    ):
        Trainer(recipe="original")
