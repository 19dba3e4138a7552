"""Isolate tests and notebooks from users' results: each begins without answers to exercises, and leaves none."""

import os
import sys
from collections.abc import Iterator

import pytest

pytest_plugins = ["schedule"]

os.environ["SENET_LAB_RESULTS"] = ""
collect_ignore = ["senet_lab/serving/voila"]  # the app's page, which tests/explorer/test_app.py opens


@pytest.fixture(autouse=True)
def _who_has_answered_nothing() -> Iterator[None]:
    """Clear the process's record of exercises after each test, doctest and README example."""
    yield
    if exercises := sys.modules.get("senet_lab.exercises"):
        exercises.forget(everything=True)
