"""Metrics: a table that grows by one row per epoch and remains readable if it is cut off anywhere."""

from __future__ import annotations

import csv
import os
from math import isfinite, isnan
from pathlib import Path

from senet_lab.files import DamagedFileError, must_be_file, read_bytes

COLUMNS = ("epoch", "step", "seconds", "images_per_s", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")
HELD_OUT = ("val_loss", "val_accuracy")  # not numbers if no images are held out
MAX_BYTES = 2**25  # enough for about 300,000 epochs
MAX_LINE = 1000  # characters; the csv module refuses to read very long ones
ADVICE = "move it away, and the run begins a new table with its next epoch"


def read_rows(path: Path) -> list[dict[str, float]]:
    """Return the rows, one per epoch, in order; raise DamagedFileError if `path` is not a readable file.

    Incomplete and damaged lines are left out.
    """
    by_epoch: dict[float, dict[str, float]] = {}
    lines = (line for line in _read(path).splitlines() if len(line) <= MAX_LINE and "\0" not in line)
    for row in csv.DictReader(lines, quoting=csv.QUOTE_NONE):  # an unclosed quote would swallow the remaining lines
        try:
            numbers = {name: float(row[name]) for name in COLUMNS}
        except (TypeError, ValueError, KeyError):
            continue
        if None not in row and _is_possible(numbers):  # None is the key of surplus values
            by_epoch[numbers["epoch"]] = numbers  # an epoch repeated after a crash replaces the earlier row
    return [by_epoch[epoch] for epoch in sorted(by_epoch)]


def _read(path: Path) -> str:
    try:
        return read_bytes(path, ADVICE, at_most=MAX_BYTES).decode(errors="replace")
    except FileNotFoundError:
        return ""


def _is_possible(row: dict[str, float]) -> bool:
    """Return whether a row is valid: a whole epoch and finite numbers, except for held-out images if there are none."""
    epoch, *values = (value for name, value in row.items() if not (name in HELD_OUT and isnan(value)))
    return epoch.is_integer() and 1 <= epoch < 10**9 and all(map(isfinite, values))


def must_be_table(path: Path) -> None:
    """Raise DamagedFileError if `path` exists but is not a table."""
    text = _read(path)
    if text and not text.startswith(",".join(COLUMNS)):
        raise DamagedFileError(path, f"its first line must name the columns, {','.join(COLUMNS[:3])}...", ADVICE)


def append_row(path: Path, row: dict[str, float]) -> None:
    """Append a row, and return once it is on the disk."""
    must_be_file(path, ADVICE)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        last_byte = file.read(1)
    with path.open("a", newline="") as text:
        table = csv.DictWriter(text, COLUMNS)
        if not last_byte:
            table.writeheader()
        elif last_byte != b"\n":
            text.write("\r\n")  # ends an incomplete line, which readers then ignore
        table.writerow({name: _number_words(value) for name, value in row.items()})
        text.flush()
        os.fsync(text.fileno())


def _number_words(value: float) -> str:
    """Return a measurement with six digits, or a count with all digits.

    >>> _number_words(0.12345678), _number_words(1234567)
    ('0.123457', '1234567')
    """
    return str(int(value)) if float(value).is_integer() else f"{value:.6g}"
