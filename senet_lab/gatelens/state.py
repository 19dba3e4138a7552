"""State: all that the GateLens's page depends on, and what a message from the page makes of it. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from senet_lab.checks import flag, one_of, quoted, whole
from senet_lab.gatelens.messages import TABS
from senet_lab.gatelens.saving import FIGURES
from senet_lab.gatelens.upload import judged_size
from senet_lab.gatelens.views.figures import SUFFIXES
from senet_lab.gates.ablation import HOWS

HELD_AT = tuple(how for how in HOWS if how != "own")  # at its own value a gate is not held


@dataclass(frozen=True)
class State:
    """What is shown.

    Attributes:
        network: one of the names that are offered.
        tab: one of `TABS`.
        path: the block that is looked into; "" for the last one.
        classes: those that are drawn, by number; None for the first few.
        image: the one that goes through the network, by its number in the sample; None for a file of one's own.
        page, wrong: which thumbnails are shown, and whether only of misclassified images.
        how: what gates are held at, one of `HELD_AT`.
        held: the blocks whose gates are held.
        figure: what is saved, one of `FIGURES`.
        agreed: the networks that may be fetched.
        refused: what could not be done, with the reason.
    """

    network: str = ""
    tab: str = TABS[0]
    path: str = ""
    classes: tuple[int, ...] | None = None
    image: int | None = 0
    page: int = 0
    wrong: bool = False
    how: str = HELD_AT[0]
    held: tuple[str, ...] = ()
    figure: str = "means"
    agreed: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


class Offer(NamedTuple):
    """What can be chosen: names of networks, blocks with a gate, and how many classes and images there are."""

    networks: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    classes: int = 0
    images: int = 0


def after(state: State, moves: Mapping[str, Any], offer: Offer) -> State:
    """The state after the moves that can be made; why the others cannot is in `refused`."""
    refused = {}
    for name, value in moves.items():
        try:
            state = replace(state, **_moved(state, name, value, offer))
        except (ValueError, TypeError) as error:
            refused[name] = str(error)
    return replace(state, refused=refused)


def _moved(state: State, name: str, value: Any, offer: Offer) -> dict[str, Any]:
    if name.startswith("hold "):  # a block's own move, so that several in one message do not undo each other
        return _held(state, name.removeprefix("hold "), value, offer)
    return _MOVES[one_of("control", name, tuple(_MOVES))](state, value, offer)


def _held(state: State, path: str, value: Any, offer: Offer) -> dict[str, Any]:
    one_of("block", path, offer.blocks or ("",))
    kept = {*state.held, path} if flag("hold", value) else {*state.held} - {path}
    return {"held": tuple(each for each in offer.blocks if each in kept)}


def _classes(value: Any, offer: Offer) -> dict[str, Any]:
    """Any number of classes, in their order; none is a choice, too."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"`classes` must be a list of numbers, not {quoted(value)}; try [0, 1].")
    numbers = {whole("classes", each, 0, max(0, offer.classes - 1)) for each in value}
    return {"classes": tuple(sorted(numbers)), "page": 0}


def _network(state: State, value: Any, offer: Offer) -> dict[str, Any]:
    """Another network has other blocks and, it may be, other classes."""
    kept = {"network": one_of("network", value, offer.networks or ("",)), "tab": state.tab, "how": state.how}
    return {**{name: getattr(State(), name) for name in ("path", "classes", "image", "page", "wrong", "held")}, **kept}


def _nothing(_: Any) -> dict[str, Any]:
    return {}


_MOVES: dict[str, Callable[[State, Any, Offer], dict[str, Any]]] = {
    "tab": lambda _, value, __: {"tab": one_of("tab", value, TABS)},
    "network": _network,
    "path": lambda _, value, offer: {"path": one_of("block", value, offer.blocks or ("",))},
    "classes": lambda _, value, offer: _classes(value, offer),
    "image": lambda _, value, offer: {"image": whole("image", value, 0, max(0, offer.images - 1))},
    "page": lambda _, value, __: {"page": whole("page", value, 0, 10**6)},
    "wrong": lambda _, value, __: {"wrong": flag("wrong", value), "page": 0},
    "how": lambda _, value, __: {"how": one_of("how", value, HELD_AT)},
    "figure": lambda _, value, __: {"figure": one_of("figure", value, tuple(FIGURES))},
    "load": lambda state, value, _: {"agreed": (*state.agreed, state.network)} if flag("load", value) else {},
    "free": lambda _, value, __: {"held": ()} if flag("free", value) else {},
    "own": lambda _, value, __: _nothing(judged_size(value)),
    # What is done with the network, once the moves are made: here it is only judged.
    "save": lambda _, value, __: _nothing(one_of("save", value, SUFFIXES)),
    "again": lambda _, value, __: _nothing(flag("again", value)),
}
