"""Keys: the name and memory layout of each weight in timm.

>>> key("group1_block2_bn1", "gamma"), key("stem_conv", "kernel", legacy=True)
('layer1.1.bn1.weight', 'layer0.conv1.weight')
>>> key("group1_block2_bn1", "gamma", regnet=True)
's1.b2.conv1.bn.weight'
"""

from __future__ import annotations

import re

from senet_lab.array_checks import Array
from senet_lab.checks import flag, instance, one_of

VARIABLES = {"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}
VARIABLES |= {"moving_mean": "running_mean", "moving_variance": "running_var"}
BLOCK = re.compile(r"group(\d+)_block(\d+)_(.+)")
SHORTCUTS = {
    # pooled, also where there is no stride: name in the ledger, name in timm
    False: {"shortcut_conv": "downsample.0", "shortcut_bn": "downsample.1"},
    True: {"shortcut_conv": "downsample.1", "shortcut_bn": "downsample.2"},
}
# In a RegNet, a convolution and its batch normalization share a module.
REGNET = {
    "stem_conv": "stem.conv", "stem_bn": "stem.bn", "classifier_dense": "head.fc", "se_reduce": "se.fc1",
    "se_gate": "se.fc2", "shortcut_conv": "downsample.conv", "shortcut_bn": "downsample.bn",
    **{f"{kind}{number}": f"conv{number}.{kind}" for kind in ("conv", "bn") for number in (1, 2, 3)},
}  # fmt: skip
STEMS = {
    # (deep, legacy): name in the ledger, name in timm
    (False, False): {"conv": "conv1", "bn": "bn1"},
    (False, True): {"conv": "layer0.conv1", "bn": "layer0.bn1"},
    (True, False): {
        "conv1": "conv1.0", "bn1": "conv1.1", "conv2": "conv1.3", "bn2": "conv1.4", "conv": "conv1.6", "bn": "bn1",
    },
    (True, True): {
        "conv1": "layer0.conv1", "bn1": "layer0.bn1", "conv2": "layer0.conv2", "bn2": "layer0.bn2",
        "conv": "layer0.conv3", "bn": "layer0.bn3",
    },
}  # fmt: skip


def key(
    layer: str, variable: str, *, deep: bool = False, pooled: bool = False, legacy: bool = False, regnet: bool = False
) -> str:
    """Return the name of a weight in timm's state dict; raise ValueError if timm has no such weight.

    Args:
        layer, variable: the layer's name in the ledger, and the variable's name in Keras.
        deep: whether the stem has three convolutions, as in SENet-154 and ResNet-D.
        pooled: whether projection shortcuts pool, as in ResNet-D.
        legacy: whether to return the names in `legacy_*` networks.
        regnet: whether to return the names in a RegNet.
    """
    instance("layer", layer, str, "'stem_conv'")
    one_of("variable", variable, tuple(VARIABLES))
    if flag("regnet", regnet):
        name = _regnet_layer(layer)
    else:
        name = _layer(layer, flag("deep", deep), flag("pooled", pooled), flag("legacy", legacy))
    if not name:
        raise ValueError(f"timm has no weight like `{variable}` of `{layer}`.")
    return f"{name}.{VARIABLES[variable]}"


def _layer(layer: str, deep: bool, pooled: bool, legacy: bool) -> str:
    if layer == "classifier_dense":
        return "last_linear" if legacy else "fc"
    if layer.startswith("stem_"):
        return STEMS[deep, legacy].get(layer.removeprefix("stem_"), "")
    if not (match := BLOCK.fullmatch(layer)):
        return ""
    group, block, part = match[1], int(match[2]) - 1, match[3]
    squeeze = "se_module" if legacy else "se"
    within = SHORTCUTS[pooled] | {
        "se_reduce": f"{squeeze}.fc1",
        "se_gate": f"{squeeze}.fc2",
        "eca_gate_conv": "se.conv",
    }
    plain = part if re.fullmatch(r"(conv|bn)\d", part) else ""
    part = within.get(part, plain)
    return part and f"layer{group}.{block}.{part}"


def _regnet_layer(layer: str) -> str:
    if not (match := BLOCK.fullmatch(layer)):
        return REGNET.get(layer, "")
    group, block, part = match.groups()
    within = REGNET.get(part, "")
    return within and f"s{group}.b{block}.{within}"


def to_keras_layout(array: Array, layer: str, rank: int) -> Array:
    """Transpose numbers for a Keras variable of this rank: a kernel (height, width, in, out), a matrix (in, out).

    A kernel of ECA is (steps, in, out).
    """
    if rank == 4:
        return array.transpose(2, 3, 1, 0)
    if rank == 3:
        return array.transpose(2, 1, 0)
    if rank == 2:
        return (array.reshape(array.shape[:2]) if "_se_" in layer else array).T
    return array


def to_timm_layout(array: Array, layer: str) -> Array:
    """Transpose numbers for timm: kernels (out, in, height, width), also those of squeeze-excite's dense layers.

    A kernel of ECA is (out, in, steps).
    """
    if array.ndim == 4:
        return array.transpose(3, 2, 0, 1)
    if array.ndim == 3:
        return array.transpose(2, 1, 0)
    if array.ndim == 2:
        return array.T[:, :, None, None] if "_se_" in layer else array.T
    return array
