"""What the composable networks share: an architecture, its model, and the parts that no family changes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from senet_lab.architecture import Architecture
from senet_lab.nets import blocks
from senet_lab.nets.network import build

if TYPE_CHECKING:
    import keras


class Composable:
    """A network as an object; each subclass adds its family's learner, group and blocks.

    Attributes:
        architecture: the meta-parameters, checked.
        model: the Keras model, built when first asked for.
    """

    stem = staticmethod(blocks.stem)
    squeeze_excite_block = staticmethod(blocks.squeeze_excite_block)
    classifier = staticmethod(blocks.classifier)

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture

    @cached_property
    def model(self) -> keras.Model:
        """The Keras model, built when first asked for; takes seconds."""
        return build(self.architecture)

    def __repr__(self) -> str:
        return f"<{self.architecture.name}: {self.architecture!r}>"
