"""Render a network without meta-parameters: the tabs that apply, and the controls of what it is compared with."""

from __future__ import annotations

import json
from functools import lru_cache

from senet_lab.drawing.network.breakdown import breakdown
from senet_lab.drawing.network.compare import compare_ledgers
from senet_lab.drawing.network.layer_table import layer_blocks, layer_table, layer_totals
from senet_lab.drawing.network.summary import ledger_heading, ledger_picture
from senet_lab.drawing.tables import group_table
from senet_lab.explorer.controls import controls
from senet_lab.explorer.messages import TABS, LayerTable, Page
from senet_lab.explorer.model import Model
from senet_lab.explorer.state import FIRST_MESSAGE, State
from senet_lab.export import MODEL_SUFFIXES
from senet_lab.ledger.ledger import Ledger
from senet_lab.widgets.labels import format_value

MAX_DISTINCT_LAYERS = 5_000  # 0.7 MB; twelve groups of a thousand blocks have 168,000 layers, but 300 distinct ones
MODEL_TABS = ("Network", "Layers", "Breakdown", "Compare")
OTHER_TABS = tuple(tab for tab in TABS if tab not in MODEL_TABS)
WHY = (
    f"{', '.join(OTHER_TABS[:-1])} and {OTHER_TABS[-1]} need meta-parameters, which this model does not have. Compare "
    "shows it next to one of our networks, whose controls you can move."
)
BUTTONS = ("pin", "swap", "token", ".py", ".svg", ".txt", *MODEL_SUFFIXES)  # those of our own networks
MOVES = ("undo", "redo", "reset")  # those of the network compared with


def render_model(state: State, model: Model) -> Page:
    """Return the page of a state that shows a model."""
    tab = state.tab if state.tab in MODEL_TABS else MODEL_TABS[0]
    is_compared = tab == "Compare"
    panel = controls(state.architecture, keep_cost=state.keep_cost, batch=state.batch, details=state.details)
    return {
        "error": "\n".join(state.refused.values()),
        "refused": list(state.refused),
        "reasons": state.refused,
        "said": state.message if is_compared and state.message != FIRST_MESSAGE else WHY,
        "controls": [control.message(control.text or format_value(control.value)) for control in panel],
        "heading": ledger_heading(model.name, model.ledger, state.batch),
        "tab": tab,
        "pinned": False,
        "undo": state.can_undo,
        "redo": bool(state.future),
        "token": "",
        "address": "",
        "body": _body(state, model, tab),
        "layers": _layers(model)[1] if tab == "Layers" else "",
        "absent": [*OTHER_TABS, *BUTTONS, *(() if is_compared else (*MOVES, "controls"))],
    }


def _body(state: State, model: Model, tab: str) -> str:
    if tab == "Network":
        return _network(model, state.path, state.left)
    if tab == "Layers":
        return _layers(model)[0]
    return _breakdown(model) if tab == "Breakdown" else _comparison(model, state)


@lru_cache(maxsize=32)
def _network(model: Model, path: str, left: str) -> str:
    drawing = ledger_picture(model.ledger, path, interactive=True, focus=left)
    return f'<div class="sn-network">{drawing}</div>{group_table(model.ledger)}'


@lru_cache(maxsize=8)
def _layers(model: Model) -> tuple[str, str]:
    return layers_tab(model.ledger)


@lru_cache(maxsize=8)
def _breakdown(model: Model) -> str:
    return str(breakdown(model.ledger))


def _comparison(model: Model, state: State) -> str:
    ours = state.architecture
    return str(compare_ledgers((model.name, ours.name), (model.ledger, ours.ledger())))


def layers_tab(ledger: Ledger) -> tuple[str, str]:
    """Return the frame of the layer table, with a sentence if it does not list all layers, and its content as JSON."""
    blocks, distinct = layer_blocks(ledger, MAX_DISTINCT_LAYERS)
    count, listed = len(ledger.rows), sum(len(distinct[block.content]) for block in blocks)
    table: LayerTable = {"count": count, "blocks": blocks, "distinct": distinct, "totals": layer_totals(ledger)}
    words = ""
    if listed < count:
        words = (
            f'<p class="sn-finding">Showing the first {listed:,} of {count:,} layers. To get all of them, save the '
            "table as .csv.</p>"
        )
    return f"{words}{layer_table()}", json.dumps(table, separators=(",", ":"))
