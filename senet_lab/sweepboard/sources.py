"""Sources: where the panel gets its sweep from: a folder, in which it can be started, or a recording."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from senet_lab.sweepboard.recording import Player, recorded_board
from senet_lab.sweepboard.snapshot import Board
from senet_lab.sweepboard.state import State

UNCHECKED = "anyway"  # the value of "start" that skips the check of free memory


class Source(ABC):
    """Where a sweep is read, and where its buttons act.

    Attributes:
        evidence: the name of the bundled evidence that it shows; "" for none.
    """

    evidence = ""

    @abstractmethod
    def read(self, state: State, *, at_once: bool = False) -> Board:
        """Return the sweep as it is now; `at_once` leaves out what takes a second or more."""

    def load(self) -> None:  # noqa: B027 - recordings need nothing
        """Load what `read` needs and what takes a second or more to load."""

    @abstractmethod
    def obey(self, name: str, value: Any, state: State) -> State:
        """Obey "start" or "stop"; return the resulting state.

        Raises:
            ValueError, RuntimeError, OSError, ImportError: it cannot; the message says why.
        """

    def after(self, state: State, seconds: float) -> State:  # noqa: ARG002 - only recordings play
        """Return the state some seconds later."""
        return state

    def run_folder(self, key: str) -> Path | None:  # noqa: ARG002 - recordings have none
        """Return the folder of a run; None if there is none."""
        return None


class RecordedSweep(Source):
    """A recording, which plays seed by seed."""

    def __init__(self, evidence: Mapping[str, Any], name: str = "") -> None:
        self.evidence = name
        self._evidence, self._player = evidence, Player(evidence)

    def read(self, state: State, *, at_once: bool = False) -> Board:  # noqa: ARG002 - it has everything
        """Return the recording at the moment that the state describes."""
        return recorded_board(self._evidence, state)

    def obey(self, name: str, value: Any, state: State) -> State:  # noqa: ARG002
        """Play or pause."""
        return self._player.obey(name, state)

    def after(self, state: State, seconds: float) -> State:
        """Return the state some seconds later."""
        return self._player.after(state, seconds)
