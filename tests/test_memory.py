"""Memory: garbage is collected after a pause as it was before, however the pause ends."""

import gc

import pytest

from senet_lab.memory import collection_paused


@pytest.fixture(autouse=True)
def _collection_as_before():
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_enabled else gc.disable)()


def test_collection_is_paused_inside_and_resumed_after():
    with collection_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_is_resumed_after_an_exception():
    with pytest.raises(ImportError), collection_paused():
        raise ImportError
    assert gc.isenabled()


def test_pause_within_a_pause_ends_with_the_outer_one():
    with collection_paused():
        with collection_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_that_was_off_stays_off():
    gc.disable()
    with collection_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()
