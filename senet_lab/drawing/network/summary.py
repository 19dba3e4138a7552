"""The Explorer's page as HTML: headline figures, the network, one part drawn large; and a sentence about each move."""

from __future__ import annotations

from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.part import draw_part
from senet_lab.drawing.network.paths import breadcrumb, resolve
from senet_lab.drawing.network.words import facts, title
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.tables import group_table
from senet_lab.drawing.units import percent, short, signed, spaced
from senet_lab.ledger.ledger import Ledger

BATCH = 32
BYTES = 4  # of a number in float32
# What the sheet hides is for where no sheet is: there the words stand side by side, and no patch has a color.
SEPARATOR = '<span class="sn-apart"> \u00b7 </span>'
LEGEND = (
    '<p class="sn-legend"><span><i class="sn-of-projection"></i><span class="sn-apart">purple: </span>projection</span>'
    f'{SEPARATOR}<span><i class="sn-of-identity"></i><span class="sn-apart">blue: </span>identity</span>'
    f'{SEPARATOR}<span><i class="sn-of-se"></i><span class="sn-apart">orange: </span>SE, dark: squeezed</span>'
    f'{SEPARATOR}<span title="A slab is as high as the root of its side, as wide as that of its channels.">lines: paths'
    "</span></p>"
)

# The receptive field stops at a gate, which depends on the whole map and so does not tell where anything comes from.
FIELD_TITLE = (
    ' title="Through convolutions and pooling. Behind a squeeze-excite every unit sees the whole image, since its gate '
    'pools the whole map."'
)


def heading(architecture: Architecture, pinned: Architecture | None = None, batch: int = BATCH) -> str:
    """Return name, meta-parameters and headline figures.

    Args:
        pinned: the network to compare with; each figure then says by how much it differs.
        batch: images of a training step, for which activations are kept.
    """
    beside = pinned.ledger() if pinned else None
    return (
        f'<h2>{escape(architecture.name)}</h2><p class="sn-under">{escape(summary(architecture))}</p>'
        f"{headline(architecture, beside, batch)}"
    )


def picture(
    architecture: Architecture, path: str = "group1/block1", interactive: bool = False, focus: str = ""
) -> Html:
    """Draw the network to scale, and one part of it drawn large.

    Args:
        path: of that part, see `drawing.network.paths`; what there is not gives way to the nearest that there is.
        interactive: parts can be pointed at and reached by keyboard; else the drawings are images.
        focus: the path of the part in it that the keyboard comes to first, such as the one that was left.
    """
    anatomy = Anatomy(architecture.ledger())
    path = resolve(anatomy, path)
    above = breadcrumb(anatomy, path) if interactive else ""
    return html(
        f'<div class="sn-above">{above}{LEGEND}</div>',
        draw_network(anatomy, path, interactive=interactive),
        f'<div class="sn-card"><div class="sn-card-head"><h3>{escape(title(path))}</h3> '
        f'<span class="sn-about">{escape(facts(anatomy.part(path)))}</span></div>',
        draw_part(anatomy, path, style=architecture.style, interactive=interactive, focus=focus),
        "</div>",
    )


def static_page(architecture: Architecture) -> str:
    """Return all of it, for where no widget lives."""
    page = html(heading(architecture), picture(architecture), group_table(architecture.ledger()))
    return still_page(page, style_sheet(), {"panel": "explorer", "network": architecture.token()})


def summary(architecture: Architecture) -> str:
    """Return the meta-parameters in a line.

    >>> summary(Architecture("resnext", 50, convention="timm"))
    'cardinality 32 \u00b7 base width 4 \u00b7 ratio 16 \u00b7 224\u00d7224 \u00b7 1000 classes \u00b7 timm convention'
    """
    height, width, _ = architecture.input_shape
    paths = [f"cardinality {architecture.cardinality}"]
    if architecture.groups is None or len(architecture.groups[0]) == 2:
        paths.append(f"base width {architecture.base_width}")
    ratio = "no squeeze-excite" if architecture.ratio is None else f"ratio {_ratios(architecture.ratio)}"
    usual = {"place": "standard", "squeeze": "average", "gate": "sigmoid"}
    unusual = [f"{name} {value}" for name in usual if (value := getattr(architecture, name)) != usual[name]]
    top = f"{architecture.classes} classes" if architecture.include_top else "without top"
    rest = [ratio, *unusual, f"{height}\u00d7{width}", top, f"{architecture.convention} convention"]
    return " \u00b7 ".join((paths if architecture.paths > 1 else []) + rest)


