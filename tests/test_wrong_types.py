"""Wrong types: every public function says by name which argument is wrong, what it must be, and what would do."""

import re
from pathlib import Path

import numpy as np
import pytest
from runs import TINY

from senet_lab import export
from senet_lab.data import datasets as data
from senet_lab.gatelens.views import figures
from senet_lab.gates import ablation, moments
from senet_lab.gates import observe as gates
from senet_lab.gates import watch as gate_watch
from senet_lab.training import kernels
from senet_lab.training.devices import Placement
from senet_lab.training.estimate import check_memory, estimate
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.config import changed_versions
from senet_lab.training.runs.data_fit import must_fit
from senet_lab.training.runs.inventory import list_runs
from senet_lab.training.runs.run import Run, Status
from senet_lab.weights import pretrained
from senet_lab.weights.timm import hub, keys, weights
from senet_lab.weights.timm.preprocessing import Preprocessing

IMAGES, LABELS = np.zeros((8, 32, 32, 3), "float32"), np.arange(8) % 4
VALUES = np.random.default_rng(0).random((8, 16))
GATES = {"group1/block1": VALUES}


class Foreign:
    """Something whose `repr` fails."""

    def __repr__(self):
        raise RuntimeError


@pytest.fixture(scope="module")
def model():
    return TINY.build()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run.create(TINY, folder=tmp_path_factory.mktemp("runs") / "a")


# Function, its good arguments, and those that are put in the place of a good one.
ODD = (3.5, b"x", Foreign, object(), Foreign())
NO_TEXT, NO_ARRAY = (None, 3, [], *ODD), (None, "x", {}, [None], [[1], [1, 2]], *ODD[1:])
SHARED = {"architecture": TINY, "recipe": Recipe(), "data": "sample", "placement": Placement()}
CARD = pretrained.card("cifar_se_resnet20")
CALLS = [
    *((function, SHARED, name, (3, "x", [], *ODD)) for function in (Run.create, estimate, check_memory)
      for name in ("architecture", "recipe", "placement")),
    *((function, SHARED, "data", NO_TEXT) for function in (Run.create, estimate, check_memory)),
    (Run, {"folder": "a"}, "folder", (*NO_TEXT, "", "\0")),
    (list_runs, {"folder": "a"}, "folder", (*NO_TEXT, "", "\0")),
    (must_fit, {"architecture": TINY, "data": "sample"}, "architecture", (None, "x")),
    (must_fit, {"architecture": TINY}, "data", (None, 3, "", "\0", "/nowhere")),
    (changed_versions, {"before": {}}, "before", (None, 3, "x")),
    (Recipe.from_dict, {"values": {}}, "values", (None, 3, "x", [("epochs", 3)])),
    (hub.load, {}, "tag", NO_TEXT),
    (keys.key, {"layer": "stem_conv", "variable": "kernel"}, "layer", NO_TEXT),
    (keys.key, {"layer": "stem_conv", "variable": "kernel"}, "variable", (None, 3, [])),
    (weights.shapes, {"architecture": TINY}, "architecture", (None, "x")),
    (weights.to_timm, {}, "model", (None, "x", TINY)),
    (weights.save_timm, {"model": None}, "path", (None, 3, "")),
    (Preprocessing(64, 0.9, "bicubic").standardised, {}, "pixels", (*NO_ARRAY, np.ones((2, 2)))),
    (Preprocessing(64, 0.9, "bicubic").picture, {}, "picture", (None, "x", IMAGES)),
    (Preprocessing(64, 0.9, "bicubic").before, {}, "model", (None, TINY)),
    *((function, {"name": "cifar_se_resnet20"}, "folder", (None, 3)) for function in (pretrained.card, pretrained.load)),
    (pretrained.names, {}, "folder", (None, 3)),
    (pretrained.twin, {}, "card", (None, "x")),
    (pretrained.prepared, {"images": IMAGES}, "card", (None, "x")),
    (pretrained.prepared, {"card": CARD}, "images", (*NO_ARRAY, np.ones(3))),
    (pretrained.write, {"path": Path("a")}, "model", (None, TINY)),
    (pretrained.assign, {"path": Path("a")}, "model", (None, TINY)),
    (pretrained.Card.from_json, {}, "text", (None, 3, "{", "[" * 100_000)),
    *((function, {"images": IMAGES}, "model", (None, "x", TINY)) for function in (gates.gates, gates.observed)),
    (gates.untrained, {}, "model", (None, TINY)),
    *((function, {"labels": LABELS}, "values", (*NO_ARRAY, np.ones(3), np.ones((0, 3))))
      for function in (gates.class_means, gates.class_deviations, gates.specificity, gates.similarity)),
    *((function, {"values": VALUES}, "labels", (*NO_ARRAY, LABELS[:, None], LABELS[:3]))
      for function in (gates.class_means, gates.class_deviations, gates.specificity, gates.similarity)),
    (gates.saturation, {}, "values", NO_ARRAY),
    (ablation.switchable, {}, "model", (None, TINY)),
    (ablation.cost, {"blocks": ()}, "model", (None, TINY)),
    (moments.keep, {"moments": []}, "path", (None, 3, "")),
    (moments.keep, {"path": Path("nowhere/a")}, "moments", (None, 3, [3], ["x"])),
    (moments.kept, {}, "path", (None, 3, "")),
    (moments.moment, {"model": None, "images": IMAGES, "epoch": 0}, "labels", NO_ARRAY),
    (gate_watch.GateWatch, {"images": IMAGES}, "labels", (*NO_ARRAY, LABELS[:3])),
    (gate_watch.GateWatch, {"labels": LABELS}, "images", (*NO_ARRAY, np.ones(3))),
    (gate_watch.GateWatch, {"images": IMAGES, "labels": LABELS}, "folder", (3, "", b"x")),
    *((function, {}, "architecture", (None, "x", [])) for function in (export.code, export.part_code)),
    (export.text_of, {"suffix": ".py"}, "architecture", (None, "x", [])),
    (export.code, {"architecture": TINY}, "form", (None, 3, [])),
    (export.part_code, {"architecture": TINY}, "group", NO_TEXT),
    (export.save, {"network": TINY}, "path", (None, 3, "")),
    (export.save, {"path": "net.csv"}, "network", (None, 3, "x", [])),
    (export.save_model, {"model": None}, "path", (None, 3, "")),
    (export.save_model, {"path": "net.onnx"}, "model", (None, 3, TINY)),
    (export.layer_csv, {}, "ledger", (None, "x", TINY)),
    (kernels.Kernel.on, {}, "engine", (None, 3, [])),
    (kernels.Kernel.on, {"engine": "jax"}, "device", (None, 3)),
    (kernels.register, {}, "kernels", (None, 3, "x", [3])),
    (kernels.register, {"kernels": []}, "prefix", (3, "", b"x")),
    (data.named, {}, "name", NO_TEXT),
    (data.cifar10, {}, "path", (3, b"x")),
    (data.folder, {}, "path", (None, 3, "", "~nosuchuser/pets", "/nowhere/pets")),
    (data.folder, {"path": "/nowhere"}, "seed", (None, "x", -1, 2**40)),
    (data.folder, {"path": "/nowhere"}, "suffixes", (3, [3])),
    (data.folder, {"path": "/nowhere"}, "skipped", (None, [3])),
    *((function, {"gates": GATES, "labels": LABELS}, "classes", (3, None, "frog", [1, 2, 3, 4], ["a", "b"]))
      for function in (figures.activation_figure, figures.spread_figure)),
    (figures.activation_figure, {"labels": LABELS, "classes": data.CIFAR10}, "gates", (None, 3, {})),
    (figures.activation_figure, {"gates": GATES, "classes": data.CIFAR10}, "labels", (None, "x")),
    (figures.activation_figure, {"gates": GATES, "labels": LABELS, "classes": data.CIFAR10}, "blocks", (3, [], [3])),
    (figures.activation_figure, {"gates": GATES, "labels": LABELS, "classes": data.CIFAR10}, "shown", (3, [3])),
    (figures.save_figure, {"path": "a.png"}, "figure", (None, 3)),
]  # fmt: skip
SAID = {hub.load: "name"}  # where the message has another name than the argument


