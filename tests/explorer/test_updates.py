"""The Explorer's page after many events and on several threads is that of the last state."""

import random
import threading
from functools import partial

import ipywidgets
from messages import VIEW, post
from panel_driver import ask

from senet_lab import Architecture, Explorer
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing.network.summary import heading
from senet_lab.explorer import page as pages
from senet_lab.explorer import widget as explorer_module
from senet_lab.explorer.moves import MOVES
from senet_lab.explorer.state import TABS
from senet_lab.export import FORMS

NONSENSE = [
    None, True, 0, -1, 3, 1e9, 2.5, "", "x", "none", "8", "16, 8", "64x96", [], [1], [[1]], {}, "\u0663", "(", "9" * 99,
]  # fmt: skip


def test_after_1000_random_events_the_page_is_that_of_the_last_state():
    """Legal ones and nonsense, under every name; no event makes a widget or leaves anything behind."""
    chance = random.Random(4)
    explorer = Explorer()
    names = (
        *MOVES,
        "tab",
        "tab",
        "form",
        "path",
        "source",
        "keep_cost",
        "details",
        "batch",
        "pin",
        "swap",
        "undo",
        "undo",
        "redo",
        "token",
        "reset",
        "save",
        "nobody",
    )
    tokens = [Architecture.preset(name).token() for name in PRESETS]
    alive, remembered = len(ipywidgets.widgets.widget._instances), len(explorer_module.CELLS)
    for number in range(1000):
        offered = {control["name"]: control["stops"] for control in explorer.shown["controls"]}
        moves = {}
        for name in chance.sample(names, chance.choice((1, 1, 1, 2, 4))):
            extra = {"tab": TABS, "form": FORMS, "token": tokens, "save": (".py", ".csv", ".svg", ".txt")}.get(
                name, (False, True)
            )
            moves[name] = chance.choice((chance.choice(offered.get(name) or extra), chance.choice(NONSENSE)))
        sent = post(explorer, moves, f"{number // 3}")
        assert explorer.failure is None, (moves, explorer.failure)
        assert explorer.architecture is explorer._state.architecture
        drawn = pages.render_page(explorer._state, explorer._building) if number % 5 == 4 else explorer.shown
        assert {**explorer.shown, "answered": 0, "download": 0} == {**drawn, "answered": 0, "download": 0}
        assert explorer.shown["heading"] == heading(explorer.architecture, explorer.pinned, explorer._state.batch)
        assert explorer.shown["answered"] == {VIEW: sent} == {VIEW: number + 1}
        assert len(ipywidgets.widgets.widget._instances) == alive
    assert len(explorer_module.CELLS) == remembered


def test_moves_on_other_threads_end_with_the_last_state_on_the_page():
    """JupyterLab runs a widget's messages on the main thread, on a subshell, or on one after the other."""
    explorer = Explorer()
    begin = threading.Barrier(3)

    def drag(ratios):
        begin.wait()
        for number in range(60):
            post(explorer, {"ratio": ratios[number % 3]}, f"{ratios}", view=f"{ratios}")

    threads = [threading.Thread(target=drag, args=(ratios,)) for ratios in ((2, 4, 8), (16, 32, 64))]
    for thread in threads:
        thread.start()
    begin.wait()
    for number in range(60):
        explorer.architecture = Architecture(depth=(18, 34, 50)[number % 3])
    for thread in threads:
        thread.join()
    assert explorer.failure is None
    assert explorer.architecture is explorer._state.architecture
    assert explorer.shown["heading"] == heading(explorer.architecture)
    assert explorer.shown["answered"] == {"(2, 4, 8)": 60, "(16, 32, 64)": 60}
    assert ask(explorer, ratio=7)["heading"] == heading(explorer.architecture)
    assert explorer.architecture.ratio == 7


def test_one_widget_serves_the_main_thread_and_another_by_turns(explorer):
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
