"""Config: the file config.json of a run, with network, data, recipe and package versions; it never changes."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from senet_lab.checks import instance, path_of, quoted, quoted_path
from senet_lab.data.class_folders import SUFFIXES
from senet_lab.data.datasets import BUILT_IN
from senet_lab.files import JSON_KINDS, DamagedFileError, read_bytes, read_json, written_whole

CONFIG = "config.json"
CONFIG_ADVICE = "put back a copy of it, or create a new run"
REQUIRED = object()


class Field(NamedTuple):
    """A field of config.json: its type, and its default if an older version did not write it; lists contain strings."""

    kind: type
    default: Any = REQUIRED  # if None, null is valid as well


FIELDS = {
    "architecture": Field(str), "recipe": Field(dict), "data": Field(str), "placement": Field(dict, {}),
    "suffixes": Field(list, None), "skip_bad": Field(bool, False), "test": Field(bool, False),
    "created": Field(str, ""), "versions": Field(dict, {}),
}  # fmt: skip


def has_config(folder: Path) -> bool:
    """Return whether the path of config.json exists."""
    try:
        (folder / CONFIG).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def must_be_run(folder: Path, otherwise: str) -> None:
    """Raise FileNotFoundError if a folder is no run; the message names a similar run, or else says `otherwise`."""
    if not has_config(folder):
        similar = difflib.get_close_matches(folder.name[:255], run_names(folder.parent), 1)
        advice = f"try '{folder.with_name(similar[0])}'" if similar else otherwise
        raise FileNotFoundError(f"{quoted_path(folder)} is no run: it has no config.json; {advice}.")


def read_config(folder: Path) -> dict[str, Any]:
    """Return a value for each of `FIELDS`; raise DamagedFileError if a value in config.json has the wrong type."""
    path = folder / CONFIG
    values = read_json(path, dict, CONFIG_ADVICE)
    for name, field in FIELDS.items():
        if name not in values and field.default is REQUIRED:
            raise DamagedFileError(path, f"it has no `{name}`", CONFIG_ADVICE)
        value = values.setdefault(name, deepcopy(field.default))
        if not (_is_of(field.kind, value) or (value is None and field.default is None)):
            kind = JSON_KINDS[field.kind] + (" of texts" if field.kind is list else "")
            raise DamagedFileError(path, f"`{name}` must be {kind}, not {quoted(value)}", CONFIG_ADVICE)
    return values


def _is_of(kind: type, value: Any) -> bool:
    if isinstance(value, list):
        return kind is list and all(isinstance(each, str) for each in value)
    return isinstance(value, kind)


def write_config(folder: Path, values: Mapping[str, Any]) -> None:
    """Write config.json of a new run, with the current time and versions."""
    created = {"created": datetime.now().isoformat(timespec="seconds"), "versions": versions()}
    with written_whole(folder / CONFIG) as unfinished:
        unfinished.write_text(json.dumps({**values, **created}, indent=1) + "\n")


def data_config(data: str, skip_bad: bool) -> dict[str, Any]:
    """Return the fields about the images, from which a resumed run finds the same files."""
    if data in BUILT_IN:
        return {"data": data}
    folder = str(path_of("data", data, "'sample'").resolve())
    return {"data": folder, "suffixes": list(SUFFIXES), "skip_bad": skip_bad}


def free_folder(network: str, parent: Path = Path("runs")) -> Path:
    """Return an unused folder for a new run, named after the time and the network."""
    stem = parent / f"{datetime.now():%Y-%m-%d-%H%M%S}-{network.lower().replace(' ', '-')}"
    return next(path for n in range(1, 10**6) if not (path := Path(f"{stem}{f'-{n}' * (n > 1)}")).exists())


def run_names(folder: Path) -> list[str]:
    """Return the names of the runs in a folder; other programs may also keep a config.json there."""
    names = []
    for path in folder.glob(f"[!.]*/{CONFIG}"):
        with suppress(OSError, DamagedFileError):
            if b'"architecture"' in read_bytes(path, CONFIG_ADVICE):
                names.append(path.parent.name)
    return names


def versions() -> dict[str, str]:
    """Return the versions of the installed packages that affect numerical results."""
    numbers = {}
    for name in ("senet-lab", "keras", "tensorflow", "jax", "numpy"):
        with suppress(PackageNotFoundError):
            numbers[name] = version(name)
    return numbers


def changed_versions(before: dict[str, str]) -> str:
    """Say in a sentence which package versions have changed since `before`; "" if none has."""
    instance("before", before, Mapping, "versions()")
    changed = [(name, number, now) for name, now in versions().items() if (number := before.get(name, now)) != now]
    each = ", ".join(f"{name} {number} then, {now} now" for name, number, now in changed)
    return f"package versions have changed since the run was created, so results may differ: {each}" if changed else ""
