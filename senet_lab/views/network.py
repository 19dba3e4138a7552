"""The network to scale: a slab per block, as high as the root of its image side, as wide as that of its channels."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from senet_lab.ledger import Ledger
from senet_lab.nets.sketch import Row, Shape
from senet_lab.views import svg
from senet_lab.views.units import size, spaced

HEIGHT, MIDDLE = 236, 112
TALLEST = 144  # of a slab
GAP, GROUP_GAP, NARROWEST = 6, 16, 58  # between blocks, between groups; room for the words under a group
SHOWN = 6  # blocks of a group; more are folded into an ellipsis


class Slab(NamedTuple):
    """What is drawn for one block, in drawing units."""

    kind: str  # "plain", "projection", "identity" or "fold"
    width: float
    height: float
    neck: float  # width of the squeeze, 0 without squeeze-excite


Column = tuple[str, list[Slab], Shape, int]  # name, slabs, output shape, number of blocks


def network_svg(ledger: Ledger) -> str:
    """Draw a network from left to right: stem, groups, classifier.

    Purple slabs have a projection shortcut (dashed), blue ones an identity shortcut (solid). The orange bar is
    squeeze-excite; its dark middle is what the squeeze leaves, to the scale of the channels.
    """
    columns = _columns(ledger)
    marks, x = [], GROUP_GAP / 2
    for (name, slabs, shape, n_blocks), room in zip(columns, _rooms(columns), strict=True):
        at = x + (room - _breadth(slabs)) / 2
        for slab in slabs:
            marks += _slab(at, slab)
            at += slab.width + GAP
        marks += _labels(x + room / 2, name, shape, n_blocks)
        x += room + GROUP_GAP
    return svg.drawing(HEIGHT, _label(columns), marks)


def _columns(ledger: Ledger) -> list[Column]:
    """Name, slabs, output shape and number of blocks of each group, fitted to the drawing."""
    groups: dict[str, list[tuple[Row, ...]]] = {}
    for (group, _), rows in ledger.blocks().items():
        groups.setdefault(group or "other", []).append(rows)
    slabs = {name: _fold([_measure(rows) for rows in blocks]) for name, blocks in groups.items()}
    high = TALLEST / max(slab.height for its in slabs.values() for slab in its)
    wide = _wide(list(slabs.values()))
    return [
        (name, [s._replace(width=s.width * wide, height=s.height * high, neck=s.neck * wide) for s in slabs[name]],
         blocks[-1][-1].output_shape, len(blocks))
        for name, blocks in groups.items()
    ]  # fmt: skip


def _wide(groups: list[list[Slab]]) -> float:
    """By how much slabs are widened or narrowed so that all fit, next to the words under stem and classifier."""
    blocks = [slabs for slabs in groups if slabs[0].kind != "plain"]
    free = svg.WIDTH - GROUP_GAP * len(groups) - NARROWEST * (len(groups) - len(blocks))
    free -= sum(GAP * (len(slabs) - 1) for slabs in blocks)
    return min(1.25, free / max(1, sum(slab.width for slabs in blocks for slab in slabs)))


def _breadth(slabs: list[Slab]) -> float:
    return sum(slab.width for slab in slabs) + GAP * (len(slabs) - 1)


def _rooms(columns: list[Column]) -> list[float]:
    """The width that each column gets: what its slabs or words need, and an equal part of what is left."""
    needed = [max(NARROWEST, _breadth(slabs)) for _, slabs, *_ in columns]
    spare = svg.WIDTH - GROUP_GAP * len(columns) - sum(needed)
    return [need + spare / len(columns) for need in needed]


def _measure(rows: tuple[Row, ...]) -> Slab:
    """The slab of one block, before it is fitted to the drawing."""
    shape = rows[-1].output_shape
    side = max(shape[1:-1], default=1)
    kind = "plain"
    if any(row.kind == "add" for row in rows):
        kind = "projection" if any("_shortcut_" in row.name for row in rows) else "identity"
    neck = next((row.output_shape[-1] for row in rows if row.name.endswith("_reduce")), 0)
    return Slab(kind, max(3.0, sqrt(shape[-1])), sqrt(side), sqrt(neck))


def _fold(slabs: list[Slab]) -> list[Slab]:
    """Many blocks alike: the first ones, an ellipsis, the last."""
    if len(slabs) <= SHOWN:
        return slabs
    return [*slabs[: SHOWN - 2], slabs[-1]._replace(kind="fold", width=14.0, neck=0), slabs[-1]]


def _slab(x: float, slab: Slab) -> list[str]:
    top = MIDDLE - slab.height / 2
    middle = x + slab.width / 2
    if slab.kind == "fold":
        return [svg.text(middle, MIDDLE + 4, "\u22ef", "label")]
    marks = [svg.rect(x, top, slab.width, slab.height, slab.kind)]
    if slab.neck:
        marks.append(svg.rect(x, top - 7, slab.width, 5, "se", 1))
        marks.append(svg.rect(middle - slab.neck / 2, top - 7, slab.neck, 5, "neck", 0))
    if slab.kind != "plain":
        left, right = x - GAP / 2, x + slab.width + GAP / 2
        arc = f"M {left:.1f} {top - 10:.1f} Q {middle:.1f} {top - 26:.1f} {right:.1f} {top - 10:.1f}"
        marks.append(svg.path(arc, f"arc-{slab.kind}"))
    return marks


def _labels(x: float, name: str, shape: Shape, n_blocks: int) -> list[str]:
    marks = [svg.text(x, HEIGHT - 32, spaced(name), "label"), svg.text(x, HEIGHT - 18, size(shape))]
    return [*marks, svg.text(x, HEIGHT - 5, f"\u00d7 {n_blocks}")] if n_blocks > 1 else marks


def _label(columns: list[Column]) -> str:
    parts = (f"{name}, {n} blocks, output {size(shape)}" if n > 1 else f"{name}, output {size(shape)}"
             for name, _, shape, n in columns)  # fmt: skip
    return "The network to scale: " + "; ".join(parts)
