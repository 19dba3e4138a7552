"""Draw the inside of a block: as many strands through the 3x3 as paths, and an hourglass for squeeze-excite."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.words import (
    POOLS,
    attention_words,
    gate_kernel,
    join_blurs,
    kernel,
    layer_tip,
    layers_of,
    pooling,
    side,
    title,
)
from senet_lab.drawing.svg import Box, Drawing, Mark, Node, Shape
from senet_lab.drawing.units import short, size
from senet_lab.nets.sketch import Row

HEIGHT = 206
SHORTCUT_Y, BRANCH_Y, HOURGLASS_Y = 22, 97, 150
LOW_BRANCH_Y = 138  # of the branch, if the hourglass is on the shortcut
BOX_WIDTH, BOX_HEIGHT = 94, 66  # of a convolution
BUNDLE_WIDTH, BUNDLE_HEIGHT = 82, 100  # of one with many paths
FAN = 82.0  # from the middle of the bundle to the point where its strands meet, or less if there is no room
POOL_WIDTH, POOL_HEIGHT = 24, 44  # of a pooling layer, whose right side is half as high
MAX_STRANDS = 64  # more would blur
STATION_WIDTHS = {"conv": 102, "grouped conv": 166, "pool": 46, "blur": 46, "se": 138, "add": 46, "relu": 94}


class Station(NamedTuple):
    """A stop along the residual branch: its kind, its rows, its position in the drawing, and the room for it."""

    kind: str
    rows: tuple[Row, ...]
    x: float
    room: float

    @property
    def fan(self) -> float:
        """The distance from the middle of a bundle to the point where its strands meet."""
        return min(FAN, self.room / 2)


def draw_block(part: Part, *, place: str, interactive: bool = False, focus: str = "") -> Drawing:
    """Draw a residual block from its rows, left to right.

    Args:
        place: place of squeeze-excite; "identity" is drawn on the shortcut, the others at the position of their rows.
        focus: the path of the node that gets the keyboard focus first: that of its squeeze-excite, or none.
    """
    has_attention = bool(part.attention)
    line = LOW_BRANCH_Y if place == "identity" and has_attention else BRANCH_Y
    stations = _stations(part.rows, place)
    end = stations[-1].x + STATION_WIDTHS[stations[-1].kind] / 2
    marks: list[Mark] = [
        svg.text(8, line - 9, "x", "label", "start"),
        svg.path(f"M 8 {line}{_past_bundles(stations, line)} H {end:.1f} m -7 -5 l 7 5 l -7 5", "line"),
    ]
    sum_x = next((station.x for station in stations if station.kind == "add"), end)
    marks += _shortcut(part, sum_x, line, has_se=place == "identity" and has_attention)
    before = part.input_shape
    for station in stations:
        marks.append(_station(station, line, side(before), part.attention_path))
        before = station.rows[-1].output_shape
    if stations[0].kind == "conv":
        marks.append(svg.text(2, line + BOX_HEIGHT / 2 + 15, "weights", "note", "start"))
    label = f"{title(part.path, ', ')}, {part.kind}: {layers_of(part)}"
    return svg.Drawing(HEIGHT, label, marks, interactive, focus, svg.NETWORK_WIDTH)


def block_foot(part: Part) -> float:
    """Return the lower edge of a block's drawing, which without squeeze-excite is just below its convolutions."""
    height = BUNDLE_HEIGHT if any(row.groups > 1 for row in part.rows) else BOX_HEIGHT
    return HEIGHT if part.attention else BRANCH_Y + height / 2 + 24.0


def _past_bundles(stations: list[Station], line: float) -> str:
    """Return the SVG path of the branch, with gaps where the paths through a convolution are drawn one by one."""
    bundles = ((station.x, station.fan) for station in stations if station.kind == "grouped conv")
    return "".join(f" H {x - fan:.1f} M {x + fan:.1f} {line}" for x, fan in bundles)


