"""Load Keras for lessons and panels without the lines that libraries write directly to the error stream."""

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
    """Suppress the error stream of the process inside the context, such as the lines TensorFlow prints on import.

    In a notebook, Python's own warnings and errors still appear, because they do not use that stream. The context
    affects all threads, so use it for an import, not for a computation.
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
    """Import Keras and run a first computation, tuned for this processor and without TensorFlow's startup messages."""
    if "keras" in sys.modules:
        return
    require("keras", by="computing")
    tune_tensorflow()
    with quietly(), collection_paused():
        import keras

        keras.ops.zeros(())
