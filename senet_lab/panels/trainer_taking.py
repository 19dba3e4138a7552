"""Taking along: a run's network, saved beside the notebook by a process that loads Keras, which the kernel need not."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from senet_lab.panels.building import free_name
from senet_lab.training.run import Run

SAVING = "Saving its network: some seconds, to load Keras."


class Taken(NamedTuple):
    """What came of it.

    Attributes:
        key: the run's folder's name.
        words: for the page.
        state: "saving", "saved" or "failed".
    """

    key: str = ""
    words: str = ""
    state: str = ""


@dataclass
class Taking:
    """One network at a time; who asks for another meanwhile is refused.

    Attributes:
        taken: the last one, or none yet.
    """

    taken: Taken = Taken()  # noqa: RUF009 - a tuple
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _path: Path = field(default=Path(), repr=False)
    _said: IO[bytes] | None = field(default=None, repr=False)

    def start(self, run: Run) -> None:
        """Save the network of a run, with its best weights, into the folder of the notebook.

        Raises:
            RuntimeError: the one before is not saved yet.
            OSError: no process can be started.
        """
        if self._process is not None:
            raise RuntimeError("A network is being saved already; press it again in some seconds.")
        self._path = free_name(Path.cwd(), run.folder.name, ".keras")
        command = [sys.executable, "-m", "senet_lab", "save", str(run.folder), str(self._path)]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe might fill
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": self._said}
        self._process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        self.taken = Taken(run.folder.name, SAVING, "saving")

    def look(self) -> bool:
        """See what has become of it; returns whether it is still at work."""
        if self._process is None or (status := self._process.poll()) is None:
            return self._process is not None
        self.taken = self.taken._replace(words=self._words(status), state="failed" if status else "saved")
        self._process = None
        return False

    def _words(self, status: int) -> str:
        assert self._said is not None
        with self._said as said:
            said.seek(0)
            lines = said.read().decode(errors="replace").split("\n")
        if status == 0:
            return f"Saved beside the notebook as {self._path.name}; keras.saving.load_model opens it."
        last = next((line for line in reversed(lines) if line.strip()), f"its process ended with {status}")
        return f"Its network was not saved: {last}"
