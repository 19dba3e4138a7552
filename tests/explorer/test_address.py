"""Address: a link shows what its sender saw, and says what it cannot show."""

from dataclasses import replace

import pytest

from senet_lab import Architecture
from senet_lab.explorer.address import open_address, visit, write_address
from senet_lab.explorer.updates import apply_moves, first_state

FIRST = Architecture("resnext", 50)
SHOWN = {"architecture": 0, "pinned": 0, "tab": 0, "path": 0, "batch": 0, "form": 0, "source": 0, "details": 0}


def shown(state):
    return {name: getattr(state, name) for name in SHOWN}


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"ratio": 8},
        {"ratio": "none", "tab": "Breakdown"},
        {"pin": True, "ratio": "16,none,8,8", "tab": "Compare"},
        {"path": "group2/block1/se", "source": True, "details": True, "batch": "65536"},
        {"tab": "Code", "form": "standalone", "input_size": 32},
        {"path": ""},
    ],
)
def test_link_shows_what_its_sender_saw(moves):
    sent = apply_moves(first_state(FIRST), moves, "a gesture")
    link = write_address(sent)
    assert link.isascii()
    assert " " not in link
    opened = open_address(link, Architecture())
    assert opened.refused == {}
    assert shown(opened) == shown(sent)
    assert write_address(opened) == link


def test_address_of_the_first_page_is_its_network_alone():
    assert write_address(first_state(FIRST)) == "network=senet1~family=resnext"


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [
        (
            "network=senet1~ratio=0",
            "network",
            "Couldn\u2019t open the network in the address: Ratio (0) must be at least 1; try 1. Showing SE-ResNeXt-50 32x4d instead.",
        ),
        (
            "pinned=nonsense",
            "pinned",
            "Couldn\u2019t open the pinned network in the address: Token (nonsense) must begin with 'senet1'",
        ),
        ("tab=Cod", "tab", "Couldn\u2019t open the tab in the address: "),
        (
            "batch=many",
            "batch",
            "Couldn\u2019t open the batch size in the address: Batch size must be a whole number, not 'many'",
        ),
        ("form=short", "form", "Couldn\u2019t open the form in the address: "),
        ("source=perhaps", "source", "Couldn\u2019t open the source in the address: "),
        ("network=", "network", "The address has an empty network; showing SE-ResNeXt-50 32x4d instead."),
        ("pinned=", "pinned", "The address has an empty pinned network; no network is pinned."),
        ("tab=", "tab", "The address has an empty tab; showing Network instead."),
    ],
)
def test_part_of_an_address_that_cannot_be_shown_is_explained_and_the_rest_is_shown(address, name, words):
    state = open_address(f"{address}&details=yes", FIRST)
    assert list(state.refused) == [name]
    assert state.refused[name].startswith(words)
    assert state.details
    assert replace(state, details=False, refused={}) == first_state(FIRST)


@pytest.mark.parametrize(
    ("path", "shown_path", "words"),
    [
        ("group9", "group4", "this network has no 'group9'; showing group 4 instead."),
        (
            "group4/block7",
            "group4/block3",
            "this network has no 'group4/block7'; showing group 4 \u00b7 block 3 instead.",
        ),
        ("a <b>part</b>\u2026", "", "this network has no 'a <b>part</b>\u2026'; showing the whole network instead."),
    ],
)
def test_part_that_the_network_has_not_is_explained_with_the_one_that_is_shown(path, shown_path, words):
    state = open_address(f"part={path}", FIRST)
    assert (state.path, state.refused) == (shown_path, {"part": f"Couldn\u2019t open the part in the address: {words}"})
    link = write_address(replace(state, path=path))  # the part that was shown before another network took its place
    assert (open_address(link, FIRST).path, open_address(link, FIRST).refused) == (shown_path, {})


def test_address_that_cannot_be_visited_leaves_what_was_shown_and_says_so():
    moved = apply_moves(first_state(FIRST), {"ratio": 8, "tab": "Code"}, "a gesture")
    for address in ("network=", "network=nonsense", "network=nonsense&part=group9"):
        stayed = visit(moved, address)
        assert stayed.refused["network"].lower().endswith(" the page is unchanged.")
        assert shown(stayed) == shown(moved)


def test_part_that_the_visited_network_does_not_have_gives_way_to_the_nearest():
    moved = visit(first_state(FIRST), "network=senet1~ratio=8&part=group9")
    assert (moved.architecture.ratio, moved.path) == (8, "group4")
    assert moved.refused["part"].endswith("; showing group 4 instead.")
    assert visit(moved, write_address(moved)).refused == {}


def test_going_back_is_a_step_that_can_be_undone():
    moved = apply_moves(first_state(FIRST), {"ratio": 8, "tab": "Code"}, "a gesture")
    back = visit(moved, write_address(first_state(FIRST)))
    assert shown(back) == shown(first_state(FIRST))
    undone = apply_moves(back, {"undo": True}, "another")
    assert undone.architecture == moved.architecture
