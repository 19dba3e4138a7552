"""Memory: what is free, and the peak of a process, in bytes; no search for garbage during imports."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from senet_lab.extras import require

CGROUP = Path("/sys/fs/cgroup")


def available() -> int:
    """Return what a new process can have without swapping: of the machine, or of the container it runs in."""
    require("psutil", by="asking how much memory is free")
    import psutil  # here, since no slider's move needs it

    free = int(psutil.virtual_memory().available)
    try:
        cgroup_limit = (CGROUP / "memory.max").read_text().strip()
        used = int((CGROUP / "memory.current").read_text())
        reclaimable = next(
            int(line.split()[1]) for line in (CGROUP / "memory.stat").read_text().splitlines()
            if line.startswith("inactive_file ")
        )  # fmt: skip
    except (OSError, ValueError, StopIteration):
        return free
    return free if cgroup_limit == "max" else max(0, min(free, int(cgroup_limit) - used + reclaimable))


def peak() -> int:
    """Return the peak memory of this process, including everything that it imported."""
    try:  # what `getrusage` says is that of the process that started this one, if that was larger
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        import resource

        units = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return units if sys.platform == "darwin" else 1024 * units  # macOS counts bytes, Linux KiB


def limit() -> int | None:
    """Return what this process may have for itself, such as the kernel of an app; None without a limit."""
    if sys.platform == "win32":
        return None
    import resource

    soft_limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return None if soft_limit == resource.RLIM_INFINITY else soft_limit


def remaining() -> int | None:
    """Return what this process may still use of its limit; None without a limit, or where the system has none."""
    data_limit = limit()
    if data_limit is None:
        return None
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        used = next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmData:"))
    except (OSError, StopIteration, ValueError):
        return None
    return max(0, data_limit - used)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause garbage collection in all threads, for an import: it would scan every new object repeatedly and free none.

    Importing Keras with TensorFlow took 3.6 instead of 4.4 seconds of processor on 2026-11-30.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def size_words(number: float) -> str:
    """Return bytes in the unit that fits them.

    >>> size_words(5 * 2**20), size_words(1.5 * 2**30), size_words(270 * 2**40)
    ('5 MiB', '1.5 GiB', '270.0 TiB')
    """
    if number < 2**30:
        return f"{number / 2**20:.0f} MiB"
    return f"{number / 2**30:.1f} GiB" if number < 2**40 else f"{number / 2**40:.1f} TiB"
