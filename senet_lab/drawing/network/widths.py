"""Draw RegNet's rule: linear widths, the steps they are moved to, the groups that form (Radosavovic et al. 2020)."""

from __future__ import annotations

from itertools import chain

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.regnet import Widths, block_widths
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing, Mark
from senet_lab.drawing.units import counted

HEIGHT, LEFT, TOP, PLOT_HEIGHT, RIGHT = 140, 44, 20, 82, 8
MAX_BAR, MAX_DOT = 26, 2.5  # width of a bar, radius of a dot
CHARACTER = 7.2  # width of a character of a label


def regnet_rule(architecture: Architecture) -> Html:
    """Return RegNet's rule in words and as a chart; nothing if it does not set the groups of the architecture."""
    if architecture.family != "regnet" or architecture.groups is not None:
        return html()
    words = f'<p class="sn-source">{rule_sentence(architecture)}</p>'
    return html(words, '<div class="sn-widths">', draw_widths(block_widths(architecture.sizes)), "</div>")


def rule_sentence(architecture: Architecture) -> str:
    """Say how the groups form.

    >>> rule_sentence(Architecture("regnet", 16)).partition(" Bars")[0]
    'Dots: 48 channels, and 27.89 more per block.'
    """
    _, w0, wa, wm, group_width = architecture.sizes
    n_groups = len(architecture.table)
    form = f"form {n_groups} groups" if n_groups > 1 else "form one group, here all of them"
    return (
        f"Dots: {counted(w0, 'channel')}, and {wa:g} more per block. Bars: the nearest {w0} \u00d7 {wm:g}\u02e2 with a "
        f"whole s; neighbors with the same s {form}. Widths are rounded to whole paths of "
        f"{counted(group_width, 'channel')}."
    )


def draw_widths(widths: Widths) -> Drawing:
    """Draw a bar for each block, whose height is its number of channels, and a dot at its linear width.

    The first bar of a group is purple and the others are blue, as in the drawing of the network.
    """
    bars = (*chain(*((width,) * n_blocks for width, n_blocks in widths.stages)),)
    most = max(*bars, *widths.linear)
    plot_width = svg.NETWORK_WIDTH - LEFT - RIGHT
    panel = Panel(LEFT, TOP, plot_width, PLOT_HEIGHT, (-0.5, len(bars) - 0.5), (0, 1.05 * most))
    dots = [(panel.x(block), panel.y(width)) for block, width in enumerate(widths.linear)]
    radius = min(MAX_DOT, 0.3 * plot_width / len(bars))
    marks: list[Mark] = [svg.text(0, 11, "channels", "note", "start")]
    marks += grid(panel, ticks(panel, 4)) + _bars(panel, widths.stages) + [line(dots, "rule")]
    marks += [svg.circle(x, y, radius, "dot") for x, y in dots]
    return Drawing(HEIGHT, _label(widths), marks, width=svg.NETWORK_WIDTH)


def _bars(panel: Panel, stages: tuple[tuple[int, int], ...]) -> list[Mark]:
    """Return the bars, and below each group its width and number of blocks as far as there is room."""
    marks: list[Mark] = []
    pitch, first = panel.x(1) - panel.x(0), 0
    breadth = min(MAX_BAR, 0.8 * pitch)
    for width, n_blocks in stages:
        top = panel.y(width)
        for block in range(first, first + n_blocks):
            kind = "projection" if block == first else "identity"
            marks.append(svg.rect(panel.x(block) - breadth / 2, top, breadth, panel.bottom - top, kind, 1))
        middle, room = panel.x(first + (n_blocks - 1) / 2), pitch * n_blocks
        for below, words, kind in ((15, str(width), "label"), (30, f"\u00d7{n_blocks}", "note")):
            if len(words) * CHARACTER <= room:
                marks.append(svg.text(middle, panel.bottom + below, words, kind))
        first += n_blocks
    return marks


def _label(widths: Widths) -> str:
    groups = ", ".join(f"{width} channels in {counted(n_blocks, 'block')}" for width, n_blocks in widths.stages)
    return f"Linear widths from {widths.linear[0]:g} to {widths.linear[-1]:g} channels; groups: {groups}"
