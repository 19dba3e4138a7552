"""Process: one that waits to be told which run to train, and how it is known from any other.

It is started before it has a run or for one, all the same: it imports Keras, reads a line from its standard input, the
run's folder, and trains. With the folder it needs nobody any more; where its input ends without one it ends too, so
that none is left behind when a notebook's kernel dies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from secrets import token_hex
from typing import Any

from senet_lab.nets.on_keras.backend import CPU_SETTINGS

WORKER = "senet_lab.training.worker.worker"
# What a process must have been started with to compute as one that is started now would.
PREFIXES = ("KERAS_", "CUDA_", "TF_", "XLA_", "JAX_", "SENET_LAB_", "PYTHON", "OMP_", "LD_")

# glibc keeps the memory that a step frees for the next one, as TensorFlow's pool does: to let
# it go and to have it again took up to half of a step. None is mapped apart, since that goes back at once; there is one
# arena, since further ones are cut down whatever is asked of them. Measured on 2 cores; nobody has tried 16.
KEEPING = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**32)}


class Waiting:
    """A process that waits for a run.

    Attributes:
        mark: a word on its command line, and on no other's: process numbers are used again, and clocks are set.
        environment: what it computes with.
    """

    def __init__(self, log: Path | None = None) -> None:
        """Start it; with `log`, what it says before it has a run goes there, and else nowhere."""
        self.mark, self.environment = f"worker-{token_hex(8)}", settings()
        environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **KEEPING, **CPU_SETTINGS, **os.environ}
        with open(log or os.devnull, "ab") as said:
            self._process = subprocess.Popen(  # in a session of its own: no Ctrl+C of ours reaches it
                [sys.executable, "-m", WORKER, "--wait", self.mark],
                stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True, env=environment,
            )  # fmt: skip
        # Somebody has to hear that it has ended.
        threading.Thread(target=self._process.wait, daemon=True, name=self.mark).start()

    @property
    def number(self) -> int:
        """Its process number."""
        return self._process.pid

    def fits(self) -> bool:
        """Whether it is there, and computes as a new one would."""
        return self._process.poll() is None and self.environment == settings()

    def train(self, folder: Path) -> bool:
        """Give it a run; False if it is gone."""
        return self._told(os.fsencode(folder) + b"\n")

    def end(self) -> None:
        """Let it go; it ends by itself."""
        self._told(b"")

    def _told(self, line: bytes) -> bool:
        stdin: Any = self._process.stdin
        try:
            stdin.write(line)
            stdin.close()
        except (OSError, ValueError):
            return False
        return True


def settings() -> dict[str, str]:
    """The variables with which another process would be started now, as far as they change how it computes."""
    environment = {**CPU_SETTINGS, **os.environ}
    return {name: value for name, value in sorted(environment.items()) if name.startswith(PREFIXES)}


def is_alive(number: int, mark: str) -> bool:
    """Whether the process of that number is the one with that mark, and not another one with its number.

    One that the system is just starting has no command line for a moment, which a busy machine makes long.
    """
    if not (number and mark):
        return False
    import psutil  # here, since pages read no processes

    try:
        words = psutil.Process(number).cmdline()
    except psutil.Error:
        return False
    return not words or mark in words
