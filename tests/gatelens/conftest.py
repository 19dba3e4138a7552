"""The GateLens that the tests of its page share."""

import pytest
from gate_readings import SMALL

from senet_lab import GateLens


@pytest.fixture(scope="session")
def model():
    """A network that is traced once; each file of tests has a panel of its own on it."""
    import keras

    keras.utils.set_random_seed(1)
    return SMALL.build()


@pytest.fixture(scope="module")
def lens(model):
    made = GateLens(model)
    yield made.wait(300)
    assert made.failure is None
