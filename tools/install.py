"""Set up the environment that make uses: `python tools/install.py .venv`. It needs nothing but Python.

Everything that the lock pins is installed with its hash, then senet_lab itself, editable.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import environments

GIGABYTES = {"to download": 1.2, "on disk": 3.6}


def main(folder: Path) -> None:
    """Create the environment in `folder`, or update it to the lock."""
    began = time.monotonic()
    version = ".".join(map(str, sys.version_info[:2]))
    n_packages = environments.LOCK.read_text(encoding="utf-8").count("==")
    sizes = ", ".join(f"{size} GB {where}" for where, size in GIGABYTES.items())
    print(f"Setting up {folder} with Python {version}: about {n_packages} packages, {sizes}.", flush=True)
    print("That takes about a minute, less if the packages are in a cache, more if the network is slow.", flush=True)
    python = environments.create(folder)
    # If Node is installed, JupyterLab runs a script with it, which would read our package.json and fail.
    (folder / "package.json").write_text("{}\n", encoding="utf-8")
    environments.install(python, "--require-hashes", "-r", environments.LOCK)
    environments.install(python, "--no-deps", "--no-build-isolation", "--editable", environments.ROOT)
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"The environment could not be set up: see above. This failed: {error.cmd[0]} ...")
