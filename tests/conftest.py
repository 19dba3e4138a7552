"""What the tests share: one Keras configuration, and a real JupyterLab in a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import HOST, QUIET
from playwright.sync_api import Browser, sync_playwright
from servers import lab_served

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()  # before a test module imports it
collect_ignore = ["timm_itself.py", "jax_itself.py"]  # for processes of their own


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the tests' trainings say of their speed stays out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENET_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory):
    """A run of `SHORT` that nothing happened to, finished."""
    from runs import SHORT, TINY, log_of

    from senet_lab.training.runs.run import Run

    run = Run.create(TINY, SHORT, folder=tmp_path_factory.mktemp("runs") / "unbroken").start()
    assert run.wait(180).state == "finished", log_of(run)
    return run


@pytest.fixture(scope="session")
def forked() -> Iterator[Callable[..., object]]:
    """A function that trains a run in a process that need not load Keras first, and returns the run."""
    from senet_lab.training.runs.run import Status

    mark = "worker-of-the-tests"
    command = [sys.executable, str(Path(__file__).parent / "forked.py"), mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout

        def start(run, kept_every=60.0):
            run.ask("run")
            process.stdin.write(f"{kept_every} {run.folder}\n")
            process.stdin.flush()
            number = int(process.stdout.readline())
            run.tell(Status("waiting", epochs=run.recipe.epochs, process=number, mark=mark))
            return run

        yield start
        process.stdin.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; where there is none the test is skipped, except in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("CI must run the browser tests, and there is no Chromium on the PATH.")
    if not found:
        pytest.skip("no Chromium on the PATH; install the package chromium to run the browser tests")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium of one module of tests: as long as it is there, nothing else can run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab that `make lab` started on copies of the notebooks."""
    with lab_served(tmp_path_factory.mktemp("lab"), f"--ServerApp.local_hostnames={HOST}") as url:
        yield url