def _ratios(ratio: int | tuple[int | None, ...]) -> str:
    return ", ".join(str(each or "none") for each in (ratio if isinstance(ratio, tuple) else (ratio,)))


def headline(architecture: Architecture, beside: Ledger | None = None, batch: int = BATCH) -> str:
    """Return six figures with their units; `beside` is the ledger that they are compared with."""
    ledger = architecture.ledger()
    figures = (
        ("params", "Parameters", short(ledger.params), f"{ledger.params:,}", ledger.params),
        ("macs", "Multiply-adds", short(ledger.macs), "for one image", ledger.macs),
        ("activations", "Activations", f"{short(memory(ledger, batch))}B", f"batch {batch}, float32",
         ledger.activations),
        ("se", "SE share", percent(ledger.se.params, ledger.params), "of the parameters", ledger.se_share),
        ("depth", "Depth", str(architecture.layers), "layers on the way", None),
        ("field", "Receptive field", f"{ledger.receptive_field:,} px", "by convolutions", ledger.receptive_field),
    )  # fmt: skip
    cells = [
        f'<div data-figure="{key}"{FIELD_TITLE if key == "field" else ""}>'
        f"<span>{name}</span> <strong>{value}</strong> <small>{unit}</small>"
        f"{_change(key, number, beside, batch) if beside else ''}</div>"
        for key, name, value, unit, number in figures
    ]
    return f'<div class="sn-figures">{"".join(cells)}</div>'


def _change(key: str, number: float | None, beside: Ledger, batch: int) -> str:
    """Return by how much a figure differs from the pinned network's."""
    if number is None:
        return "<em></em>"
    if key == "se":
        points = 100 * (number - beside.se_share)
        words = f"{points:+.1f} points".replace("-", "\u2212") if round(points, 1) else ""
    else:
        difference = int(number) - getattr(beside, "receptive_field" if key == "field" else key)
        amounts = {"activations": f"{signed(BYTES * batch * difference)}B", "field": f"{signed(difference)} px"}
        words = amounts.get(key, signed(difference)) if difference else ""
    return f'<em class="sn-changed">{words} vs A</em>' if words else "<em>as A</em>"


def move_sentence(words: str, before: Ledger, after: Ledger, batches: tuple[int, int] = (BATCH, BATCH)) -> str:
    """Return what a move did to parameters, in which group most of it, to multiply-adds and to activation memory.

    The memory is left out where it moved by less than a percent. `batches` are the sizes before and after.

    >>> a, b = Architecture(ratio=16), Architecture(ratio=8)
    >>> move_sentence("Ratio 16 \u2192 8", a.ledger(), b.ledger())
    'Ratio 16 \u2192 8: parameters +2.51 M (28.07 M \u2192 30.59 M), 63 % of it in group 4; multiply-adds +2.51 M.'
    """
    params, macs = after.params - before.params, after.macs - before.macs
    old, new = (memory(ledger, batch) for ledger, batch in zip((before, after), batches, strict=True))
    changes = [f"parameters {_step(before.params, after.params)}{_largest_part(before, after)}"] if params else []
    if params or macs:
        changes.append(f"multiply-adds {signed(macs) if params else _step(before.macs, after.macs)}")
    if abs(new - old) >= old / 100:
        changes.append(f"activation memory {_step(old, new, 'B')}")
    if not changes:
        return f"{words}: every count as before."
    return f"{words}: {'; '.join(changes)}{'' if params else '; parameters as before'}."


def memory(ledger: Ledger, batch: int) -> int:
    """Return the bytes of activations in a training step, which keeps all of them for the backward pass."""
    return BYTES * batch * ledger.activations


def _step(old: int, new: int, unit: str = "") -> str:
    """Return +2.51 M (28.07 M \u2192 30.59 M)."""
    return f"{signed(new - old)}{unit} ({short(old)}{unit} \u2192 {short(new)}{unit})"


def _largest_part(before: Ledger, after: Ledger) -> str:
    """Return in which group most of the difference is, if one has a part of it."""
    change = after.params - before.params
    old = {total.name: total.params for total in before.by_group()}
    changes = {total.name: total.params - old.pop(total.name, 0) for total in after.by_group()}
    changes |= {name: -params for name, params in old.items()}
    name = max(changes, key=lambda name: abs(changes[name]))
    share = changes[name] / change
    return f", {100 * share:.0f} % of it in {spaced(name)}" if 0 < share <= 1 else ""
