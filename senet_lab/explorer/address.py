"""Read and write the Explorer's state as the end of a link: "network=senet1~ratio=8&tab=Code".

It always contains the network. Other parts appear only if they differ from the first page, to keep links short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import one_of, quoted
from senet_lab.drawing.network.paths import resolve
from senet_lab.drawing.network.words import title
from senet_lab.explorer.commands import change_architecture
from senet_lab.explorer.controls import check_batch
from senet_lab.explorer.messages import TABS
from senet_lab.explorer.state import State
from senet_lab.explorer.updates import first_state
from senet_lab.export import FORMS
from senet_lab.widgets.refusals import refusal

READABLE = "~=/,"  # not percent-encoded, like letters and digits
YES, NO = "yes", "no"
NAMES = {"pinned": "pinned network", "batch": "batch size"}  # parts with another name in messages
# The parts of a link that are fields of the state, by their names there.
FIELDS = {"batch": "batch", "tab": "tab", "part": "path", "form": "form", "source": "source", "details": "details"}


def write_address(state: State) -> str:
    """Return the address of a state.

    >>> first = State(Architecture(), Architecture())
    >>> write_address(replace(first, tab="Trade-offs", pinned=Architecture(ratio=4)))
    'network=senet1&pinned=senet1~ratio=4&tab=Trade-offs'
    """
    first = State(state.architecture, state.architecture)
    parts = {"network": state.architecture.token()}
    if state.path != first.path:  # this network may lack a part that was open in another one
        state = replace(state, path=_nearest_part(state.architecture, state.path))
    if state.pinned is not None:
        parts["pinned"] = state.pinned.token()
    for name, attribute in FIELDS.items():
        value = getattr(state, attribute)
        if value != getattr(first, attribute):
            parts[name] = YES if value is True else str(value)
    return "&".join(f"{name}={quote(value, safe=READABLE)}" for name, value in parts.items())


@lru_cache(maxsize=32)  # slow for networks with very many blocks
def _nearest_part(architecture: Architecture, path: str) -> str:
    return resolve(architecture.ledger(), path)


def open_address(address: str, architecture: Architecture) -> State:
    """Return the first state of a page with this address; `refused` says which parts couldn't be opened.

    Args:
        architecture: shown if the address names no network. Parts that the Explorer does not know, such as a theme,
            are ignored.

    >>> open_address("network=senet1~ratio=8&tab=Code", Architecture()).tab
    'Code'
    >>> open_address("tab=", Architecture()).refused
    {'tab': 'The address has an empty tab; showing Network instead.'}
    """
    state, refused = _read(address, architecture)
    return replace(state, refused={name: _joined(why, f"{_shown(state, name)}.") for name, why in refused.items()})


def _read(address: str, architecture: Architecture) -> tuple[State, dict[str, str]]:
    """Return the state that an address describes, and the reason for each part that couldn't be opened."""
    parts = dict(reversed(parse_qsl(address, keep_blank_values=True)))  # if a part is repeated, the first one counts
    state, refused = first_state(architecture), dict[str, str]()
    for name, open_part in _PARTS.items():
        if name not in parts:
            continue
        label, value = NAMES.get(name, name), parts[name]
        if not value and name != "part":  # the part "" is the whole network
            refused[name] = f"The address has an empty {label}"
            continue
        try:
            state = open_part(state, value)
        except (TypeError, ValueError) as error:
            refused[name] = f"Couldn\u2019t open the {label} in the address: {refusal(error, value)}"
    path = _nearest_part(state.architecture, state.path)
    if path != state.path:
        refused["part"] = f"Couldn\u2019t open the part in the address: this network has no {quoted(state.path)}"
    return replace(state, path=path), refused


def _joined(why: str, rest: str) -> str:
    """Join a reason, which may be a whole sentence, and its consequence."""
    return f"{why} {rest[:1].upper()}{rest[1:]}" if why.endswith(".") else f"{why}; {rest}"


def _shown(state: State, name: str) -> str:
    """Return a clause about what a state shows instead of a part of an address."""
    match name:
        case "network":
            shown = state.architecture.name
        case "pinned":
            return "no network is pinned"
        case "part":
            shown = title(state.path) if state.path else "the whole network"
        case "source" | "details":
            shown = YES if getattr(state, FIELDS[name]) else NO
        case _:
            shown = str(getattr(state, FIELDS[name]))
    return f"showing {shown} instead" if name in ("network", "part", "tab") else f"using {shown} instead"


def visit(state: State, address: str) -> State:
    """Return the state after a reader goes back or forward to an address; this is a step that can be undone.

    If the address cannot be opened, the state is unchanged except for the reason. If the network lacks a part, the
    nearest one is shown, as in `open_address`.
    """
    target, refused = _read(address, state.initial)
    reasons = {name: _joined(why, f"{_shown(target, name)}.") for name, why in refused.items() if name == "part"}
    if refused.keys() - reasons:
        return replace(state, refused={name: _joined(why, "the page is unchanged.") for name, why in refused.items()})
    moved = change_architecture(state.end_gesture(), target.architecture)
    fields = {attribute: getattr(target, attribute) for attribute in FIELDS.values()}
    return replace(moved, pinned=target.pinned, refused=reasons, left="", **fields)


def _is_yes(name: str, value: str) -> bool:
    return bool(one_of(name, value, (YES, NO)) == YES)


_PARTS: dict[str, Callable[[State, str], State]] = {
    "network": lambda _, token: first_state(Architecture.from_token(token)),
    "pinned": lambda state, token: replace(state, pinned=Architecture.from_token(token)),
    "batch": lambda state, batch: replace(state, batch=check_batch(batch)),
    "tab": lambda state, tab: replace(state, tab=one_of("tab", tab, TABS)),
    "part": lambda state, path: replace(state, path=path),
    "form": lambda state, form: replace(state, form=one_of("form", form, FORMS)),
    "source": lambda state, value: replace(state, source=_is_yes("source", value)),
    "details": lambda state, value: replace(state, details=_is_yes("details", value)),
}
