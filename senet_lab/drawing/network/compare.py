"""Compare two networks: draw one below the other, and their difference as a sum over groups."""

from __future__ import annotations

from dataclasses import fields
from html import escape
from itertools import accumulate

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import ATTENTIONS, FAMILY_FIELDS
from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.svg import Drawing, Mark
from senet_lab.drawing.tables import listing
from senet_lab.drawing.units import arrow, short, signed, signed_decimal, spaced, tied
from senet_lab.ledger.differences import Difference, merged
from senet_lab.ledger.ledger import SUMMED, Ledger, Total

MEASURES = {"params": "parameters", "macs": "multiply-adds", "activations": "activations (values per image)"}
HEADS = {"params": "Parameters", "macs": "Multiply-adds per image", "activations": "Activations (values per image)"}
EXPLANATIONS = {
    "se": "SE computes each gate from all channels, after squeezing them to fewer",
    "eca": "ECA computes each gate from its channel and the nearest ones, with one small convolution and no reduction",
    "cbam": "CBAM computes the gates of channels from means and maxima, reduced alike, and then gates each pixel",
    "scse": "scSE gates channels like SE, gates pixels separately, and adds both results",
}
WORDS = {"base_width": "base width", "input_shape": "input", "include_top": "classifier"}
MINUS = "\u2212"
LEFT, BARS, ROW = 200, 430, 26  # of the waterfall: names and numbers, the bars, one group


def compare(a: Architecture, b: Architecture) -> Html:
    """Return the meta-parameters that differ between A and B, both drawings, and B minus A as a sum."""
    before, after = a.ledger(), b.ledger()
    if _have_same_counts(before, after):
        words = f"A and B are the same network: {a.name}."
        if a != b:
            words = f"A and B have the same layers, shapes and counts. They differ in: {describe_changes(a, b)}."
        return html(f'<p class="sn-finding">{escape(words)}</p>', _pair(a, b))
    return compare_ledgers(
        _names(a, b), (before, after), f"From A to B: {describe_changes(a, b)}.{explain_attention(a, b)}"
    )


def compare_ledgers(names: tuple[str, str], ledgers: tuple[Ledger, Ledger], words: str = "") -> Html:
    """Return both drawings, and B minus A as a sum; `words` state what was changed, if it is known."""
    difference = Difference(*ledgers)
    words = words or f"A is {names[0]}, B is {names[1]}. Groups with the same number are compared."
    return html(
        f'<p class="sn-finding">{escape(words)}</p>{_headline(difference)}',
        _pair_of(names, ledgers),
        waterfalls(difference),
        difference_table(difference),
    )


def _have_same_counts(before: Ledger, after: Ledger) -> bool:
    """Return whether the rows are equal up to the names of activations, which change no count."""
    return len(before.rows) == len(after.rows) and all(
        a == b or a._replace(function="") == b._replace(function="")
        for a, b in zip(before.rows, after.rows, strict=True)
    )


def list_changes(a: Architecture, b: Architecture) -> tuple[tuple[str, str, str], ...]:
    """Return the meta-parameters that differ: name, value of A, value of B, in words.

    >>> list_changes(Architecture(), Architecture(ratio=None, input_shape=(256, 256, 3)))
    (('ratio', '16', 'none'), ('input', '224\u00d7224\u00d73', '256\u00d7256\u00d73'))
    """
    pairs = ((f.name, _used(a, f.name), _used(b, f.name)) for f in fields(Architecture))
    families = {a.family, b.family}
    unused = {name for family, names in FAMILY_FIELDS.items() if families != {family} for name in names}
    if "regnet" not in families:
        unused -= {"cardinality"}
    if {_used(each, "attention") for each in (a, b)} == {"none", "SE"}:  # the ratio says so
        unused |= {"attention"}
    if "ECA" in (_used(a, "attention"), _used(b, "attention")) and _gated_groups(a) == _gated_groups(b):
        unused |= {"ratio"}
    return tuple(
        (WORDS.get(name, name.replace("_", " ")), _value(name, old), _value(name, new))
        for name, old, new in pairs
        if old != new and name not in unused
    )