def _stations(rows: tuple[Row, ...], place: str) -> list[Station]:
    """Return the stops in the order of the rows, distributed over the width of the drawing."""
    stops: list[tuple[str, list[Row]]] = []
    for row in join_blurs(rows):
        if row.role == "shortcut" or (row.in_se and place == "identity"):
            continue
        kind = "se" if row.in_se else "relu" if row.role == "output" else row.kind
        if kind == "se" and stops and stops[-1][0] == kind:
            stops[-1][1].append(row)
        elif kind in STATION_WIDTHS:
            stops.append((kind, [row]))
    stretch = (svg.NETWORK_WIDTH - 46) / sum(STATION_WIDTHS[kind] for kind, _ in stops)
    stations, x = [], 38.0
    for kind, its_rows in stops:
        width = STATION_WIDTHS[kind] * stretch
        stations.append(Station(kind, tuple(its_rows), x + width / 2, width))
        x += width
    return stations


def _station(station: Station, line: float, before: str, se_path: str) -> Node:
    kind, rows, x, _ = station
    if kind == "se":
        return _attention(rows, x, line, Box(x - 60, HOURGLASS_Y - 34, 102, 68), se_path)
    if kind == "add":
        marks = [svg.circle(x, line, 13, "sum"), svg.text(x, line + 6, "+", "sign")]
        return svg.Node(marks, Box(x - 16, line - 16, 32, 32), layer_tip(rows[0], "sum of branch and shortcut"), "sum")
    if kind == "relu":
        box = Box(x - 39, line - 20, 78, 40)
        marks = [svg.rect(*box, "box", 6), svg.text(x, line - 3, "ReLU", "label")]
        marks.append(svg.text(x, line + 12, svg.cut(size(rows[0].output_shape), 78, 6.6)))
        return svg.Node(marks, box, layer_tip(rows[0], "ReLU"), f"ReLU, output {size(rows[0].output_shape)}")
    if kind in POOLS:
        return _pooling(rows[0], x, line, before)
    return _convolution(rows[0], x, line, before, station.fan)


def _pooling(row: Row, x: float, line: float, before: str) -> Node:
    """Draw pooling as a shape that narrows to half its height, labeled with its window and the map's new size."""
    left, half = x - POOL_WIDTH / 2, POOL_HEIGHT / 2
    outline = f"M {left:.1f} {line - half:.1f} l {POOL_WIDTH} {half / 2:g} v {half:g} l -{POOL_WIDTH} {half / 2:g} z"
    lines = [f"{kernel(row)} {'blur' if row.kind == 'blur' else 'mean'}", *_change(row, before)]
    top = line - 43 if line == BRANCH_Y else line + half + 15  # on the low branch, squeeze-excite may be above
    marks = [svg.path(outline, "box"), *svg.lines(x, top, lines, 14)]
    name = pooling(row)
    box = Box(left, line - half, POOL_WIDTH, POOL_HEIGHT)
    return svg.Node(marks, box, layer_tip(row, name), f"{name}, output {size(row.output_shape)}")


def _change(row: Row, before: str) -> list[str]:
    """Return the size of the map after a layer if it changes."""
    after = side(row.output_shape)
    return [f"\u2192 {after}"] if after != before else []


def _convolution(row: Row, x: float, line: float, before: str, fan: float) -> Node:
    """Draw a box with kernel, channels and stride; with many paths, it is as high as the bundle of strands."""
    grouped = row.groups > 1
    width, height = (BUNDLE_WIDTH, BUNDLE_HEIGHT) if grouped else (BOX_WIDTH, BOX_HEIGHT)
    lines = _lines(row, before)
    box = Box(x - width / 2, line - height / 2, width, height)
    kind = "paths" if grouped else "conv"
    marks: list[Mark] = [_strands(row.groups, x, line, fan)] if grouped else []
    marks.append(svg.rect(*box, kind, 6))
    marks += svg.lines(x, line + 5 - 7.5 * (len(lines) - 1), lines)
    marks.append(svg.text(x, line + height / 2 + 15, _count(row.params), f"count-{kind}"))
    costs = f"{row.params:,} parameters, {short(row.macs)} multiply-adds"
    return svg.Node(marks, box, layer_tip(row), f"{kernel(row)} convolution, {', '.join(lines[1:])}, {costs}")


