"""Navigate a network by paths, from "" through "group2" and "group2/block1" to "group2/block1/se"."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.words import title
from senet_lab.ledger.ledger import Ledger


def resolve(thing: Ledger | Anatomy, path: str) -> str:
    """Return the path itself or the nearest existing one, since moving a slider can remove a part.

    The last group replaces a missing group, the last block a missing block, the block its missing attention, another
    attention module a missing one, and the network any other part.
    """
    anatomy = Anatomy.of(thing)
    group, *rest = path.split("/")
    group = _nearest(group, tuple(anatomy.groups)) if path else ""
    blocks = {part.path.partition("/")[2]: part for part in anatomy.groups.get(group, ())}
    if not rest or "" in blocks or not blocks:
        return group
    block = _nearest(rest[0], tuple(blocks))
    if not block:
        return group
    inside = rest[1:2] and rest[1] in ATTENTIONS and blocks[block].attention_path
    return inside or f"{group}/{block}"


def _nearest(name: str, names: Sequence[str]) -> str:
    """Return the name, or the one of its kind with the nearest number; the last part for "classifier"; else ""."""
    if name in names:
        return name
    stem, number = _split(name)
    alike = [other for other in names if _split(other)[0] == stem]
    if alike:
        return min(alike, key=lambda other: abs(_split(other)[1] - number))
    return names[-1] if name == "classifier" and names else ""


def _split(name: str) -> tuple[str, int]:
    """Split a name into text and number, which is 0 if there is none; ten or more digits belong to the text."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return (stem, int(digits or 0)) if len(digits) < 10 else (name, 0)


def breadcrumb(thing: Ledger | Anatomy, path: str = "") -> str:
    """Return the current position as buttons that lead back up; `data-path` is the target of each.

    Raises:
        ValueError: there is no such part; the error lists the parts.
    """
    Anatomy.of(thing).part(path)
    steps = path.split("/") if path else []
    items = []
    for depth in range(len(steps) + 1):
        here = ' aria-current="location"' if depth == len(steps) else ""
        to = "/".join(steps[:depth])
        words = title(steps[depth - 1]) if depth else "Network"
        items.append(f'<li><button type="button" data-path="{escape(to)}"{here}>{escape(words)}</button></li>')
    return f'<nav class="sn-crumbs" aria-label="Where you are"><ol>{"".join(items)}</ol></nav>'
