"""Provide SE-ResNeXt in composable form: the parts of `se_resnext` as a class, to use together or one by one.

senet = SEResNeXt(50, cardinality=32, n_classes=10)
model = senet.model
x = SEResNeXt.identity_block(x, filters_in=128, filters_out=256, cardinality=32, ratio=16)
"""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.nets import se_resnext
from senet_lab.nets.composable import Composable


class SEResNeXt(Composable):
    """Construct a Squeeze-Excite ResNeXt (Xie et al. 2017; Hu et al. 2018); its parts work without an instance."""

    family = "resnext"
    groups = se_resnext.groups

    learner = staticmethod(se_resnext.learner)
    group = staticmethod(se_resnext.group)
    identity_block = staticmethod(se_resnext.identity_block)
    projection_block = staticmethod(se_resnext.projection_block)

    def __init__(
        self,
        n_layers: int | Sequence[Sequence[int]],
        cardinality: int = 32,
        ratio: int | tuple[int | None, ...] | None = 16,
        input_shape: tuple[int, int, int] = (224, 224, 3),
        n_classes: int = 1000,
        include_top: bool = True,
        *,
        convention: str = "original",
    ) -> None:
        """Create a network from a published depth or a table of groups; see `Architecture` for the other arguments."""
        super().__init__(
            n_layers,
            cardinality=cardinality,
            ratio=ratio,
            input_shape=input_shape,
            classes=n_classes,
            include_top=include_top,
            convention=convention,
        )
