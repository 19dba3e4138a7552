"""The Explorer that the tests of its page share."""

import pytest

from senet_lab import Architecture, Explorer


@pytest.fixture
def explorer():
    panel = Explorer(Architecture("resnext", 50))
    yield panel
    assert panel.failure is None
