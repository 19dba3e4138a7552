"""Worker: the process that trains a run.

`python -m senet_lab.training.worker.worker FOLDER` trains the run in a folder. With `--wait MARK` the folder comes as
a line on the standard input, and Keras is loaded until then: `Run.start` and `warm` call it so.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from senet_lab.training.runs import log
from senet_lab.training.runs.run import Run

LOG = logging.getLogger("senet_lab")


def train(folder: Path, mark: str) -> None:
    """Train the run in a folder, unless another process does."""
    run = Run(folder)
    try:
        with FileLock(run.folder / "lock", timeout=5):
            for unfinished in run.folder.glob("checkpoints/.*.npz"):  # of a process that was killed while it wrote
                unfinished.unlink(missing_ok=True)
            from senet_lab.training.worker.loop import Loop  # with Keras, which who is refused need not wait for

            Loop(run, mark)()
    except Timeout:
        LOG.warning("Another process is training this run; nothing was done.")


def waited() -> Path | None:
    """The folder that comes in a line on the standard input, with Keras loaded meanwhile; where none comes, it ends."""
    heard: list[Path] = []
    listening = threading.Thread(target=_listen, args=(heard,), daemon=True)
    listening.start()

    listening.join()
    return heard[0] if heard else None


def _listen(heard: list[Path]) -> None:
    """From the folder on, what is said goes to its log. Not by `sys.stdin`, which Python would wait for at its end."""
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 4096)):
        line += more
    if not line.endswith(b"\n"):
        os._exit(0)
    folder = Path(os.fsdecode(line[:-1]))
    said = os.open(folder / log.FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    heard.append(folder)


def main() -> None:
    """What the arguments say."""
    first, *rest = sys.argv[1:]
    mark = rest[0] if first == "--wait" else first
    folder = waited() if first == "--wait" else Path(first)
    if folder:
        train(folder, mark)
        if not Run(folder).placement.hosts:  # several of them take leave of each other
            _leave()


def _leave() -> None:
    """End at once: all is written, and what TensorFlow and Python take down one by one takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
