"""One block opened: cardinality is the number of strands through the 3x3, ratio the neck of the hourglass."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

from senet_lab.ledger import Ledger
from senet_lab.nets.sketch import Row
from senet_lab.views import svg
from senet_lab.views.units import size

HEIGHT = 272
LINE, ABOVE, BELOW = 134, 28, 214  # the heights of branch, shortcut and hourglass
BOX_WIDTH, BOX_HEIGHT, BUNDLE = 92, 46, 112  # a convolution; the bundle of its strands
STEPS = {"conv": 126, "grouped conv": 190, "se": 150, "add": 66, "relu": 104}


class Station(NamedTuple):
    """A stop along the residual branch: what it is, the rows behind it, and where it is drawn."""

    kind: str
    rows: tuple[Row, ...]
    x: float


def block_svg(ledger: Ledger, group: str = "group1", block: str = "block1", place: str = "standard") -> str:
    """Draw a residual block from its rows, left to right.

    Args:
        place: of squeeze-excite; "identity" is drawn on the shortcut, the others where their rows are.

    Raises:
        ValueError: there is no such block; the error names those there are.
    """
    blocks = ledger.blocks()
    if (group, block) not in blocks:
        known = ", ".join(f"{g} {b}" for g, b in blocks if b)
        raise ValueError(f"`group` and `block` (={group} {block}) must be one of {known or 'a residual network'}.")
    rows = blocks[group, block]
    stations = _stations(rows, place)
    end = stations[-1].x + STEPS[stations[-1].kind] / 2
    marks = [svg.text(20, LINE - 9, "x", "label"), svg.path(f"M 12 {LINE} H {end:.1f}", "line")]
    for station in stations:
        marks += _drawn(station)
    gated = tuple(row for row in rows if row.in_se and place == "identity")
    marks += _shortcut(rows, next(s.x for s in stations if s.kind == "add"), gated)
    return svg.drawing(HEIGHT, _label(group, block, rows), marks)


def _stations(rows: tuple[Row, ...], place: str) -> list[Station]:
    """The stops in the order of the rows, spread over the width of the drawing."""
    found: list[tuple[str, list[Row]]] = []
    for row in rows:
        if "_shortcut_" in row.name or (row.in_se and place == "identity"):
            continue
        kind = "se" if row.in_se else "relu" if row.name.endswith("_relu") else row.kind
        if kind == "se" and found and found[-1][0] == "se":
            found[-1][1].append(row)
        elif kind in STEPS:
            found.append((kind, [row]))
    stretch = (svg.WIDTH - 56) / sum(STEPS[kind] for kind, _ in found)
    stations, x = [], 44.0
    for kind, its in found:
        stations.append(Station(kind, tuple(its), x + STEPS[kind] * stretch / 2))
        x += STEPS[kind] * stretch
    return stations


def _drawn(station: Station) -> list[str]:
    if station.kind == "se":
        return _squeeze_excite(station.rows, station.x, (LINE, BELOW), height=68)
    if station.kind == "add":
        return [svg.circle(station.x, LINE, 13, "node"), svg.text(station.x, LINE + 6, "+", "sign")]
    if station.kind == "relu":
        marks = [svg.rect(station.x - 38, LINE - 19, 76, 38, "box", 6), svg.text(station.x, LINE - 2, "ReLU", "label")]
        return [*marks, svg.text(station.x, LINE + 12, size(station.rows[0].output_shape))]
    return _convolution(station.rows[0], station.x)


def _convolution(row: Row, x: float) -> list[str]:
    """A box with kernel, stride and channels; one with many paths is as high as the strands that run through it."""
    grouped = row.groups > 1
    width, height = (74, BUNDLE) if grouped else (BOX_WIDTH, BOX_HEIGHT)
    channels = row.output_shape[-1]
    stride = f"stride {row.stride}" if row.stride > 1 else ""
    kernel = f"{row.kernel}\u00d7{row.kernel}"
    if grouped:
        lines = [kernel, f"{row.groups} paths", f"of {channels // row.groups}", stride]
    else:
        lines = [f"{kernel}, {stride}" if stride else kernel, f"\u2192 {channels}"]
    first = LINE - (8 if grouped else 4)
    marks = _strands(row.groups, x) if grouped else []
    marks.append(svg.rect(x - width / 2, LINE - height / 2, width, height, "paths" if grouped else "conv", 6))
    marks += [svg.text(x, first + 15 * i, words, "note" if i else "label") for i, words in enumerate(lines)]
    kind = "count-paths" if grouped else "count-conv"
    return [*marks, svg.text(x, LINE + height / 2 + 15, f"{row.params:,}", kind)]


def _strands(paths: int, x: float) -> list[str]:
    """One line a path, fanned out from the branch and back; more than 64 are drawn as 64."""
    shown = min(paths, 64)
    left, right = x - 92, x + 92
    steps = []
    for index in range(shown):
        y = LINE + BUNDLE * ((index + 0.5) / shown - 0.5)
        steps.append(
            f"M {left:.0f} {LINE} C {x - 60:.0f} {LINE} {x - 66:.0f} {y:.1f} {x - 37:.0f} {y:.1f} H {x + 37:.0f} "
            f"C {x + 66:.0f} {y:.1f} {x + 60:.0f} {LINE} {right:.0f} {LINE}"
        )
    return [svg.path(" ".join(steps), "strand")]


def _squeeze_excite(rows: tuple[Row, ...], x: float, lines: tuple[float, float], height: float) -> list[str]:
    """The multiplication on one line, the hourglass on the other, its neck as narrow as the squeeze leaves channels."""
    line, at = lines
    reduce, gate = (next(row for row in rows if row.name.endswith(end)) for end in ("_reduce", "_gate"))
    channels, squeezed = gate.output_shape[-1], reduce.output_shape[-1]
    width = 112
    neck = max(2.0, height * sqrt(min(1, squeezed / channels)))
    left, right = x - width / 2 - 12, x + width / 2 - 12
    middle = (left + right) / 2
    top, bottom = at - height / 2, at + height / 2
    return [
        svg.path(f"M {left - 12:.1f} {line} V {at} H {left:.1f}", "se-line"),
        svg.path(f"M {right:.1f} {at} H {x + width / 2 + 2:.1f} V {line + 11}", "se-line"),
        svg.path(
            f"M {left:.1f} {top} L {middle:.1f} {at - neck / 2:.1f} L {right:.1f} {top} V {bottom} "
            f"L {middle:.1f} {at + neck / 2:.1f} L {left:.1f} {bottom} Z",
            "hourglass",
        ),
        svg.text(left + 4, at + 4, str(channels), "label", "start"),
        svg.text(middle, at - neck / 2 - 5, str(squeezed), "label"),
        svg.text(right - 4, at + 4, str(channels), "label", "end"),
        svg.text(middle, bottom + 14, f"squeeze-excite {reduce.params + gate.params:,}", "count-se"),
        svg.circle(x + width / 2 + 2, line, 11, "gate"),
        svg.text(x + width / 2 + 2, line + 5, "\u00d7", "sign"),
    ]


def _shortcut(rows: tuple[Row, ...], to: float, gated: tuple[Row, ...]) -> list[str]:
    """The identity as a solid line, a projection as a dashed one with its convolution; `gated` is what sits on it."""
    convolution = next((row for row in rows if row.name.endswith("_shortcut_conv")), None)
    kind = "shortcut-projection" if convolution else "shortcut-identity"
    marks = [svg.path(f"M 32 {LINE} V {ABOVE} H {to:.1f} V {LINE - 13}", kind)]
    if convolution:
        stride = f", stride {convolution.stride}" if convolution.stride > 1 else ""
        words = f"{convolution.kernel}\u00d7{convolution.kernel}{stride}"
        marks.append(svg.rect(180, ABOVE - 17, 116, 34, "box-shortcut", 6))
        marks.append(svg.text(238, ABOVE - 2, words, "label"))
        marks.append(svg.text(238, ABOVE + 11, f"\u2192 {convolution.output_shape[-1]}"))
        marks.append(svg.text(306, ABOVE - 7, f"{convolution.params:,} projection shortcut", "count-shortcut", "start"))
    else:
        marks.append(svg.text(238, ABOVE - 7, "identity shortcut", "count-shortcut"))
    return [*marks, *(_squeeze_excite(gated, to - 100, (ABOVE, ABOVE + 46), height=40) if gated else [])]


def _label(group: str, block: str, rows: tuple[Row, ...]) -> str:
    parts: Iterator[str] = (
        f"{row.kernel} by {row.kernel} convolution to {row.output_shape[-1]} channels"
        + (f" in {row.groups} paths" if row.groups > 1 else "")
        for row in rows
        if row.kind in ("conv", "grouped conv")
    )
    squeezed = [
        f"squeeze-excite through {row.output_shape[-1]} channels" for row in rows if row.name.endswith("_reduce")
    ]
    return f"{group}, {block}: " + "; ".join([*parts, *squeezed])
