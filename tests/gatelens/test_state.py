"""The GateLens's state: what a choice makes of it, and which choices are refused."""

from dataclasses import replace

import pytest
from gate_readings import PATHS

from senet_lab.gatelens.state import IMAGE, NEED, WHAT, WHICH, Commands, Offer, State, after

OFFER = Offer(("net",), PATHS, 4, 60, 8)


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"tab": "Which class?"}, "try 'Which classes?'."),
        ({"tab": ["Curves"]}, "Tab"),
        ({"unfold Curves": True}, "View (Curves) must be one of 'Spread'"),
        ({"unfold Depth": 1}, "Unfold must be on or off"),
        ({"channel": 8}, "Channel (8) must be at most 7"),
        ({"channel": None}, "Channel must be a whole number"),
        ({"path": "group9/block1"}, "Block (group9/block1) must be one of"),
        ({"classes": 3}, "Classes must be a list of numbers, not 3"),
        ({"classes": [4]}, "Classes (4) must be at most 3; try 3."),
        ({"image": -1}, "Image (-1) must be at least 0"),
        ({"image": "x"}, "Image must be a whole number"),
        ({"how": "own"}, "How (own) must be one of 'one', 'mean' or 'shuffled'"),
        ({"hold group9": True}, "Block (group9)"),
        ({f"hold {PATHS[0]}": "yes"}, "Hold must be on or off"),
        ({"network": "other"}, "Network (other) must be 'net'"),
        ({"wrong": 1}, "Wrong must be on or off"),
        ({"nonsense": 1}, "Control (nonsense) must be one of"),
    ],
)
def test_a_bad_choice_is_answered_and_loses_nothing(moves, words):
    state, commands = after(State("net"), {**moves, "page": 3}, OFFER)
    assert commands == Commands()
    assert words in "".join(state.refused.values())
    assert state.page == 3
    assert state == State("net", page=3, refused=state.refused)


def test_blocks_are_held_one_by_one_in_the_order_of_the_network():
    state, _ = after(State("net"), {f"hold {PATHS[2]}": True, f"hold {PATHS[0]}": True}, OFFER)
    assert state.held == (PATHS[0], PATHS[2])
    assert after(state, {f"hold {PATHS[0]}": False}, OFFER)[0].held == (PATHS[2],)
    assert after(state, {"free": True}, OFFER)[0].held == ()


def test_commands_are_returned_apart_from_the_state_which_they_leave_alone():
    state = State("net", page=2)
    assert after(state, {"save": ".png", "again": True}, OFFER) == (state, Commands(".png", True))
    refused, commands = after(state, {"save": ".jpg", "again": 1, "own": {"name": "a", "size": 0}}, OFFER)
    assert commands == Commands()
    assert set(refused.refused) == {"save", "again", "own"}
    assert replace(refused, refused={}) == state


def test_another_network_forgets_what_was_selected_in_the_last_one():
    state = State("net", WHICH, ("Depth",), PATHS[0], 3, (1,), 7, 2, True, "mean", (PATHS[1],), "deviations", ("net",))
    other, _ = after(state, {"network": "net"}, OFFER)
    assert other == State("net", WHICH, ("Depth",), how="mean", figure="deviations", agreed=("net",))


@pytest.mark.parametrize(
    ("former", "tab", "fold"),
    [
        ("Curves", WHICH, ()),
        ("Heat map", WHICH, ("Heat map",)),
        ("Spread", WHAT, ("Spread",)),
        ("Depth", WHICH, ("Depth",)),
        ("Similarity", WHICH, ("Similarity",)),
        ("One image", IMAGE, ("Channels",)),
        ("Ablation", NEED, ()),
        ("Training", WHAT, ("Training",)),
    ],
)
def test_the_name_of_a_former_tab_opens_the_tab_that_holds_its_view_now(former, tab, fold):
    state, _ = after(State("net"), {"tab": former}, OFFER)
    assert (state.tab, state.unfolded, state.refused) == (tab, fold, {})


def test_views_are_unfolded_and_folded_one_by_one():
    state, _ = after(State("net"), {"unfold Spread": True, "unfold Depth": True, "unfold Training": False}, OFFER)
    assert state.unfolded == ("Spread", "Depth")
    assert after(state, {"unfold Spread": False}, OFFER)[0].unfolded == ("Depth",)


def test_another_block_has_other_channels():
    state, _ = after(State("net", path=PATHS[0]), {"channel": 5}, OFFER)
    assert after(state, {"path": PATHS[0]}, OFFER)[0].channel == 5
    assert after(state, {"path": PATHS[1]}, OFFER)[0].channel is None


@pytest.mark.parametrize("move", [{"classes": [2, 0]}, {"wrong": True}])
def test_other_thumbnails_begin_on_their_first_page(move):
    assert after(State("net", page=3), move, OFFER)[0].page == 0
