"""`senet-lab count`: the ledger of a saved Keras model, of a preset or of a token, as a table."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import quoted
from senet_lab.cli.networks import named_architecture, nearest_name
from senet_lab.extras import require
from senet_lab.ledger.ledger import Ledger, Total
from senet_lab.nets.sketch import Row

HEAD = ("parameters", "state", "multiply-adds", "activations")


def count(arguments: argparse.Namespace) -> int:
    """Print the sums of a network by kind of layer, or all of its layers, below what the network is."""
    architecture = named_architecture(arguments.network)
    ledger = _ledger(architecture, arguments.network, arguments.input_shape)
    table = _layers(ledger.rows) if arguments.layers else _kinds([*ledger.by_kind(), ledger.total])
    if architecture:
        sys.stdout.write(f"{architecture.name}, {architecture.convention} convention, {architecture.token()}\n\n")
    sys.stdout.write(f"{_aligned(table)}\n")
    if ledger.unknown:
        names = ", ".join(row.name for row in ledger.unknown)
        sys.stdout.write(f"Multiply-adds unknown, and in no sum: {names}.\n")
    return 0


def _ledger(architecture: Architecture | None, network: str, shape: str | None) -> Ledger:
    """Return the ledger of an architecture or a file.

    Raises:
        ValueError: it is neither.
    """
    if architecture:
        if shape:
            raise ValueError("`--input-shape` is for saved models; a token states its own, as in ~input_shape=64x64x3.")
        return architecture.ledger()
    if not network.lower().endswith(".keras"):
        rule = "must be a .keras file, a preset, a token or a name of timm or torchvision"
        raise ValueError(f"NETWORK (={quoted(network)}) {rule}; try {nearest_name(network)}.")
    require("keras", by="counting a saved model")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from senet_lab.nets.on_keras.loading import load

    model = load(Path(network))
    if not shape and any(None in each.shape[1:] for each in getattr(model, "inputs", None) or ()):
        raise ValueError("The model leaves the size of its input open; state one, as in --input-shape 224x224x3.")
    return Ledger.of(model, _sides(shape) if shape else None)


def _sides(shape: str) -> tuple[int, ...]:
    """Return the sides of a shape such as "224x224x3"."""
    if not re.fullmatch(r"\d+(x\d+)*", shape):
        raise ValueError(f"`--input-shape` (={quoted(shape)}) must be sides separated by x; try 224x224x3.")
    return tuple(map(int, shape.split("x")))


def _layers(rows: Iterable[Row]) -> list[Sequence[str]]:
    """Return one line per layer."""
    body = [(row.name, row.kind, "x".join(map(str, row.output_shape[1:])), *_numbers(row)) for row in rows]
    return [("layer", "kind", "output", *HEAD), *body]


def _kinds(totals: Iterable[Total]) -> list[Sequence[str]]:
    """Return one line per kind of layer."""
    return [("kind", "layers", *HEAD), *((each.name, str(each.layers), *_numbers(each)) for each in totals)]


def _numbers(counts: Row | Total) -> tuple[str, ...]:
    return tuple(f"{each:,}" for each in (counts.params, counts.state, counts.macs, counts.activations))


def _aligned(table: Sequence[Sequence[str]]) -> str:
    """Return a table as text; words are aligned on the left, numbers on the right."""
    texts = []
    for column in zip(*table, strict=True):
        align, width = str.rjust if _is_number(column) else str.ljust, max(map(len, column))
        texts.append([align(cell, width) for cell in column])
    return "\n".join("  ".join(row).rstrip() for row in zip(*texts, strict=True))


def _is_number(column: Sequence[str]) -> bool:
    return all(cell.replace(",", "").isdecimal() for cell in column[1:])
