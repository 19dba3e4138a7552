"""Create virtual environments and install into them with uv, or with pip if uv is not available or fails.

uv installs the same files faster, but ignores an index set in pip's configuration.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.txt"
BIN = "Scripts" if os.name == "nt" else "bin"
PIP = ("-m", "pip", "--disable-pip-version-check", "install")


def create(folder: Path, python: str = sys.executable) -> Path:
    """Create a virtual environment, or update an existing one; return its Python."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    return program(folder, "python")


def program(folder: Path, name: str) -> Path:
    """Return the path of a program in an environment."""
    return folder / BIN / (f"{name}.exe" if os.name == "nt" else name)


def install(python: Path, *arguments: str | Path) -> None:
    """Install into the environment of `python`.

    Args:
        arguments: arguments that `uv pip install` and `pip install` share.

    Raises:
        subprocess.CalledProcessError: both uv and pip failed.
    """
    uv = find_uv(python)
    if uv is not None:
        options = [] if sys.stderr.isatty() else ["--quiet"]  # progress bars are for a terminal
        if sys.dont_write_bytecode:  # otherwise Python compiles modules at their first import, and caches the result
            options.append("--compile-bytecode")
        command = [uv, "pip", "install", "--python", str(python), *options]
        if subprocess.run([*command, *arguments], check=False).returncode == 0:
            return
        print("uv could not install this. Trying pip, which takes longer and is silent meanwhile.", flush=True)
    subprocess.run([python, *PIP, "--quiet", *arguments], check=True)


def find_uv(python: Path) -> str | None:
    """Return a uv: an installed one, or the lock's, installed into the environment of `python`; None if both fail."""
    found = shutil.which("uv", path=python.parent) or shutil.which("uv")
    if found:
        return found
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "uv.txt"
        pinned.write_text(locked("uv"), encoding="utf-8")
        command = [*PIP, "--quiet", "--no-deps", "--require-hashes", "-r", str(pinned)]
        subprocess.run([python, *command], check=False, stderr=subprocess.DEVNULL)
    return shutil.which("uv", path=python.parent)


def locked(name: str) -> str:
    """Return the lines of the lock that pin a package, including its hashes."""
    lines = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*\n", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines, name
    return lines[0]
