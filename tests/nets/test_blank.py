"""Blank weights: nothing is drawn for a network whose weights are about to be read; the rest of it stays the same."""

import threading

import numpy as np

from senet_lab import Architecture
from senet_lab.nets.on_keras.blank import blank_weights

SMALL = Architecture("resnext", groups=((16, 1),), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=4)


def test_a_blank_network_differs_from_a_drawn_one_in_its_kernels_alone():
    drawn = SMALL.build()
    with blank_weights():
        blank = SMALL.build()
    assert [(w.path.rpartition("/")[2], w.shape) for w in blank.weights] == [
        (w.path.rpartition("/")[2], w.shape) for w in drawn.weights
    ]
    for ours, theirs in zip(blank.weights, drawn.weights, strict=True):
        is_kernel = ours.path.endswith("kernel")
        assert np.any(theirs) or ours.path.endswith(("beta", "bias", "moving_mean"))
        np.testing.assert_array_equal(ours, np.zeros(ours.shape) if is_kernel else theirs)
    assert blank.get_config() == drawn.get_config()  # of which clones draw their kernels


def test_networks_are_drawn_again_afterwards_and_meanwhile_in_other_threads():
    built = []
    with blank_weights():
        other = threading.Thread(target=lambda: built.append(SMALL.build()))
        other.start()
        other.join()
    built.append(SMALL.build())
    assert all(np.any(model.get_layer("stem_conv").kernel) for model in built)
