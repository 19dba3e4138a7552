"""The Explorer's page as HTML: headline figures, the network, an enlarged part, and a sentence about each move."""

from __future__ import annotations

from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import ATTENTIONS, Style
from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.part import PLAIN, draw_part
from senet_lab.drawing.network.paths import breadcrumb, resolve
from senet_lab.drawing.network.words import facts, first_and_last, title, unknown
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.tables import group_table
from senet_lab.drawing.units import (
    arrow,
    as_percent,
    counted,
    percent,
    short,
    signed,
    signed_decimal,
    size,
    spaced,
    with_unit,
)
from senet_lab.ledger.ledger import Ledger

BATCH = 32
BYTES = 4  # of a number in float32
# The style sheet hides these words; without it, they separate the items and name the colors.
SEPARATOR = '<span class="sn-apart"> \u00b7 </span>'
KEYS = (
    '<span><i class="sn-of-projection"></i><span class="sn-apart">purple: </span>projection</span>',
    '<span><i class="sn-of-identity"></i><span class="sn-apart">blue: </span>identity</span>',
)
KEY_OF_ATTENTION = '<span><i class="sn-of-se"></i><span class="sn-apart">orange: </span>{}</span>'
_KEY = '<span><i style="background: var(--sn-{})"></i><span class="sn-apart">{}: </span>{}</span>'
OTHER_KEYS = (
    _KEY.format("brown", "brown", "concatenated branches"),
    _KEY.format("slate", "dark gray", "block without shortcut"),
)
KEY_OF_PATHS = '<span class="sn-key-paths">lines: paths</span>'
LEGEND_TITLE = (
    "A slab\u2019s height is proportional to the square root of the map\u2019s side, its width to the square root of "
    "the number of channels."
)

# A gate depends on the whole map, so the receptive field is traced through windows only.
FIELD_TITLE = (
    ' title="Counts convolutions and pooling only. After a squeeze-excite block, every value depends on the whole '
    'image, because the gate pools the whole map."'
)


def heading(architecture: Architecture, pinned: Architecture | None = None, batch: int = BATCH) -> str:
    """Return name, meta-parameters and headline figures.

    Args:
        pinned: the network to compare with; each figure then shows the difference.
        batch: images per training step, for which activations are stored.
    """
    return (
        f'<h2>{escape(architecture.name)}</h2><p class="sn-under">{escape(summary(architecture))}</p>'
        f"{headline(architecture, pinned, batch)}"
    )


def legend(ledger: Ledger) -> str:
    """Return the colors of the drawing of a network; its lines only if it has several paths.

    The network of another package has the colors that occur in it.
    """
    has_paths = any(row.groups > 1 for row in ledger.rows)
    keys: tuple[str, ...] = (
        *(_keys_of(ledger) if ledger.sources else (*KEYS, _attention_key(ledger))),
        *([KEY_OF_PATHS] if has_paths else []),
    )
    return f'<p class="sn-legend" title="{LEGEND_TITLE}">{SEPARATOR.join(keys)}</p>' if keys else ""


def _attention_key(ledger: Ledger) -> str:
    dark = "" if ledger.attention == "eca" else ", dark: squeezed"
    return KEY_OF_ATTENTION.format(ATTENTIONS[ledger.attention] + dark)


def _keys_of(ledger: Ledger) -> list[str]:
    kinds = {part.kind for parts in Anatomy(ledger).groups.values() for part in parts}
    keys = (*KEYS, _attention_key(ledger), *OTHER_KEYS)
    named = dict(zip(("projection", "identity", "se", "joined", "chain"), keys, strict=True))
    return [key for kind, key in named.items() if kind in kinds or (kind == "se" and ledger.se.layers)]


def picture(
    architecture: Architecture, path: str = "group1/block1", interactive: bool = False, focus: str = ""
) -> Html:
    """Draw the network to scale, and one part of it enlarged.

    Args:
        path: the path of that part, see `drawing.network.paths`; if it does not exist, the nearest one is drawn.
        interactive: whether parts react to pointer and keyboard; else the drawings are images.
        focus: the path of the inner part that gets the keyboard focus first, such as the one just left.
    """
    return ledger_picture(architecture.ledger(), path, architecture.style, interactive=interactive, focus=focus)


def ledger_picture(
    ledger: Ledger, path: str = "group1/block1", style: Style = PLAIN, *, interactive: bool = False, focus: str = ""
) -> Html:
    """Draw a network as in `picture`; a ledger states no style."""
    anatomy = Anatomy(ledger)
    path = resolve(anatomy, path)
    part = anatomy.part(path)
    names = f" \u00b7 {first_and_last(part)}" if ledger.sources and path else ""
    above = breadcrumb(anatomy, path) if interactive else ""
    return html(
        f'<div class="sn-above">{above}{legend(anatomy.ledger)}</div>',
        draw_network(anatomy, path, interactive=interactive),
        f'<div class="sn-card"><div class="sn-card-head"><h3>{escape(title(path))}</h3> '
        f'<span class="sn-about">{escape(facts(part))}{escape(names)}</span></div>',
        draw_part(anatomy, path, style=style, interactive=interactive, focus=focus),
        "</div>",
    )


