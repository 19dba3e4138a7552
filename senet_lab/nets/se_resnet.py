"""SE-ResNet, procedural: stem, learner, groups of blocks, classifier (He et al. 2016; Hu et al. 2018).

inputs = Input(shape=(224, 224, 3))
x = stem(inputs)
x = learner(x, groups[50], ratio=16)
outputs = classifier(x, 1000)
model = Model(inputs, outputs)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from senet_lab.architecture.presets import DEPTHS, EXPANSION
from senet_lab.architecture.style import Style, style_of
from senet_lab.checks import MAX_BLOCKS, MAX_CHANNELS, for_each_group, group_rows, ratio_or_none, stride_of, whole
from senet_lab.nets.attention import cbam_block, eca_block, scse_block, squeeze_excite_block
from senet_lab.nets.blocks import classifier, projection, residual_block, stem
from senet_lab.nets.sketch import unique_name

__all__ = [
    "STYLE", "cbam_block", "classifier", "eca_block", "group", "groups", "identity_block", "learner",
    "projection_block", "scse_block", "squeeze_excite_block", "stem",
]  # fmt: skip

STYLE = style_of("original", "resnet")

# Meta-parameter: number of filters and blocks of each group
groups = {depth: DEPTHS[depth].table for depth in (26, 50, 101, 152)}


def learner(
    x: Any,
    groups: Sequence[Sequence[int]],
    ratio: int | Sequence[int | None] | None,
    *,
    style: Style = STYLE,
    name: str = "group",
) -> Any:
    """Construct the Learner: the groups one after the other, all but the first strided.

    Args:
        x: input to the learner, (batch, height, width, channels).
        groups: number of filters and blocks of each group.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite; or one per group.
    """
    ratios = for_each_group("ratio", ratio, len(group_rows(groups, 2)))
    for number, (n_filters, n_blocks) in enumerate(groups, 1):
        unique_name(x, name)  # so that groups added later get the next numbers
        strides = 1 if number == 1 else 2
        x = group(x, n_filters, n_blocks, ratios[number - 1], strides, style=style, name=f"{name}{number}")
    return x


def group(
    x: Any,
    n_filters: int,
    n_blocks: int,
    ratio: int | None,
    strides: int | tuple[int, int] = (2, 2),
    *,
    style: Style = STYLE,
    name: str | None = None,
) -> Any:
    """Construct the Group: blocks of one width; a projection block, then identity blocks.

    A basic block that keeps the shape needs no projection, so a group of basic blocks may have none.

    Args:
        x: input to the group, (batch, height, width, channels).
        n_filters: number of filters; a bottleneck block's output has 4 times as many.
        n_blocks: number of blocks.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite.
        strides: strides of the projection block.
    """
    name = unique_name(x, "group") if name is None else name
    same = style.block == "basic" and stride_of(strides) == 1 and x.shape[-1] == n_filters
    for index in range(whole("n_blocks", n_blocks, 1, MAX_BLOCKS)):
        block_name = f"{name}_block{index + 1}"
        if index or same:
            x = identity_block(x, n_filters, ratio, style=style, name=block_name)
        else:
            x = projection_block(x, n_filters, strides, ratio, style=style, name=block_name)
    return x


def identity_block(
    x: Any, n_filters: int, ratio: int | None = 16, *, style: Style = STYLE, name: str | None = None
) -> Any:
    """Create a Residual Block with Identity Link.

    Args:
        x: input to the block, with as many channels as the output.
        n_filters, ratio: as in `group`.
    """
    name = unique_name(x, "identity_block") if name is None else name
    n_filters, filters_out = _filters(n_filters, style)
    if x.shape[-1] != filters_out:
        fit, rest = divmod(x.shape[-1], EXPANSION[style.block])
        raise ValueError(
            f"An identity block's input (={x.shape[-1]} channels) must have as many channels as its output "
            f"(={filters_out}); try a projection_block first{'' if rest else f', or n_filters={fit}'}."
        )
    return residual_block(x, x, n_filters, ratio=ratio_or_none("ratio", ratio), style=style, name=name)


def projection_block(
    x: Any,
    n_filters: int,
    strides: int | tuple[int, int] = (2, 2),
    ratio: int | None = 16,
    *,
    style: Style = STYLE,
    name: str | None = None,
) -> Any:
    """Create a Residual Block with Projection Shortcut.

    Args:
        x: input to the block, (batch, height, width, channels).
        strides: strides of the shortcut and of the branch; `style.stride_place` selects the convolution in the branch.

        n_filters, ratio: as in `group`.
    """
    name = unique_name(x, "projection_block") if name is None else name
    n_filters, filters_out = _filters(n_filters, style)
    stride, ratio = stride_of(strides), ratio_or_none("ratio", ratio)
    shortcut = projection(x, filters_out, strides=stride, style=style, name=name)
    return residual_block(x, shortcut, n_filters, strides=stride, ratio=ratio, style=style, name=name)


def _filters(n_filters: int, style: Style) -> tuple[int, int]:
    """Check and return the filters of the 3x3 and of the block's output."""
    n_filters = whole("n_filters", n_filters, 1, MAX_CHANNELS)
    return n_filters, n_filters * EXPANSION[style.block]
