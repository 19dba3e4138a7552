"""Process: one that waits for a run to train, and how it is recognized.

Whether it is started before there is a run or for one, it imports Keras, reads a line from its standard input, the
run's folder, and trains. After that it depends on nobody. If its input ends without a line it ends too, so that none
is left behind when a notebook's kernel dies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from secrets import token_hex
from typing import Any

from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import CPU_SETTINGS

WORKER = "senet_lab.training.worker.worker"
# Variables that change how a process computes.
PREFIXES = ("KERAS_", "CUDA_", "TF_", "XLA_", "JAX_", "SENET_LAB_", "PYTHON", "OMP_", "LD_")

# glibc keeps the memory that a step frees for the next one, as TensorFlow's pool does: to return it and to get it
# again took up to half of a step. No memory is mapped separately, since that is returned at once; there is one arena,
# since further ones are trimmed regardless. Measured on 2 cores; not tried on 16.
MALLOC_SETTINGS = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**32)}


class WaitingProcess:
    """A process that waits for a run.

    Its `mark` is a word on its command line, and on no other's: process numbers are used again, and clocks are set.
    """

    def __init__(self, log: Path | None = None) -> None:
        """Start it; what it writes before it has a run goes to `log`, or nowhere."""
        self.mark, self.environment = f"worker-{token_hex(8)}", settings()
        environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **MALLOC_SETTINGS, **CPU_SETTINGS, **os.environ}
        with open(log or os.devnull, "ab") as output:
            self._process = subprocess.Popen(  # in a session of its own: no Ctrl+C of ours reaches it
                [sys.executable, "-m", WORKER, "--wait", self.mark],
                stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True, env=environment,
            )  # fmt: skip
        # Without this it would stay a zombie after its end.
        threading.Thread(target=self._process.wait, daemon=True, name=self.mark).start()

    @property
    def number(self) -> int:
        """Its process number."""
        return self._process.pid

    def is_current(self) -> bool:
        """Return whether it is alive and computes as a new one would."""
        return self._process.poll() is None and self.environment == settings()

    def train(self, folder: Path) -> bool:
        """Hand it a run; return False if it has ended."""
        return self._send(os.fsencode(folder) + b"\n")

    def end(self) -> None:
        """Release it; it ends by itself."""
        self._send(b"")

    def _send(self, line: bytes) -> bool:
        stdin: Any = self._process.stdin
        try:
            stdin.write(line)
            stdin.close()
        except (OSError, ValueError):
            return False
        return True


def settings() -> dict[str, str]:
    """Return the variables that a process would be started with now, as far as they change how it computes."""
    environment = {**CPU_SETTINGS, **os.environ}
    return {name: value for name, value in sorted(environment.items()) if name.startswith(PREFIXES)}


def is_alive(number: int, mark: str) -> bool:
    """Return whether the process of that number has that mark, and is not a later one with the same number.

    One that the system is just starting has no command line for a moment, which a busy machine makes long.
    """
    if not (number and mark):
        return False
    require("psutil", by="looking for a process")
    import psutil  # here, since pages read no processes

    try:
        words = psutil.Process(number).cmdline()
    except psutil.Error:
        return False
    return not words or mark in words
