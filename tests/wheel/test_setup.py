"""Setting up: uv from the lock, pip where uv fails, and what make says where no Python fits."""

import os
import re
import subprocess
import sys

import environments
import pytest
from servers import ROOT


def test_the_lines_that_pin_uv_have_its_hashes_and_nothing_else():
    first, *hashes = environments.locked("uv").splitlines()
    assert re.fullmatch(r"uv==[\d.]+ \\", first)
    assert hashes
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The Python of an empty environment."""
    return environments.create(tmp_path_factory.mktemp("setup") / "own")


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [{}, {"UV_HTTP_TIMEOUT": "a setting that uv refuses"}], ids=["uv", "pip"])
def test_an_environment_is_filled_by_uv_or_else_by_pip(own, wheel, monkeypatch, capfd, trouble):
    for name, value in trouble.items():
        monkeypatch.setenv(name, value)
    environments.install(own, "--no-deps", wheel)
    assert ("Trying pip" in capfd.readouterr().out) == bool(trouble)
    env = {**os.environ, "PYTHONPATH": ""}
    installed = [own, "-c", "import importlib.metadata as m; print(m.version('senet-lab'))"]
    assert subprocess.check_output(installed, text=True, env=env).strip() in wheel.name
    subprocess.run([own, "-m", "pip", "uninstall", "--quiet", "--yes", "senet-lab"], check=True, env=env)
    assert subprocess.run(installed, check=False, capture_output=True, env=env).returncode != 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no make")
def test_make_says_which_python_it_needs_where_none_of_them_is(tmp_path):
    command = ["make", "-C", ROOT, "PYTHON=", f"VENV={tmp_path}", f"{tmp_path}/ready"]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "TensorFlow needs Python 3.11, 3.12 or 3.13; only Python 3." in refused.stdout
