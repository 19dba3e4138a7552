"""Quiet: what a library writes past Python to the error stream, kept out of a lesson's page."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the error stream of the process quiet for a while, such as for what TensorFlow says when it is imported.

    Warnings and errors of Python's own are heard as ever: they do not take this way in a notebook. It holds for all
    threads, so it is for an import, not for a computation.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def wake_keras() -> None:
    """Import Keras and compute a first number, so that what TensorFlow says of itself is said to nobody."""
    if "keras" in sys.modules:
        return
    with quietly():
        import keras

        keras.ops.zeros(())
