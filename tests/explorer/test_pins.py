"""Networks that are pinned in the Explorer, to compare with."""

from dataclasses import replace

import pytest
from panel_driver import ask

from senet_lab import Architecture


def test_a_pinned_network_is_compared_with_swapped_and_unpinned(explorer):
    first = explorer.architecture
    assert ask(explorer, pin=True)["said"].startswith(f"Pinned {first.name} as A.")
    second = replace(first, ratio=8)
    shown = ask(explorer, ratio=8)
    assert (explorer.pinned, explorer.architecture) == (first, second)
    assert shown["pinned"] is True
    assert "+2.51 M vs A" in shown["heading"]
    shown = ask(explorer, swap=True)
    assert shown["said"].startswith("Swapped A and B")
    assert (explorer.pinned, explorer.architecture) == (second, first)
    assert "\u22122.51 M vs A" in shown["heading"]
    shown = ask(explorer, pin=False)
    assert (explorer.pinned, shown["pinned"]) == (None, False)
    assert "vs A" not in shown["heading"]


def test_python_can_pin_a_network_and_nothing_else(explorer):
    explorer.pinned = Architecture("resnext", 50, ratio=8)
    assert "vs A" in explorer.shown["heading"]
    with pytest.raises(TypeError, match=r"`pinned` must be an Architecture or None, not 'senet154'"):
        explorer.pinned = "senet154"
    assert explorer.pinned == Architecture("resnext", 50, ratio=8)
