"""What computes: the backend of Keras, and its device, as far as layers choose by them."""

from __future__ import annotations

from functools import cache

import keras


@cache
def on_tensorflow_cpu() -> bool:
    """Whether layers compute with TensorFlow, on a machine whose GPU, if it has one, TensorFlow does not see."""
    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")
