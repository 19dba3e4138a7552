"""State: all that the Explorer's page depends on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.explorer.messages import TABS
from senet_lab.export import FORMS

FIRST_MESSAGE = "Move a control to see its effect here."
FIRST_PATH = "group1/block1"
MAX_UNDO_STEPS = 100


@dataclass(frozen=True)
class State:
    """What is shown.

    Attributes:
        architecture: the network; B, where another is pinned.
        initial: the network to which a reset returns.
        pinned: the network to compare with, A.
        tab: one of `TABS`.
        path: the part that is drawn large, see `senet_lab.drawing.network.paths`.
        left: the part below it that was left for it, at which the keyboard goes on.
        source: whether the code of that part is shown under it.
        keep_cost: whether cardinality and base width move together.
        batch: images of a training step.
        details: whether the controls show what a convention settles.
        form: of the code, one of `FORMS`.
        message: the sentence about the last change.
        refused: the moves that could not be made, with the reason.
        gesture, origin, origin_batch: the drag, key or click that is under way, and network and batch where it began.
        past, future: the networks before that, oldest first, and those that were undone, last undone first.
        anchor: the network whose cost is kept: that from before cardinality and base width were moved at its cost.
    """

    architecture: Architecture
    initial: Architecture
    pinned: Architecture | None = None
    tab: str = TABS[0]
    path: str = FIRST_PATH
    left: str = ""
    source: bool = False
    keep_cost: bool = False
    batch: int = 32
    details: bool = False
    form: str = FORMS[0]
    message: str = FIRST_MESSAGE
    refused: dict[str, str] = field(default_factory=dict)
    gesture: str = ""
    origin: Architecture | None = None
    origin_batch: int = 32
    anchor: Architecture | None = None
    past: tuple[Architecture, ...] = ()
    future: tuple[Architecture, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is a network to go back to."""
        return bool(self.past) or self.origin not in (None, self.architecture)

    def end_gesture(self) -> State:
        """Return the state when a gesture is over: what it moved is one step, which can be undone."""
        step = () if self.origin in (None, self.architecture) else (self.origin,)
        past = (*self.past, *step)[-MAX_UNDO_STEPS:]
        return replace(self, past=past, origin=self.architecture, origin_batch=self.batch)
