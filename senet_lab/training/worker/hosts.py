"""Hosts: what several hosts that train one network agree on, over JAX. All of them call, or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from senet_lab.array_checks import Array
from senet_lab.training.runs.request import REQUESTS

MAX_JSON_BYTES = 4096


def agree(request: str, seconds: float) -> tuple[str, float]:
    """Return the last of `REQUESTS` that any host is asked for, and the longest of their seconds."""
    from jax.experimental.multihost_utils import process_allgather

    rows = process_allgather(np.array([REQUESTS.index(request), seconds], "float32"))
    return REQUESTS[int(rows[:, 0].max())], float(rows[:, 1].max())


def broadcast(arrays: Sequence[Array], about: dict[str, Any]) -> tuple[list[Array], dict[str, Any]]:
    """Return arrays and plain values as the first host has them; those of the others must have the same shapes."""
    from jax.experimental.multihost_utils import broadcast_one_to_all

    text = json.dumps(about).encode().ljust(MAX_JSON_BYTES)
    *arrays, text = broadcast_one_to_all([*arrays, np.frombuffer(text, "uint8")])
    return list(arrays), json.loads(np.asarray(text).tobytes())
