"""One block opened: cardinality is the number of strands through the 3x3, ratio the neck of the hourglass."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.words import kernel, layer_tip, layers_of, side, title
from senet_lab.drawing.svg import Box
from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row

HEIGHT = 206
ABOVE, LINE, BELOW = 22, 97, 150  # the heights of shortcut, branch and hourglass
LOW = 138  # that of the branch where the hourglass is on the shortcut
BOX_WIDTH, BOX_HEIGHT, BUNDLE, PATHS_WIDTH = 94, 66, 100, 82  # a convolution; the bundle of its strands
FAN = 82  # from the middle of the bundle to where its strands meet
MOST_STRANDS = 64  # more could not be told apart
STEPS = {"conv": 102, "grouped conv": 166, "se": 138, "add": 46, "relu": 94}


class Station(NamedTuple):
    """A stop along the residual branch: what it is, the rows behind it, and where it is drawn."""

    kind: str
    rows: tuple[Row, ...]
    x: float


def block_svg(
    thing: Ledger | Anatomy,
    path: str = "group1/block1",
    *,
    place: str = "standard",
    interactive: bool = False,
    focus: str = "",
) -> str:
    """Draw a residual block from its rows, left to right.

    Args:
        path: of a block, such as "group2/block1".
        place: of squeeze-excite; "identity" is drawn on the shortcut, the others where their rows are.
        focus: the path of the node that the keyboard comes to first: that of its squeeze-excite, or none.

    Raises:
        ValueError: there is no such block; the error names those there are.
    """
    part = Anatomy.of(thing).part(path)
    rows = part.rows
    line = LOW if place == "identity" and part.squeezed else LINE
    stations = _stations(rows, place)
    end = stations[-1].x + STEPS[stations[-1].kind] / 2
    marks = [
        svg.text(8, line - 9, "x", "label", "start"),
        svg.path(f"M 8 {line}{_past_bundles(stations, line)} H {end:.1f} m -7 -5 l 7 5 l -7 5", "line"),
    ]
    gated = tuple(row for row in rows if row.in_se) if place == "identity" else ()
    to = next((s.x for s in stations if s.kind == "add"), end)
    marks += _shortcut(part, to, line, gated)
    before = part.entered
    for station in stations:
        marks.append(_drawn(station, line, side(before), f"{path}/se"))
        before = station.rows[-1].output_shape
    if stations[0].kind == "conv":
        marks.append(svg.text(2, line + BOX_HEIGHT / 2 + 15, "weights", "note", "start"))
    label = f"{title(path, ', ')}, {part.kind}: {layers_of(part)}"
    return svg.drawing(HEIGHT, label, marks, interactive, focus, svg.NETWORK)


def block_foot(part: Part) -> float:
    """How far down the drawing of a block reaches: one without squeeze-excite ends below its convolutions."""
    high = BUNDLE if any(row.groups > 1 for row in part.rows) else BOX_HEIGHT
    return HEIGHT if part.squeezed else LINE + high / 2 + 24.0


def _past_bundles(stations: list[Station], line: float) -> str:
    """The branch has a gap where its paths have their own lines."""
    return "".join(f" H {s.x - FAN:.1f} M {s.x + FAN:.1f} {line}" for s in stations if s.kind == "grouped conv")


def _stations(rows: tuple[Row, ...], place: str) -> list[Station]:
    """The stops in the order of the rows, spread over the width of the drawing."""
    found: list[tuple[str, list[Row]]] = []
    for row in rows:
        if row.role == "shortcut" or (row.in_se and place == "identity"):
            continue
        kind = "se" if row.in_se else "relu" if row.role == "output" else row.kind
        if kind == "se" and found and found[-1][0] == "se":
            found[-1][1].append(row)
        elif kind in STEPS:
            found.append((kind, [row]))
    stretch = (svg.NETWORK - 46) / sum(STEPS[kind] for kind, _ in found)
    stations, x = [], 38.0
    for kind, its in found:
        stations.append(Station(kind, tuple(its), x + STEPS[kind] * stretch / 2))
        x += STEPS[kind] * stretch
    return stations


def _drawn(station: Station, line: float, before: str, se_path: str) -> str:
    kind, rows, x = station
    if kind == "se":
        return _squeeze_excite(rows, x, (line, BELOW), 68, se_path)
    if kind == "add":
        marks = [svg.circle(x, line, 13, "sum"), svg.text(x, line + 6, "+", "sign")]
        return svg.node(marks, Box(x - 16, line - 16, 32, 32), layer_tip(rows[0], "sum of branch and shortcut"), "sum")
    if kind == "relu":
        box = Box(x - 39, line - 20, 78, 40)
        marks = [svg.rect(*box, "box", 6), svg.text(x, line - 3, "ReLU", "label")]
        marks.append(svg.text(x, line + 12, svg.cut(size(rows[0].output_shape), 78, 6.6)))
        return svg.node(marks, box, layer_tip(rows[0], "ReLU"), f"ReLU, output {size(rows[0].output_shape)}")
    return _convolution(rows[0], x, line, before)


def _convolution(row: Row, x: float, line: float, before: str) -> str:
    """A box with kernel, channels and stride; one with many paths is as high as the strands that run through it."""
    grouped = row.groups > 1
    width, height = (PATHS_WIDTH, BUNDLE) if grouped else (BOX_WIDTH, BOX_HEIGHT)
    lines = _lines(row, before)
    box = Box(x - width / 2, line - height / 2, width, height)
    kind = "paths" if grouped else "conv"
    marks = [_strands(row.groups, x, line)] if grouped else []
    marks.append(svg.rect(*box, kind, 6))
    marks += svg.lines(x, line + 5 - 7.5 * (len(lines) - 1), lines)
    marks.append(svg.text(x, line + height / 2 + 15, _count(row.params), f"count-{kind}"))
    words = (
        f"{kernel(row)} convolution, {', '.join(lines[1:])}, {row.params:,} parameters, {short(row.macs)} multiply-adds"
    )
    return svg.node(marks, box, layer_tip(row), words)


def _count(params: int) -> str:
    """All digits, of what fits below a box; no published network has more in a layer."""
    return f"{params:,}" if params < 10**8 else short(params)


def _lines(row: Row, before: str, stridden: str = "\n") -> list[str]:
    """Kernel, stride behind `stridden`, channels or paths, and the size of the map where it changes."""
    inputs, outputs = row.channels_in, row.output_shape[-1]
    after = side(row.output_shape)
    stride = [f"stride {row.stride}"] if row.stride > 1 else []
    changed = [f"\u2192 {after}"] if after != before else []
    if row.groups > 1:
        one, two = inputs // row.groups, outputs // row.groups
        return [
            kernel(row),
            f"{row.groups} paths",
            f"of {one}" if one == two else f"of {one} \u2192 {two}",
            *stride,
            *changed,
        ]
    return [*stridden.join([kernel(row), *stride]).split("\n"), f"{inputs} \u2192 {outputs}", *changed]


@lru_cache(maxsize=2**6)  # most moves of a slider leave them as they are
def _strands(paths: int, x: float, line: float) -> str:
    """One line a path, fanned out from the branch and back; more than 64 are drawn as 64."""
    shown = min(paths, MOST_STRANDS)
    left, half, right = x - FAN, PATHS_WIDTH / 2, x + FAN
    steps = []
    for index in range(shown):
        y = line + BUNDLE * ((index + 0.5) / shown - 0.5)
        steps.append(
            f"M{left:.1f} {line}C{x - 55:.0f} {line} {x - 62:.0f} {y:.1f} {x - half:.0f} {y:.1f}H{x + half:.0f}"
            f"C{x + 62:.0f} {y:.1f} {x + 55:.0f} {line} {right:.1f} {line}"
        )
    return svg.path("".join(steps), "strand")


def _squeeze_excite(rows: tuple[Row, ...], x: float, lines: tuple[float, float], height: float, path: str) -> str:
    """The multiplication on one line, the hourglass on the other, its neck as narrow as the squeeze leaves channels."""
    line, at = lines
    reduce, gate = (next(row for row in rows if row.role == role) for role in ("reduce", "gate"))
    channels, squeezed = gate.output_shape[-1], reduce.output_shape[-1]
    params = reduce.params + gate.params
    neck = max(2.0, height * sqrt(min(1, squeezed / channels)))
    left, right = x - 60, x + 42
    middle = (left + right) / 2
    top = at - height / 2
    marks = [
        svg.path(f"M {left - 10:.1f} {line} V {at} H {left:.1f}", "se-line"),
        svg.path(f"M {right:.1f} {at} H {x + 54:.1f} V {line + 11}", "se-line"),
        _hourglass(Box(left, top, right - left, height), neck),
        svg.text(left + 4, at + 4, str(channels), "label", "start"),
        svg.text(middle, at - neck / 2 - 4, str(squeezed), "label"),
        svg.text(right - 4, at + 4, str(channels), "label", "end"),
        svg.text(middle, top + height + 13, f"squeeze-excite {params:,}", "count-se"),
        svg.circle(x + 54, line, 11, "gate"),
        svg.text(x + 54, line + 5, "\u00d7", "sign"),
    ]
    hit = Box(left - 4, top - 2, right - left + 8, height + 18)
    tip = [
        "squeeze-excite",
        f"{channels} \u2192 {squeezed} \u2192 {channels} channels",
        f"{params:,} parameters, {short(reduce.macs + gate.macs)} multiply-adds",
    ]
    return svg.node(
        marks, hit, tip, f"squeeze-excite, {channels} channels through {squeezed}, {params:,} parameters", path
    )


def _hourglass(box: Box, neck: float) -> str:
    """Two funnels that meet in the middle of a box, at a neck."""
    x, y, width, height = box
    half, narrow = width / 2, (height - neck) / 2
    return svg.path(
        f"M {x:.1f} {y:.1f} l {half:.1f} {narrow:.2f} l {half:.1f} -{narrow:.2f} v {height:.1f} "
        f"l -{half:.1f} -{narrow:.2f} l -{half:.1f} {narrow:.2f} z",
        "hourglass",
    )


def _shortcut(part: Part, to: float, line: float, gated: tuple[Row, ...]) -> list[str]:
    """The identity as a solid line, a projection as a dashed one with its convolution; `gated` is what sits on it."""
    if part.kind == "plain":
        return []
    row = next((row for row in part.rows if row.role == "shortcut" and row.kind == "conv"), None)
    marks = [svg.path(f"M 26 {line} V {ABOVE} H {to:.1f} V {line - 13}", f"shortcut-{part.kind}")]
    if row:
        box = Box(132, ABOVE - 19, 116, 38)
        does, channels, *changed = _lines(row, side(part.entered), ", ")
        lines = does, channels
        beside = [svg.text(256, ABOVE + 15, each, "note", "start") for each in changed]
        marks.append(svg.node(
            [svg.rect(*box, "box-shortcut", 6), *svg.lines(190, ABOVE - 3, lines), *beside,
             svg.text(256, ABOVE - 7, f"{row.params:,} projection shortcut", "count-shortcut", "start")],
            box, layer_tip(row), f"projection shortcut, {', '.join((*lines, *changed))}, {row.params:,} parameters",
        ))  # fmt: skip
    else:
        marks.append(svg.text(190, ABOVE - 7, "identity shortcut", "count-shortcut"))
    return [*marks, *([_squeeze_excite(gated, to - 100, (ABOVE, ABOVE + 41), 42, f"{part.path}/se")] if gated else [])]
