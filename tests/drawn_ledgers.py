"""Networks of every shape, and functions that read the drawings of their ledgers."""

import xml.etree.ElementTree as ElementTree
from collections import namedtuple

from senet_lab import Architecture, Ledger, SEResNet, Sketch
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing import svg
from senet_lab.drawing.network.layer_table import LayerRow, layer_blocks
from senet_lab.nets.layers import Conv2D, ReLU

RESNEXT = Architecture("resnext")
ODD = {
    "no SE": Architecture(ratio=None),
    "one group": Architecture("resnext", groups=((64, 1),)),
    "without top": Architecture("resnext", 26, include_top=False),
    "own groups": Architecture("resnext", groups=((128, 256, 2), (256, 512, 1)), cardinality=16),
    "many groups": Architecture(groups=((64, 1),) * 5, input_shape=(256, 192, 3)),
    "eca": Architecture("resnext", 50, attention="eca"),
    "cbam": Architecture(attention="cbam", ratio=(16, None, 8, 8)),
    "scse": Architecture(attention="scse"),
    "own ratios": Architecture(ratio=(None, 4, None, 8)),
    "prime cardinality": Architecture("resnext", cardinality=37, ratio=11),
    "one wide path": Architecture("resnext", cardinality=1, base_width=64),
}
ALL = {name: Architecture.preset(name) for name in PRESETS} | ODD
SKETCHES = {
    "a bare block": SEResNet.projection_block(Sketch((32, 32, 16)), n_filters=16, ratio=4),
    "nothing": Sketch((8, 8, 3)),
    "an activation": ReLU()(Sketch((8,))),
    "a tag as a name": Conv2D(4, 3, name='<b>&"')(Sketch((8, 8, 3))),
}
LEDGERS = {name: net.ledger() for name, net in ALL.items()} | {name: Ledger.of(x) for name, x in SKETCHES.items()}


ListedLayer = namedtuple("ListedLayer", ["name", "group", "block", *LayerRow._fields])


def listed_layers(ledger, limit=10**6):
    """Return the layers that the page lists, each with its place, as layers.js puts them together."""
    blocks, distinct = layer_blocks(ledger, limit)
    return [
        ListedLayer(block.prefix + row.suffix, block.group, block.block, *row)._replace(field=block.field + row.field)
        for block in blocks
        for row in distinct[block.content]
    ]


def parsed(page):
    return ElementTree.fromstring(f"<div>{page}</div>")


def cells(table):
    return [["".join(cell.itertext()) for cell in row] for row in table.find(".//tbody")]


def number(text):
    return int(text.replace(",", ""))


def within(marks, width=svg.WIDTH):
    """Return whether all words lie in the frame, at 7.2 pixels per character, an upper bound."""
    for mark in (inner for each in marks for inner in each.iter()):
        if mark.tag.endswith("text"):
            wide, x = 7.2 * len(mark.text), float(mark.get("x"))
            left = {"start": x, "middle": x - wide / 2, "end": x - wide}[mark.get("text-anchor")]
            if not (left > -8 and left + wide < width + 8):
                return False
    return True
