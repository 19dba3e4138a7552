"""Compare timm's networks, with the weights of `timm_draws`, to timm's recorded outputs."""

import json
from dataclasses import replace

import numpy as np
from timm_draws import ANSWERS, ODD, draw, images, probed, sides

from senet_lab import Architecture
from senet_lab.weights.timm.networks import architecture_of
from senet_lab.weights.timm.weights import convert, shapes

# A network with other attention that timm can build, and has neither a name nor weights for.
UNNAMED = {"resnext50_32x4d+eca": Architecture("resnext", 50, convention="timm", attention="eca")}
TIMM = json.loads(ANSWERS.read_text())


def legacy(name):
    return name.startswith("legacy_")


def described(name):
    """Return the architecture of a network of timm, by its name or a name of `UNNAMED`."""
    return UNNAMED.get(name) or architecture_of(name)


def outputs(model, architecture):
    """Return timm's recorded outputs: log probabilities, maps after each group, gates of its last block."""
    import keras

    wanted = {}
    for number, group in enumerate(architecture.plan, 1):
        last = f"group{number}_block{group.n_blocks}"
        wanted |= {f"group{number}": f"{last}_relu"}
        wanted |= {f"gate{number}": f"{last}_{architecture.attention}_gate"} if group.ratio else {}
    layers = [model.get_layer(layer).output for layer in wanted.values()]
    return keras.Model(model.inputs, [model.outputs[0], *layers]), ["log", *wanted]


def ported(name):
    """Return a network of timm with drawn weights, and these weights."""
    architecture = replace(described(name), input_shape=(*ODD, 3))
    drawn = draw(shapes(architecture, legacy=legacy(name)))
    return convert(drawn, architecture), drawn


def seen_by(model, pixels):
    """Return outputs for images of any size by calling the layers along the graph, which was built for one size."""
    return model._run_through_graph(pixels, operation_fn=lambda operation: operation)


def assert_as_timm(name, model, *, compiled=False):
    """Assert that a network computes timm's recorded outputs; compiled only for the size that it was built for."""
    import keras

    observer, parts = outputs(model, described(name))
    assert {*TIMM[name]} == {"names", *map(_label, sides(name))}
    if compiled:
        _assert_as_told(observer.predict_on_batch(images(ODD)), parts, ODD, TIMM[name][_label(ODD)])
    for side in () if compiled else sides(name):
        found = seen_by(observer, keras.ops.convert_to_tensor(images(side)))
        _assert_as_told(map(keras.ops.convert_to_numpy, found), parts, side, TIMM[name][_label(side)])


def _label(side):
    return "x".join(map(str, side))


def _assert_as_told(found, parts, side, told):
    for part, array in zip(parts, found, strict=True):
        ours = probed(np.log(array) if part == "log" else array)
        assert ours["size"] == told[part]["size"], (side, part)
        apart = np.abs(np.subtract(ours["some"], told[part]["some"])).max()
        assert apart <= 1e-4 * told[part]["spread"], (side, part, apart / told[part]["spread"])
