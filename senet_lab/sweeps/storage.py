"""Storage: the file sweep.json, which describes a sweep."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import quoted_path
from senet_lab.files import DamagedFileError, read_json, written_whole
from senet_lab.sweeps.grid import as_tuples
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.config import versions

if TYPE_CHECKING:
    from senet_lab.sweeps.sweep import Sweep

FILE = "sweep.json"
ADVICE = "put back a copy of it, or create the sweep in another folder"


def describe(sweep: Sweep) -> dict[str, Any]:
    """Return what defines a sweep, in a form that JSON can store."""
    described: dict[str, Any] = json.loads(json.dumps({
        "base": sweep.base.token(),
        "grid": [axis._asdict() for axis in sweep.axes],
        "seeds": sweep.seeds_used,
        "recipe": sweep.recipe.to_dict(),
        "data": sweep.data,
    }))  # fmt: skip
    return described


def write(sweep: Sweep, threads: int) -> None:
    """Write sweep.json; if it exists, only seeds can be new."""
    created = {"created": datetime.now().isoformat(timespec="seconds"), "versions": versions()}
    sweep.folder.mkdir(parents=True, exist_ok=True)
    values = {"threads": threads, **created, **(_stored(sweep.folder) or {}), **describe(sweep)}
    with written_whole(sweep.folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(values, indent=1) + "\n")


def _stored(folder: Path) -> dict[str, Any] | None:
    try:
        stored: dict[str, Any] = read_json(folder / FILE, dict, ADVICE)
    except FileNotFoundError:
        return None
    return stored


def must_exist(sweep: Sweep) -> None:
    """Raise FileNotFoundError if a sweep has not been started."""
    if not (sweep.folder / FILE).exists():
        raise FileNotFoundError(
            f"The sweep in {quoted_path(sweep.folder)} has not been started, so it cannot be stopped."
        )


def read(folder: Path) -> dict[str, Any]:
    """Return the arguments of the `Sweep` in a folder; raise FileNotFoundError or DamagedFileError."""
    try:
        values = read_json(folder / FILE, dict, ADVICE)
    except FileNotFoundError:
        raise FileNotFoundError(f"{quoted_path(folder)} has no sweep: it has no {FILE}.") from None
    try:
        return {
            "base": Architecture.from_token(values["base"]),
            "grid": {_key(axis["names"]): as_tuples(_rows(axis)) for axis in values["grid"]},
            "seeds": tuple(values["seeds"]),
            "recipe": Recipe.from_dict(values["recipe"]),
            "data": values["data"],
            "threads": values["threads"],
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(folder / FILE, str(error).rstrip("."), ADVICE) from error


def _key(names: list[str]) -> str | tuple[str, ...]:
    return names[0] if len(names) == 1 else tuple(names)


def _rows(axis: dict[str, Any]) -> list[Any]:
    return [row[0] for row in axis["values"]] if len(axis["names"]) == 1 else axis["values"]


def must_match(sweep: Sweep) -> None:
    """Check that the folder of a sweep has no other sweep, and take over the `threads` with which it was started.

    A sweep may get more seeds; the runs of those that it has are kept.

    Raises:
        FileExistsError: the folder has another sweep; the message says what differs.
    """
    if (stored := _stored(sweep.folder)) is None:
        return
    described = describe(sweep) | ({} if sweep.threads is None else {"threads": sweep.threads})
    different = [name for name, value in described.items() if name != "seeds" and stored.get(name) != value]
    if not set(stored.get("seeds", ())) <= set(sweep.seeds_used):
        different.append("seeds")
    if different:
        raise FileExistsError(
            f"{quoted_path(sweep.folder)} has another sweep, with a different {' and '.join(different)}; "
            f"choose another folder, or open that sweep with `Sweep.open({str(sweep.folder)!r})`."
        )
    object.__setattr__(sweep, "threads", stored.get("threads"))
