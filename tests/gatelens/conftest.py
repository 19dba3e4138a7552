"""Share one network between the tests of the GateLens's page."""

import pytest
from gate_readings import SMALL

from senet_lab import GateLens


@pytest.fixture(scope="session")
def model():
    """Return a network that is traced only once; each test file opens its own panel on it."""
    import keras

    keras.utils.set_random_seed(1)
    return SMALL.build()


@pytest.fixture(scope="module")
def lens(model):
    made = GateLens(model)
    yield made.wait(300)
    assert made.failure is None
