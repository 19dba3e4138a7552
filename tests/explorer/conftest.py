"""Share one Explorer between the tests of its page."""

import pytest

from senet_lab import Architecture, Explorer


@pytest.fixture
def explorer():
    panel = Explorer(Architecture("resnext", 50))
    yield panel
    assert panel.failure is None
