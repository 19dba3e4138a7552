"""Describe a part: its title, a line of facts, the lines of a tip, a label for screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing.network.anatomy import SHORTCUTS, Part
from senet_lab.drawing.units import counted, short, size, spaced
from senet_lab.nets.on_keras.entries import UNKNOWN
from senet_lab.nets.roles import ATTENTION_NAMES, attention_of
from senet_lab.nets.sketch import Row, Shape

# The kinds of convolutions, in words.
CONVOLUTIONS = {
    "conv": "convolution", "grouped conv": "convolution", "depthwise conv": "depthwise convolution",
    "separable conv": "separable convolution", "transposed conv": "transposed convolution",
}  # fmt: skip
POOLS = {"pool": "pooling", "blur": "blur"}
WINDOWS = (*CONVOLUTIONS, *POOLS)
BLUR_STEPS = [("pad", 1), ("pool", 2), ("pool", 2)]  # kind and kernel of the layers of blur pooling
# Omitted from a line of layers.
UNNAMED = ("batch norm", "norm", "activation", "pad", "crop", "scale", "input", "identity", "reshape",
           "arithmetic", "stochastic depth", "layer scale", "rescale")  # fmt: skip
MAX_STEPS = 10  # in a line of layers
KINDS = {
    "projection": "projection block", "identity": "identity block", "joined": "concatenated branches",
    "chain": "block without shortcut",
}  # fmt: skip
FUNCTIONS = {"relu": "ReLU", "relu6": "ReLU6", "silu": "SiLU", "swish": "SiLU", "gelu": "GELU", "elu": "ELU",
             "selu": "SELU", "prelu": "PReLU", "leaky_relu": "leaky ReLU", "hard_silu": "hard SiLU",
             "hard_swish": "hard SiLU", "hard_sigmoid": "hard sigmoid"}  # fmt: skip
# What is written behind the layer that it follows.
AFTER = {"batch norm": "BN", "norm": "norm", "stochastic depth": "", "identity": "",
         "arithmetic": "", "rescale": "rescale", "layer scale": "layer scale"}  # fmt: skip


@lru_cache(maxsize=2**12)  # a move of a slider keeps most of the paths
def title(path: str, dot: str = " \u00b7 ") -> str:
    """Return the title of the part at a path.

    >>> title("group2/block1/se"), title("")
    ('group 2 \u00b7 block 1 \u00b7 squeeze-excite', 'network')
    """
    return dot.join(ATTENTION_NAMES.get(step) or spaced(step) for step in path.split("/")) or "network"


def block_number(part: Part) -> str:
    """Return the number of a block: 1 for "group2/block1"."""
    return part.path.rpartition("block")[2]


def stride_of(part: Part) -> str:
    """Return the stride of a block's branch, such as stride 2 in the 3\u00d73; "" if it has none."""
    rows = join_blurs(part.rows)
    strided = [row for row in rows if row.stride > 1 and row.role != "shortcut" and row.kind in WINDOWS]
    for row in sorted(strided, key=lambda row: row.kind in POOLS)[:1]:
        return " ".join(filter(None, (f"stride {row.stride} in the {kernel(row)}", POOLS.get(row.kind))))
    return ""


def join_blurs(rows: Sequence[Row]) -> list[Row]:
    """Return layers with one 3\u00d73 "blur" for each blur pooling, which is a pad and two means of 2\u00d72."""
    joined: list[Row] = []
    for row in rows:
        joined.append(row)
        last = joined[-3:]
        if [(each.kind, each.kernel) for each in last] == BLUR_STEPS and last[1].stride == 1:
            joined[-3:] = [row._replace(kind="blur", kernel=3)]
    return joined


def kernel(row: Row) -> str:
    """Return 3\u00d73 for a kernel of 3, or 1\u00d77 for one that is not square; 3 in a network for sequences."""
    return row.window or "\u00d7".join([str(row.kernel)] * max(1, len(row.output_shape) - 2))


def pooling(row: Row) -> str:
    """Return the pooling of a block of this package: a blur, or else always of averages."""
    kind = "blur" if row.kind == "blur" else "average pooling"
    return f"{kernel(row)} {kind}, {stride_words(row)}"


def function(row: Row) -> str:
    """Return the activation of a layer as it is usually written; "" without one."""
    return FUNCTIONS.get(row.function, row.function.replace("_", " "))


def after(rows: Iterable[Row]) -> str:
    """Return what follows a layer, in a few words: BN, ReLU."""
    words = (function(row) or "activation" if row.kind == "activation" else AFTER.get(row.kind, "") for row in rows)
    return ", ".join(word for word in words if word not in ("", "linear"))


def stride_words(row: Row) -> str:
    """Return the stride of a layer; a layer that enlarges the map has the inverse of its factor; "" if it is 1."""
    if row.stride < 1:
        return f"\u00d7{round(1 / row.stride)} larger"
    return f"stride {row.stride}" if row.stride > 1 else ""


def side(shape: Shape) -> str:
    """Return height and width: 56\u00b2; "" for features."""
    return size(shape).partition(" \u00d7 ")[0] if len(shape) > 2 else ""


def shape_change(part: Part) -> str:
    """Return the shapes of input and output: 56\u00b2 \u00d7 256 \u2192 28\u00b2 \u00d7 512."""
    return f"{size(part.input_shape)} \u2192 {size(part.output_shape)}"


def costs(part: Part) -> str:
    """Return the exact number of parameters, and the multiply-adds."""
    return f"{part.params:,} parameters, {short(part.macs)} multiply-adds{unknown(part.unknown)}"


def unknown(layers: int) -> str:
    """Return what multiply-adds leave out; "" if nothing."""
    return f", cost of {counted(layers, 'layer')} unknown" if layers else ""


