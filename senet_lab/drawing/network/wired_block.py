"""Draw the inside of a block of any network: a box per layer, and lines as the layers are connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.stations import Station, stations_of
from senet_lab.drawing.network.words import (
    KINDS,
    WINDOWS,
    after,
    attention_words,
    function,
    gate_kernel,
    kernel,
    layer_tip,
    layers_of,
    side,
    stride_words,
    title,
)
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import short, size
from senet_lab.nets.on_keras.entries import SUMS, UNKNOWN
from senet_lab.nets.roles import attention_of
from senet_lab.nets.sketch import Row

HEIGHT = 206  # or more, for a block of many branches
MARGIN, INPUT_WIDTH, GAP = 8, 56, 26  # above and below; the room for the input; between columns
MIN_PITCH, MAX_PITCH = 42.0, 98.0  # between lanes
MAX_COLUMNS, MAX_LANES = 9, 9  # a block with more is drawn as a row of layers
MAX_BOX_WIDTH = 128.0
LABEL_CHARACTER, CHARACTER, LINE = 8.0, 6.9, 13.5  # width of the first line's characters, of others; height of a line
PASSES = ("pass", "shortcut")
SHORT_KINDS = {"concatenate": "concat", "depthwise conv": "depthwise", "separable conv": "separable",
               "transposed conv": "transposed", "grouped conv": "grouped"}  # fmt: skip
SIGNS = {**dict.fromkeys(SUMS, "+"), "scale": "\u00d7"}


class Room(NamedTuple):
    """Where stations are: the width of a column, the distance between lanes, and the middle of each lane."""

    step: float
    pitch: float
    lanes: Mapping[int, float]

    def x(self, station: Station) -> float:
        """Return the middle of a station."""
        return INPUT_WIDTH + self.step * (station.column - 0.5) if station.column else INPUT_WIDTH - 8

    def y(self, station: Station) -> float:
        """Return the middle of a station."""
        return self.lanes[station.lane]

    def width(self, station: Station) -> float:
        """Return the width of a station; a line passes through the whole width of a column."""
        if station.kind in SIGNS:
            return 26.0
        return 0.0 if station.kind == "input" else self.step - GAP if station.kind in PASSES else self.box_width

    @property
    def box_width(self) -> float:
        """The width of a box."""
        return min(MAX_BOX_WIDTH, self.step - GAP)

    @property
    def has_counts(self) -> bool:
        """Whether there is room for the number of parameters below a box."""
        return self.pitch >= 58

    @property
    def box_height(self) -> float:
        """The height of a box."""
        return self.pitch - (24 if self.has_counts else 8)


def is_drawable(part: Part, sources: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a part has connections that can be drawn legibly."""
    if any(row.name not in sources for row in part.rows):
        return False
    stations = stations_of(part.rows, sources)
    return max(each.column for each in stations) <= MAX_COLUMNS and len({each.lane for each in stations}) <= MAX_LANES


def draw_wired_block(
    part: Part,
    sources: Mapping[str, Sequence[str]],
    *,
    interactive: bool = False,
    focus: str = "",
    is_cropped: bool = False,
) -> Drawing:
    """Draw a block from its rows and their sources, left to right.

    Args:
        sources: the names of the layers on which each is called, as in `Ledger`.
        focus: the path of the node that gets the keyboard focus first: that of its squeeze-excite, or none.
        is_cropped: whether to leave out the margins that give all parts the same height.
    """
    stations = stations_of(part.rows, sources)
    lanes = sorted({station.lane for station in stations})
    pitch = max(MIN_PITCH, min(MAX_PITCH, (HEIGHT - 2 * MARGIN) / len(lanes)))
    height = max(0 if is_cropped else HEIGHT, 2 * MARGIN + pitch * len(lanes))
    top = (height - pitch * (len(lanes) - 1)) / 2
    columns = max(1, *(station.column for station in stations))
    room = Room(
        (svg.NETWORK_WIDTH - INPUT_WIDTH - 8) / columns,
        pitch,
        {lane: top + pitch * at for at, lane in enumerate(lanes)},
    )
    marks: list[Mark] = [_line(each, station, room) for station in stations for each in station.before]
    marks += [_end(max(stations, key=lambda each: each.column), room)]
    words = [word for word in ("in", side(part.input_shape), f"\u00d7 {part.input_shape[-1]}") if word]
    marks += svg.lines(24, room.y(stations[0]) - 12, words)
    marks += [_station(station, room, part.attention_path) for station in stations if station.rows]
    label = f"{title(part.path, ', ')}, {KINDS.get(part.kind, 'layers')}: {layers_of(part)}"
    return svg.Drawing(height, label, marks, interactive, focus, svg.NETWORK_WIDTH)


def _line(start: Station, end: Station, room: Room) -> Mark:
    """Draw the line between two stations in neighboring columns; what passes through a column goes straight on."""
    x, y = room.x(start) + room.width(start) / 2, room.y(start)
    to_x, to_y = room.x(end) - room.width(end) / 2, room.y(end)
    onward = f"H{to_x + room.width(end):.1f}" if end.kind in PASSES else ""
    half = (to_x - x) / 2
    bend = f"c{half:.1f} 0 {half:.1f} {to_y - y:.1f} {2 * half:.1f} {to_y - y:.1f}" if to_y != y else f"H{to_x:.1f}"
    return svg.path(f"M{x:.1f} {y:.1f}{bend}{onward}", "line")


