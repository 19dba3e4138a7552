"""The spread of gates: the distribution of their values, and the share of channels that are saturated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, ticks
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent
from senet_lab.gatelens.views.numbers import distinct
from senet_lab.gatelens.views.still import still_words

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

LEFT, TOP, HEIGHT = 44, 44, 190
HISTOGRAM_WIDTH = 330
NAMES, BARS, BAR_WIDTH = 560, 566, 150  # where names of blocks end and their bars begin, and the width of all channels
MAX_BARS = 24  # blocks with a bar; if there are more, the first and the last ones
SATURATED_SHARE = 0.5  # of the channels, to call a block saturated


def spread(reading: Reading, path: str, untrained: Reading | None = None) -> str:
    """Draw the histogram of a block's gates, next to it the saturation of all blocks, with the numbers in a table."""
    shares, edges = reading.histogram(path)
    before = untrained.histogram(path, reading.bounds)[0] if untrained else []
    marks = [*_histogram(shares, edges, path, before), *_saturation(reading, path)]
    its = reading.summaries[path]
    label = (
        f"Distribution of the gates of {title(path, ' ')}: mean {its.mean:.2f}; "
        f"{as_percent(its.shut, 0)} of its channels always below 0.05, {as_percent(its.opened, 0)} always above 0.95"
    )
    drawing = svg.Drawing(TOP + HEIGHT + 44, label, marks)
    return f"{_key(bool(untrained))}{drawing}{behind('spread', _tables(reading, shares, edges))}"


def _key(has_untrained: bool) -> str:
    line = '<span><i class="sn-outline-key"></i>untrained</span>' if has_untrained else ""
    return (
        f'<p class="sn-legend"><span><i class="sn-of-se"></i>gates of all images and channels</span>{line}'
        '<span><i class="sn-of-shut"></i>channels below 0.05 for every image</span>'
        '<span><i class="sn-of-open"></i>channels above 0.95 for every image</span></p>'
    )


def _histogram(shares: Sequence[float], edges: Sequence[float], path: str, before: Sequence[float]) -> list[Mark]:
    """Draw bars, and an outline for the untrained network."""
    low, high = edges[0], edges[-1]
    panel = Panel(LEFT, TOP, HISTOGRAM_WIDTH, HEIGHT, (low, high), (0, 105 * max(*shares, *before)))
    marks: list[Mark] = [
        svg.text(LEFT, 16, f"{title(path)}: distribution of its gates", "label", "start"),
        svg.text(LEFT, 34, f"% of gates in each of {len(shares)} bins", "note", "start"),
        *grid(panel, ticks(panel, 4)),
    ]
    width = HISTOGRAM_WIDTH / len(shares)
    for index, part in enumerate(shares):
        y = panel.y(100 * part)
        if part:
            marks.append(svg.rect(LEFT + index * width + 0.5, y, width - 1, panel.bottom - y, "neck", 0))
    if before:
        steps = "".join(f"V{panel.y(100 * part):.1f}h{width:.2f}" for part in before)
        marks.append(svg.path(f"M{LEFT} {panel.bottom}{steps}V{panel.bottom}", "outline"))
    quarters = (low + (high - low) * quarter / 4 for quarter in range(5))
    marks += [svg.text(panel.x(value), panel.bottom + 17, f"{value:.3g}") for value in quarters]
    return [*marks, floor_line(panel), svg.text(LEFT + HISTOGRAM_WIDTH / 2, panel.bottom + 35, "gate")]


def _saturation(reading: Reading, selected: str) -> list[Mark]:
    """Draw a bar for each block with the shares of its channels that are always shut and always open."""
    paths = reading.paths
    if len(paths) > MAX_BARS:
        paths = (*paths[: MAX_BARS // 2], *paths[-MAX_BARS // 2 :])
    pitch = HEIGHT / len(paths)
    height = min(14.0, pitch - 2)
    marks: list[Mark] = [
        svg.text(BARS + BAR_WIDTH + 40, 16, "saturated channels by block", "label", "end"),
        svg.text(BARS, 34, "0%", "note", "start"),
        svg.text(BARS + BAR_WIDTH, 34, "100% of channels", "note", "end"),
    ]
    for index, path in enumerate(paths):
        its = reading.summaries[path]
        middle = TOP + pitch * (index + 0.5)
        if pitch >= 12 or not index % 2:
            name = svg.cut(title(path), NAMES - LEFT - HISTOGRAM_WIDTH - 12, 6.7)
            marks.append(svg.text(NAMES, middle + 4, name, "label" if path == selected else "note", "end"))
            total = as_percent(its.shut + its.opened, 0)
            marks.append(svg.text(BARS + BAR_WIDTH + 5, middle + 4, total, "note", "start"))
        top = middle - height / 2
        marks.append(svg.rect(BARS, top, BAR_WIDTH, height, "empty", 1))
        marks.append(svg.rect(BARS, top, BAR_WIDTH * its.shut, height, "shut", 0))
        marks.append(svg.rect(BARS + BAR_WIDTH * (1 - its.opened), top, BAR_WIDTH * its.opened, height, "open", 0))
    return marks


def _tables(reading: Reading, shares: Sequence[float], edges: Sequence[float]) -> str:
    bins = [
        [f"{low:.3f} to {high:.3f}", as_percent(part, 2)]
        for low, high, part in zip(edges[:-1], edges[1:], shares, strict=True)
        if part
    ]
    blocks = [
        [title(path), *(f"{number:.3f}" for number in its[:4]), as_percent(its.shut), as_percent(its.opened)]
        for path, its in reading.summaries.items()
    ]
    head = ["Block", "Mean", "Standard deviation", "Minimum", "Maximum", "Always below 0.05", "Always above 0.95"]
    distribution = listing("Distribution", ["Gate", "Share"], bins, note="non-empty bins")
    return listing("Gates of each block", head, blocks) + distribution


def spread_words(reading: Reading, path: str) -> str:
    """Say where the middle half of the gates lies, and whether the last block saturates as in the paper."""
    low, middle, high = distinct(*reading.quartiles(path))
    half = f"half of the gates lie between {low} and {high}, with a median of {middle}"
    if low == high:
        half = f"at least half of the gates are close to {middle}"
    its = reading.summaries[path]
    return (
        f"In {title(path)}, {half}; {as_percent(its.shut, 0)} of the channels are always below 0.05 and "
        f"{as_percent(its.opened, 0)} always above 0.95. {_saturation_words(reading, path)}{still_words(reading, path)}"
    )


def _saturation_words(reading: Reading, path: str) -> str:
    """Compare the last block with the paper's last stage, which saturates."""
    last_path, last = list(reading.summaries.items())[-1]
    is_saturated = last.opened >= SATURATED_SHARE
    if path == last_path:
        return (
            "As in the paper, the last group saturates: many of its gates are close to 1."
            if is_saturated
            else "In the paper, by contrast, the last group saturates: its gates are close to 1."
        )
    likeness = "like" if is_saturated else "unlike"
    opened = as_percent(last.opened, 0)
    return f"In the last block, {opened} are always above 0.95, {likeness} in the paper\u2019s last group."