def layers_of(part: Part) -> str:
    """Return the layers with weights in order: 1\u00d71 256 \u2192 3\u00d73 256 in 32 paths."""
    steps = []
    own_words = part.attention not in ("", "se")
    for row in join_blurs(part.rows):
        if row.in_se and own_words:
            steps += [f"{attention_step(part)}"] if row.role == "scale" else []
            continue
        if row.kind in UNNAMED or row.role == "shortcut":
            continue
        if row.kind in CONVOLUTIONS and row.kind not in ("conv", "grouped conv"):
            steps.append(f"{kernel(row)} {row.kind} {row.output_shape[-1]}")
        elif row.kind in CONVOLUTIONS:
            paths = f" in {row.groups} paths" if row.groups > 1 else ""
            steps.append(f"{kernel(row)} {row.output_shape[-1]}{paths}")
        elif row.role == "reduce":
            steps.append(f"SE {row.channels_in}:{row.output_shape[-1]}")
        elif not row.in_se:
            steps.append("+ shortcut" if row.kind == "add" else row.kind)
    if len(steps) > MAX_STEPS:
        steps = [*steps[: MAX_STEPS - 2], "\u22ef", steps[-1]]
    return " \u2192 ".join(steps)


def attention_step(part: Part) -> str:
    """Return an attention module in one or two words: SE 256:16, ECA 5 with its kernel."""
    numbers = (
        f"{part.gated_channels}:{part.squeezed_channels}" if part.squeezed_channels else f"{gate_kernel(part.rows)}"
    )
    return f"{ATTENTIONS[part.attention]} {numbers}"


def gate_kernel(rows: Iterable[Row]) -> int:
    """Return the kernel of the convolution that computes the gates of ECA; 0 without one."""
    return next((row.kernel for row in rows if row.role == "gate" and row.kind == "conv"), 0)


def attention_words(rows: Sequence[Row]) -> tuple[str, str]:
    """Return the name of an attention module, and what it does to the channels: 256 \u2192 16 \u2192 256 channels."""
    gate = next(row for row in reversed(rows) if row.role == "gate")
    channels, kind = gate.output_shape[-1], attention_of(rows)
    if kind == "eca":
        return ATTENTION_NAMES[kind], f"kernel {gate_kernel(rows)} over {channels} channels"
    squeezed = next((row.output_shape[-1] for row in rows if row.role == "reduce"), channels)
    pixels = {"cbam": ", then a gate per pixel", "scse": ", and a gate per pixel"}.get(kind, "")
    name = ATTENTION_NAMES.get(kind, "squeeze-excite")
    return name, f"{channels} \u2192 {squeezed} \u2192 {channels} channels{pixels}"


def details(part: Part) -> list[str]:
    """Return shapes, costs and, unless it is a group, layers; identical blocks share these lines."""
    return [shape_change(part), costs(part), *([] if part.kind == "group" else [layers_of(part)])]


def tip(part: Part, lines: list[str] | None = None) -> list[str]:
    """Return the lines to show on hover and focus: a title, and `lines` or those of `details`."""
    name = f"{title(part.path)}, {KINDS[part.kind]}" if part.kind in KINDS else title(part.path)
    return [name, *(lines or details(part))]


def node_label(part: Part) -> str:
    """Return the label for screen readers: group 2 block 1, projection, 28 \u00d7 28 \u00d7 512, then the costs."""
    kind = f"{part.kind}, " if part.kind in SHORTCUTS else f"{KINDS[part.kind]}, " if part.kind in KINDS else ""
    return f"{title(part.path, ' ')}, {kind}{sides(part.output_shape)}, {costs(part)}"


def sides(shape: Shape) -> str:
    """Return 28 \u00d7 28 \u00d7 512; screen readers do not read superscripts well."""
    return " \u00d7 ".join(map(str, shape[1:]))


def layer_tip(row: Row, name: str = "") -> list[str]:
    """Return the lines to show for one layer."""
    stride = f", {stride_words(row)}" if row.stride != 1 else ""
    paths = f", {row.groups} paths" if row.groups > 1 else ""
    words = f"{kernel(row)} {CONVOLUTIONS[row.kind]}" if row.kind in CONVOLUTIONS else row.kind
    before = f"{row.channels_in} \u2192 " if row.channels_in else ""
    shape = f"{before}{row.output_shape[-1]} channels, output {size(row.output_shape)}"
    macs = "cost unknown" if row.kind == UNKNOWN else f"{short(row.macs)} multiply-adds"
    return [name or f"{words}{stride}{paths}", shape, f"{row.params:,} parameters, {macs}", row.name]


def first_and_last(part: Part) -> str:
    """Return the names of the first and the last layer of a part, by which readers find it in their own code.

    The names of nested models are left out.
    """
    names = dict.fromkeys(row.name.rpartition("/")[2] for row in (part.rows[0], part.rows[-1]))
    return " to ".join(names)


def facts(part: Part) -> str:
    """Return a line of facts: kind, shapes, parameters (and how many are in BN), multiply-adds."""
    norm = sum(row.params for row in part.rows if row.kind == "batch norm")
    kinds = {
        "group": counted(len({row.block for row in part.rows}), "block"),
        "projection": ", ".join(filter(None, (KINDS["projection"], stride_of(part)))),
        **{kind: words for kind, words in KINDS.items() if kind != "projection"},
    }
    params = f"{part.params:,} parameters" + (f", {norm:,} in batch norm" if norm else "")
    macs = f"{short(part.macs)} multiply-adds{unknown(part.unknown)}"
    words = (kinds.get(part.kind, ""), shape_change(part), params, macs)
    return " \u00b7 ".join(filter(None, words))
