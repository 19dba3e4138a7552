"""Provide RegNet in composable form: the parts of `regnet` as a class, to use together or one by one.

senet = RegNet(16, w0=48, wa=27.89, wm=2.09, group_width=8)
model = senet.model
x = RegNet.identity_block(x, filters_in=104, filters_out=104, cardinality=13, ratio=4)
"""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.nets import regnet
from senet_lab.nets.composable import Composable


class RegNet(Composable):
    """Construct a RegNet (Radosavovic et al. 2020); its parts work without an instance."""

    family = "regnet"
    groups = regnet.groups

    stem = staticmethod(regnet.stem)
    learner = staticmethod(regnet.learner)
    group = staticmethod(regnet.group)
    identity_block = staticmethod(regnet.identity_block)
    projection_block = staticmethod(regnet.projection_block)

    def __init__(
        self,
        n_blocks: int | Sequence[Sequence[int]],
        w0: int = 48,
        wa: float = 27.89,
        wm: float = 2.09,
        group_width: int = 8,
        ratio: int | tuple[int | None, ...] | None = 4,
        input_shape: tuple[int, int, int] = (224, 224, 3),
        n_classes: int = 1000,
        include_top: bool = True,
        *,
        convention: str = "original",
    ) -> None:
        """Create a network from a number of blocks or a table of groups; see `Architecture` for the other arguments."""
        super().__init__(
            n_blocks,
            w0=w0,
            wa=wa,
            wm=wm,
            group_width=group_width,
            ratio=ratio,
            input_shape=input_shape,
            classes=n_classes,
            include_top=include_top,
            convention=convention,
        )
