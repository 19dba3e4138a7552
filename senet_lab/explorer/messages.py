"""Define the messages between the Explorer and its page, without widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from senet_lab.drawing.network.layer_table import LayerBlock, LayerRow
from senet_lab.widgets.messages import Answered, Controls

Tab = Literal["Network", "Layers", "Breakdown", "Trade-offs", "Compare", "Published", "Code", "Build"]
Form = Literal["procedural", "composable", "standalone"]
Suffix = Literal[".py", ".csv", ".svg", ".txt", ".keras", ".onnx", ".tflite", ".xml"]

TABS: tuple[str, ...] = get_args(Tab)


class LayerTable(TypedDict):
    """The content of the layer table: the number of layers, its blocks, and the totals in the footer.

    `distinct` has the rows of each kind of block once.
    """

    count: int
    blocks: Sequence[LayerBlock]
    distinct: Sequence[Sequence[LayerRow]]
    totals: Sequence[str]


class Page(Controls):
    """The data that the page draws.

    `heading` and `body` are HTML; `layers` is a `LayerTable` as JSON, or "". `absent` names the tabs, buttons and files
    that the page leaves out, and "controls", for a network without meta-parameters.
    """

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
    absent: Sequence[str]


class Download(TypedDict, total=False):
    """A text file for the view that requested it to save; empty if there was no request."""

    name: str
    text: str
    view: str
    number: int


class Shown(Page):
    """The trait `shown`: the page, the number of each view's last answered message, and a file for one view."""

    answered: Answered
    download: Download


class Traits(TypedDict):
    """The traits of the widget that the page reads."""

    shown: Shown


class Moves(TypedDict, total=False):
    """The values that the page itself sets. Controls also set values, under their own names."""

    tab: Tab
    path: str
    form: Form
    source: bool


class Commands(TypedDict, total=False):
    """The commands that run once per press, each sent in a separate message."""

    pin: bool
    swap: bool
    undo: bool
    redo: bool
    reset: bool
    build: bool
    save: Suffix


COMMANDS = tuple(Commands.__annotations__)
