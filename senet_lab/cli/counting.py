"""`senet-lab count`: the ledger of a saved Keras model, of a preset or of a token, as a table."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from senet_lab.checks import quoted
from senet_lab.cli.networks import name_meant, named_architecture
from senet_lab.extras import require
from senet_lab.ledger.ledger import Ledger, Total
from senet_lab.nets.sketch import Row

HEAD = ("parameters", "state", "multiply-adds", "activations")


def count(arguments: argparse.Namespace) -> int:
    """Print the sums of a network by kind of layer, or all of its layers."""
    ledger = _ledger(arguments.network, arguments.input_shape)
    table = _layers(ledger.rows) if arguments.layers else _kinds([*ledger.by_kind(), ledger.total])
    sys.stdout.write(f"{_aligned(table)}\n")
    if ledger.unknown:
        names = ", ".join(row.name for row in ledger.unknown)
        sys.stdout.write(f"Multiply-adds unknown, and in no sum: {names}.\n")
    return 0


def _ledger(network: str, shape: str | None) -> Ledger:
    """Return the ledger of a file, a preset or a token.

    Raises:
        ValueError: it is none of these.
    """
    if architecture := named_architecture(network):
        if shape:
            raise ValueError("`--input-shape` is for saved models; a token states its own, as in ~input_shape=64x64x3.")
        return architecture.ledger()
    if not network.lower().endswith(".keras"):
        fit = name_meant(network) or "se_resnet50"
        raise ValueError(f"NETWORK (={quoted(network)}) must be a .keras file, a preset or a token; try {fit}.")
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
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    texts = [
        [cell.rjust(width) if _is_number(column) else cell.ljust(width) for cell in column]
        for column, width in zip(zip(*table, strict=True), widths, strict=True)
    ]
    return "\n".join("  ".join(row).rstrip() for row in zip(*texts, strict=True))


def _is_number(column: Sequence[str]) -> bool:
    return all(cell.replace(",", "").isdecimal() for cell in column[1:])
