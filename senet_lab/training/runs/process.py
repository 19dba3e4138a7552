"""Process: a process that waits for a run to train, and how to recognize it.

Whether it is started in advance or for a certain run, it imports Keras, reads the run's folder as a line from its
standard input, and trains. From then on it is independent of the process that started it. When its input ends, it exits
after the run, or at once without one, so that no process is left behind when a notebook's kernel dies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType
from typing import Any, cast

from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import CPU_SETTINGS
from senet_lab.training.runs import log

WORKER = "senet_lab.training.worker.worker"
# Environment variables that affect computation.
PREFIXES = ("KERAS_", "CUDA_", "TF_", "XLA_", "JAX_", "SENET_LAB_", "PYTHON", "OMP_", "LD_")

# Makes glibc keep the memory that a step frees for the next one, as TensorFlow's pool does: returning it and requesting
# it again took up to half the time of a step. Nothing is mapped separately, since mapped memory is returned at once;
# there is only one arena, since additional ones are trimmed regardless. Measured on 2 cores; not tried on 16.
MALLOC_SETTINGS = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**32)}
TRAINS_SEVERAL = "series"  # begins the mark of a process that trains several runs
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


class WaitingProcess:
    """A process that waits for a run, or for several in turn.

    Its `mark` is a unique word on its command line. Process numbers are reused and clocks are changed, so neither could
    identify it.
    """

    def __init__(
        self, folder: Path | None = None, *, several: bool = False, variables: Mapping[str, str] = NO_VARIABLES
    ) -> None:
        """Start the process.

        Args:
            folder: of its first run, whose log has its output from the start; None discards it until it has a run.
            several: whether it will train several runs in turn.
            variables: environment variables that it has in addition to ours.
        """
        self.mark, self.environment = f"{TRAINS_SEVERAL if several else 'worker'}-{token_hex(8)}", settings()
        environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **MALLOC_SETTINGS, **CPU_SETTINGS, **os.environ, **variables}
        self.folder = folder
        if folder:
            log.write_mark(folder, self.mark)  # first, since a process may end before it is handed the run
        with open(folder / log.FILE if folder else os.devnull, "ab") as output:
            self._process = subprocess.Popen(  # in its own session, so that our Ctrl+C does not reach it
                [sys.executable, "-m", WORKER, "--wait", self.mark],
                stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True, env=environment,
            )  # fmt: skip
        # Without this, it would remain a zombie after it ends.
        threading.Thread(target=self._process.wait, daemon=True, name=self.mark).start()

    @property
    def number(self) -> int:
        """The process number."""
        return self._process.pid

    def is_current(self) -> bool:
        """Return whether the process is alive and has the settings that a new one would have."""
        return self._process.poll() is None and self.environment == settings()

    def train(self, folder: Path, *, last: bool = True) -> bool:
        """Hand the process a run; return False if it has ended. It ends after the `last` one."""
        stdin: Any = self._process.stdin
        try:
            stdin.write(os.fsencode(folder) + b"\n")
            stdin.flush()
        except (OSError, ValueError):
            self.end()
            return False
        if last:
            self.end()
        return True

    def end(self) -> None:
        """Close its input, so that it ends by itself."""
        with suppress(OSError, ValueError):
            cast(Any, self._process.stdin).close()


def settings() -> dict[str, str]:
    """Return the environment variables that affect computation, as a process started now would have them."""
    environment = {**CPU_SETTINGS, **os.environ}
    return {name: value for name, value in sorted(environment.items()) if name.startswith(PREFIXES)}


def is_alive(number: int, mark: str) -> bool:
    """Return whether the process with that number has that mark, and is not a later one with the same number.

    A process that is just starting has no command line for a moment, which may be long on a busy machine.
    """
    if not (number and mark):
        return False
    require("psutil", by="looking for a process")
    import psutil  # here, since web pages do not need it

    try:
        words = psutil.Process(number).cmdline()
    except psutil.Error:
        return False
    return not words or mark in words
