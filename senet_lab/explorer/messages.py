"""Messages between the Explorer and its page, as the page sends and gets them. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from senet_lab.drawing.network.layer_table import LayerRow
from senet_lab.widgets.messages import Answered, Controls

Tab = Literal["Network", "Layers", "Where it goes", "Trade-offs", "Compare", "Published", "Code", "Build"]
Form = Literal["procedural", "composable", "standalone"]
Suffix = Literal[".py", ".keras", ".csv", ".svg", ".txt"]

TABS: tuple[str, ...] = get_args(Tab)


class LayerTable(TypedDict):
    """What the table of layers is filled with: how many layers there are, the first of them, the cells of its foot."""

    count: int
    rows: Sequence[LayerRow]
    totals: Sequence[str]


class Page(Controls):
    """What the page draws, of which most is HTML: `heading` and `body`. `layers` is a `LayerTable` as JSON, or ""."""

    error: str
    refused: Sequence[str]
    said: str
    heading: str
    tab: str
    pinned: bool
    undo: bool
    redo: bool
    token: str
    address: str
    body: str
    layers: str


class Download(TypedDict, total=False):
    """A text file that the view which asked for it saves; empty where none was asked for."""

    name: str
    text: str
    view: str
    number: int


class Shown(Page):
    """The trait `shown`: the page, the number of each view's last answered message, and a file for one of them."""

    answered: Answered
    download: Download


class Traits(TypedDict):
    """What the page reads of the widget."""

    shown: Shown


class Moves(TypedDict, total=False):
    """What the page itself sets. Controls set values under their own names as well."""

    tab: Tab
    path: str
    form: Form
    source: bool


class Commands(TypedDict, total=False):
    """What is done once for each press, each in a message of its own."""

    pin: bool
    swap: bool
    undo: bool
    redo: bool
    reset: bool
    build: bool
    save: Suffix


COMMANDS = tuple(Commands.__annotations__)