def _count(params: int) -> str:
    """Return a count with all its digits if that fits below a box, as it does for all published networks."""
    return f"{params:,}" if params < 10**8 else short(params)


def _lines(row: Row, before: str, *, stride_apart: bool = True) -> list[str]:
    """Return lines with kernel, stride, channels or paths, and the size of the map if it changes."""
    inputs, outputs = row.channels_in, row.output_shape[-1]
    stride = [f"stride {row.stride}"] if row.stride > 1 else []
    changed = _change(row, before)
    if row.groups > 1:
        path_inputs, path_outputs = inputs // row.groups, outputs // row.groups
        width = f"of {path_inputs}" if path_inputs == path_outputs else f"of {path_inputs} \u2192 {path_outputs}"
        return [kernel(row), f"{row.groups} paths", width, *stride, *changed]
    first = [kernel(row), *stride]
    return [*(first if stride_apart else [", ".join(first)]), f"{inputs} \u2192 {outputs}", *changed]


@lru_cache(maxsize=2**6)  # most moves of a slider do not change them
def _strands(paths: int, x: float, line: float, fan: float) -> Shape:
    """Draw one line per path, fanned out from the branch and back; more than 64 are drawn as 64."""
    count = min(paths, MAX_STRANDS)
    left, half, right = x - fan, BUNDLE_WIDTH / 2, x + fan
    steps = []
    for index in range(count):
        y = line + BUNDLE_HEIGHT * ((index + 0.5) / count - 0.5)
        steps.append(
            f"M{left:.1f} {line}C{x - 55:.0f} {line} {x - 62:.0f} {y:.1f} {x - half:.0f} {y:.1f}H{x + half:.0f}"
            f"C{x + 62:.0f} {y:.1f} {x + 55:.0f} {line} {right:.1f} {line}"
        )
    return svg.path("".join(steps), "strand")


def _attention(rows: tuple[Row, ...], x: float, line: float, box: Box, path: str) -> Node:
    """Draw the multiplication on its line, and what computes the gates in a box: an hourglass, or ECA's convolution."""
    name, words = attention_words(rows)
    params, macs = sum(row.params for row in rows), sum(row.macs for row in rows)
    left, right = box.x, box.x + box.width
    middle, y = (left + right) / 2, box.y + box.height / 2
    marks = [
        svg.path(f"M {left - 10:.1f} {line} V {y:g} H {left:.1f}", "se-line"),
        svg.path(f"M {right:.1f} {y:g} H {x + 54:.1f} V {line + 11}", "se-line"),
        *_inside(rows, box),
        *(_pixels(x + 54, (y + line + 11) / 2) if any(row.role == "spatial gate" for row in rows) else []),
        svg.text(middle, box.y + box.height + 13, f"{name} {params:,}", "count-se"),
        svg.circle(x + 54, line, 11, "gate"),
        svg.text(x + 54, line + 5, "\u00d7", "sign"),
    ]
    hit = Box(left - 4, box.y - 2, box.width + 8, box.height + 18)
    tip = [name, words, f"{params:,} parameters, {short(macs)} multiply-adds"]
    return svg.Node(marks, hit, tip, f"{name}, {words}, {params:,} parameters", path)


