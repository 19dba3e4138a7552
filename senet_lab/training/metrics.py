"""Metrics: a table that grows by a row an epoch, and bears being cut off at any byte."""

from __future__ import annotations

import csv
import os
from pathlib import Path

COLUMNS = ("epoch", "step", "seconds", "images_per_s", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")


def rows(path: Path) -> list[dict[str, float]]:
    """The rows, an epoch each, in order; a line that was not finished is left out."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return []
    found: dict[float, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        try:
            numbers = {name: float(row[name]) for name in COLUMNS}
        except (TypeError, ValueError, KeyError):
            continue
        if None in row:  # more than belongs into a row
            continue
        found[numbers["epoch"]] = numbers  # an epoch that was done again after a fall replaces the first
    return [found[epoch] for epoch in sorted(found)]


def append(path: Path, row: dict[str, float]) -> None:
    """One more row, on the disk when this comes back."""
    before = path.read_bytes() if path.exists() else b""
    with path.open("a", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        if not before:
            table.writeheader()
        elif not before.endswith(b"\n"):
            file.write("\r\n")  # a line that was cut off stays by itself, and is left out when it is read
        table.writerow({name: _said(value) for name, value in row.items()})
        file.flush()
        os.fsync(file.fileno())


def _said(value: float) -> str:
    """Six digits of a measurement, all of a count.

    >>> _said(0.12345678), _said(1234567)
    ('0.123457', '1234567')
    """
    return str(int(value)) if float(value).is_integer() else f"{value:.6g}"
