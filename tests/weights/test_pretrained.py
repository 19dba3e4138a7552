"""Pretrained: shipped weights do what their card says; files that do not fit are refused; a run becomes a network."""

import json
import re
import shlex
from dataclasses import asdict, replace

import keras
import numpy as np
import pytest
import ship
from safetensors.numpy import load_file, save_file

from senet_lab import Architecture
from senet_lab.cli.arguments import parser
from senet_lab.cli.training import recipe_of
from senet_lab.data import datasets as data
from senet_lab.gatelens.views.figures import activation_figure, save_figure
from senet_lab.gates.observe import gates
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.weights import pretrained
from senet_lab.weights.pretrained import WEIGHTS, Card, assign, card, load, names, prepared, twin, write

TINY = Architecture(groups=((4, 1), (8, 1)), stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10)
TWINS = {"cifar_se_resnet20": "cifar_resnet20", "cifar_se_resnext17": "cifar_resnext17"}
SHIPPED = {*TWINS, *TWINS.values()}
POOLED = replace(TINY, stem="imagenet")  # which makes 32 pixels 8: trains in a third of the time
SHORT = replace(RECIPES["modern"], epochs=1, warmup=0, batch=500, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_what_ships_does_what_its_card_says(name):
    told, sample = card(name), data.sample()
    predicted = load(name).predict(prepared(sample.x_test, told), batch_size=250, verbose=0).argmax(-1)
    assert (predicted == sample.y_test).mean() == pytest.approx(told.sample_accuracy, abs=0.0015)  # an image at most
    assert abs(told.accuracy - told.sample_accuracy) < 0.04  # a thousand images of the same
    assert told.images == 10_000
    assert len(told.metrics) == told.recipe["epochs"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in names() if card(name).architecture.has_se])
def test_every_shipped_network_with_gates_has_its_figure(name, tmp_path):
    told, sample = card(name), data.sample()
    seen = gates(load(name), prepared(sample.x_test[:200], told))
    figure = activation_figure(seen, sample.y_test[:200], sample.classes)
    assert len(figure.axes) == len(told.architecture.plan)
    assert save_figure(figure, tmp_path / "gates.png").stat().st_size > 10_000


def test_what_ships_is_small_and_good_and_each_network_with_gates_has_its_twin():
    weights = {path.stem for path in WEIGHTS.glob("*.safetensors")}
    assert weights == set(names()) == SHIPPED
    assert all(card(name).accuracy >= 0.88 for name in SHIPPED)
    assert {name: twin(card(name)).name for name in TWINS} == TWINS
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 20 * 2**20


@pytest.mark.parametrize("name", names())
def test_the_command_on_a_card_is_the_recipe_on_it(name):
    told = card(name)
    chosen = parser().parse_args(shlex.split(told.command)[3:])
    assert (chosen.data, recipe_of(chosen)) == (told.data, Recipe.from_dict(told.recipe))
    by_token = chosen.token and Architecture.from_token(chosen.token)
    assert (by_token or Architecture.preset(chosen.preset)) == told.architecture


@pytest.fixture(scope="module")
def finished(tmp_path_factory, forked):
    """A short run on the sample, finished."""
    run = forked(Run.create(POOLED, SHORT, folder=tmp_path_factory.mktemp("runs") / "short"))
    assert run.wait(120).state == "finished", (run.folder / "log.txt").read_text()
    return run


@pytest.mark.slow
@pytest.mark.parametrize("which", ["last", "best"])
def test_a_finished_run_becomes_a_network_that_does_what_its_card_says(finished, which, tmp_path):
    made = ship.ship(finished, "tiny", which, tmp_path)
    assert names(tmp_path) == ("tiny",)
    told = card("tiny", tmp_path)
    assert told == made
    assert (told.architecture, told.recipe, told.data, told.checkpoint) == (POOLED, SHORT.to_dict(), "sample", which)
    assert (told.images, told.device, told.accuracy) == (1000, "CPU", told.sample_accuracy)
    assert told.metrics[0]["val_accuracy"] == finished.metrics()[0]["val_accuracy"]
    sample = data.sample()
    predicted = load("tiny", tmp_path).predict(prepared(sample.x_test, told), verbose=0).argmax(-1)
    assert (predicted == sample.y_test).mean() == pytest.approx(told.accuracy, abs=0.0015)
    trained, _ = checkpoint.read(finished.folder / "checkpoints" / "best.npz")  # of a single epoch, the last as well
    for ours, theirs in zip(load("tiny", tmp_path).get_weights(), trained, strict=True):
        np.testing.assert_array_equal(ours, theirs.astype("float16").astype("float32"))
    words = f"python -m senet_lab train --token {POOLED.token()} --recipe modern --data sample --epochs 1 --batch 500"
    assert shlex.split(told.command) == shlex.split(f"{words} --seed 3")


def test_a_run_that_is_not_finished_or_has_other_images_is_not_shipped(tmp_path):
    run = Run.create(TINY, SHORT, folder=tmp_path / "run")
    with pytest.raises(ValueError, match="must be finished, not waiting"):
        ship.ship(run, "tiny", folder=tmp_path / "weights")
    assert not (tmp_path / "weights").exists()
    config = json.loads((run.folder / "config.json").read_text())
    (run.folder / "config.json").write_text(json.dumps({**config, "data": "mine"}))
    with pytest.raises(ValueError, match="must be trained on 'sample' or 'cifar10', not on 'mine'"):
        ship.ship(run, "tiny", folder=tmp_path / "weights")


