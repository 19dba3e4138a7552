"""The Explorer's page after many events and on several threads is that of the last state."""

import random
import threading
from functools import partial

import ipywidgets
import pytest
from messages import VIEW, post
from panel_driver import ask

from senet_lab import Architecture, Explorer
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing.network.summary import heading
from senet_lab.explorer import widget as explorer_module
from senet_lab.explorer.building import Building
from senet_lab.explorer.moves import MOVES
from senet_lab.explorer.page import render_page
from senet_lab.explorer.state import TABS
from senet_lab.explorer.updates import apply_moves, first_state
from senet_lab.export import FORMS

NONSENSE = [
    None, True, 0, -1, 3, 1e9, 2.5, "", "x", "none", "8", "16, 8", "64x96", [], [1], [[1]], {}, "\u0663", "(", "9" * 99,
]  # fmt: skip


@pytest.mark.slow
def test_400_random_events_lead_to_the_page_of_the_last_state():
    """Legal ones and nonsense, under every name; no event makes a widget or leaves anything behind."""
    chance = random.Random(4)
    explorer, state, building = Explorer(), first_state(Architecture("resnext", 50)), Building(lambda: None)
    names = (
        *MOVES, "tab", "tab", "form", "path", "source", "keep_cost", "details", "batch", "pin", "swap", "undo", "undo", "redo",
        "token", "reset", "save", "nobody",
    )  # fmt: skip
    tokens = [Architecture.preset(name).token() for name in PRESETS]
    alive, remembered = len(ipywidgets.widgets.widget._instances), len(explorer_module.CELLS)
    for number in range(400):
        offered = {control["name"]: control["stops"] for control in explorer.shown["controls"]}
        moves = {}
        for name in chance.sample(names, chance.choice((1, 1, 1, 2, 4))):
            extra = {"tab": TABS, "form": FORMS, "token": tokens, "save": (".py", ".csv", ".svg", ".txt")}.get(
                name, (False, True)
            )
            moves[name] = chance.choice((chance.choice(offered.get(name) or extra), chance.choice(NONSENSE)))
        message_number = post(explorer, moves, f"{number // 3}")
        state = apply_moves(state, moves, f"{number // 3}")
        assert explorer.failure is None, (moves, explorer.failure)
        assert (explorer.architecture, explorer.pinned) == (state.architecture, state.pinned)
        page = render_page(state, building) if number % 5 == 4 else explorer.shown
        assert {**explorer.shown, "answered": 0, "download": 0} == {**page, "answered": 0, "download": 0}
        assert explorer.shown["heading"] == heading(state.architecture, state.pinned, state.batch)
        assert explorer.shown["answered"] == {VIEW: message_number} == {VIEW: number + 1}
        assert len(ipywidgets.widgets.widget._instances) == alive
    assert len(explorer_module.CELLS) == remembered


def test_moves_on_several_threads_leave_the_last_state_on_the_page():
    """JupyterLab runs a widget's messages on the main thread, on a subshell, or on one after the other."""
    explorer = Explorer()
    start = threading.Barrier(3)

    def drag(ratios):
        start.wait()
        for number in range(60):
            post(explorer, {"ratio": ratios[number % 3]}, f"{ratios}", view=f"{ratios}")

    threads = [threading.Thread(target=drag, args=(ratios,)) for ratios in ((2, 4, 8), (16, 32, 64))]
    for thread in threads:
        thread.start()
    start.wait()
    for number in range(60):
        explorer.architecture = Architecture(depth=(18, 34, 50)[number % 3])
    for thread in threads:
        thread.join()
    assert explorer.failure is None
    assert explorer.architecture is explorer._session.state.architecture
    assert explorer.shown["heading"] == heading(explorer.architecture)
    assert explorer.shown["answered"] == {"(2, 4, 8)": 60, "(16, 32, 64)": 60}
    assert ask(explorer, ratio=7)["heading"] == heading(explorer.architecture)
    assert explorer.architecture.ratio == 7


def test_a_widget_answers_the_main_thread_and_another_alternately(explorer):
    for number, ratio in enumerate((8, 4, 2, 32)):
        move = partial(ask, explorer, ratio=ratio)
        if number % 2:
            thread = threading.Thread(target=move)
            thread.start()
            thread.join()
        else:
            move()
        assert explorer.architecture.ratio == ratio
        assert explorer.shown["heading"] == heading(explorer.architecture)
