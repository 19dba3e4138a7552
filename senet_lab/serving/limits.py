"""Limits: the resources of visitors of the app. Checked without Jupyter and Voila, which take seconds to load."""

from __future__ import annotations

from dataclasses import dataclass

from senet_lab.checks import whole

MAX_KERNELS = 10_000
MIN_MEMORY, MAX_MEMORY = 600, 2**20  # MB; TensorFlow, which Build loads, needs 400
MAX_SECONDS = 10**7


@dataclass(frozen=True)
class Limits:
    """The limits for visitors, named like the options of `senet-lab app`.

    Attributes:
        kernels: the maximum number of running kernels. If all are in use, visitors are asked to come back later.
        memory: MB per kernel. Only Linux can limit it.
        gone: seconds until a kernel without a page is ended. A page that is closed notifies Voila, but without the
            required XSRF token, so Voila does not end the kernel at once.
        look: seconds between checks for such kernels.
    """

    kernels: int
    memory: int
    gone: int
    look: int

    def __post_init__(self) -> None:
        """Check each limit.

        Raises:
            TypeError, ValueError: a limit is not a whole number or is out of range.
        """
        whole("kernels", self.kernels, 1, MAX_KERNELS)
        whole("memory", self.memory, MIN_MEMORY, MAX_MEMORY)
        whole("gone", self.gone, 1, MAX_SECONDS)
        whole("look", self.look, 1, MAX_SECONDS)
