"""Write a network as a picture to share, with name, meta-parameters, costs, drawing and legend."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.network.overview import HEIGHT, draw_network
from senet_lab.drawing.network.summary import summary
from senet_lab.drawing.standalone import standalone_svg
from senet_lab.drawing.svg import Group, Mark
from senet_lab.drawing.units import short

SCALE = svg.WIDTH / svg.NETWORK_WIDTH
ABOVE, MARGIN = 72, 12  # height for name, meta-parameters and costs; distance from the edge
CHARACTER = 6.4  # width of a character in small text
LINE_LENGTH = 104  # characters of the token per line
KEY = (
    (("projection", 12, 12), "projection block"),
    (("identity", 12, 12), "identity block"),
    (("se", 14, 5), "squeeze-excite"),
    (("neck", 6, 5), "channels after the squeeze"),
)
SCALES = "lines through a block: paths; height \u221d \u221aside, width \u221d \u221achannels"


def poster_svg(architecture: Architecture) -> str:
    """Return the network to scale as an SVG file with a legend and the token from which to restore it."""
    ledger = architecture.ledger()
    costs = f"{ledger.params:,} parameters, {short(ledger.macs)} multiply-adds per image, {architecture.layers} layers"
    marks: list[Mark] = [
        svg.text(MARGIN, 24, architecture.name, "headline", "start"),
        svg.text(MARGIN, 42, summary(architecture), "note", "start"),
        svg.text(MARGIN, 58, costs, "note", "start"),
        Group(f"translate(0 {ABOVE}) scale({SCALE:.4f})", draw_network(ledger).marks),
        *_key(ABOVE + SCALE * HEIGHT + 20),
    ]
    credit, y = f"senet_lab: {architecture.token()}", round(ABOVE + SCALE * HEIGHT) + 56
    lines = [credit[at : at + LINE_LENGTH] for at in range(0, len(credit), LINE_LENGTH)]
    marks += [svg.text(MARGIN, y + 15 * at, line, "note", "start") for at, line in enumerate(lines)]
    return standalone_svg(svg.Drawing(y + 15 * len(lines), architecture.name, marks), architecture.name)


def _key(y: float) -> list[Mark]:
    marks, x = list[Mark](), float(MARGIN)
    for (kind, width, height), words in KEY:
        marks += [
            svg.rect(x, y - 4 - height / 2, width, height, kind),
            svg.text(x + width + 5, y, words, "note", "start"),
        ]
        x += width + 5 + CHARACTER * len(words) + 12
    return [*marks, svg.text(MARGIN, y + 16, SCALES, "note", "start")]
