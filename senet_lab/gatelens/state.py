"""State: the settings of the GateLens's page, and how messages from the page change them. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from senet_lab.checks import InvalidTypeError, flag, one_of, whole
from senet_lab.gatelens import messages
from senet_lab.gatelens.messages import FOLDS, TABS
from senet_lab.gatelens.saving import FIGURES
from senet_lab.gatelens.upload import check_size
from senet_lab.gatelens.views.figures import SUFFIXES
from senet_lab.gates.ablation import HOWS
from senet_lab.widgets.refusals import refusal

HELD_AT = tuple(how for how in HOWS if how != "own")  # at its own value a gate is not held
HOLD = "hold "  # before a block's path: separate settings, so that several in one message do not undo each other
UNFOLD = "unfold "  # before the name of a folded view
WHAT, WHICH, IMAGE, NEED = TABS
FOLDS_OF_TAB = {WHAT: FOLDS[:2], WHICH: FOLDS[2:5], IMAGE: FOLDS[5:], NEED: ()}
# Each view was once a tab: the tab that now holds it, and its fold; pages of that time send these names.
FORMER_TABS = {
    **{fold: (tab, fold) for tab, folds in FOLDS_OF_TAB.items() for fold in folds},
    "Curves": (WHICH, ""),
    "One image": (IMAGE, "Channels"),
    "Ablation": (NEED, ""),
}
SETTINGS = tuple(name for name in messages.Moves.__annotations__ if name != "runs")  # the widget handles "runs"
COMMANDS = tuple(name for name in messages.COMMANDS if name not in ("upload", "retry"))  # it also handles these
MAX_PAGE = 10**6


@dataclass(frozen=True)
class State:
    """The settings of the page.

    Attributes:
        network: the name of the selected network.
        tab: one of `TABS`.
        unfolded: the views that are unfolded, of `FOLDS`.
        path: the selected block; "" for the last one.
        channel: the selected channel of the block; None for the most class-specific one.
        classes: the classes to draw, by number; None for the most distinct ones.
        image: the number of the sample image to send through the network; None for the user's own file.
        page, wrong: the page of thumbnails, and whether they show only misclassified images.
        how: the value at which gates are held, one of `HELD_AT`.
        held: the blocks whose gates are held.
        figure: the figure to save, one of `FIGURES`.
        agreed: the networks that the user has agreed to download.
        refused: the moves that were refused, with the reasons.
    """

    network: str = ""
    tab: str = TABS[0]
    unfolded: tuple[str, ...] = ()
    path: str = ""
    channel: int | None = None
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
    """The available choices: names of networks, blocks with a gate, and the numbers of classes, images and channels."""

    networks: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    classes: int = 0
    images: int = 0
    channels: int = 0


class Commands(NamedTuple):
    """The actions that a message requests, in addition to changes of the state.

    Attributes:
        suffix: the suffix of the figure file to save; "" for none.
        read_again: whether to discard all results about the network and compute them again.
    """

    suffix: str = ""
    read_again: bool = False


def after(state: State, moves: Mapping[str, Any], offer: Offer) -> tuple[State, Commands]:
    """Apply all valid moves; return the new state, which says why others were refused, and the commands to carry out.

    Args:
        moves: settings with their new values, and commands.
    """
    refused, commands = {}, Commands()
    for name, value in moves.items():
        try:
            if name.startswith(HOLD):
                state = _hold(state, name.removeprefix(HOLD), value, offer)
            elif name.startswith(UNFOLD):
                state = unfold(state, one_of("view", name.removeprefix(UNFOLD), FOLDS), flag("unfold", value))
            elif one_of("control", name, (*SETTINGS, *COMMANDS)) in COMMANDS:
                state, commands = _obey(state, commands, name, value)
            else:
                state = _set(state, name, value, offer)
        except (ValueError, TypeError) as error:
            refused[name] = refusal(error, value)
    return replace(state, refused=refused), commands


def _set(state: State, name: str, value: Any, offer: Offer) -> State:
    """Return the state with one of `SETTINGS` changed, including the consequences."""
    checked: Any
    match name:
        case "network":  # another network has other blocks and may have other classes
            network = one_of("network", value, offer.networks or ("",))
            return State(network, state.tab, state.unfolded, how=state.how, figure=state.figure, agreed=state.agreed)
        case "tab":
            tab, fold = FORMER_TABS.get(value, (value, "")) if isinstance(value, str) else (value, "")
            checked = one_of("tab", tab, TABS)
            state = unfold(state, fold) if fold else state
        case "path":
            checked = one_of("block", value, offer.blocks or ("",))
            state = state if value == state.path else replace(state, channel=None)  # other blocks have other channels
        case "channel":
            checked = whole("channel", value, 0, max(0, offer.channels - 1))
        case "classes":
            checked = _class_numbers(value, offer)
        case "image":
            checked = whole("image", value, 0, max(0, offer.images - 1))
        case "page":
            checked = whole("page", value, 0, MAX_PAGE)
        case "wrong":
            checked = flag("wrong", value)
        case "how":
            checked = one_of("how", value, HELD_AT)
        case "figure":
            checked = one_of("figure", value, tuple(FIGURES))
    page = {"page": 0} if name in ("classes", "wrong") else {}
    return replace(state, **{name: checked, **page})


def unfold(state: State, fold: str, is_open: bool = True) -> State:
    """Return the state with a view unfolded, or folded."""
    others = tuple(each for each in state.unfolded if each != fold)
    return replace(state, unfolded=(*others, fold) if is_open else others)


def _obey(state: State, commands: Commands, name: str, value: Any) -> tuple[State, Commands]:
    """Return the state and the commands after one of `COMMANDS`."""
    match name:
        case "load":
            return (replace(state, agreed=(*state.agreed, state.network)) if flag("load", value) else state), commands
        case "free":
            return (replace(state, held=()) if flag("free", value) else state), commands
        case "own":  # a file that the page has not sent; refuse it with the reason
            check_size(value)
            return state, commands
        case "save":
            return state, commands._replace(suffix=one_of("save", value, SUFFIXES))
        case _:
            return state, commands._replace(read_again=flag("again", value))


def _hold(state: State, path: str, value: Any, offer: Offer) -> State:
    one_of("block", path, offer.blocks or ("",))
    held = {*state.held, path} if flag("hold", value) else {*state.held} - {path}
    return replace(state, held=tuple(each for each in offer.blocks if each in held))


def _class_numbers(value: Any, offer: Offer) -> tuple[int, ...]:
    """Return class numbers in ascending order; there may be none."""
    if not isinstance(value, (list, tuple)):
        raise InvalidTypeError("classes", value, "must be a list of numbers", "[0, 1]")
    return tuple(sorted({whole("classes", each, 0, max(0, offer.classes - 1)) for each in value}))