def static_page(architecture: Architecture) -> str:
    """Return the whole page, for viewers that cannot show a widget."""
    page = html(heading(architecture), picture(architecture), group_table(architecture.ledger()))
    return still_page(page, style_sheet(), {"panel": "explorer", "network": architecture.token()})


def ledger_heading(name: str, ledger: Ledger, batch: int = BATCH) -> str:
    """Return name, input, output and headline figures of a network without meta-parameters."""
    inputs = ", ".join(size(row.output_shape) for row in ledger.rows if row.kind == "input")
    used = {name for names in ledger.sources.values() for name in names}
    outputs = [row for row in ledger.rows if row.name not in used] if used else ledger.rows[-1:]
    results = ", ".join(size(row.output_shape) for row in outputs)
    about = f"{inputs} \u2192 {results} \u00b7 {counted(len(ledger.rows), 'layer')}"
    figures = [
        ("params", "Parameters", short(ledger.params), f"{ledger.params:,}"),
        ("macs", "Multiply-adds", short(ledger.macs), f"per image{unknown(len(ledger.unknown))}"),
        ("activations", "Activations", with_unit(short(memory(ledger, batch)), "B"), f"batch {batch}, float32"),
        ("se", _share_label(ledger), percent(ledger.se.params, ledger.params), "of parameters"),
        ("field", "Receptive field", f"{ledger.receptive_field:,} px", "of convolutions"),
    ]
    cells = [
        f'<div data-figure="{key}"><span>{label}</span> <strong>{value}</strong> <small>{unit}</small></div>'
        for key, label, value, unit in figures
        if key != "field" or any(len(row.output_shape) == 4 for row in ledger.rows)
    ]
    return (
        f'<h2>{escape(name)}</h2><p class="sn-under">{escape(about)}</p><div class="sn-figures">{"".join(cells)}</div>'
    )


def _share_label(ledger: Ledger) -> str:
    return f"{ATTENTIONS[ledger.attention]} share"


def static_model_page(name: str, ledger: Ledger) -> str:
    """Return the whole page of a network without meta-parameters, for viewers that cannot show a widget."""
    return still_page(html(ledger_heading(name, ledger), ledger_picture(ledger), group_table(ledger)), style_sheet())


def summary(architecture: Architecture) -> str:
    """Return the meta-parameters in one line.

    >>> summary(Architecture("resnext", 50, convention="timm"))
    'cardinality 32 \u00b7 base width 4 \u00b7 ratio 16 \u00b7 224\u00d7224 \u00b7 1,000 classes \u00b7 timm convention'
    """
    height, width, _ = architecture.input_shape
    paths = [f"cardinality {architecture.cardinality}"]
    if architecture.groups is None or len(architecture.groups[0]) == 2:
        paths.append(f"base width {architecture.base_width}")
    if architecture.family == "regnet":
        rule = () if architecture.groups else ("w0", "wa", "wm")
        paths = [
            *(f"{name} {getattr(architecture, name):g}" for name in rule),
            f"group width {architecture.group_width}",
        ]
    usual = {"place": ("placement", "standard"), "squeeze": ("squeeze", "average"), "gate": ("gate", "sigmoid")}
    values = {name: getattr(architecture, name) for name in usual}
    unusual = [f"{label} {values[name]}" for name, (label, value) in usual.items() if values[name] != value]
    top = f"{architecture.classes:,} classes" if architecture.include_top else "no classifier"
    rest = [_attention(architecture), *unusual, f"{height}\u00d7{width}", top, f"{architecture.convention} convention"]
    return " \u00b7 ".join((paths if architecture.paths > 1 or architecture.family == "regnet" else []) + rest)


def _attention(architecture: Architecture) -> str:
    """Return the attention with its ratio: ratio 16; CBAM, ratio 16; ECA in groups 1, 2."""
    if architecture.ratio is None:
        return "no squeeze-excite"
    name = ATTENTIONS[architecture.attention]
    if architecture.attention != "eca":
        return f"{'' if name == 'SE' else f'{name}, '}ratio {_ratios(architecture.ratio)}"
    where = [str(number) for number, group in enumerate(architecture.plan, 1) if group.ratio]
    return name if len(where) == len(architecture.plan) else f"{name} in groups {', '.join(where)}"


def _ratios(ratio: int | tuple[int | None, ...]) -> str:
    return ", ".join(str(each or "none") for each in (ratio if isinstance(ratio, tuple) else (ratio,)))


