"""Pytest plugin for an environment without extras: skips tests that need a missing package.

Only tools/test_versions.py loads it; elsewhere, a missing package is a failure.
"""

from collections.abc import Iterator

import pytest

from senet_lab.extras import NAMES, MissingExtraError

OF_TESTS = ("jupyter_client", "nbclient", "nbconvert", "nbformat", "playwright", "yaml")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Run a test."""
    try:
        return (yield)
    except ModuleNotFoundError as error:
        if isinstance(error, MissingExtraError) or error.name in (*NAMES, *OF_TESTS):
            pytest.skip(f"needs {error.name}")
        raise
