"""Apart: what a choice of convention makes of the counts of a published network, in words."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import STYLE_FIELDS
from senet_lab.ledger.differences import less


def apart(published: Architecture, ours: Architecture) -> str:
    """What a convention of ours makes of the counts of a published network, field by field; nothing if they are equal.

    >>> from senet_lab.papers import main
    >>> apart(main().rows[1].architecture, Architecture())
    'Yours, marked, has 28,071,976 parameters, \u221216,048: no SE biases.'
    """
    theirs, wanted = published.style, ours.style
    parts: dict[str, list[tuple[str, int]]] = {"parameters": [], "multiply-adds": []}
    for name in STYLE_FIELDS:
        value = getattr(wanted, name)
        if value == getattr(theirs, name):
            continue
        changed = less(replace(published, **{name: value}).ledger().total, published.ledger().total)
        for measure, step in zip(parts, (changed.params, changed.macs), strict=True):
            if step:
                parts[measure].append((_style_words(name, value), step))
    mine, gained = ours.ledger().total, less(ours.ledger().total, published.ledger().total)
    told = [
        f"{count:,} {measure}, {_exactly(step)}: {_reasons(parts[measure], step)}"
        for measure, count, step in (
            ("parameters", mine.params, gained.params), ("multiply-adds", mine.macs, gained.macs),
        )
        if step
    ]  # fmt: skip
    return f"Yours, marked, has {'; '.join(told)}." if told else ""


def _exactly(step: int) -> str:
    return f"{step:+,}".replace("-", "\u2212")


def _reasons(parts: list[tuple[str, int]], step: int) -> str:
    """What each choice comes to; a single one comes to all of it."""
    if len(parts) == 1 and parts[0][1] == step:
        return parts[0][0]
    left = step - sum(gained for _, gained in parts)
    rest = [("all of them together", left)] if left else []
    return ", ".join(f"{words} {_exactly(gained)}" for words, gained in (*parts, *rest))


def _style_words(name: str, value: object) -> str:
    """As in: no SE biases, stride in the 3x3."""
    label = {"se_bias": "SE biases", "conv_bias": "convolution biases", "stride_place": "stride in the"}.get(
        name, name.replace("_", " ")
    )
    if isinstance(value, bool):
        return label if value else f"no {label}"
    return f"{label} {value}"
