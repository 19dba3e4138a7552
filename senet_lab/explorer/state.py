"""Define the state from which the Explorer's page is computed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.network.sources import Source
from senet_lab.explorer.messages import TABS
from senet_lab.explorer.model import Model
from senet_lab.export import FORMS

FIRST_MESSAGE = "Move a control to see its effect here."
FIRST_PATH = "group1/block1"
MAX_UNDO_STEPS = 100


@dataclass(frozen=True)
class State:
    """The state of the page.

    Attributes:
        architecture: the network shown; B in a comparison.
        initial: the network to which a reset returns.
        pinned: the network to compare with, A.
        tab: the open tab, one of `TABS`.
        path: the enlarged part, see `senet_lab.drawing.network.paths`.
        left: the inner part that was just left; it gets the keyboard focus.
        source: whether the code of the enlarged part is shown below it.
        keep_cost: whether cardinality and base width change together.
        batch: images per training step.
        details: whether there are controls for the details that a convention sets.
        form: form of the code, one of `FORMS`.
        message: the sentence about the last change.
        refused: the rejected moves, with the reasons.
        gesture, origin, origin_batch: the current drag, key press or click, and network and batch size at its start.
        past, future: the networks before it, oldest first, and the undone networks, last undone first.
        anchor: the network whose cost is kept, from before cardinality and base width were moved at constant cost.
        model: a network without meta-parameters that is shown instead; then `architecture` is what it is compared with.
        sweeps: the reader's finished sweeps, as of the last move in the tab that shows them.
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
    model: Model | None = None
    sweeps: tuple[Source, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is a network to go back to."""
        return bool(self.past) or self.origin not in (None, self.architecture)

    def end_gesture(self) -> State:
        """Return the state after a gesture; all its changes are one step that can be undone."""
        step = () if self.origin in (None, self.architecture) else (self.origin,)
        past = (*self.past, *step)[-MAX_UNDO_STEPS:]
        return replace(self, past=past, origin=self.architecture, origin_batch=self.batch)
