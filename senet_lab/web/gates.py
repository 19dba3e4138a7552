"""Gates: a GateLens on recordings of the bundled networks, which loads their files on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from senet_lab.checks import one_of
from senet_lab.extras import INSTALLATION
from senet_lab.gatelens.page import page_of, split_by_trait
from senet_lab.gatelens.scene import Scene, required_keys
from senet_lab.gatelens.sources.recording import RecordedFindings
from senet_lab.gatelens.sources.source import bundled_sources
from senet_lab.gatelens.state import State, after
from senet_lab.web.panels import Panel
from senet_lab.widgets.conversation import Request

# Requirements of what a recording cannot show. On the page, only dropping a file sends such a command.
NEEDS = {
    "channels": f"For other channels, {INSTALLATION}",
    "own": f"To use your own image, {INSTALLATION}",
    "save": f"To save a figure for print, {INSTALLATION}",
}
RETRYING = ("retry", "network", "image", "channel")  # moves that retry files that could not be loaded
NEEDS_BY_MESSAGE = {**NEEDS, "upload": NEEDS["own"]}


class GatesPanel(Panel):
    """A GateLens.

    Args:
        network: the name of a bundled network; "" for the first.

    Raises:
        ValueError: the network does not exist or has no gates.
    """

    def __init__(self, network: str = "") -> None:
        self._recorded = {source.name: RecordedFindings(source) for source in bundled_sources()}
        names = tuple(self._recorded)
        self._state = State(one_of("network", network or names[0], names))
        super().__init__()

    @property
    def awaited(self) -> tuple[str, ...]:
        """The names of the files to load for the current page."""
        return tuple(self._findings.awaited)

    def take(self, file: str, text: str) -> None:
        """Show the contents of a loaded file."""
        findings = self._awaiting(file)
        try:
            findings.take(file, text)
        except (ValueError, KeyError, TypeError):
            findings.miss(file, "it is damaged or from another version")
        self._show()

    def miss(self, file: str, why: str) -> None:
        """Show why a file could not be loaded."""
        self._awaiting(file).miss(file, why)
        self._show()

    def retry(self) -> None:
        """Await again the files that could not be loaded."""
        self._findings.retry()
        self._show()

    def _awaiting(self, file: str) -> RecordedFindings:
        """Return the findings that await a file; the user may have chosen another network in the meantime."""
        return next((each for each in self._recorded.values() if file in each.awaited), self._findings)

    @property
    def _findings(self) -> RecordedFindings:
        return self._recorded[self._state.network]

    @property
    def _scene(self) -> Scene:
        return Scene(self._state, self._findings, tuple(self._recorded), needs=NEEDS)

    def _act(self, request: Request) -> None:
        taken = {"retry", *NEEDS_BY_MESSAGE}
        moves = {name: value for name, value in request.moves.items() if name not in taken}
        self._state, _ = after(self._state, moves, self._scene.offer)
        lacking = {name: NEEDS_BY_MESSAGE[name] for name in request.moves if name in NEEDS_BY_MESSAGE}
        self._state = replace(self._state, refused={**self._state.refused, **lacking})
        if any(name in RETRYING for name in request.moves):
            self._findings.retry()

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        self._findings.aim(required_keys(self._scene))
        return split_by_trait({"answered": answered, **page_of(self._scene)})