@pytest.mark.parametrize(
    "change", [{"learning_rate": 0.2}, {"epochs": 5}, {"weight_decay": 5e-4}, {"batch": 64, "seed": 9}]
)
def test_the_command_names_what_differs_from_the_recipe(change, tmp_path):
    architecture = Architecture.preset("cifar_resnet20")
    run = Run.create(architecture, replace(RECIPES["modern"], **change), folder=tmp_path / "run")
    chosen = parser().parse_args(shlex.split(ship.command(run))[3:])
    assert (chosen.preset, chosen.token, chosen.recipe) == ("cifar_resnet20", None, "modern")
    assert {name: getattr(chosen, name) for name in change} == change


def test_a_recipe_that_no_command_can_say_is_refused(tmp_path):
    run = Run.create(TINY, replace(SHORT, label_smoothing=0.3), folder=tmp_path / "run")
    with pytest.raises(ValueError, match="but for what has a flag"):
        ship.command(run)


@pytest.fixture
def model():
    keras.utils.set_random_seed(2)
    made = TINY.build("tiny")
    made.get_layer("stem_bn").moving_mean.assign(np.full(4, 0.1))
    return made


def test_weights_come_back_as_16_bits_hold_them_whatever_order_they_are_in(model, tmp_path):
    write(model, tmp_path / "a.safetensors")
    tensors = load_file(tmp_path / "a.safetensors")
    save_file(dict(sorted(tensors.items(), reverse=True)), tmp_path / "b.safetensors")
    other = TINY.build("other")
    assign(other, tmp_path / "b.safetensors")
    for ours, theirs in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs.astype("float16").astype("float32"))
    assert (tmp_path / "a.safetensors").stat().st_size < 2 * model.count_params() + 20_000


KERNEL, MEAN = "stem_conv/kernel", "stem_bn/moving_mean"
WRONG = {
    "missing": (lambda t: t.pop(KERNEL), f"{KERNEL} is missing"),
    "unknown": (lambda t: t.update(more=np.zeros(1, "float16")), "more is unknown to the model"),
    "renamed": (lambda t: t.update(stem=t.pop(MEAN)), f"{MEAN} is missing; stem is unknown"),
    "of another shape": (lambda t: t.update({MEAN: t[MEAN][:3]}), f"{MEAN} is (3,), not (4,)"),
    "transposed": (lambda t: t.update({KERNEL: t[KERNEL].T.copy()}), f"{KERNEL} is (4, 3, 3, 3), not (3, 3, 3, 4)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_weights_that_do_not_fit_are_refused_by_name_and_change_nothing(name, model, tmp_path):
    spoil, words = WRONG[name]
    write(model, tmp_path / "a.safetensors")
    tensors = load_file(tmp_path / "a.safetensors")
    spoil(tensors)
    save_file(tensors, tmp_path / "a.safetensors")
    before = model.get_weights()
    with pytest.raises(ValueError, match=re.escape(words)):
        assign(model, tmp_path / "a.safetensors")
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cut", [0, 5, 200, -100])
def test_damaged_weights_are_said(cut, model, tmp_path):
    write(model, tmp_path / "a.safetensors")
    whole = (tmp_path / "a.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(whole[:cut])
    with pytest.raises(ValueError, match=r"'a\.safetensors' is damaged: .*; download it again"):
        assign(model, tmp_path / "a.safetensors")


@pytest.mark.parametrize("bad", [1e6, float("nan")])
def test_weights_that_16_bits_cannot_hold_are_not_written(bad, model, tmp_path):
    model.get_layer("stem_bn").moving_variance.assign(np.full(4, bad))
    with pytest.raises(ValueError, match="`stem_bn/moving_variance` must have numbers that 16 bits can hold"):
        write(model, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


def told_of(architecture, name):
    """A card as short as it can be."""
    return Card(
        name=name, token=architecture.token(), recipe=SHORT.to_dict(), data="sample", checkpoint="last",
        images=1000, sample_accuracy=0.5, device="CPU", seconds=1.5, versions={"keras": "3"}, command="python", metrics=({"epoch": 1.0, "loss": 2.0},),
        accuracy=0.5,
    )  # fmt: skip


def test_a_twin_differs_in_squeeze_excite_alone(tmp_path):
    bare = replace(TINY, ratio=None)
    longer = {"recipe": replace(SHORT, epochs=9).to_dict()}
    cards = [
        told_of(TINY, "se_tiny"),
        replace(told_of(bare, "longer"), **longer),
        told_of(replace(bare, classes=9), "other"),
        told_of(replace(TINY, ratio=2), "se_more"),
    ]
    for each in cards:
        (tmp_path / f"{each.name}.json").write_text(each.to_json())
    assert pretrained.twin(cards[0], tmp_path) is None
    (tmp_path / "tiny.json").write_text(told_of(bare, "tiny").to_json())
    assert pretrained.twin(cards[0], tmp_path).name == "tiny"
    assert pretrained.twin(told_of(bare, "tiny"), tmp_path).name in ("se_tiny", "se_more")


def test_a_card_goes_through_json_and_one_with_other_fields_is_refused():
    told = told_of(TINY, "tiny")
    assert Card.from_json(told.to_json()) == told
    values = asdict(told)
    values["extra"] = values.pop("device")
    with pytest.raises(ValueError, match=r"it lacks \['device'\] and has \['extra'\] besides"):
        Card.from_json(json.dumps(values))


def test_a_name_that_does_not_ship_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no network ships in"):
        load("cifar_se_resnet20", tmp_path)
    (tmp_path / "cifar_se_resnet20.json").write_text("{}")
    with pytest.raises(ValueError, match="try 'cifar_se_resnet20'"):
        pretrained.card("cifar_resnet20", tmp_path)
