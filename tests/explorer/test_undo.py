"""Steps back and forth in the Explorer: one for each gesture that moved the network."""

from dataclasses import replace

from messages import post
from panel_driver import ask

from senet_lab import Architecture
from senet_lab.explorer.state import MAX_UNDO_STEPS
from senet_lab.explorer.updates import apply_moves, first_state


def gesture(explorer, name, **moves):
    post(explorer, moves, name)
    return explorer.shown


def test_one_drag_is_one_step_to_undo_and_redo(explorer):
    first = explorer.architecture
    for ratio in (8, 4, 2):
        gesture(explorer, "one drag", ratio=ratio)
    shown = gesture(explorer, "another", cardinality=8)
    assert (shown["undo"], shown["redo"]) == (True, False)
    shown = gesture(explorer, "back", undo=True)
    assert explorer.architecture == replace(first, ratio=2)
    assert shown["said"].startswith("Cardinality 8 \u2192 32: parameters")
    shown = gesture(explorer, "further back", undo=True)
    assert explorer.architecture == first
    assert (shown["undo"], shown["redo"]) == (False, True)
    gesture(explorer, "too far back", undo=True)
    assert explorer.architecture == first
    gesture(explorer, "forward", redo=True)
    assert explorer.architecture == replace(first, ratio=2)
    shown = gesture(explorer, "to the end", redo=True)
    assert explorer.architecture == replace(first, ratio=2, cardinality=8)
    assert (shown["undo"], shown["redo"]) == (True, False)


def test_a_move_after_an_undo_clears_redo_unless_it_is_refused(explorer):
    gesture(explorer, "move", ratio=8)
    gesture(explorer, "back", undo=True)
    assert gesture(explorer, "refused", depth=51)["redo"]
    assert not gesture(explorer, "another", cardinality=8)["redo"]
    gesture(explorer, "back again", undo=True)
    assert explorer.architecture == Architecture("resnext", 50)


def test_a_move_that_changes_no_network_is_no_step(explorer):
    moved_to = replace(explorer.architecture, ratio=8)
    gesture(explorer, "move", ratio=8)
    gesture(explorer, "look", tab="Layers", path="group2", pin=True, batch=16)
    gesture(explorer, "slip", ratio="nonsense")
    for ratio in (4, 8):
        gesture(explorer, "there and back", ratio=ratio)
    shown = gesture(explorer, "back", undo=True)
    assert explorer.architecture == Architecture("resnext", 50)
    assert (shown["undo"], shown["tab"], explorer.pinned) == (False, "Layers", moved_to)


def test_a_reset_and_an_assignment_from_python_can_be_undone(explorer):
    first, moved_to = explorer.architecture, replace(explorer.architecture, ratio=8)
    explorer.architecture = moved_to
    gesture(explorer, "over", reset=True)
    assert explorer.architecture == first
    gesture(explorer, "back", undo=True)
    assert explorer.architecture == moved_to
    gesture(explorer, "further back", undo=True)
    assert explorer.architecture == first


def test_at_most_the_maximum_number_of_steps_is_stored():
    state = first_state(Architecture())
    for number in range(3 * MAX_UNDO_STEPS):
        state = apply_moves(state, {"ratio": 2 + number % 2}, f"{number}")
    assert len(state.past) == MAX_UNDO_STEPS


def test_a_reset_shows_the_first_page(explorer):
    first = dict(explorer.shown)
    ask(explorer, ratio=8, pin=True, tab="Code", details=True, keep_cost=True, path="group2", batch=1)
    shown = ask(explorer, reset=True)
    assert {**shown, "answered": {}, "undo": False} == first
    assert explorer.pinned is None
