"""The spread of gates: how their values are distributed, and which channels are always shut or always open."""

from __future__ import annotations

import numpy as np

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, ticks
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.reading import Array, Reading, share

BINS = 40
LEFT, TOP, HIGH = 44, 44, 190
FIELD = 330  # of the histogram
NAMES, BARS, LONG = 560, 566, 150  # where the names of blocks end; where their bars begin, and how long all would be
MOST = 24  # blocks with a bar each; of more, the first and the last


def spread(reading: Reading, path: str, untrained: Reading | None = None) -> str:
    """The histogram of a block's gates, beside it the saturation of all blocks; the numbers behind."""
    shares, edges = histogram(reading, path)
    before = histogram(untrained, path, edges)[0] if untrained else None
    marks = [*_histogram(shares, edges, path, before), *_saturation(reading, path)]
    shut, opened = reading.saturation[path]
    label = (
        f"Distribution of the gates of {title(path, ' ')}: mean {reading.gates[path].mean():.2f}; "
        f"{share(shut, 0)} of its channels always below 0.05, {share(opened, 0)} always above 0.95"
    )
    height = TOP + HIGH + 44
    return f"{_key(untrained)}{svg.drawing(height, label, marks)}{behind('spread', _tables(reading, shares, edges))}"


def histogram(reading: Reading, path: str, edges: Array | None = None) -> tuple[Array, Array]:
    """The share of gates in each of BINS bins, from 0 to 1, and the edges of these."""
    values = reading.gates[path]
    edges = np.linspace(*reading.bounds, BINS + 1) if edges is None else edges
    counts, edges = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / values.size, edges


def _key(untrained: Reading | None) -> str:
    line = '<span><i class="sn-outline-key"></i>untrained</span>' if untrained else ""
    return (
        f'<p class="sn-legend"><span><i class="sn-of-se"></i>gates of all images and channels</span>{line}'
        '<span><i class="sn-of-shut"></i>channels below 0.05 for every image</span>'
        '<span><i class="sn-of-open"></i>above 0.95 for every image</span></p>'
    )


def _histogram(shares: Array, edges: Array, path: str, before: Array | None) -> list[Mark]:
    """Bars for what is, an outline for the network before it was trained."""
    top = 100 * max(float(shares.max()), float(before.max()) if before is not None else 0.0) * 1.05
    panel = Panel(LEFT, TOP, FIELD, HIGH, (float(edges[0]), float(edges[-1])), (0, top))
    marks = [
        svg.text(LEFT, 16, f"{title(path)}: its gates", "label", "start"),
        svg.text(LEFT, 34, "% of gates, in each of 40 bins", "note", "start"),
        *grid(panel, ticks(panel, 4)),
    ]
    wide = FIELD / len(shares)
    for index, part in enumerate(shares):
        y = panel.y(100 * part)
        if part:
            marks.append(svg.rect(LEFT + index * wide + 0.5, y, wide - 1, panel.bottom - y, "neck", 0))
    if before is not None:
        steps = "".join(f"V{panel.y(100 * part):.1f}h{wide:.2f}" for part in before)
        marks.append(svg.path(f"M{LEFT} {panel.bottom}{steps}V{panel.bottom}", "outline"))
    low, high = panel.x_range
    marks += [svg.text(panel.x(v), panel.bottom + 17, f"{v:.3g}") for v in np.linspace(low, high, 5)]
    return [*marks, floor_line(panel), svg.text(LEFT + FIELD / 2, panel.bottom + 35, "gate")]


def _saturation(reading: Reading, chosen: str) -> list[Mark]:
    """A bar for each block: the shares of its channels that are always shut, and always open."""
    paths = list(reading.gates)
    if len(paths) > MOST:
        paths = [*paths[: MOST // 2], *paths[-MOST // 2 :]]
    pitch = HIGH / len(paths)
    marks: list[Mark] = [
        svg.text(BARS + LONG + 40, 16, "saturated channels by block", "label", "end"),
        svg.text(BARS, 34, "0 %", "note", "start"),
        svg.text(BARS + LONG, 34, "100 % of channels", "note", "end"),
    ]
    for index, path in enumerate(paths):
        shut, opened = reading.saturation[path]
        y, high = TOP + pitch * index, min(14.0, pitch - 2)
        base = y + pitch / 2 + 4
        name = title(path)
        if pitch >= 12 or not index % 2:
            marks.append(
                svg.text(
                    NAMES,
                    base,
                    svg.cut(name, NAMES - LEFT - FIELD - 12, 6.7),
                    "label" if path == chosen else "note",
                    "end",
                )
            )
            marks.append(svg.text(BARS + LONG + 5, base, share(shut + opened, 0), "note", "start"))
        top = y + (pitch - high) / 2
        marks.append(svg.rect(BARS, top, LONG, high, "empty", 1))
        marks.append(svg.rect(BARS, top, LONG * shut, high, "shut", 0))
        marks.append(svg.rect(BARS + LONG * (1 - opened), top, LONG * opened, high, "open", 0))
    return marks


def _tables(reading: Reading, shares: Array, edges: Array) -> str:
    bins = [
        [f"{low:.3f} to {high:.3f}", share(part, 2)]
        for low, high, part in zip(edges[:-1], edges[1:], shares, strict=True)
        if part
    ]
    blocks = []
    for path, values in reading.gates.items():
        shut, opened = reading.saturation[path]
        blocks.append(
            [
                title(path),
                f"{values.mean():.3f}",
                f"{values.std():.3f}",
                f"{values.min():.3f}",
                f"{values.max():.3f}",
                share(shut),
                share(opened),
            ]
        )
    head = ["Block", "Mean", "Standard deviation", "Least", "Most", "Always below 0.05", "Always above 0.95"]
    return listing("Gates of each block", head, blocks) + listing(
        "Distribution", ["Gate", "Share"], bins, note="bins that are not empty"
    )