def named(value):
    return "" if isinstance(value, (dict, tuple)) else getattr(value, "__qualname__", value)


@pytest.mark.parametrize(("function", "good", "name", "values"), CALLS, ids=named)
def test_an_argument_of_another_type_is_refused_by_its_name(function, good, name, values):
    for value in values:
        with pytest.raises((TypeError, ValueError)) as refused:
            function(**{**good, name: value})
        words = str(refused.value)
        assert re.match(rf"`{SAID.get(function, name)}(\[.*\])?`.* must .*; ", words, re.DOTALL), (value, words)
        assert len(words) < 400


def test_what_a_run_is_told_and_given_is_checked(run):
    for call, words in (
        (
            lambda: run.ready("x"),
            "`images` must be an array of numbers, not 'x'; try an array of shape (images, height, ",
        ),
        (lambda: run.tell(3), "`status` must be a Status, not 3; try Status('waiting')."),
        (lambda: run.wait("long"), "`timeout` must be a number, not 'long'; try 0."),
        (lambda: run.start(force=3), "`force` must be True or False, not 3; try True."),
        (lambda: run.ask(3), "`wanted` must be one of 'run', 'pause' or 'stop', not 3; try 'stop'."),
    ):
        with pytest.raises((TypeError, ValueError), match=re.escape(words)):
            call()
    assert run.status() == Status("waiting", epochs=10)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "values"), [
    ("images", (*NO_ARRAY, np.ones(3))), ("labels", (*NO_ARRAY, LABELS[:3])), ("blocks", (None, 3, [3], ["group9"])),
    ("values", (3, "x", {"group1/block1": 3}, {"group1/block1": np.ones((8, 1))})), ("before", ("x", 3, np.ones((3, 10)))),
])  # fmt: skip
def test_arguments_of_an_ablation_are_refused_by_their_name(model, name, values):
    path = next(iter(gates.gates(model, IMAGES)))
    good = {"model": model, "images": IMAGES, "labels": LABELS, "blocks": path, "how": "mean"}
    for value in values:
        with pytest.raises((TypeError, ValueError)) as refused:
            ablation.ablation(**{**good, name: value})
        assert re.match(rf"`{name.removesuffix('s')}s?(\[.*\])?`.* must .*; ", str(refused.value)), refused.value


@pytest.mark.parametrize("images", [None, 3, "x", b"x", {}, Foreign, [None], [3], np.ones(3), ["x"], [np.ones((2, 2))]])
def test_what_are_no_images_are_not_observed(model, images):
    with pytest.raises((TypeError, ValueError), match=r"^`images` .*must "):
        gates.observed(model, images)
