"""Define the messages between the GateLens and its page, without widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, get_args

from senet_lab.widgets.messages import Answered

Tab = Literal["What do the gates do?", "Which classes?", "This image", "Does the network need them?"]
Fold = Literal["Spread", "Training", "Heat map", "Depth", "Similarity", "Channels"]

TABS: tuple[str, ...] = get_args(Tab)
FOLDS: tuple[str, ...] = get_args(Fold)  # views of a tab that are folded until they are opened
MAX_FILE_BYTES = 64 * 2**20  # of the user's own image


class Rest(TypedDict):
    """The data that the page draws, without its large parts; `retry` says whether trying again may help."""

    error: str
    retry: bool
    tab: str
    said: str
    busy: str
    doing: str


class Parts(TypedDict):
    """The large parts of the page, as HTML. Each is a trait, so only parts that changed are sent."""

    heading: str
    strip: str
    side: str
    body: str


class Page(Rest, Parts):
    """All data that the page draws."""


class Shown(Rest):
    """The trait `shown`, with the number of each view's last answered message."""

    answered: Answered


class Traits(Parts):
    """The traits of the widget that the page reads."""

    shown: Shown


class FileSize(TypedDict):
    """Name and size of a file that is too large to send; the answer says why."""

    name: str
    size: int


class FilePart(TypedDict):
    """Part number `part` of `parts` of a file, in the upload `turn`; the bytes are in the buffer of the message."""

    file: str
    turn: str
    part: int
    parts: int


class Moves(TypedDict, total=False):
    """The values that the page sets.

    "hold PATH" also sets whether the gates of a block are held, and "unfold NAME" whether a view is unfolded.
    """

    tab: Tab
    network: str
    path: str
    channel: int
    classes: Sequence[int]
    image: int
    page: int
    wrong: bool
    how: str
    figure: str
    runs: bool


class Commands(TypedDict, total=False):
    """The commands that run once per press, each sent in a separate message."""

    load: bool
    free: bool
    again: bool
    save: str
    retry: bool
    own: FileSize
    upload: FilePart


COMMANDS = tuple(Commands.__annotations__)
