"""Worker: the process that trains a run.

`python -m senet_lab.training.worker.worker FOLDER` trains the run in a folder. With `--wait MARK`, it loads Keras while
it waits for the folder as a line on its standard input; `Run.start` and `warm` use this form.
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


def await_folder() -> Path | None:
    """Load Keras while waiting for the folder on the standard input, and return it; exit if there is none."""
    folders: list[Path] = []
    listener = threading.Thread(target=_listen, args=(folders,), daemon=True)
    listener.start()
    with lean_import():
        import senet_lab.training.worker.loop  # noqa: F401 - and with it Keras, which takes seconds
    listener.join()
    return folders[0] if folders else None


def _listen(folders: list[Path]) -> None:
    """Read the folder, and send all further output to its log.

    It does not use `sys.stdin`, which Python would wait for when it exits.
    """
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 4096)):
        line += more
    if not line.endswith(b"\n"):
        os._exit(0)
    folder = Path(os.fsdecode(line[:-1]))
    log_file = os.open(folder / log.FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log_file, 1)
    os.dup2(log_file, 2)
    folders.append(folder)


def main() -> None:
    """Run the command given by the arguments."""
    first, *rest = sys.argv[1:]
    mark = rest[0] if first == "--wait" else first
    folder = await_folder() if first == "--wait" else Path(first)
    if folder:
        train(folder, mark)
        if not Run(folder).placement.hosts:  # several hosts close their connection first
            _exit()


def _exit() -> None:
    """Exit at once: everything is written, and the cleanup of TensorFlow and Python takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
