"""SE-ResNeXt, procedural: stem, learner, groups of many-path blocks, classifier (Xie et al. 2017; Hu et al. 2018).

inputs = Input(shape=(224, 224, 3))
x = stem(inputs)
x = learner(x, groups[50], cardinality=32, ratio=16)
outputs = classifier(x, 1000)
model = Model(inputs, outputs)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from senet_lab.architecture.presets import DEPTHS
from senet_lab.architecture.style import Style, style_of
from senet_lab.checks import (
    MAX_BLOCKS,
    MAX_CARDINALITY,
    MAX_UNITS,
    divisible,
    for_each_group,
    group_rows,
    ratio_or_none,
    stride_of,
    whole,
)
from senet_lab.nets.attention import cbam_block, eca_block, scse_block, squeeze_excite_block
from senet_lab.nets.blocks import classifier, projection, residual_block, stem
from senet_lab.nets.sketch import unique_name

__all__ = [
    "STYLE", "cbam_block", "classifier", "eca_block", "group", "groups", "identity_block", "learner",
    "projection_block", "scse_block", "squeeze_excite_block", "stem",
]  # fmt: skip

STYLE = style_of("original", "resnext")

# Meta-parameter: filters in, filters out and number of blocks of each group, for 32x4d
groups = {
    depth: tuple((2 * n_filters, 4 * n_filters, n_blocks) for n_filters, n_blocks in DEPTHS[depth].table)
    for depth in (26, 50, 101, 152)
}


def learner(
    x: Any,
    groups: Sequence[Sequence[int]],
    cardinality: int,
    ratio: int | Sequence[int | None] | None,
    *,
    style: Style = STYLE,
    name: str = "group",
) -> Any:
    """Construct the Learner: the groups one after the other, all but the first strided.

    Args:
        x: input to the learner, (batch, height, width, channels).
        groups: filters in, filters out and number of blocks of each group.
        cardinality: number of groups of the grouped convolution.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite; or one per group.
    """
    ratios = for_each_group("ratio", ratio, len(group_rows(groups, 3)))
    for number, (filters_in, filters_out, n_blocks) in enumerate(groups, 1):
        unique_name(x, name)  # so that groups added later get the next numbers
        strides = 1 if number == 1 else 2
        x = group(
            x,
            n_blocks,
            filters_in,
            filters_out,
            cardinality,
            ratios[number - 1],
            strides,
            style=style,
            name=f"{name}{number}",
        )
    return x


def group(
    x: Any,
    n_blocks: int,
    filters_in: int,
    filters_out: int,
    cardinality: int,
    ratio: int | None,
    strides: int | tuple[int, int] = (2, 2),
    *,
    style: Style = STYLE,
    name: str | None = None,
) -> Any:
    """Construct the Group: a projection block, then identity blocks.

    Args:
        x: input to the group, (batch, height, width, channels).
        n_blocks: number of blocks.
        filters_in: number of filters (channels) of the grouped convolution.
        filters_out: number of filters (channels) of the output.
        cardinality: number of groups of the grouped convolution.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite.
        strides: strides of the projection block.
    """
    name = unique_name(x, "group") if name is None else name
    x = projection_block(x, filters_in, filters_out, cardinality, strides, ratio, style=style, name=f"{name}_block1")
    for index in range(2, whole("n_blocks", n_blocks, 1, MAX_BLOCKS) + 1):
        x = identity_block(x, filters_in, filters_out, cardinality, ratio, style=style, name=f"{name}_block{index}")
    return x


def identity_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    ratio: int | None = 16,
    *,
    style: Style = STYLE,
    name: str | None = None,
) -> Any:
    """Construct a ResNeXt block with identity link.

    Args:
        x: input to the block, with `filters_out` channels.
        filters_in, filters_out, cardinality, ratio: as in `group`.
    """
    name = unique_name(x, "identity_block") if name is None else name
    filters_in, filters_out, cardinality, ratio = _check(filters_in, filters_out, cardinality, ratio)
    if x.shape[-1] != filters_out:
        raise ValueError(
            f"An identity block's input (={x.shape[-1]} channels) must have `filters_out` (={filters_out}) channels; "
            f"try a projection_block first, or filters_out={x.shape[-1]}."
        )
    return residual_block(x, x, filters_in, cardinality=cardinality, ratio=ratio, style=style, name=name)


def projection_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    strides: int | tuple[int, int] = 1,
    ratio: int | None = 16,
    *,
    style: Style = STYLE,
    name: str | None = None,
) -> Any:
    """Construct a ResNeXt block with projection shortcut.

    Args:
        x: input to the block, (batch, height, width, channels).
        strides: strides of the shortcut and of the branch; `style.stride_place` selects the convolution in the branch.

        filters_in, filters_out, cardinality, ratio: as in `group`.
    """
    name = unique_name(x, "projection_block") if name is None else name
    filters_in, filters_out, cardinality, ratio = _check(filters_in, filters_out, cardinality, ratio)
    stride = stride_of(strides)
    shortcut = projection(x, filters_out, strides=stride, style=style, name=name)
    return residual_block(
        x, shortcut, filters_in, strides=stride, cardinality=cardinality, ratio=ratio, style=style, name=name
    )


def _check(filters_in: int, filters_out: int, cardinality: int, ratio: int | None) -> tuple[int, int, int, int | None]:
    """Return the arguments of a block as plain numbers; the cardinality must divide `filters_in`."""
    cardinality = whole("cardinality", cardinality, 1, MAX_CARDINALITY)
    filters_in = divisible("filters_in", whole("filters_in", filters_in, 1, MAX_UNITS), "cardinality", cardinality)
    filters_out = whole("filters_out", filters_out, 1, MAX_UNITS)
    return filters_in, filters_out, cardinality, ratio_or_none("ratio", ratio)
