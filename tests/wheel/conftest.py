"""Share the wheel, and environments in which it is installed with some extras, between its tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).parent / "uv"  # from the extra `dev`
NO_NETWORK = re.compile("Failed to fetch|error sending request|dns error|[Nn]etwork (connectivity )?(is|was) disabled")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build the wheel once, and return its path."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


class Environment:
    """A separate Python with the wheel and some extras, at the versions of the lock."""

    def __init__(self, folder, wheel, extras=""):
        self.folder, self.python = folder, folder / "venv" / "bin" / "python"
        uv("venv", "--python", sys.executable, folder / "venv")
        self.install(wheel, extras)

    def install(self, wheel, extras="", *options):
        """Install the wheel; return uv's output."""
        constraints = self.folder / "constraints.txt"
        pins = re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
        constraints.write_text("\n".join(pins))
        what = f"senet-lab{f'[{extras}]' if extras else ''} @ {wheel.as_uri()}"
        return uv("pip", "install", "--python", self.python, "--constraint", constraints, *options, what)

    def run(self, code, *options):
        """Run code outside the repository, as a user without it would; return its output."""
        done = subprocess.run(
            [self.python, *options, "-c", code],
            cwd=self.folder, env=self.variables,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def variables(self):
        """Return environment variables without settings for Python, Jupyter or this package."""
        others = ("PYTHON", "JUPYTER", "SENET_LAB")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        jupyter = {f"JUPYTER_{kind}_DIR": str(self.folder / "jupyter" / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
        return {**kept, **jupyter, "SENET_LAB_RESULTS": "", "TF_CPP_MIN_LOG_LEVEL": "3"}

    @property
    def site_packages(self):
        return next((self.folder / "venv").rglob("site-packages"))


def uv(*arguments):
    """Run uv; return its output. Without a network, skip the test, except in CI."""
    done = subprocess.run([UV, *arguments], capture_output=True, text=True, check=False)
    if done.returncode and NO_NETWORK.search(done.stderr) and os.environ.get("CI") != "true":
        pytest.skip(f"packages cannot be fetched here: {done.stderr.strip().splitlines()[-1].strip()}")
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="session")
def core(wheel, tmp_path_factory):
    """Create an environment with the wheel and no extra."""
    return Environment(tmp_path_factory.mktemp("core"), wheel)


@pytest.fixture(scope="session")
def train(wheel, tmp_path_factory):
    """Create an environment with the extra `train`, which includes `keras`."""
    return Environment(tmp_path_factory.mktemp("train"), wheel, "train")


@pytest.fixture(scope="session")
def lab(wheel, tmp_path_factory):
    """Create an environment with the extra `lab`."""
    return Environment(tmp_path_factory.mktemp("lab"), wheel, "lab")
