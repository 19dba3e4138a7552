"""Run the tests on other versions of Python: `python tools/test_versions.py [--light] [VERSION...]`.

The wheel is built once. For each version, it is installed without extras into a separate environment, where the tests
that need no extras run. Then the whole suite runs on the newest version for which TensorFlow has wheels; `--light`
skips this. Versions that are not on this machine are reported and not downloaded.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import environments
from environments import ROOT

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
WHOLE = "3.13"
# Tests that need no extra, except for some that are then skipped.
SUBJECTS = ("architecture", "checks", "drawing", "exercises", "explorer", "export", "ledger")
# `--nbval` and the doctests of the checkout are left out, because the wheel is tested.
NEED_EXTRAS = ("*_browser.py", "*/test_app.py", "*/test_build_memory.py")
OPTIONS = (
    "--override-ini=addopts=",
    "--import-mode=importlib",
    "--strict-markers",
    "--strict-config",
    "--quiet",
    "--numprocesses=2",
)


def main() -> int:
    """Test each installed version; return 1 if a test failed, or if there was no version to test on."""
    parser = argparse.ArgumentParser(description="Run the tests on other versions of Python.")
    parser.add_argument("--light", action="store_true", help="only those that need no extra")
    parser.add_argument("versions", nargs="*", default=VERSIONS, metavar="VERSION", help="such as 3.12")
    arguments = parser.parse_args()
    pythons = {version: find_python(version) for version in arguments.versions}
    results: dict[str, int | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        for version, python in pythons.items():
            results[f"{version}, core"] = run_core_tests(python, wheel, Path(folder) / version) if python else None
    if not arguments.light:
        python = find_python(WHOLE)
        results[f"{WHOLE}, whole suite"] = run_all_tests(python) if python else None
    print("\n" + "\n".join(f"Python {name}: {words(status)}" for name, status in results.items()))
    tested = [status for status in results.values() if status is not None]
    return int(any(tested) or not tested)


def words(status: int | None) -> str:
    """Return an exit status of pytest or make in words; None stands for a missing Python."""
    if status is None:
        return "not tested, since it is not on this machine"
    return "FAILED" if status else "passed"


def find_python(version: str) -> str | None:
    """Return an interpreter of that version, such as "3.12"; None if it is not installed."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return sys.executable
    uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    if uv is None:
        return shutil.which(f"python{version}")
    command = [uv, "python", "find", "--system", "--no-project", "--no-python-downloads", version]
    found = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | pyenv_versions())
    return found.stdout.strip() or None


def pyenv_versions() -> dict[str, str]:
    """Return the setting with which pyenv's commands start any installed version, not only the selected one."""
    if not shutil.which("pyenv"):
        return {}
    listed = subprocess.run(["pyenv", "versions", "--bare"], check=False, capture_output=True, text=True)
    return {"PYENV_VERSION": ":".join(listed.stdout.split())}


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout."""
    python = environments.create(folder / "build")
    environments.install(python, "hatchling", "--constraint", write_constraints(folder))
    command = ["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run([python, *command], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def write_constraints(folder: Path) -> Path:
    """Write the versions of the lock without hashes, since it has none for the wheel."""
    pinned = re.findall(r"^[\w.-]+==[^\\\n]+", environments.LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    file = folder / "constraints.txt"
    file.write_text("\n".join(pinned), encoding="utf-8")
    return file


def run_core_tests(python: str, wheel: Path, folder: Path) -> int:
    """Run the tests that need no extra on the wheel; return pytest's exit status."""
    began = time.monotonic()
    print(f"\n{subprocess.check_output([python, '--version'], text=True).strip()}, core", flush=True)
    own = environments.create(folder, python)
    environments.install(own, wheel, "hypothesis", "pytest-xdist", "--constraint", write_constraints(folder))
    print(f"set up in {time.monotonic() - began:.0f} s", flush=True)
    ignored = [f"--ignore-glob={name}" for name in NEED_EXTRAS]
    plugins = ("-p", "without_extras", "-p", "no:cacheprovider")
    command = ["-m", "pytest", *OPTIONS, *plugins, "-m", "not slow", *ignored, *(f"tests/{each}" for each in SUBJECTS)]
    # PYTHONSAFEPATH keeps the package of the checkout out of the way.
    settings = {"PYTHONPATH": str(ROOT / "tests"), "PYTHONSAFEPATH": "1"}
    return subprocess.run([own, *command], cwd=ROOT, check=False, env=os.environ | settings).returncode


def run_all_tests(python: str) -> int:
    """Run the whole suite in a separate environment with that Python; return make's exit status."""
    command = ["make", "test", f"PYTHON={python}", f"VENV=.venv-{WHOLE}"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
