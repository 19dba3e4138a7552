"""Hosts: what several of them that train one network have to agree on, over JAX. All of them call, or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from senet_lab.training.runs.wanted import WANTED

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

TOLD = 4096  # bytes of what is told beside arrays


def agreed(wanted: str, seconds: float) -> tuple[str, float]:
    """The last in `WANTED` that any host is asked to do, and the longest of their seconds."""
    import numpy as np
    from jax.experimental.multihost_utils import process_allgather

    rows = process_allgather(np.array([WANTED.index(wanted), seconds], "float32"))
    return WANTED[int(rows[:, 0].max())], float(rows[:, 1].max())


def shared(arrays: Sequence[Array], about: dict[str, Any]) -> tuple[list[Array], dict[str, Any]]:
    """Arrays and plain values as the first host has them; those of the others have to be of the same shapes."""
    import numpy as np
    from jax.experimental.multihost_utils import broadcast_one_to_all

    text = json.dumps(about).encode().ljust(TOLD)
    *found, told = broadcast_one_to_all([*arrays, np.frombuffer(text, "uint8")])
    return found, json.loads(np.asarray(told).tobytes())
