"""What the tests share: one Keras configuration, and a real JupyterLab in a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parent.parent
TOKEN = "of-the-tests"
# Another name of this machine: to a browser plain http is no secure context then, as in a classroom.
HOST = "lab.test"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; where there is none the test is skipped, except in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("CI must run the browser tests, and there is no Chromium on the PATH.")
    if not found:
        pytest.skip("no Chromium on the PATH; install the package chromium to run the browser tests")
    return found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab that `make lab` started on copies of the notebooks."""
    home = tmp_path_factory.mktemp("lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = [
        f"--no-browser --port={port} --IdentityProvider.token={TOKEN} --ServerApp.local_hostnames={HOST}",
        f"--LabApp.workspaces_dir={home / 'workspaces'} --LabApp.user_settings_dir={home / 'settings'}",
    ]
    command = ["make", "-C", str(ROOT), "lab", f"NOTEBOOKS={home / 'notebooks'}", f"FLAGS={' '.join(flags)}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _await(f"http://127.0.0.1:{port}/api", server, home / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
