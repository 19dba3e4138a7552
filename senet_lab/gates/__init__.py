"""Gates: the values of squeeze-excite gates, how they differ by class, and what is lost without them."""

from senet_lab.gates.observe import *  # noqa: F403 - its __all__ is the public part
from senet_lab.gates.observe import __all__

__all__ = list(__all__)
