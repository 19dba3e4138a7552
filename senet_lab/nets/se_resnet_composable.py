"""Provide SE-ResNet in composable form: the parts of `se_resnet` as a class, to use together or one by one.

senet = SEResNet(50, input_shape=(128, 128, 3), n_classes=50)
model = senet.model
x = SEResNet.group(x, n_blocks=2, n_filters=128, ratio=16)
"""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.nets import se_resnet
from senet_lab.nets.composable import Composable


class SEResNet(Composable):
    """Construct a Squeeze-Excite ResNet (He et al. 2016; Hu et al. 2018); its parts work without an instance."""

    family = "resnet"
    groups = se_resnet.groups

    learner = staticmethod(se_resnet.learner)
    group = staticmethod(se_resnet.group)
    identity_block = staticmethod(se_resnet.identity_block)
    projection_block = staticmethod(se_resnet.projection_block)

    def __init__(
        self,
        n_layers: int | Sequence[Sequence[int]],
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
            ratio=ratio,
            input_shape=input_shape,
            classes=n_classes,
            include_top=include_top,
            convention=convention,
        )
