"""Run the servers of `make lab` and `make app` for tests and benchmarks."""

from __future__ import annotations

import functools
import json
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

# Chromium requests updates from its maker; with these options, it sends only the page's requests.
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
ROOT = Path(__file__).parent.parent
TOKEN = "of-the-tests"


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _Files(SimpleHTTPRequestHandler):
    """Serves files without logging."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """Start a plain web server for the files of a folder; yield its address."""
    handler = functools.partial(_Files, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def served(target: str, home: Path, *flags: str, **variables: object) -> Iterator[str]:
    """Start `make target` on a free port, with notebooks and settings under `home`; yield the server's address.

    `variables` are those of the Makefile. Errors are those of `running`.
    """
    port = free_port()
    options = " ".join(["--no-browser", f"--port={port}", *flags])
    command = ["make", "-C", str(ROOT), target, f"NOTEBOOKS={home / 'notebooks'}", f"FLAGS={options}"]
    command += [f"{name}={value}" for name, value in variables.items()]
    with running(command, port, home / "log") as url:
        yield url


def free_port() -> int:
    """Return a port on which nothing is listening."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start a server on a port, in the folder of `log`, which receives its output; yield its address.

    Raises:
        RuntimeError: the server did not answer within three minutes; the message contains its log.
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
    """Start a JupyterLab with separate workspaces and settings, and `TOKEN`; yield its address."""
    own = (f"--LabApp.workspaces_dir={home / 'workspaces'}", f"--LabApp.user_settings_dir={home / 'settings'}")
    with served("lab", home, f"--IdentityProvider.token={TOKEN}", *own, *flags) as url:
        yield url


def end_kernels(url: str) -> None:
    """End all kernels of a JupyterLab of `lab_served`."""
    for session in json.loads(_answer(f"{url}/api/sessions")):
        _answer(f"{url}/api/sessions/{session['id']}", "DELETE")


def _answer(url: str, method: str = "GET") -> bytes:
    request = urllib.request.Request(url, method=method, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"It did not start:\n{log.read_text()}")
