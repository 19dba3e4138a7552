"""Saving a run's network next to the notebook, in a separate process, so that the kernel does not load Keras."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import IO

from senet_lab import memory
from senet_lab.checks import one_of
from senet_lab.export.conversion import check_packages
from senet_lab.export.formats import FORMATS, MODEL_SUFFIXES, companions_of, opening_words
from senet_lab.ledger.build_memory import bytes_to_build_and_save, weight_bytes
from senet_lab.memory import size_words
from senet_lab.trainer.snapshot import SaveResult
from senet_lab.training.runs.run import Run
from senet_lab.widgets.saving import free_name, place

SAVING = "Saving the network; loading Keras takes a few seconds."
# The process that trains may be using all of the GPU.
CPU_ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
REFUSAL_STATUS = 2  # exit status of `senet_lab.cli` if its last line is an error message


class ModelSaver:
    """Saves one network at a time, and refuses others in the meantime; `result` describes the last one."""

    def __init__(self) -> None:
        self.result = SaveResult()
        self._lock = threading.Lock()  # several panels poll
        self._process: subprocess.Popen[bytes] | None = None
        self._path = Path()
        self._output: IO[bytes] | None = None

    def start(self, run: Run, suffix: str) -> None:
        """Save the network of a run, with its best weights, in the folder of the notebook; the suffix is the format.

        Raises ValueError if there is no such format; MissingExtraError if a package of the format is not installed;
        RuntimeError if another network is still being saved or memory is short; OSError if the folder is read-only.
        """
        if one_of("take", suffix, MODEL_SUFFIXES) in FORMATS:
            check_packages(suffix)
        with self._lock:
            if self._process is not None:
                raise RuntimeError("Another network is being saved; try again in a few seconds.")
            folder = Path.cwd()
            if not os.access(folder, os.W_OK):
                raise OSError(
                    f"Cannot write to '{folder}'. Start Jupyter in another folder, or run `senet-lab save` in a shell."
                )
            copies = FORMATS[suffix].memory if suffix in FORMATS else 0
            needed = bytes_to_build_and_save(run.architecture, fresh=True)
            needed += int(copies * weight_bytes(run.architecture))
            if (free := memory.available()) < needed:
                raise RuntimeError(
                    f"Saving the network needs about {size_words(needed)} of memory, but only {size_words(free)} are "
                    "free. Close other programs, or try again later."
                )
            self._path = free_name(folder, run.folder.name, suffix, companions_of(suffix))
            self._output = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe might fill
            self._process = subprocess.Popen(  # in its own session, so that interrupting the kernel does not end it
                [sys.executable, "-m", "senet_lab", "save", str(run.folder), str(self._path)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._output, start_new_session=True,
                env=os.environ | CPU_ENVIRONMENT,
            )  # fmt: skip
            self.result = SaveResult(run.folder.name, SAVING, "saving")

    def poll(self) -> bool:
        """Update the result; return whether the network is still being saved."""
        with self._lock:
            if self._process is None or (status := self._process.poll()) is None:
                return self._process is not None
            self.result = self.result._replace(words=self._words(status), state="failed" if status else "saved")
            self._process = None
            return False

    def forget_failure(self) -> None:
        """Stop reporting that a network was not saved."""
        with self._lock:
            if self.result.state == "failed":
                self.result = SaveResult()

    def _words(self, status: int) -> str:
        assert self._output is not None
        with self._output as output:
            output.seek(0)
            last_line = output.read().decode(errors="replace").strip().rpartition("\n")[2]
        if status == 0:
            return f"Saved as {self._path.name}, {place(self._path.parent)}; {opening_words(self._path.suffix)}."
        reason = last_line if status == REFUSAL_STATUS else f"the process exited with status {status}"
        return f"The network was not saved: {reason}"


@cache
def saver_for(folder: Path) -> ModelSaver:  # noqa: ARG001 - one for each
    """Return the saver of a folder of runs; it outlives the panel, so a re-run cell still reports the result."""
    return ModelSaver()
