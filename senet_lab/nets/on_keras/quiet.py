"""Quiet: Keras loaded without what a library prints past Python to the error stream, for lessons and panels."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from senet_lab.extras import require
from senet_lab.memory import collection_paused
from senet_lab.nets.on_keras.backend import tune_tensorflow


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the error stream of the process quiet for a while, such as for what TensorFlow prints on import.

    Python's own warnings and errors still appear: in a notebook they do not take this way. It applies to all threads,
    so it is for an import, not for a computation.
    """
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


def wake_keras() -> None:
    """Import Keras and compute a first number, tuned for this processor and without TensorFlow's greetings."""
    if "keras" in sys.modules:
        return
    require("keras", by="computing")
    tune_tensorflow()
    with quietly(), collection_paused():
        import keras

        keras.ops.zeros(())
