"""Servers: what `make lab` and `make app` start, for as long as a test or a benchmark needs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOKEN = "of-the-tests"


@contextmanager
def served(target: str, home: Path, *flags: str, **variables: object) -> Iterator[str]:
    """The address of the server that `make target` starts on a free port, with notebooks and settings under `home`.

    `variables` are those of the Makefile.

    Raises:
        RuntimeError: it did not answer within three minutes; the error has its log.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = " ".join(["--no-browser", f"--port={port}", *flags])
    command = ["make", "-C", str(ROOT), target, f"NOTEBOOKS={home / 'notebooks'}", f"FLAGS={options}"]
    command += [f"{name}={value}" for name, value in variables.items()]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _await(f"http://127.0.0.1:{port}/login", server, home / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


@contextmanager
def lab_served(home: Path, *flags: str) -> Iterator[str]:
    """A JupyterLab that knows no other session: workspaces and settings of its own, and `TOKEN`."""
    own = (f"--LabApp.workspaces_dir={home / 'workspaces'}", f"--LabApp.user_settings_dir={home / 'settings'}")
    with served("lab", home, f"--IdentityProvider.token={TOKEN}", *own, *flags) as url:
        yield url


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"It did not start:\n{log.read_text()}")
