"""The Explorer that the tests of its page share."""

import pytest

from senet_lab import Architecture, Explorer


@pytest.fixture
def explorer():
    made = Explorer(Architecture("resnext", 50))
    yield made
    assert made.failure is None
