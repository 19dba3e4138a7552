"""Worker: the process that trains a run.

`python -m senet_lab.training.worker.worker FOLDER` trains the run in a folder. With `--wait MARK`, it loads Keras while
it waits for folders on its standard input, one per line, and trains each in turn until its input is closed;
`Run.start`, `warm` and sweeps use this form.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from senet_lab.training.runs import log
from senet_lab.training.runs.run import Run
from senet_lab.training.worker.lean_import import lean_import

LOG = logging.getLogger("senet_lab")


def train(folder: Path, mark: str) -> None:
    """Train the run in a folder, unless another process is training it."""
    run = Run(folder)
    try:
        with FileLock(run.folder / "lock", timeout=5):
            for unfinished in run.folder.glob("checkpoints/.*.npz"):  # left by a process that was killed while writing
                unfinished.unlink(missing_ok=True)
            with lean_import():  # imports Keras, only now that it is needed
                from senet_lab.training.worker.loop import Loop
            Loop(run, mark)()
    except Timeout:
        LOG.warning("Another process is already training this run; nothing was done.")


class FolderQueue:
    """The folders that arrive on the standard input, one per line, until it is closed."""

    def __init__(self) -> None:
        self._folders: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __iter__(self) -> Iterator[Path]:
        while folder := self._folders.get():
            yield folder

    def _listen(self) -> None:
        """Read folders; send the output of importing Keras to the log of the first one.

        It does not use `sys.stdin`, which Python would wait for when it exits.
        """
        rest, count = b"", 0
        while more := os.read(0, 4096):
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                folder, count = Path(os.fsdecode(line)), count + 1
                if count == 1:
                    redirect_output(folder)
                self._folders.put(folder)
        if not count:  # nobody will send one, so do not even finish importing
            os._exit(0)
        self._folders.put(None)


def redirect_output(folder: Path) -> None:
    """Send all further output to the log of a run."""
    file = os.open(folder / log.FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def train_in_turn(mark: str) -> None:
    """Load Keras while waiting for the first folder, then train the run in each folder that arrives."""
    folders = FolderQueue()
    with lean_import():
        import keras

        import senet_lab.training.worker.loop  # noqa: F401 - now, since it takes seconds
    for folder in folders:
        redirect_output(folder)
        train(folder, mark)
        keras.backend.clear_session()  # names and random seeds start again, as in a new process
        gc.collect()  # a Keras model refers to itself
        if Run(folder).placement.hosts:
            sys.exit()  # in the usual way, in which hosts close their connection
    _exit()


def main() -> None:
    """Run the command given by the arguments."""
    first, *rest = sys.argv[1:]
    if first == "--wait":
        train_in_turn(rest[0])
    else:
        train(Path(first), first)


def _exit() -> None:
    """Exit at once: everything is written, and the cleanup of TensorFlow and Python takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
