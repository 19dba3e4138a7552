"""Watching: what a folder of runs holds, looked at again and again. Knows no widget, and loads no Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from senet_lab.files import DamagedFileError
from senet_lab.trainer.courses import thinned
from senet_lab.trainer.results import Record
from senet_lab.training.runs.checkpoint import is_kept
from senet_lab.training.runs.listing import newest_first
from senet_lab.training.runs.run import ENDED, Run, Status

LISTED = 60  # runs at most; the newest
TRAIL = 60  # points at most of the epoch under way
FILES = ("config.json", "status.json", "metrics.csv", "wanted")

Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Seen:
    """A folder of runs as it was last looked at.

    Attributes:
        records: the newest `LISTED` runs, the newest first.
        older: how many more there are.
        reasons: by the name of a folder that cannot be read, why.
        signatures: by name, when the files of a run were changed.
    """

    records: tuple[Record, ...] = ()
    older: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict, compare=False)

    def record(self, key: str) -> Record | None:
        """The run of that name, if it is there."""
        return next((record for record in self.records if record.key == key), None)

    @property
    def is_going(self) -> bool:
        """Whether anything is at work."""
        return any(record.is_going for record in self.records)


def look(folder: Path, before: Seen | None = None) -> Seen:
    """What is in a folder of runs now; a run whose files have not changed is not read again."""
    before = before or Seen()
    found = newest_first(folder)
    records, reasons, signatures = [], dict[str, str](), {}
    for name in found[:LISTED]:
        old, signature = before.record(name), _signature(folder / name)
        signatures[name] = signature
        unchanged = before.signatures.get(name) == signature
        if old and unchanged and old.status.state in ENDED and not old.held:
            records.append(old)
            continue
        if name in before.reasons and unchanged:
            reasons[name] = before.reasons[name]
            continue
        same_rows = old is not None and before.signatures.get(name, ())[2:3] == signature[2:3]
        try:
            records.append(_read(Run(folder / name), old, old.rows if old and same_rows else None))
        except DamagedFileError as error:  # or a token of another version
            reasons[name] = f"{error.path.name}: {error.reason}"
        except OSError as error:  # half a folder
            reasons[name] = error.strerror or str(error)
    return Seen(tuple(records), max(0, len(found) - LISTED), reasons, signatures)


def _signature(path: Path) -> Signature:
    """Return of each file of a run when it was written, and when its owner or permissions were last changed."""
    return tuple(_times(path / name) for name in FILES)


def _times(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_ctime_ns


def _read(run: Run, old: Record | None, rows: tuple[Mapping[str, float], ...] | None) -> Record:
    status = run.status()
    held = status.state in ENDED and run.is_held()
    rows = tuple(run.metrics()) if rows is None else rows
    if old:  # what is trained never changes
        new = old._replace(status=status, wanted=run.asked(), rows=rows, trail=_trail(old, status), held=held)
        return new if old.kept else new._replace(kept=_kept(run))
    data = str(run.config["data"])
    what = (run.folder.name, run.architecture, run.recipe, data)
    return Record(*what, status, run.asked(), rows, _trail(None, status), held, _kept(run), run.skips_bad)


def _kept(run: Run) -> bool:
    return is_kept(run.folder / "checkpoints")


def _trail(old: Record | None, status: Status) -> tuple[tuple[float, float, float], ...]:
    """The way within the epoch under way, with where it is now."""
    if status.loss is None or status.accuracy is None or not status.step or not status.steps:
        return ()
    spot = (status.epoch + status.step / status.steps, status.loss, status.accuracy)
    before = old.trail if old and old.trail and old.status.epoch == status.epoch else ()
    if before and before[-1][0] >= spot[0]:
        return before if before[-1] == spot else (spot,)
    way = (*before, spot)
    if len(way) <= TRAIL:
        return way
    kept = {x for x, _ in thinned([(x, 0.0) for x, *_ in way], TRAIL // 2)}
    return tuple(each for each in way if each[0] in kept)
