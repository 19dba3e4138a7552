"""What computes: the backend of Keras, and its device, as far as layers choose by them."""

from __future__ import annotations

from functools import cache


@cache
def on_tensorflow_cpu() -> bool:
    """Whether layers compute with TensorFlow, and it sees no GPU."""
    import keras

    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.get_visible_devices("GPU")
