"""Address: what the Explorer shows, as the end of a link: "network=senet1~ratio=8&tab=Code".

The network is always in it; of the rest only what differs from the first page, so that links stay short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, quote

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import one_of
from senet_lab.explorer.commands import change_architecture
from senet_lab.explorer.controls import check_batch
from senet_lab.explorer.messages import TABS
from senet_lab.explorer.state import State
from senet_lab.explorer.updates import first_state
from senet_lab.export import FORMS
from senet_lab.widgets.refusals import refusal

READABLE = "~=/,"  # besides letters and digits, what stays as it is
YES = "yes"
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
    if state.pinned is not None:
        parts["pinned"] = state.pinned.token()
    for name, attribute in FIELDS.items():
        value = getattr(state, attribute)
        if value != getattr(first, attribute):
            parts[name] = YES if value is True else str(value)
    return "&".join(f"{name}={quote(value, safe=READABLE)}" for name, value in parts.items())


def open_address(address: str, architecture: Architecture) -> State:
    """Return the first state of a page with this address; what it says that cannot be shown is in `refused`.

    Args:
        architecture: shown where the address names no network. Parts of an address that are not the Explorer's, such
            as a theme, are left alone.

    >>> open_address("network=senet1~ratio=8&tab=Code", Architecture()).tab
    'Code'
    >>> open_address("network=senet1~ratio=0", Architecture()).refused
    {'network': 'The network in the address cannot be shown: Ratio (0) must be at least 1; try 1.'}
    """
    parts = dict(reversed(parse_qsl(address, keep_blank_values=True)))  # where a part is repeated, the first one counts
    state, refused = first_state(architecture), dict[str, str]()
    for name, open_part in _PARTS.items():
        if not parts.get(name, "") and not (name == "part" and name in parts):  # the part "" is the whole network
            continue
        try:
            state = open_part(state, parts[name])
        except (TypeError, ValueError) as error:
            refused[name] = f"The {NAMES.get(name, name)} in the address cannot be shown: {refusal(error, parts[name])}"
    return replace(state, refused=refused)


def visit(state: State, address: str) -> State:
    """Return the state after a reader goes back or forward to an address: a step that can be undone.

    An address that cannot be shown leaves the state as it is, and says why.
    """
    target = open_address(address, state.initial)
    if target.refused:
        return replace(state, refused=target.refused)
    moved = change_architecture(state.end_gesture(), target.architecture)
    fields = {attribute: getattr(target, attribute) for attribute in FIELDS.values()}
    return replace(moved, pinned=target.pinned, refused={}, left="", **fields)


def _is_yes(name: str, value: str) -> bool:
    return bool(one_of(name, value, (YES, "no")) == YES)


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
