"""timm's networks with the weights of `timm_draws`, held against what timm was recorded to compute with them."""

import json
from dataclasses import replace
from functools import lru_cache

import numpy as np
from timm_draws import ANSWERS, SIDES, draw, images, probed

from senet_lab.weights.timm.networks import architecture_of
from senet_lab.weights.timm.weights import convert, shapes

TIMM = json.loads(ANSWERS.read_text())


def legacy(name):
    return name.startswith("legacy_")


def outputs(model, architecture):
    """What `timm_draws` recorded of timm: log probabilities, maps behind each group, gates of its last block."""
    import keras

    wanted = {}
    for number, group in enumerate(architecture.plan, 1):
        last = f"group{number}_block{group.n_blocks}"
        wanted |= {f"group{number}": f"{last}_relu", f"gate{number}": f"{last}_se_gate"}
    layers = [model.get_layer(layer).output for layer in wanted.values()]
    return keras.Model(model.inputs, [model.outputs[0], *layers]), ["log", *wanted]


@lru_cache(maxsize=1)
def ported(name):
    """timm's network with the weights that were drawn for it, and the names of its outputs; built once for all sides."""
    architecture = replace(architecture_of(name), input_shape=(*SIDES[1], 3))
    weights = draw(shapes(architecture, legacy=legacy(name)))
    return outputs(convert(weights, architecture), architecture)


def seen_by(model, pixels):
    """Its outputs for images of any side: its layers by hand, along its own graph, which was built for one side."""
    return model._run_through_graph(pixels, operation_fn=lambda operation: operation)


def assert_as_timm(name, side):
    import keras

    model, parts = ported(name)
    told = TIMM[name]["x".join(map(str, side))]
    found = [keras.ops.convert_to_numpy(each) for each in seen_by(model, keras.ops.convert_to_tensor(images(side)))]
    for part, array in zip(parts, [np.log(found[0]), *found[1:]], strict=True):
        ours = probed(array)
        assert ours["size"] == told[part]["size"], part
        apart = np.abs(np.subtract(ours["some"], told[part]["some"])).max()
        assert apart <= 1e-4 * told[part]["spread"], (part, apart / told[part]["spread"])