def _end(last: Station, room: Room) -> Mark:
    x, y = room.x(last) + room.width(last) / 2, room.y(last)
    return svg.path(f"M{x:.1f} {y:.1f}H{svg.NETWORK_WIDTH - 8:g}m-7 -5l7 5l-7 5", "line")


def _station(station: Station, room: Room, attention_path: str) -> Node:
    x, y, row = room.x(station), room.y(station), station.rows[0]
    if station.kind in SIGNS:
        kind, words = ("gate", "product") if station.kind == "scale" else ("sum", "sum")
        signs = [svg.circle(x, y, 13, kind), svg.text(x, y + 6, SIGNS[station.kind], "sign")]
        return svg.Node(signs, Box(x - 16, y - 16, 32, 32), layer_tip(row, words), f"{words}, {size(row.output_shape)}")
    box = Box(x - room.box_width / 2, y - room.box_height / 2, room.box_width, room.box_height)
    if station.kind == "se":
        return _attention(station, box, room, attention_path)
    lines = _lines(station.rows, room)
    params, macs = sum(each.params for each in station.rows), sum(each.macs for each in station.rows)
    cost = "cost unknown" if row.kind == UNKNOWN else f"{short(macs)} multiply-adds"
    marks: list[Mark] = [svg.rect(*box, _look(row), 6)]
    marks += svg.lines(x, y + 4.5 - LINE / 2 * (len(lines) - 1), lines, LINE)
    if room.has_counts and params:
        count = f"{params:,}" if params < 10**7 else short(params)
        marks.append(svg.text(x, box.y + box.height + 13, count, "count-conv"))
    label = f"{', '.join(lines)}, {params:,} parameters, {cost}"
    return svg.Node(marks, box, [*layer_tip(row), *_followers(station.rows)], label)


def _look(row: Row) -> str:
    if row.kind in ("grouped conv", "depthwise conv"):
        return "paths"
    return "conv" if row.channels_in or row.macs else "box"


def _followers(rows: Sequence[Row]) -> list[str]:
    """Return what is written into the box of a layer, for its tip."""
    return [f"then {words}"] if (words := after(rows[1:])) else []


def _lines(rows: Sequence[Row], room: Room) -> list[str]:
    """Return the words in a box; what matters least is left out if there is no room for it."""
    row = rows[0]
    width = room.box_width - 6
    is_depthwise = row.kind == "grouped conv" and row.groups == row.channels_in
    kind = "depthwise conv" if is_depthwise else row.kind
    stride = stride_words(row) if row.kind in WINDOWS else ""
    first = [f"{kernel(row)} {kind}"] if row.kind in WINDOWS else [after([row]) or kind]
    if LABEL_CHARACTER * len(first[0]) > width:
        first = (
            [f"{kernel(row)} /{row.stride}" if stride and row.stride > 1 else kernel(row)]
            if row.kind in WINDOWS
            else []
        )
        first, stride = [*first, SHORT_KINDS.get(kind, kind)], "" if row.stride > 1 else stride
    paths = f"{row.groups} paths" if row.groups > 1 and "depthwise" not in kind else ""
    channels = f"{row.channels_in} \u2192 {row.output_shape[-1]}" if row.channels_in else ""
    own = function(row) if row.channels_in else ""
    rest = [
        stride,
        channels,
        paths,
        ", ".join(filter(None, (own, after(rows[1:])))),
    ]
    lines = [line for line in (*first, *rest) if line][: max(1, int((room.box_height - 4) / LINE))]
    return [svg.cut(line, width, CHARACTER if at else LABEL_CHARACTER) for at, line in enumerate(lines)]


def _attention(station: Station, box: Box, room: Room, path: str) -> Node:
    """Draw squeeze-excite as an hourglass that can be opened, and other attention as a straight band."""
    rows = {row.role: row for row in reversed(station.rows) if row.macs or row.role == "scale"}
    channels = station.rows[-1].output_shape[-1]
    squeezed = rows["reduce"].output_shape[-1] if "reduce" in rows else channels
    kernel_size = gate_kernel(station.rows) if attention_of(station.rows) == "eca" else 0
    params, macs = sum(row.params for row in station.rows), sum(row.macs for row in station.rows)
    height = min(box.height, 44.0)
    x, y = box.x + box.width / 2, box.y + box.height / 2
    half, neck = box.width / 2, max(2.0, height * min(1, (squeezed / channels) ** 0.5))
    slope = (height - neck) / 2
    marks: list[Mark] = [
        svg.path(
            f"M{box.x:.1f} {y - height / 2:.1f}l{half:.1f} {slope:.1f}l{half:.1f} -{slope:.1f}v{height:.1f}"
            f"l-{half:.1f} -{slope:.1f}l-{half:.1f} {slope:.1f}z",
            "hourglass",
        ),
        svg.text(x, y + 4.5, f"ECA {kernel_size}" if kernel_size else f"SE {channels}:{squeezed}", "label"),
    ]
    if room.has_counts:
        marks.append(svg.text(x, y + height / 2 + 14, f"{params:,}", "count-se"))
    name, words = attention_words(station.rows)
    tip = [name, words, f"{params:,} parameters, {short(macs)} multiply-adds"]
    return svg.Node(marks, box, tip, f"{name}, {words}, {params:,} parameters", path)
