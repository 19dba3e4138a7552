"""Figures: the drawing, table or code that the exercises of a lesson need on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.part import draw_cropped_part
from senet_lab.drawing.network.words import title
from senet_lab.drawing.sheet import Sheet, parse_sheet, style_sheet
from senet_lab.drawing.svg import Drawing
from senet_lab.papers import main

DEPTHS = (50, 101, 152)
# As in the lesson; tests/classroom/test_worksheet.py compares the two.
MINI = """\
def mini(inputs, last=Flatten, n_filters=128, n_blocks=2, ratio=16):
    x = Conv2D(32, (3, 3), strides=1, padding="same", activation="relu")(inputs)
    x = SEResNet.group(x, n_blocks=n_blocks, n_filters=n_filters, ratio=ratio)
    x = SEResNet.projection_block(x, n_filters=256)
    x = SEResNet.identity_block(x, n_filters=256)
    return Dense(10, activation="softmax")(last()(x))"""
F_RATIO = (
    "The F ratio is the variance between the classes divided by that within them. <b>Between</b> the classes: for each "
    "image, square the difference between the mean of its class and the mean of all; divide the sum by the number of "
    "classes \u2212 1. <b>Within</b> the classes: for each image, square the difference between its value and the mean "
    "of its class; divide the sum by the number of images \u2212 the number of classes."
)


def figures(lesson: str) -> str:
    """Return what stands above the questions of a lesson, as HTML; "" if they need nothing."""
    makers = FIGURES.get(lesson, ())
    return "".join(f"<figure>{make()}</figure>" for make in makers)


def _network() -> str:
    network = Architecture("resnet", 50)
    words = f"{network.name}. The taller a slab, the larger its map; the wider, the more channels."
    return _drawing(draw_network(Anatomy(network.ledger())), words)


def _groups() -> str:
    """Return the macro-architecture of the ResNets that the exercises are about."""
    plans = [Architecture("resnet", depth).plan for depth in DEPTHS]
    ledger = Architecture("resnet", 50, ratio=None).ledger()
    head = [
        "group",
        "map",
        "channels of the 3\u00d73",
        "channels out",
        *(f"blocks, {depth} layers" for depth in DEPTHS),
    ]
    rows = []
    for number, groups in enumerate(zip(*plans, strict=True), 1):
        _, side, _, channels = ledger.in_group(f"group{number}")[-1].output_shape
        blocks = [str(group.n_blocks) for group in groups]
        rows.append([str(number), f"{side} \u00d7 {side}", str(groups[0].filters_in), str(channels), *blocks])
    caption = (
        "The groups of ResNet and SE-ResNet, for images of 224 \u00d7 224. ResNeXt and SE-ResNeXt have the same, but "
        "twice as many channels in their 3\u00d73."
    )
    return _table(caption, head, rows)


def _identity_blocks() -> str:
    blocks = Architecture("resnet", 50, ratio=None).ledger().blocks()
    cells = [f"{sum(row.params for row in blocks[f'group{number}', 'block2']):,}" for number in (1, 2, 3, 4)]
    head = ["", "group 1", "group 2", "group 3", "group 4"]
    return _table("Parameters of an identity block of ResNet", head, [["parameters", *cells]])


def _bottleneck() -> str:
    return _part(Architecture("resnet", 50, ratio=None), "group1/block2")


def _paths() -> str:
    """Return a block with paths that no exercise asks for, since the drawing shows the weights."""
    return _part(Architecture("resnext", 50, cardinality=4, base_width=12, ratio=None), "group1/block2")


def _squeeze_excite() -> str:
    return _part(Architecture("resnet", 50), "group1/block2")


def _part(network: Architecture, path: str) -> str:
    words = f"{network.name}, {title(path)}; the number of weights is below each box"
    return _drawing(draw_cropped_part(Anatomy(network.ledger()), path, style=network.style), words)


def _mini() -> str:
    return f"<pre>{escape(MINI)}</pre><figcaption>The mini network, for images of 32 \u00d7 32</figcaption>"


def _f_ratio() -> str:
    return f"<figcaption>{F_RATIO}</figcaption>"


def _published() -> str:
    results = main()
    rows = []
    for row in results.rows:
        macs = row.architecture.ledger().macs / 1e9
        rows.append([row.architecture.name, f"{macs:.2f}", f"{row.top1:.2f}"])
    head = ["network", "multiply-adds (G)", "top-1 error (%)"]
    return _table(f"{results.title}, {results.source}", head, rows)


FIGURES: dict[str, tuple[Callable[[], str], ...]] = {
    "02_macro_architecture": (_network, _groups, _identity_blocks),
    "03_micro_architecture": (_bottleneck, _groups),
    "04_cardinality": (_paths,),
    "05_squeeze_and_excitation": (_squeeze_excite, _groups),
    "06_two_idioms": (_mini,),
    "08_gates": (_f_ratio,),
    "09_published_networks": (_published, _groups),
}


@cache
def _sheet() -> Sheet:
    return parse_sheet(style_sheet())


def _drawing(drawing: Drawing, words: str) -> str:
    return f"{drawing.svg(_sheet())}<figcaption>{escape(words)}</figcaption>"


def _table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    columns = "".join(f"<th scope=col>{escape(name)}</th>" if name else "<td></td>" for name in head)
    body = "".join(
        f"<tr><th scope=row>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    caption = f"<caption>{escape(caption)}</caption>"
    return f"<table>{caption}<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
