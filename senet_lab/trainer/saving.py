"""Taking along: a run's network, saved beside the notebook by a process that loads Keras, which the kernel need not."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple

from senet_lab import memory
from senet_lab.ledger.build_memory import bytes_to_build_and_save
from senet_lab.memory import size_words
from senet_lab.training.runs.run import Run
from senet_lab.widgets.saving import free_name, place

SAVING = "Saving its network: some seconds, to load Keras."
# What trains has the GPU, and may have all of it.
ON_CPU = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
REFUSED = 2  # what `senet_lab.cli` ends with where it has said why in its last line


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


class Taking:
    """One network at a time; who asks for another meanwhile is refused.

    Attributes:
        taken: the last one, or none yet.
    """

    def __init__(self) -> None:
        self.taken = Taken()
        self._lock = threading.Lock()  # several panels look
        self._process: subprocess.Popen[bytes] | None = None
        self._path = Path()
        self._said: IO[bytes] | None = None

    def start(self, run: Run | None) -> None:
        """Save the network of a run, with its best weights, into the folder of the notebook.

        Raises:
            RuntimeError: the one before is not saved yet, or there is no memory for it.
            OSError: the folder cannot be written to.
        """
        if run is None:
            return
        with self._lock:
            if self._process is not None:
                raise RuntimeError("A network is being saved already; press it again in some seconds.")
            folder = _writable(Path.cwd())
            if (free := memory.available()) < (needed := _needed(run)):
                need, have = size_words(needed), size_words(free)
                raise RuntimeError(f"To save it takes about {need} of memory, and {have} are free; try it later.")
            self._path = free_name(folder, run.folder.name, ".keras")
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe might fill
            self._process = subprocess.Popen(  # in a session of its own: to interrupt the kernel does not end it
                [sys.executable, "-m", "senet_lab", "save", str(run.folder), str(self._path)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._said, start_new_session=True,
                env=os.environ | ON_CPU,
            )  # fmt: skip
            self.taken = Taken(run.folder.name, SAVING, "saving")

    def look(self) -> bool:
        """See what has become of it; returns whether it is still at work."""
        with self._lock:
            if self._process is None or (status := self._process.poll()) is None:
                return self._process is not None
            self.taken = self.taken._replace(words=self._words(status), state="failed" if status else "saved")
            self._process = None
            return False

    def forget_failure(self) -> None:
        """Say no more that one was not saved: something else was asked for since."""
        with self._lock:
            if self.taken.state == "failed":
                self.taken = Taken()

    def _words(self, status: int) -> str:
        assert self._said is not None
        with self._said as said:
            said.seek(0)
            *_, last = ["", *said.read().decode(errors="replace").strip().split("\n")]
        if status == 0:
            return f"Saved as {self._path.name}, {place(self._path.parent)}; keras.saving.load_model opens it."
        return f"Its network was not saved: {last if status == REFUSED else f'its process ended with {status}'}"


def _needed(run: Run) -> int:
    """Bytes that the process takes, which has to load Keras."""
    return bytes_to_build_and_save(run.architecture, fresh=True)


def _writable(folder: Path) -> Path:
    if not os.access(folder, os.W_OK):
        raise OSError(f"'{folder}' cannot be written to; start Jupyter in another folder, or save it in a shell.")
    return folder


@cache
def taking_from(folder: Path) -> Taking:  # noqa: ARG001 - one for each
    """That of a folder of runs: a cell that is run again goes on to say what comes of it."""
    return Taking()
