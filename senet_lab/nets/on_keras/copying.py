"""Copying: give the layers of a copied model the weights of the original."""

from __future__ import annotations

from typing import Any


def copy_weights(source: Any, copy: Any) -> None:
    """Set the weights of a layer or model to those of the one of which it is a copy.

    A Normalization layer computes with constants, which Keras makes of its weights only when told to.
    """
    import keras

    copy.set_weights(source.get_weights())
    for layer in copy._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
