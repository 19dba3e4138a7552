"""Environments: made with Python alone, and filled by uv, or by pip where uv cannot be had or fails.

uv installs the same files in less time, but knows nothing of an index that is set in pip's configuration.
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
    """Make a virtual environment, or freshen the one that is there; return its Python."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    return program(folder, "python")


def program(folder: Path, name: str) -> Path:
    """Return the path of a program of an environment."""
    return folder / BIN / (f"{name}.exe" if os.name == "nt" else name)


def install(python: Path, *arguments: str | Path) -> None:
    """Install into the environment of `python`.

    Args:
        arguments: those that `uv pip install` and `pip install` have in common.

    Raises:
        subprocess.CalledProcessError: neither uv nor pip could.
    """
    uv = find_uv(python)
    if uv is not None:
        options = [] if sys.stderr.isatty() else ["--quiet"]  # its bars are for a terminal
        if sys.dont_write_bytecode:  # otherwise Python compiles a module when it is first imported, and keeps that
            options.append("--compile-bytecode")
        command = [uv, "pip", "install", "--python", str(python), *options]
        if subprocess.run([*command, *arguments], check=False).returncode == 0:
            return
        print("uv could not install this. Trying pip, which takes longer and is silent meanwhile.", flush=True)
    subprocess.run([python, *PIP, "--quiet", *arguments], check=True)


def find_uv(python: Path) -> str | None:
    """Return a uv: one that is here, or the one of the lock, which is put into the environment of `python`; or None."""
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
    """Return the lines of the lock that pin a package, with its hashes."""
    lines = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*\n", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines, name
    return lines[0]
