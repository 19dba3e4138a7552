"""Tests and notebooks see nobody's own results, and leave none: each begins as for who has answered nothing."""

import os
import sys
from collections.abc import Iterator

import pytest

pytest_plugins = ["schedule"]

os.environ["SENET_LAB_RESULTS"] = ""
collect_ignore = ["senet_lab/serving/voila"]  # the page of the app, which tests/explorer/test_app.py opens


@pytest.fixture(autouse=True)
def _who_has_answered_nothing() -> Iterator[None]:
    """The one learner of the process forgets what a test, a doctest or an example of the README had it do."""
    yield
    if exercises := sys.modules.get("senet_lab.exercises"):
        exercises.forget(everything=True)
