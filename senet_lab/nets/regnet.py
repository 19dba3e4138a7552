"""RegNet, procedural: stem, learner, groups of ResNeXt blocks, classifier (Radosavovic et al. 2020).

inputs = Input(shape=(224, 224, 3))
x = stem(inputs, 32)
x = learner(x, groups["400MF"], group_width=8, ratio=4)
outputs = classifier(x, 1000)
model = Model(inputs, outputs)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from senet_lab.architecture.regnet import PUBLISHED, block_widths, n_paths
from senet_lab.architecture.style import Style, style_of
from senet_lab.checks import MAX_BASE_WIDTH, for_each_group, group_rows, whole
from senet_lab.nets import attention, blocks, se_resnext
from senet_lab.nets.blocks import classifier
from senet_lab.nets.sketch import unique_name

__all__ = [
    "STYLE", "cbam_block", "classifier", "eca_block", "group", "groups", "identity_block", "learner",
    "projection_block", "scse_block", "squeeze_excite_block", "stem",
]  # fmt: skip

STYLE = style_of("original", "regnet")

# A RegNet's parts are those of a ResNeXt in another style.
stem = partial(blocks.stem, style=STYLE)
group = partial(se_resnext.group, style=STYLE)
identity_block = partial(se_resnext.identity_block, style=STYLE)
projection_block = partial(se_resnext.projection_block, style=STYLE)
squeeze_excite_block = partial(attention.squeeze_excite_block, style=STYLE)
eca_block = partial(attention.eca_block, style=STYLE)
cbam_block = partial(attention.cbam_block, style=STYLE)
scse_block = partial(attention.scse_block, style=STYLE)

# Meta-parameter: number of filters and blocks of each group, by the cost in the network's name
groups = {cost: block_widths(sizes).stages for cost, sizes in PUBLISHED.items()}


def learner(
    x: Any,
    groups: Sequence[Sequence[int]],
    group_width: int,
    ratio: int | Sequence[int | None] | None,
    *,
    style: Style = STYLE,
    name: str = "group",
) -> Any:
    """Construct the Learner: the groups one after the other, all strided.

    Args:
        x: input to the learner, (batch, height, width, channels).
        groups: number of filters and blocks of each group; the 3x3 has as many filters as the block's output.
        group_width: channels per path; a narrower group has one path.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite; or one per group.
    """
    ratios = for_each_group("ratio", ratio, len(group_rows(groups, 2)))
    group_width = whole("group_width", group_width, 1, MAX_BASE_WIDTH)
    for number, (n_filters, n_blocks) in enumerate(groups, 1):
        unique_name(x, name)  # so that groups added later get the next numbers
        x = group(
            x,
            n_blocks,
            n_filters,
            n_filters,
            n_paths(n_filters, group_width),
            ratios[number - 1],
            2,
            style=style,
            name=f"{name}{number}",
        )
    return x
