"""Share among composable networks an architecture, its model, and the parts that are the same in all families."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from senet_lab.architecture.architecture import Architecture
from senet_lab.nets import attention, blocks

if TYPE_CHECKING:
    import keras


class Composable:
    """A network as an object; each subclass adds its family's learner, group and blocks.

    Attributes:
        family: the family of its architectures.
        architecture: the validated meta-parameters.
        model: the Keras model, built on first access.
    """

    family: ClassVar[str]
    architecture: Architecture

    stem = staticmethod(blocks.stem)
    squeeze_excite_block = staticmethod(attention.squeeze_excite_block)
    eca_block = staticmethod(attention.eca_block)
    cbam_block = staticmethod(attention.cbam_block)
    scse_block = staticmethod(attention.scse_block)
    classifier = staticmethod(blocks.classifier)

    def __init__(self, n_layers: int | Sequence[Sequence[int]], **fields: Any) -> None:
        """Create a network from a published depth or a table of groups; see `Architecture` for the other fields."""
        size = {"groups": n_layers} if isinstance(n_layers, (list, tuple)) else {"depth": n_layers}
        self.architecture = Architecture(self.family, **size, **fields)

    @classmethod
    def of(cls, architecture: Architecture) -> Self:
        """Create the network of an architecture, also with ablations or a custom style, which `__init__` does not take.

        Raises:
            ValueError: the architecture belongs to another family.
        """
        if architecture.family != cls.family:
            raise ValueError(
                f"`family` (={architecture.family!r}) must be that of {cls.__name__}; try family={cls.family!r}."
            )
        network = object.__new__(cls)
        network.architecture = architecture
        return network

    @cached_property
    def model(self) -> keras.Model:
        """The Keras model, built on first access; building takes seconds."""
        return self.architecture.build()

    def __repr__(self) -> str:
        return f"<{self.architecture.name}: {self.architecture!r}>"
