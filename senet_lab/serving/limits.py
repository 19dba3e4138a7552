"""Limits: what each visitor of the app may take. Checked without Jupyter and Voila, which take seconds to load."""

from __future__ import annotations

from dataclasses import dataclass

from senet_lab.checks import whole

MAX_KERNELS = 10_000
MIN_MEMORY, MAX_MEMORY = 600, 2**20  # MB; TensorFlow, which Build loads, takes 400
MAX_SECONDS = 10**7


@dataclass(frozen=True)
class Limits:
    """What visitors may take; the names are those of the options of `senet-lab app`.

    Attributes:
        kernels: how many of them run at the same time. A visitor of a full app is asked to come back later.
        memory: MB for each kernel. Only Linux can limit it.
        gone: seconds that a kernel stays when its page is gone. A page that is left tells Voila so, without the token
            against forgery that it is asked for, so its kernel is ended only then.
        look: seconds between two looks for such kernels.
    """

    kernels: int
    memory: int
    gone: int
    look: int

    def __post_init__(self) -> None:
        """Check each of them.

        Raises:
            TypeError, ValueError: one is no whole number, or out of bounds.
        """
        whole("kernels", self.kernels, 1, MAX_KERNELS)
        whole("memory", self.memory, MIN_MEMORY, MAX_MEMORY)
        whole("gone", self.gone, 1, MAX_SECONDS)
        whole("look", self.look, 1, MAX_SECONDS)
