"""ResNets: the plain networks that the exercises are about, and the code that makes them."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture

# Blocks in the four groups (He et al. 2016); those without a preset are made from their groups.
BLOCKS = {
    26: (2, 2, 2, 2),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
    269: (3, 30, 48, 8),
}
IN_LESSONS = (50, 101, 152)  # depths that the lessons use, so `depth` makes them


def resnet(depth: int) -> Architecture:
    """Return a ResNet without squeeze-excite."""
    if depth in IN_LESSONS:
        return Architecture("resnet", depth, ratio=None)
    return Architecture("resnet", groups=_groups(depth), ratio=None)


def resnet_code(depth: int) -> str:
    """Return the code that makes it, which hints quote, since a lesson's `network` may be another.

    >>> resnet_code(101), resnet_code(26)
    ('Architecture(depth=101, ratio=None)', 'Architecture(groups=((64, 2), (128, 2), (256, 2), (512, 2)), ratio=None)')
    """
    size = f"depth={depth}" if depth in IN_LESSONS else f"groups={_groups(depth)}"
    return f"Architecture({size}, ratio=None)"


def blocks_in_words(depth: int) -> str:
    """Return the numbers of blocks.

    >>> blocks_in_words(101)
    '3, 4, 23 and 3'
    """
    *others, last = map(str, BLOCKS[depth])
    return f"{', '.join(others)} and {last}"


def _groups(depth: int) -> tuple[tuple[int, int], ...]:
    return tuple((64 << index, n_blocks) for index, n_blocks in enumerate(BLOCKS[depth]))
