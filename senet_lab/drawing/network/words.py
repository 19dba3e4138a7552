"""Describe a part: its title, a line of facts, the lines of a tip, a label for screen readers."""

from __future__ import annotations

from functools import lru_cache

from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.units import counted, short, size, spaced
from senet_lab.nets.sketch import Row, Shape

CONVOLUTIONS = ("conv", "grouped conv")
UNNAMED = ("batch norm", "activation", "pad", "scale", "input")  # omitted from a line of layers
KINDS = {"projection": "projection block", "identity": "identity block"}


@lru_cache(maxsize=2**12)  # a move of a slider keeps most of the paths
def title(path: str, dot: str = " \u00b7 ") -> str:
    """Return the title of the part at a path.

    >>> title("group2/block1/se"), title("")
    ('group 2 \u00b7 block 1 \u00b7 squeeze-excite', 'network')
    """
    return dot.join("squeeze-excite" if step == "se" else spaced(step) for step in path.split("/")) or "network"


def block_number(part: Part) -> str:
    """Return the number of a block: 1 for "group2/block1"."""
    return part.path.rpartition("block")[2]


def stride_of(part: Part) -> str:
    """Return the stride of a block's branch, such as stride 2 in the 3\u00d73; "" if it has none."""
    for row in part.rows:
        if row.stride > 1 and row.kind in CONVOLUTIONS and row.role != "shortcut":
            return f"stride {row.stride} in the {kernel(row)}"
    return ""


def kernel(row: Row) -> str:
    """Return 3\u00d73 for a kernel of 3."""
    return f"{row.kernel}\u00d7{row.kernel}"


def side(shape: Shape) -> str:
    """Return height and width: 56\u00b2; "" for features."""
    return size(shape).partition(" \u00d7 ")[0] if len(shape) == 4 else ""


def shape_change(part: Part) -> str:
    """Return the shapes of input and output: 56\u00b2 \u00d7 256 \u2192 28\u00b2 \u00d7 512."""
    return f"{size(part.input_shape)} \u2192 {size(part.output_shape)}"


def costs(part: Part) -> str:
    """Return the exact number of parameters, and the multiply-adds."""
    return f"{part.params:,} parameters, {short(part.macs)} multiply-adds"


def layers_of(part: Part) -> str:
    """Return the layers with weights in order: 1\u00d71 256 \u2192 3\u00d73 256 in 32 paths."""
    steps = []
    for row in part.rows:
        if row.kind in UNNAMED or row.role == "shortcut":
            continue
        if row.kind in CONVOLUTIONS:
            paths = f" in {row.groups} paths" if row.groups > 1 else ""
            steps.append(f"{kernel(row)} {row.output_shape[-1]}{paths}")
        elif row.role == "reduce":
            steps.append(f"SE {row.channels_in}:{row.output_shape[-1]}")
        elif not row.in_se:
            steps.append("+ shortcut" if row.kind == "add" else row.kind)
    return " \u2192 ".join(steps)


def details(part: Part) -> list[str]:
    """Return shapes, costs and, unless it is a group, layers; identical blocks share these lines."""
    return [shape_change(part), costs(part), *([] if part.kind == "group" else [layers_of(part)])]


def tip(part: Part, lines: list[str] | None = None) -> list[str]:
    """Return the lines to show on hover and focus: a title, and `lines` or those of `details`."""
    name = f"{title(part.path)}, {KINDS[part.kind]}" if part.kind in ("projection", "identity") else title(part.path)
    return [name, *(lines or details(part))]


def node_label(part: Part) -> str:
    """Return the label for screen readers: group 2 block 1, projection, 28 \u00d7 28 \u00d7 512, then the costs."""
    kind = f"{part.kind}, " if part.kind in ("projection", "identity") else ""
    return f"{title(part.path, ' ')}, {kind}{sides(part.output_shape)}, {costs(part)}"


def sides(shape: Shape) -> str:
    """Return 28 \u00d7 28 \u00d7 512; screen readers do not read superscripts well."""
    return " \u00d7 ".join(map(str, shape[1:]))


def layer_tip(row: Row, name: str = "") -> list[str]:
    """Return the lines to show for one layer."""
    stride = f", stride {row.stride}" if row.stride > 1 else ""
    paths = f", {row.groups} paths" if row.groups > 1 else ""
    name = name or (f"{kernel(row)} convolution{stride}{paths}" if row.kind in CONVOLUTIONS else f"{row.kind}{stride}")
    before = f"{row.channels_in} \u2192 " if row.macs else ""
    shape = f"{before}{row.output_shape[-1]} channels, output {size(row.output_shape)}"
    return [name, shape, f"{row.params:,} parameters, {short(row.macs)} multiply-adds", row.name]


def facts(part: Part) -> str:
    """Return a line of facts: kind, shapes, parameters (and how many are in BN), multiply-adds."""
    norm = sum(row.params for row in part.rows if row.kind == "batch norm")
    kinds = {
        "group": counted(len({row.block for row in part.rows}), "block"),
        "projection": ", ".join(filter(None, (KINDS["projection"], stride_of(part)))),
        "identity": KINDS["identity"],
    }
    params = f"{part.params:,} parameters" + (f", {norm:,} in batch norm" if norm else "")
    words = (kinds.get(part.kind, ""), shape_change(part), params, f"{short(part.macs)} multiply-adds")
    return " \u00b7 ".join(filter(None, words))
