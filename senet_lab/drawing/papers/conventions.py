"""Explain the counts of a published network in another convention."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import STYLE_FIELDS
from senet_lab.ledger.differences import less

LABELS = {
    "se_bias": "SE biases", "conv_bias": "convolution biases", "stride_place": "stride in the",
    "eca_kernel": "size of ECA's kernel:",
}  # fmt: skip


def explain_counts(published: Architecture, ours: Architecture) -> str:
    """Return how our convention changes the counts of a published network, field by field; "" if they are equal.

    >>> from senet_lab.papers import main
    >>> explain_counts(main().rows[1].architecture, Architecture())
    'Your network, highlighted, has 28,071,976 parameters (\u221216,048 compared with the paper: no SE biases).'
    """
    parts: dict[str, list[tuple[str, int]]] = {"parameters": [], "multiply-adds": []}
    for name in STYLE_FIELDS:
        value = getattr(ours.style, name)
        if value == getattr(published.style, name):
            continue
        changed = less(replace(published, **{name: value}).ledger().total, published.ledger().total)
        for measure, step in zip(parts, (changed.params, changed.macs), strict=True):
            if step:
                parts[measure].append((_style_words(name, value), step))
    total, change = ours.ledger().total, less(ours.ledger().total, published.ledger().total)
    counts = (("parameters", total.params, change.params), ("multiply-adds", total.macs, change.macs))
    sentences = [
        f"{count:,} {measure} ({_signed(step)} compared with the paper: {_reasons(parts[measure], step)})"
        for measure, count, step in counts
        if step
    ]
    return f"Your network, highlighted, has {' and '.join(sentences)}." if sentences else ""


def _signed(step: int) -> str:
    return f"{step:+,}".replace("-", "\u2212")


def _reasons(parts: list[tuple[str, int]], step: int) -> str:
    """Return how much each choice contributes; a single choice needs no number."""
    if len(parts) == 1 and parts[0][1] == step:
        return parts[0][0]
    left = step - sum(change for _, change in parts)
    rest = [("their interaction", left)] if left else []
    return ", ".join(f"{words} {_signed(change)}" for words, change in (*parts, *rest))


def _style_words(name: str, value: object) -> str:
    """Return a choice in words, such as: no SE biases, stride in the 3x3, size of ECA's kernel: formula."""
    label = LABELS.get(name, name.replace("_", " "))
    if isinstance(value, bool):
        return label if value else f"no {label}"
    return f"{label} {value}"
