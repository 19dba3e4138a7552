"""Turn an architecture into a tensor, a sketch or a Keras model, using the procedural functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab.extras import require
from senet_lab.nets import regnet, se_resnet, se_resnext
from senet_lab.nets.blocks import classifier, stem
from senet_lab.nets.on_keras.quiet import wake_keras

if TYPE_CHECKING:
    import keras

    from senet_lab.architecture.architecture import Architecture


def network(inputs: Any, architecture: Architecture) -> Any:
    """Apply stem, learner and classifier of an architecture.

    Args:
        inputs: images, (batch, height, width, channels), as a Keras tensor or a `Sketch`.

    Returns:
        Probabilities, (batch, classes); without the top, the last feature maps.
    """
    plan, style = architecture.plan, architecture.style
    x = stem(inputs, architecture.stem_filters, style=style)
    ratios = tuple(group.ratio for group in plan)
    if architecture.family == "resnet":
        groups: tuple[tuple[int, ...], ...] = tuple((group.filters_in, group.n_blocks) for group in plan)
        x = se_resnet.learner(x, groups, ratios, style=style)
    elif architecture.family == "regnet":
        groups = tuple((group.filters_out, group.n_blocks) for group in plan)
        x = regnet.learner(x, groups, architecture.group_width, ratios, style=style)
    else:
        groups = tuple((group.filters_in, group.filters_out, group.n_blocks) for group in plan)
        x = se_resnext.learner(x, groups, architecture.cardinality, ratios, style=style)
    return classifier(x, architecture.classes, style=style) if architecture.include_top else x


def build(architecture: Architecture, name: str | None = None) -> keras.Model:
    """Build the Keras model of an architecture, with random weights; takes seconds.

    Raises:
        ValueError: `name` contains a slash, which Keras rejects.
        MissingExtraError: Keras is not installed.
    """
    require("keras", by="building a network")
    wake_keras()
    import keras

    inputs = keras.Input(architecture.input_shape, name="inputs")
    return keras.Model(inputs, network(inputs, architecture), name=name or model_name(architecture.name))


def model_name(name: str) -> str:
    """Return the Keras name of a network: se_resnext_50_32x4d for SE-ResNeXt-50 32x4d."""
    return name.lower().translate(str.maketrans("- .", "___"))
