"""Folder: read a folder of runs repeatedly, each file only if it has changed. Loads no Keras."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from senet_lab.files import DamagedFileError
from senet_lab.trainer.history import thin
from senet_lab.trainer.snapshot import Record, Signature, Snapshot
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.inventory import newest_run_names
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import ENDED, Status

MAX_RECORDS = 60  # the newest runs
MAX_TRAIL_POINTS = 60  # of the current epoch
FILES = ("config.json", "status.json", "metrics.csv", "wanted")


def read_folder(folder: Path, before: Snapshot = Snapshot()) -> Snapshot:  # noqa: B008 - frozen
    """Return the current runs of a folder; runs whose files have not changed since `before` are not read again."""
    names = newest_run_names(folder)
    records, errors, signatures = [], dict[str, str](), {}
    for name in names[:MAX_RECORDS]:
        old, signature = before.record(name), _signature(folder / name)
        signatures[name] = signature
        unchanged = before.signatures.get(name) == signature
        if old and unchanged and old.status.state in ENDED and not old.has_process:
            records.append(old)
            continue
        if name in before.errors and unchanged:
            errors[name] = before.errors[name]
            continue
        same_rows = old is not None and before.signatures.get(name, ())[2:3] == signature[2:3]
        try:
            records.append(_read(Run(folder / name), old, old.rows if old and same_rows else None))
        except DamagedFileError as error:  # or a token of another version
            errors[name] = f"{error.path.name}: {error.reason}"
        except OSError as error:  # half a folder
            errors[name] = error.strerror or str(error)
    return Snapshot(tuple(records), max(0, len(names) - MAX_RECORDS), errors, signatures)


def _signature(path: Path) -> Signature:
    """Return for each file of a run when its content, and when its owner or permissions, last changed."""
    return tuple(_times(path / name) for name in FILES)


def _times(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_ctime_ns


def _read(run: Run, old: Record | None, rows: tuple[Mapping[str, float], ...] | None) -> Record:
    """Return the record of a run; `rows` are the rows of its metrics if they have not changed."""
    status = run.status()
    if old is None:
        old = Record(
            run.folder.name, run.architecture, run.recipe, str(run.config["data"]), status, skip_bad=run.skips_bad
        )
    return old._replace(  # what is trained never changes
        status=status,
        request=run.asked(),
        rows=tuple(run.metrics()) if rows is None else rows,
        trail=_trail(old, status),
        has_process=status.state in ENDED and run.is_held(),
        has_checkpoint=old.has_checkpoint or has_checkpoint(run.folder / "checkpoints"),
        precision=old.precision or _precision(run, old),
    )


def _precision(run: Run, old: Record) -> str:
    """Say which precision was chosen for "auto"; nothing while it is not, and for other recipes."""
    if old.recipe.precision != "auto":
        return ""
    try:
        choice = run.precision_choice()
    except DamagedFileError:  # its process says so when the run is resumed
        return ""
    return choice.words() if choice else ""


def _trail(old: Record, status: Status) -> tuple[tuple[float, float, float], ...]:
    """Return the trail within the current epoch, up to the present step."""
    if status.loss is None or status.accuracy is None or not status.step or not status.steps:
        return ()
    point = (status.epoch + status.step / status.steps, status.loss, status.accuracy)
    before = old.trail if old.trail and old.status.epoch == status.epoch else ()
    if before and before[-1][0] >= point[0]:
        return before if before[-1] == point else (point,)
    trail = (*before, point)
    if len(trail) <= MAX_TRAIL_POINTS:
        return trail
    epochs = {x for x, _ in thin([(x, 0.0) for x, *_ in trail], MAX_TRAIL_POINTS // 2)}
    return tuple(each for each in trail if each[0] in epochs)
