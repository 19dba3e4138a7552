"""Draw the cost of a network: one line per part with its output, parameters and multiply-adds."""

from __future__ import annotations

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.words import node_label, tip
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import percent, short, size, spaced

HEIGHT = 206  # or more, for a network of many parts
MIN_PITCH = 13.0  # the height of a line
PARAMS, MACS, FULL_BAR = 196, 444, 116  # where the bars begin, and the length of a bar for 100%


def draw_costs(anatomy: Anatomy, *, interactive: bool = False, focus: str = "") -> Drawing:
    """Draw each part of the network as a line: its output, its parameters and multiply-adds as bars.

    `focus` is the part that gets the keyboard focus first.
    """
    parts = [anatomy.part(name) for name in anatomy.groups]
    pitch = max(MIN_PITCH, min(30.0, (HEIGHT - 26) / max(1, len(parts))))
    total = anatomy.part("")
    marks: list[Mark] = [
        svg.text(x, 14, words, "label", "start")
        for x, words in ((PARAMS, "parameters, orange end: SE"), (MACS, "multiply-adds"))
    ]
    for index, part in enumerate(parts):
        marks.append(_cost(part, total, 22 + pitch * index, pitch))
    height = max(HEIGHT, 26 + MIN_PITCH * len(parts))
    label = f"Parameters and multiply-adds of {len(parts)} parts, {total.params:,} and {short(total.macs)} in total"
    return svg.Drawing(height, label, marks, interactive, focus, svg.NETWORK_WIDTH)


def _cost(part: Part, total: Part, top: float, pitch: float) -> Node:
    base, bar = top + pitch / 2 + 4, min(16.0, pitch - 5)
    at = top + (pitch - bar) / 2
    params, macs = (FULL_BAR * n / (whole or 1) for n, whole in ((part.params, total.params), (part.macs, total.macs)))
    se = FULL_BAR * sum(row.params for row in part.rows if row.in_se) / (total.params or 1)
    marks = [
        svg.text(12, base, svg.cut(spaced(part.path).replace("transition", "trans."), 80), "label", "start"),
        svg.text(94, base, svg.cut(size(part.output_shape), 100, 6.7), "note", "start"),
        svg.rect(PARAMS, at, params, bar, "bar-params", 1),
        svg.rect(PARAMS + params - se, at, se, bar, "bar-se", 1),
        svg.text(
            PARAMS + 8 + params, base, f"{short(part.params)}, {percent(part.params, total.params)}", "note", "start"
        ),
        svg.rect(MACS, at, macs, bar, "bar-macs", 1),
        svg.text(MACS + 8 + macs, base, f"{short(part.macs)}, {percent(part.macs, total.macs)}", "note", "start"),
    ]
    return svg.Node(marks, Box(4, top, svg.NETWORK_WIDTH - 8, pitch - 1), tip(part)[:3], node_label(part), part.path)