def _used(architecture: Architecture, name: str) -> object:
    """Return a meta-parameter as the network uses it: a ResNet stores a cardinality but has one path."""
    if name == "attention":
        return ATTENTIONS[architecture.attention] if architecture.has_se else "none"
    return 1 if name == "cardinality" and architecture.family == "resnet" else getattr(architecture, name)


def _gated_groups(architecture: Architecture) -> list[bool]:
    return [group.ratio is not None for group in architecture.plan]


def explain_attention(a: Architecture, b: Architecture) -> str:
    """Return what the attention modules of two networks do differently, after a space; "" if they have the same.

    >>> explain_attention(Architecture(), Architecture(attention="eca"))
    ' SE computes each gate from all channels, after squeezing them to fewer. ECA computes each gate from its channel \
and the nearest ones, with one small convolution and no reduction.'
    """
    kinds = [each.attention for each in (a, b) if each.has_se]
    return "".join(f" {EXPLANATIONS[kind]}." for kind in kinds) if len(set(kinds)) == 2 else ""


def describe_changes(a: Architecture, b: Architecture) -> str:
    """Return the meta-parameters that differ, in one line."""
    return (
        ", ".join(f"{name} {old} \u2192 {new}" for name, old, new in list_changes(a, b)) or "no setting that is in use"
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:  # for a style field: set by the convention
        return {"groups": "set by the depth", "ratio": "none", "": "none"}.get(name, "default")
    if isinstance(value, tuple):
        sizes = name in ("input_shape", "row")
        return ("\u00d7" if sizes else ", ").join(_value("row" if name == "groups" else "", part) for part in value)
    return str(value)


def sentence(difference: Difference, measure: str) -> str:
    """Return B minus A as a sum over the groups, largest first.

    >>> a, b = Architecture(ratio=None).ledger(), Architecture().ledger()
    >>> print(sentence(Difference(a, b), "params"))
    +2.51 M parameters = 1.57 M in group 4 + 786.43 k in group 3 + 131.07 k in group 2 + 24.58 k in group 1; \
squeeze-excite accounts for +2.51 M.
    """
    whole, se = getattr(difference.total, measure), getattr(difference.se, measure)
    parts = [(spaced(each.name), getattr(each, measure)) for each in difference.by_group if getattr(each, measure)]
    if not parts:
        return f"\u00b10 {MEASURES[measure]}."
    parts.sort(key=lambda part: -abs(part[1]))
    first, *rest = parts
    words = f"{MINUS if first[1] < 0 else ''}{short(abs(first[1]))} in {first[0]}"
    words += "".join(f" {'+' if n > 0 else MINUS} {short(abs(n))} in {name}" for name, n in rest)
    of_se = f"; {difference.attention_name} accounts for {signed(se)}" if se else ""
    return f"{signed(whole)} {MEASURES[measure]} = {words}{of_se}."


def _headline(difference: Difference) -> str:
    cells = []
    for measure, name in HEADS.items():
        old, new = (getattr(ledger, measure) for ledger in (difference.before, difference.after))
        part = f", {signed_decimal(100 * (new - old) / old)}%" if old else ""
        cells.append(
            f"<div><span>{name}</span> <strong>{signed(new - old)}</strong> "
            f"<small>{arrow(old, new)}{part}</small></div>"
        )
    return f'<div class="sn-figures sn-deltas">{"".join(cells)}</div>'


def _pair(a: Architecture, b: Architecture) -> Html:
    return _pair_of(_names(a, b), (a.ledger(), b.ledger()))


def _pair_of(names: tuple[str, str], ledgers: tuple[Ledger, Ledger]) -> Html:
    """Draw both to the same scale, with their groups aligned."""
    one, two = map(Anatomy, ledgers)
    figures = (
        html(
            f'<figure><figcaption><b class="sn-letter">{letter}</b> {escape(name)}</figcaption>',
            draw_network(drawn, beside=other),
            "</figure>",
        )
        for letter, name, drawn, other in zip("AB", names, (one, two), (two, one), strict=True)
    )
    return html('<div class="sn-pair-of">', *figures, "</div>")


def _names(a: Architecture, b: Architecture) -> tuple[str, str]:
    """Return both names; if they are equal, with the meta-parameters that differ."""
    if a.name != b.name:
        return a.name, b.name
    changes = list_changes(a, b)
    olds, news = ("".join(f", {change[0]} {change[place]}" for change in changes) for place in (1, 2))
    return a.name + olds, b.name + news


def waterfalls(difference: Difference) -> Html:
    """Return, for each measure, its sum in words and, if it changes, as a waterfall chart."""
    parts: list[str | Drawing] = []
    for measure in MEASURES:
        parts.append(f'<p class="sn-finding">{tied(sentence(difference, measure))}</p>')
        if any(getattr(each, measure) for each in difference.by_group):
            parts.append(draw_waterfall(difference, measure))
    return html(*parts)


def draw_waterfall(difference: Difference, measure: str) -> Drawing:
    """Draw one step per group, from A at the top to B at the bottom; increases go right, decreases left."""
    steps = [(spaced(each.name), getattr(each, measure)) for each in difference.by_group if getattr(each, measure)]
    edges: list[int] = list(accumulate((step for _, step in steps), initial=0))
    low, high = min(edges), max(edges)
    scale, marks, y, at = BARS / (high - low or 1), list[Mark](), 4.0, 0

    def x(value: int) -> float:
        return LEFT + (value - low) * scale

    zero = x(0)
    marks.append(svg.path(f"M {zero:.1f} 0 v {ROW * (len(steps) + 1) + 4}", "axis"))
    for name, step in (*steps, ("B \u2212 A", None)):
        start, end = (at, at + step) if step is not None else (0, at)
        left, right = sorted((x(start), x(end)))
        grown = end >= start
        kind = "whole" if step is None else "rise" if grown else "fall"
        beside, anchor = (right + 8, "start") if grown else (left - 8, "end")
        marks += [
            svg.text(106, y + 15, name, "label" if step is None else "note", "end"),
            svg.rect(left, y + 3, max(1.5, right - left), 15, kind, 0),
            svg.text(beside, y + 15, signed(end - start), "step-sum" if step is None else "step", anchor),
        ]
        if step is not None:
            marks.append(svg.path(f"M {x(end):.1f} {y + 3:.1f} v {ROW + 15}", "grid"))
        at, y = end if step is not None else at, y + ROW
    return svg.Drawing(y + 4, f"Waterfall chart: {sentence(difference, measure)}", marks)


def difference_table(difference: Difference) -> str:
    """Return a table of parameters, multiply-adds and activations by group: A, B and B minus A; the sum last."""
    old, new = (
        {total.name: total for total in (*ledger.by_group(), ledger.total)}
        for ledger in (difference.before, difference.after)
    )
    changes = {total.name: total for total in (*difference.by_group, difference.total)}
    nothing = Total("", 0, *(0 for _ in SUMMED))
    heads = (words for name in ("Params", "MACs", "Activations") for words in (f"{name} A", "B", "B \u2212 A"))
    rows = []
    for name in merged(tuple(old), tuple(new)):
        cells = [spaced(name)]
        for measure in MEASURES:
            a, b = (getattr(totals.get(name, nothing), measure) for totals in (old, new))
            cells += [short(a), short(b), signed(getattr(changes[name], measure))]
        rows.append(cells)
    note = "per image, activations in values; MACs are multiply-adds, the papers\u2019 \u201cFLOPs\u201d"
    return listing("A and B by group", ["Group", *heads], rows, note=note, marked=(len(rows) - 1,))
