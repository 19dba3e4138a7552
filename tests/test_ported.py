"""Weights of timm: the same networks, the same numbers, every tensor once. What timm computes was recorded before."""

import json
from dataclasses import replace

import numpy as np
import pytest
from timm_draws import ANSWERS, SIDES, draw, fingerprint, images, probed

from senet_lab import Architecture
from senet_lab.ported.networks import NAMES, OTHERS, PUBLISHED, architecture_of, name_of
from senet_lab.ported.preprocessing import Preprocessing
from senet_lab.ported.weights import convert, save_timm, shapes, to_timm

TIMM = json.loads(ANSWERS.read_text())
SMALL = Architecture("resnet", 18, convention="timm", classes=10, input_shape=(64, 64, 3))


def legacy(name):
    return name.startswith("legacy_")


@pytest.mark.parametrize("name", NAMES)
def test_names_and_shapes_of_all_tensors_are_those_of_timm(name):
    assert fingerprint(shapes(architecture_of(name), legacy=legacy(name))) == TIMM[name]["names"]


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_known_again_by_what_timm_calls_it(name):
    odd = replace(architecture_of(name), input_shape=(96, 64, 3), classes=7)
    assert name_of(odd) == name


def test_what_timm_does_not_have_has_no_name_there():
    with pytest.raises(ValueError, match="timm has no network like"):
        name_of(Architecture("resnext", 50, cardinality=16))


def outputs(model, architecture):
    """What `timm_draws` recorded of timm: log probabilities, maps behind each group, gates of its last block."""
    import keras

    wanted = {}
    for number, group in enumerate(architecture.plan, 1):
        last = f"group{number}_block{group.n_blocks}"
        wanted |= {f"group{number}": f"{last}_relu", f"gate{number}": f"{last}_se_gate"}
    layers = [model.get_layer(layer).output for layer in wanted.values()]
    return keras.Model(model.inputs, [model.outputs[0], *layers]), ["log", *wanted]


def assert_as_timm(name, side, *, backend_images=images):
    architecture = replace(architecture_of(name), input_shape=(*side, 3))
    model, parts = outputs(convert(draw(shapes(architecture, legacy=legacy(name))), architecture), architecture)
    told = TIMM[name]["x".join(map(str, side))]
    first, *others = model.predict_on_batch(backend_images(side))
    for part, array in zip(parts, [np.log(first), *others], strict=True):
        ours = probed(array)
        assert ours["size"] == told[part]["size"], part
        apart = np.abs(np.subtract(ours["some"], told[part]["some"])).max()
        assert apart <= 1e-4 * told[part]["spread"], (part, apart / told[part]["spread"])


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES, ids=lambda side: "x".join(map(str, side)))
@pytest.mark.parametrize("name", NAMES)
def test_probabilities_maps_and_gates_are_those_of_timm(name, side):
    assert_as_timm(name, side)
