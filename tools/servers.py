"""Servers: what `make lab` and `make app` start, for as long as a test or a benchmark needs it."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# Chromium asks its maker for updates; with these it asks only what the page asks.
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ROOT = Path(__file__).parent.parent
TOKEN = "of-the-tests"


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _Files(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """The address of a plain web server for the files of a folder."""
    handler = functools.partial(_Files, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def served(target: str, home: Path, *flags: str, **variables: object) -> Iterator[str]:
    """The address of the server that `make target` starts on a free port, with notebooks and settings under `home`.

    `variables` are those of the Makefile. Errors as in `running`.
    """
    port = free_port()
    options = " ".join(["--no-browser", f"--port={port}", *flags])
    command = ["make", "-C", str(ROOT), target, f"NOTEBOOKS={home / 'notebooks'}", f"FLAGS={options}"]
    command += [f"{name}={value}" for name, value in variables.items()]
    with running(command, port, home / "log") as url:
        yield url


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of the server that a command starts on a port, in the folder of `log`, to which goes what it says.

    Raises:
        RuntimeError: it did not answer within three minutes; the error has its log.
    """
    with log.open("w") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, cwd=log.parent, env=env
        )
    try:
        _await(f"http://127.0.0.1:{port}/login", server, log)
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
