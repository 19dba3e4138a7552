"""Render a state as the message that the browser receives. Only the open tab is rendered."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.code import code_html
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.breakdown import breakdown
from senet_lab.drawing.network.compare import compare
from senet_lab.drawing.network.paths import resolve
from senet_lab.drawing.network.summary import heading, picture, summary
from senet_lab.drawing.network.tradeoffs import tradeoffs
from senet_lab.drawing.network.widths import regnet_rule
from senet_lab.drawing.papers.tables import published
from senet_lab.drawing.tables import group_table
from senet_lab.explorer.address import write_address
from senet_lab.explorer.building import Building
from senet_lab.explorer.changes import list_changes
from senet_lab.explorer.controls import controls
from senet_lab.explorer.messages import Page
from senet_lab.explorer.model_page import layers_tab, render_model
from senet_lab.explorer.state import State
from senet_lab.export import FORMS, MODEL_SUFFIXES, code, part_code
from senet_lab.extras import INSTALL, OPEN
from senet_lab.widgets.cells import is_app, is_browser
from senet_lab.widgets.labels import format_value

MAX_KEPT = 32  # drawings per tab, 50 kB each: dragging a slider back and forth shows the same networks again
FORM_WORDS = {
    "procedural": "Uses senet_lab\u2019s functions, layer by layer, as in the lessons.",
    "composable": "Uses senet_lab\u2019s classes, in one or two lines.",
    "standalone": "A script that needs only Keras, with the same layers, names and counts.",
}


def render_page(state: State, building: Building) -> Page:
    """Return the data from which the page draws a state, as strings and plain values."""
    if state.model is not None:
        return render_model(state, state.model)
    panel = controls(state.architecture, keep_cost=state.keep_cost, batch=state.batch, details=state.details)
    return {
        "error": "\n".join(state.refused.values()),
        "refused": list(state.refused),
        "reasons": state.refused,
        "said": state.message,
        "controls": [control.message(control.text or format_value(control.value)) for control in panel],
        "heading": heading(state.architecture, state.pinned, state.batch),
        "tab": state.tab,
        "pinned": bool(state.pinned),
        "undo": state.can_undo,
        "redo": bool(state.future),
        "token": state.architecture.token(),
        "address": write_address(state),
        "body": _TABS[state.tab](state, building),
        "layers": _layers(state.architecture)[1] if state.tab == "Layers" else "",
        "absent": [],
    }


def _network_tab(state: State, _: Building) -> str:
    drawing, table = _drawing_and_table(state.architecture, state.path, state.left)
    return f'<div class="sn-network">{drawing}</div>{_source(state)}{table}'


@lru_cache(maxsize=MAX_KEPT)
def _drawing_and_table(architecture: Architecture, path: str, left: str) -> tuple[str, str]:
    drawing = picture(architecture, path, interactive=True, focus=left)
    return f"{regnet_rule(architecture)}{drawing}", group_table(architecture.ledger())


def _source(state: State) -> str:
    """Return the code of the enlarged part, collapsed until a reader opens it."""
    lines = ""
    if state.source:
        group, _, rest = resolve(Anatomy(state.architecture.ledger()), state.path).partition("/")
        block, _, inside = rest.partition("/")
        lines = code_html(part_code(state.architecture, group, block, bool(inside)))
    is_open = " open" if state.source else ""
    summary = "<summary>Code that builds this part</summary>"
    return f'<details class="sn-behind" data-ask="source"{is_open}>{summary}{lines}</details>'


@lru_cache(maxsize=8)
def _layers(architecture: Architecture) -> tuple[str, str]:
    """Return `layers_tab`, cached, since encoding takes longer than the rest of a page."""
    return layers_tab(architecture.ledger())


def _layers_tab(state: State, _: Building) -> str:
    return _layers(state.architecture)[0]


def _compare_tab(state: State, _: Building) -> str:
    if state.pinned is None:
        return (
            '<p class="sn-finding">Pin this network as A, then move a control. This tab then shows A above the changed '
            "network, B, and breaks down the difference by group.</p>"
            '<p><button type="button" class="sn-button" data-ask="pin" data-value="true">Pin as A</button></p>'
        )
    return _comparison(state.pinned, state.architecture)


@lru_cache(maxsize=MAX_KEPT)
def _comparison(a: Architecture, b: Architecture) -> str:
    return str(compare(a, b))


@lru_cache(maxsize=MAX_KEPT)
def _breakdown(architecture: Architecture) -> str:
    return str(breakdown(architecture.ledger()))


def _code_tab(state: State, _: Building) -> str:
    text = code(state.architecture, state.form)
    choices = "".join(
        f'<button type="button" class="sn-button" data-ask="form" data-value="{form}" '
        f'aria-pressed="{str(form == state.form).lower()}">{form}</button>'
        for form in FORMS
    )
    return (
        f'<div class="sn-bar-of-buttons" role="group" aria-label="Form of the code">{choices}'
        '<button type="button" class="sn-button" data-copy=".sn-code">Copy</button></div>'
        f'<p class="sn-under">{FORM_WORDS[state.form]}</p>{code_html(text)}'
    )


NEEDS_KERAS = (
    '<p class="sn-finding">Keras does not run in a browser, so the model cannot be built here. On a computer with '
    f"Python, install senet_lab with <code>{escape(INSTALL)}</code> and open this Explorer with <code>{OPEN}</code>; "
    "or run the standalone script from the Code tab, which needs only Keras.</p>"
)


def _build_tab(state: State, building: Building) -> str:
    if is_browser():
        return NEEDS_KERAS
    button = (
        '<button type="button" class="sn-button" data-ask="build" data-value="true"'
        f"{' disabled' if building.running else ''}>Build Keras model</button>"
    )
    is_current = state.architecture == building.architecture
    message = building.message if is_current or building.running else _outdated_message(state, building)
    can_save = is_current and building.model is not None and not building.running
    save = "".join(
        f'<button type="button" class="sn-button" data-ask="save" data-value="{suffix}"'
        f"{'' if can_save else ' disabled'}>Save {suffix}</button>"
        for suffix in MODEL_SUFFIXES
    )
    progress = '<progress aria-label="Building"></progress>' if building.running else ""
    return (
        f'<p class="sn-finding">Builds the Keras model of this network, with random weights, {_build_place()}</p>'
        f'<p class="sn-bar-of-buttons">{button}{save}{progress}</p>'
        f'<p class="sn-finding" role="status">{escape(message)}</p>'
    )


def _build_place() -> str:
    if is_app():
        return "in the background; you can keep working. You can then save it on the machine that serves this page."
    return (
        "in the background; you can keep working. In a notebook, the model is then "
        "<code>explorer.model</code>, if your Explorer is called <code>explorer</code>."
    )


def _outdated_message(state: State, building: Building) -> str:
    """Return a note on how the built model differs from the network shown."""
    built = building.architecture
    if built is None or building.model is None:
        return ""
    name = f"The built model is {built.name}" if is_app() else f"explorer.model is {built.name}"
    changes = ", ".join(list_changes(built, state.architecture))
    between = f" ({changes})" if changes else ""
    return f"{name}, {summary(built)}. The network shown is different{between}; build again to update the model."


_TABS: dict[str, Callable[[State, Building], str]] = {
    "Network": _network_tab,
    "Layers": _layers_tab,
    "Breakdown": lambda state, _: _breakdown(state.architecture),
    "Trade-offs": lambda state, _: tradeoffs(state.architecture, state.sweeps),
    "Compare": _compare_tab,
    "Published": lambda state, _: published(state.architecture),
    "Code": _code_tab,
    "Build": _build_tab,
}
