"""Fixtures that the tests share: one Keras configuration, and a real JupyterLab in a real Chromium.

Fixtures import what they need, since tools/test_versions.py runs tests where neither Playwright nor Keras is installed.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from senet_lab.nets.on_keras.backend import tune_tensorflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from runs import Forks

    from senet_lab.training.runs.run import Run

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()  # before a test module imports TensorFlow
collect_ignore = ["timm_itself.py", "jax_itself.py"]  # run in separate processes


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude the million imported and collected objects from garbage collections, each of which took a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the training rates measured by tests out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENET_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def forked() -> Iterator[Forks]:
    """Return a function that trains a run in a process that has already loaded Keras, and returns the run."""
    from runs import forks

    with forks("tensorflow") as start:
        yield start


@pytest.fixture(scope="session")
def thumbnails(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Create a folder with 300 reduced images of CIFAR-10, 30 of each class."""
    from PIL import Image

    from senet_lab.data.datasets import sample

    folder, images = tmp_path_factory.mktemp("thumbnails"), sample()
    for label, name in enumerate(images.classes):
        (folder / name).mkdir()
        for number, pixels in enumerate(images.x_train[images.y_train == label][:30]):
            Image.fromarray(pixels).resize((8, 8), Image.Resampling.BOX).save(folder / name / f"{number:02}.png")
    return str(folder)


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory, forked: Forks, thumbnails: str) -> Run:
    """Train a run of `BRIEF` without interruption."""
    from runs import BRIEF, MINI, log_of

    from senet_lab.training.runs.run import Run

    run = forked(Run.create(MINI, BRIEF, thumbnails, folder=tmp_path_factory.mktemp("runs") / "unbroken"))
    assert run.wait(180).state == "finished", log_of(run)
    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; without one, skip the test, except in CI."""
    from servers import find_chromium

    found = find_chromium()
    if not found and os.environ.get("CI") == "true":
        pytest.fail("CI must run the browser tests, and there is no Chromium on the PATH.")
    if not found:
        pytest.skip("no Chromium on the PATH; install the package chromium to run the browser tests")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start a Chromium for one test module; while it runs, nothing else can run an event loop."""
    from browsing import QUIET
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that JupyterLab serves: the copies of the notebooks, and a folder for each test module."""
    return tmp_path_factory.mktemp("lab") / "notebooks"


@pytest.fixture(scope="session")
def lab_of_all(lab_folder: Path) -> Iterator[str]:
    """Start JupyterLab with `make lab`, and return its address."""
    from browsing import HOST
    from servers import lab_served

    with lab_served(lab_folder.parent, f"--ServerApp.local_hostnames={HOST}") as url:
        yield url


@pytest.fixture(scope="module")
def lab(lab_of_all: str) -> Iterator[str]:
    """Return the address of JupyterLab; end the kernels that the tests of a module have left."""
    from servers import end_kernels

    yield lab_of_all
    end_kernels(lab_of_all)


@pytest.fixture(scope="module")
def workplace(lab: str, lab_folder: Path, request: pytest.FixtureRequest) -> Path:  # noqa: ARG001 - it copies the notebooks
    """Create a folder in JupyterLab for the notebooks of one test module."""
    folder = lab_folder / request.path.stem
    folder.mkdir()
    return folder
