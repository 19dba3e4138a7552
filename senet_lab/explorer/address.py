"""Address: what the Explorer shows, as the end of a link: "network=senet1~ratio=8&tab=Code".

The network is always in it; of the rest only what differs from the first page, so that links stay short.
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

READABLE = "~=/,"  # besides letters and digits, what stays as it is
YES, NO = "yes", "no"
NAMES = {"pinned": "pinned network"}  # of parts that are called otherwise to readers
# The parts of a link that are fields of the state, by their names there.
FIELDS = {"batch": "batch", "tab": "tab", "part": "path", "form": "form", "source": "source", "details": "details"}


def write_address(state: State) -> str:
    """Return the address of what is shown.

    >>> first = State(Architecture(), Architecture())
    >>> write_address(replace(first, tab="Trade-offs", pinned=Architecture(ratio=4)))
    'network=senet1&pinned=senet1~ratio=4&tab=Trade-offs'
    """
    first = State(state.architecture, state.architecture)
    parts = {"network": state.architecture.token()}
    if state.path != first.path:  # which may be a part that another network had
        state = replace(state, path=_nearest_part(state.architecture, state.path))
    if state.pinned is not None:
        parts["pinned"] = state.pinned.token()
    for name, attribute in FIELDS.items():
        value = getattr(state, attribute)
        if value != getattr(first, attribute):
            parts[name] = YES if value is True else str(value)
    return "&".join(f"{name}={quote(value, safe=READABLE)}" for name, value in parts.items())


@lru_cache(maxsize=32)  # of a network with very many blocks it takes a while
def _nearest_part(architecture: Architecture, path: str) -> str:
    return resolve(architecture.ledger(), path)


def open_address(address: str, architecture: Architecture) -> State:
    """Return the first state of a page with this address; `refused` says what cannot be shown, and what is instead.

    Args:
        architecture: shown where the address names no network. Parts of an address that are not the Explorer's, such
            as a theme, are left alone.

    >>> open_address("network=senet1~ratio=8&tab=Code", Architecture()).tab
    'Code'
    >>> open_address("tab=", Architecture()).refused
    {'tab': 'The address leaves the tab empty; shown instead: Network.'}
    """
    state, refused = _read(address, architecture)
    return replace(
        state, refused={name: _joined(why, f"shown instead: {_shown(state, name)}.") for name, why in refused.items()}
    )


def _read(address: str, architecture: Architecture) -> tuple[State, dict[str, str]]:
    """Return the state that an address names as far as it can be shown, and why the rest cannot."""
    parts = dict(reversed(parse_qsl(address, keep_blank_values=True)))  # where a part is repeated, the first one counts
    state, refused = first_state(architecture), dict[str, str]()
    for name, open_part in _PARTS.items():
        if name not in parts:
            continue
        label, value = NAMES.get(name, name), parts[name]
        if not value and name != "part":  # the part "" is the whole network
            refused[name] = f"The address leaves the {label} empty"
            continue
        try:
            state = open_part(state, value)
        except (TypeError, ValueError) as error:
            refused[name] = f"The {label} in the address cannot be shown: {refusal(error, value)}"
    path = _nearest_part(state.architecture, state.path)
    if path != state.path:
        refused["part"] = f"The part in the address cannot be shown: this network has no {quoted(state.path)}"
    return replace(state, path=path), refused


def _joined(why: str, rest: str) -> str:
    """Return a reason, which may be a sentence, and what follows from it."""
    return f"{why} {rest[:1].upper()}{rest[1:]}" if why.endswith(".") else f"{why}; {rest}"


def _shown(state: State, name: str) -> str:
    """Return in words what stands in a state for a part of an address."""
    match name:
        case "network":
            return state.architecture.name
        case "pinned":
            return "no pinned network"
        case "part":
            return title(state.path) if state.path else "the whole network"
        case "source" | "details":
            return YES if getattr(state, FIELDS[name]) else NO
        case _:
            return str(getattr(state, FIELDS[name]))


def visit(state: State, address: str) -> State:
    """Return the state after a reader goes back or forward to an address: a step that can be undone.

    An address that cannot be shown leaves the state as it is, and says why.
    """
    target, refused = _read(address, state.initial)
    if refused:
        return replace(state, refused={name: _joined(why, "what was shown stays.") for name, why in refused.items()})
    moved = change_architecture(state.end_gesture(), target.architecture)
    fields = {attribute: getattr(target, attribute) for attribute in FIELDS.values()}
    return replace(moved, pinned=target.pinned, refused={}, left="", **fields)


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