def _inside(rows: tuple[Row, ...], box: Box) -> list[Mark]:
    """Draw an hourglass whose neck shows the squeezed channels; without a squeeze, a straight band with its kernel."""
    gate = next(row for row in reversed(rows) if row.role == "gate")
    channels = gate.output_shape[-1]
    squeezed = next((row.output_shape[-1] for row in rows if row.role == "reduce"), channels)
    neck = max(2.0, box.height * sqrt(min(1, squeezed / channels)))
    left, right = box.x, box.x + box.width
    middle, y = (left + right) / 2, box.y + box.height / 2
    size_kernel = gate_kernel(rows)
    inner = (box.y + 15, f"kernel {size_kernel}") if size_kernel else (y - neck / 2 - 4, str(squeezed))
    return [
        _hourglass(box, neck),
        svg.text(left + 4, y + 4, str(channels), "label", "start"),
        svg.text(middle, *inner, "label"),
        svg.text(right - 4, y + 4, str(channels), "label", "end"),
    ]


def _pixels(x: float, y: float) -> list[Mark]:
    """Draw a map of four pixels on the line to the multiplication: each pixel is scaled as well."""
    cross = f"M {x - 9:.1f} {y:.1f} h 18 M {x:.1f} {y - 9:.1f} v 18"
    return [svg.rect(x - 9, y - 9, 18, 18, "gate", 2), svg.path(cross, "se-line")]


def _hourglass(box: Box, neck: float) -> Mark:
    x, y, width, height = box
    half, narrow = width / 2, (height - neck) / 2
    return svg.path(
        f"M {x:.1f} {y:.1f} l {half:.1f} {narrow:.2f} l {half:.1f} -{narrow:.2f} v {height:.1f} "
        f"l -{half:.1f} -{narrow:.2f} l -{half:.1f} {narrow:.2f} z",
        "hourglass",
    )


def _shortcut(part: Part, sum_x: float, line: float, *, has_se: bool) -> list[Mark]:
    """Draw an identity as a solid line, a projection as a dashed line with its convolution, and the gate if any."""
    if part.kind == "plain":
        return []
    rows = {row.kind: row for row in part.rows if row.role == "shortcut"}
    row, pool = rows.get("conv"), rows.get("pool")
    before = side(pool.output_shape if pool else part.input_shape)
    marks: list[Mark] = [
        svg.path(f"M 26 {line} V {SHORTCUT_Y} H {sum_x:.1f} V {line - 13}", f"shortcut-{part.kind}"),
        _projection(row, before) if row else
        svg.text(190, SHORTCUT_Y - 7, "identity shortcut", "count-shortcut"),
    ]  # fmt: skip
    if pool:
        marks.append(_shortcut_pooling(pool))
    if has_se:
        x, se_rows = sum_x - 100, tuple(row for row in part.rows if row.in_se)
        box = Box(x - 60, SHORTCUT_Y + 20, 102, 42)
        marks.append(_attention(se_rows, x, SHORTCUT_Y, box, part.attention_path))
    return marks


def _shortcut_pooling(row: Row) -> Node:
    """Draw the pooling before a projection, which is not strided then (He et al. 2019, fig. 2c)."""
    box = Box(34, SHORTCUT_Y - 19, 88, 38)
    lines = [f"{kernel(row)} mean", f"\u2192 {side(row.output_shape)}"]
    marks = [svg.rect(*box, "box-shortcut", 6), *svg.lines(box.x + box.width / 2, SHORTCUT_Y - 3, lines)]
    name = pooling(row)
    return svg.Node(marks, box, layer_tip(row, name), f"shortcut, {name}, output {size(row.output_shape)}")


def _projection(row: Row, before: str) -> Node:
    box = Box(132, SHORTCUT_Y - 19, 116, 38)
    lines = _lines(row, before, stride_apart=False)
    marks = [
        svg.rect(*box, "box-shortcut", 6),
        *svg.lines(190, SHORTCUT_Y - 3, lines[:2]),
        *(svg.text(256, SHORTCUT_Y + 15, line, "note", "start") for line in lines[2:]),
        svg.text(256, SHORTCUT_Y - 7, f"{row.params:,} projection shortcut", "count-shortcut", "start"),
    ]
    label = f"projection shortcut, {', '.join(lines)}, {row.params:,} parameters"
    return svg.Node(marks, box, layer_tip(row), label)
