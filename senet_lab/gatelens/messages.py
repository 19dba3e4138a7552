"""Messages between the GateLens and its page, as the page sends and gets them. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from senet_lab.widgets.messages import Answered

Tab = Literal["Curves", "Heat map", "Spread", "Depth", "Similarity", "One image", "Ablation", "Training"]

TABS: tuple[str, ...] = get_args(Tab)
MAX_FILE_BYTES = 64 * 2**20  # of an image of one's own


class Rest(TypedDict):
    """What the page draws, except for its large parts; `retry` says whether an error may disappear without a change."""

    error: str
    retry: bool
    tab: str
    said: str
    busy: str
    doing: str


class Parts(TypedDict):
    """The large parts of the page, which are HTML: by themselves, so that only what has changed is sent."""

    heading: str
    strip: str
    side: str
    body: str


class Page(Rest, Parts):
    """What the page draws."""


class Shown(Rest):
    """The trait `shown`, with the number of each view's last answered message."""

    answered: Answered


class Traits(Parts):
    """What the page reads of the widget."""

    shown: Shown


class FileSize(TypedDict):
    """A file that cannot be sent, for the reason why."""

    name: str
    size: int


class FilePart(TypedDict):
    """One part of a file, whose bytes come with the message: number `part` of `parts`, of the upload `turn`."""

    file: str
    turn: str
    part: int
    parts: int


class Moves(TypedDict, total=False):
    """What the page sets; and, under the name "hold PATH", whether the gates of a block are held."""

    tab: Tab
    network: str
    path: str
    classes: Sequence[int]
    image: int
    page: int
    wrong: bool
    how: str
    figure: str
    runs: bool


class Commands(TypedDict, total=False):
    """What is done once for each press, each in a message of its own."""

    load: bool
    free: bool
    again: bool
    save: str
    retry: bool
    own: FileSize
    upload: FilePart


COMMANDS = tuple(Commands.__annotations__)