def headline(architecture: Architecture, pinned: Architecture | None = None, batch: int = BATCH) -> str:
    """Return six figures with their units, and how they differ from those of the pinned network."""
    ledger = architecture.ledger()
    figures = (
        ("params", "Parameters", short(ledger.params), f"{ledger.params:,}", ledger.params),
        ("macs", "Multiply-adds", short(ledger.macs), "per image", ledger.macs),
        ("activations", "Activations", with_unit(short(memory(ledger, batch)), "B"), f"batch {batch}, float32",
         ledger.activations),
        ("se", _share_label(ledger), percent(ledger.se.params, ledger.params), "of parameters", ledger.se_share),
        ("depth", "Depth", str(architecture.layers), "weight layers", architecture.layers),
        ("field", "Receptive field", f"{ledger.receptive_field:,} px", "of convolutions", ledger.receptive_field),
    )  # fmt: skip
    cells = [
        f'<div data-figure="{key}"{FIELD_TITLE if key == "field" else ""}>'
        f"<span>{name}</span> <strong>{value}</strong> <small>{unit}</small>"
        f"{_change(key, number, pinned, batch) if pinned else ''}</div>"
        for key, name, value, unit, number in figures
    ]
    return f'<div class="sn-figures">{"".join(cells)}</div>'


def _change(key: str, number: float, pinned: Architecture, batch: int) -> str:
    """Return the difference between a figure and the pinned network's."""
    beside = pinned.ledger()
    if key == "se":
        points = 100 * (number - beside.se_share)
        words = f"{signed_decimal(points)} points" if points else ""
    else:
        others = {"depth": pinned.layers, "field": beside.receptive_field}
        difference = int(number) - (others[key] if key in others else getattr(beside, key))
        amounts = {
            "activations": with_unit(signed(BYTES * batch * difference), "B"),
            "field": f"{signed(difference)} px",
        }
        words = amounts.get(key, signed(difference)) if difference else ""
    return f'<em class="sn-changed">{words} vs A</em>' if words else "<em>same as A</em>"


def move_sentence(
    words: str,
    before: Ledger,
    after: Ledger,
    batches: tuple[int, int] = (BATCH, BATCH),
    depths: tuple[int, int] = (0, 0),
) -> str:
    """Describe how a move changed parameters (and in which group most), costs, memory and receptive field.

    A change of activation memory below 1% is left out if something else changed.

    Args:
        words: the control that was moved, with its old and new value.
        before, after: the two ledgers.
        batches: images per training step, before and after.
        depths: layers with weights, before and after, if `words` do not tell.

    >>> a, b = Architecture(ratio=16), Architecture(ratio=8)
    >>> move_sentence("Ratio 16 \u2192 8", a.ledger(), b.ledger())
    'Ratio 16 \u2192 8: parameters +2.51 M (28.07 M \u2192 30.59 M), 63% of them in group 4; multiply-adds +2.51 M.'
    """
    params, macs = after.params - before.params, after.macs - before.macs
    old, new = (memory(ledger, batch) for ledger, batch in zip((before, after), batches, strict=True))
    changes = [f"parameters {_step(before.params, after.params)}{_largest_part(before, after)}"] if params else []
    if after.state != before.state:
        changes.append(f"non-trainable parameters {signed(after.state - before.state)}")
    if macs:
        changes.append(f"multiply-adds {signed(macs) if params else _step(before.macs, after.macs)}")
    if depths[0] != depths[1]:
        changes.append("depth {} \u2192 {}".format(*depths))
    if after.receptive_field != before.receptive_field:
        changes.append(f"receptive field {before.receptive_field:,} \u2192 {after.receptive_field:,} px")
    if abs(new - old) >= old / 100 or (new != old and not changes):
        changes.append(f"activation memory {_step(old, new, 'B')}")
    if not changes:
        return f"{words}: parameters, multiply-adds and activation memory unchanged."
    same = " and ".join(name for name, change in (("parameters", params), ("multiply-adds", macs)) if not change)
    return f"{words}: {'; '.join(changes)}{same and f'; {same} unchanged'}."


def memory(ledger: Ledger, batch: int) -> int:
    """Return the bytes of activations that a training step stores for the backward pass."""
    return BYTES * batch * ledger.activations


def _step(old: int, new: int, unit: str = "") -> str:
    """Return +2.51 M (28.07 M \u2192 30.59 M)."""
    values = arrow(old, new, unit) if short(old) != short(new) else f"now {with_unit(short(new), unit)}"
    return f"{with_unit(signed(new - old), unit)} ({values})"


def _largest_part(before: Ledger, after: Ledger) -> str:
    """Return which group has the largest share of the change in parameters; "" if none has a clear share."""
    change = after.params - before.params
    old = {total.name: total.params for total in before.by_group()}
    changes = {total.name: total.params - old.pop(total.name, 0) for total in after.by_group()}
    changes |= {name: -params for name, params in old.items()}
    name = max(changes, key=lambda name: abs(changes[name]))
    share = changes[name] / change
    place = spaced(name) if name.startswith("group") else f"the {spaced(name)}"
    if share == 1:
        return f", all of them in {place}"
    return f", {as_percent(share, 0)} of them in {place}" if 0 < share < 1 else ""
