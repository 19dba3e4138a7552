"""Read the reader's finished sweeps, whose accuracies the Explorer shows beside those of papers."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from senet_lab.drawing.network.sources import Source, source_of
from senet_lab.files import DamagedFileError
from senet_lab.sweeps.evidence import ADVICE, FILE, stored_evidence

FOLDER = Path("sweeps")  # where a sweep is by default


def read_own_sweeps(folder: Path = FOLDER) -> tuple[Source, ...]:
    """Return the finished sweeps in a folder, in the order of their names; of a damaged one, what is wrong with it."""
    files = sorted(folder.glob(f"*/{FILE}"))
    return tuple(_read(file.parent, file.stat().st_mtime_ns) for file in files if file.is_file())


@lru_cache(maxsize=2**6)
def _read(sweep: Path, changed: int) -> Source:  # noqa: ARG001 - `changed` is part of the key of the cache
    try:
        return _source(sweep)
    except (DamagedFileError, OSError) as error:
        return Source(str(sweep), "", "", "", (), f"Sweep {sweep.name}", str(error))


def _source(sweep: Path) -> Source:
    evidence = stored_evidence(sweep)
    try:
        source = source_of(evidence, str(sweep), f"SweepBoard({json.dumps(str(sweep), ensure_ascii=False)})")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise DamagedFileError(sweep / FILE, reason, ADVICE) from error
    return source._replace(about=f"{sweep}: {source.about}")
