"""Ablation: what is lost when gates are held, block by block and class by class, and what holding them would save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark, Node
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted, short
from senet_lab.gatelens.views.reading import share
from senet_lab.gates.ablation import Ablation
from senet_lab.weights.pretrained import Card

HOW_WORDS = {
    "one": "at 1, as without squeeze-excite",
    "mean": "at its mean over the images",
    "shuffled": "shuffled between channels",
    "own": "at its own value",
}
HOW_BRIEF = {"one": "at 1", "mean": "at its mean", "shuffled": "shuffled", "own": "at its own value"}
HOW_LABELS = {**HOW_BRIEF, "one": "at 1: no SE"}
LEFT, LONG = 168, 236  # where bars and their numbers begin, and how much they take
NAMES, RIGHT, WIDE = 438, 536, 236  # where the names of classes begin, and their bars and numbers; how much these take
NUMBER = 48  # room for the longest number beside a bar, -100.0
PITCH = 22.0
MOST = 22  # rows of the drawing; the table has all


def signed_points(change: float) -> str:
    """A change of a share in percentage points.

    >>> signed_points(-0.0123), signed_points(0.0)
    ('\u22121.2', '0.0')
    """
    points = round(100 * change, 1)
    return f"{points:+.1f}".replace("-", "\u2212") if points else "0.0"


def alone_and_together(
    alone: Mapping[str, Ablation | None],
    together: Ablation | None,
    classes: Sequence[str],
    held: Sequence[str],
    how: str,
) -> str:
    """Two charts: accuracy as each block's gate is held alone; and, for all that are held, the change by class.

    Args:
        alone: what became of holding one block, by its path; None for those not measured yet.
        together: what became of holding those that are held; None where none is, or before it was measured.
        held: the blocks that are held.
    """
    marks, rows = _alone(alone, held)
    right, more = _by_class(together, classes, "being measured \u2026" if held else "no gate is held")
    height = 44 + PITCH * max(rows, more, 3) + 8
    measured = {path: one for path, one in alone.items() if one is not None}
    worst = min(measured, key=lambda path: measured[path].change) if measured else ""
    label = f"Accuracy when gates are held {HOW_WORDS[how]}" + (
        f": least for {title(worst, ' ')}, {signed_points(measured[worst].change)} points" if worst else ""
    )
    return (
        f"{svg.drawing(height, label, [*marks, *right], interactive=True, focus=held[-1] if held else '')}"
        f"{behind('ablation', _tables(measured, together, classes))}"
    )


def _alone(alone: Mapping[str, Ablation | None], held: Sequence[str]) -> tuple[list[Mark], int]:
    """A bar for each block, to the left of the middle for what is lost; click it to hold that block's gate."""
    shown = list(alone.items())[:MOST]
    marks: list[Mark] = [svg.text(12, 16, "each gate held alone: accuracy, points", "label", "start")]
    marks.append(svg.text(12, 33, "choose a line to hold its gate, or let it go", "note", "start"))
    lost, won = _extremes([measured.change for _, measured in shown if measured])
    panel = Panel(LEFT + NUMBER, 44, LONG - 2 * NUMBER, PITCH * max(1, len(shown)), (-lost, won), (0, 1))
    marks.append(svg.path(f"M{panel.x(0):.1f} {panel.top}v{panel.height:.1f}", "axis"))
    for index, (path, measured) in enumerate(shown):
        marks.append(_line(panel, path, measured, panel.top + PITCH * index, path in held))
    return marks, len(shown)


def _line(panel: Panel, path: str, measured: Ablation | None, top: float, is_held: bool) -> Node:
    """The line of one block: a box that is filled where it is held, its name, its bar once it is measured."""
    box, state = ("\u25a0", "held") if is_held else ("\u25a1", "free")
    kind = "label" if is_held else "inked"
    marks: list[Mark] = [svg.text(12, top + 15, svg.cut(f"{box} {title(path)}", LEFT - 16, 7.2), kind, "start")]
    said, tip = f"{title(path, ' ')}, {state}", [title(path)]
    if measured is None:
        marks.append(svg.text(panel.x(0) - 5, top + 15, "\u2026", "note", "end"))
        tip.append("not measured yet")
    else:
        marks += _bar(panel, measured.change, top, "held" if is_held else "bar-macs")
        said += f"; alone {signed_points(measured.change)} points of accuracy"
        tip.append(f"held alone: {share(measured.after)} of {share(measured.before)}")
        tip.append(f"{counted(measured.flipped, 'changed prediction')}")
    return svg.node(marks, Box(4, top + 1, LEFT + LONG - 8, PITCH - 2), tip, said, path, pressed=is_held)


def _by_class(together: Ablation | None, classes: Sequence[str], why: str) -> tuple[list[Mark], int]:
    marks: list[Mark] = [svg.text(NAMES, 16, "all that are held: by class, points", "label", "start")]
    if together is None:
        marks.append(svg.text(NAMES, 62, why, "note", "start"))
        return marks, 0
    said = f"accuracy {share(together.before)} \u2192 {share(together.after)}"
    marks.append(svg.text(NAMES, 33, said, "inked", "start"))
    changes = [float(after - before) for before, after in zip(together.class_before, together.class_after, strict=True)]
    shown = list(zip(together.classes.tolist(), changes, strict=True))[:MOST]
    lost, won = _extremes([change for _, change in shown])
    panel = Panel(RIGHT + NUMBER, 44, WIDE - 2 * NUMBER, PITCH * len(shown), (-lost, won), (0, 1))
    marks.append(svg.path(f"M{panel.x(0):.1f} {panel.top}v{panel.height:.1f}", "axis"))
    for index, (number, change) in enumerate(shown):
        top = panel.top + PITCH * index
        marks.append(svg.text(NAMES, top + 15, svg.cut(classes[number], RIGHT - NAMES, 6.9), "inked", "start"))
        marks += _bar(panel, change, top, "held")
    return marks, len(shown)


def _extremes(changes: Sequence[float]) -> tuple[float, float]:
    """How far an axis reaches to both sides."""
    return max(0.01, -min(changes, default=0)), max(0.004, *changes) if changes else 0.004


def _bar(panel: Panel, change: float, top: float, kind: str) -> list[Mark]:
    """From the middle to the change, and its number at the end."""
    zero, end = panel.x(0), panel.x(change)
    number = svg.text(
        end + (-5 if change < 0 else 5), top + 15, signed_points(change), "inked", "end" if change < 0 else "start"
    )
    return [svg.rect(min(zero, end), top + 4, max(0.5, abs(end - zero)), PITCH - 8, kind, 1), number]


def savings(together: Ablation) -> str:
    """What the squeeze-excite of the held blocks costs, in a sentence."""
    if together.params is None or together.macs is None:
        return "What it would save cannot be counted: the network has layers that no ledger knows."
    blocks = "this block" if len(together.blocks) == 1 else "these blocks"
    return (
        f"Without the squeeze-excite of {blocks} the network would have "
        f"{short(together.params)} fewer parameters and {short(together.macs)} fewer multiply-adds for an image."
    )


def beside(card: Card, twin: Card) -> str:
    """A network beside its twin without squeeze-excite, in a sentence; and what of the difference may be chance."""
    apart, parts = 100 * (card.accuracy - twin.accuracy), (card.accuracy, twin.accuracy)
    chance = 200 * sqrt(sum(part * (1 - part) for part in parts) / card.images)
    return (
        f"Trained from the start without squeeze-excite, its twin {twin.name} gets {share(twin.accuracy)} of the same "
        f"{twin.images:,} test images, {abs(apart):.1f} points {'less' if apart >= 0 else 'more'} than its "
        f"{share(card.accuracy)}; up to {chance:.1f} may be chance, and each was trained once."
    )


def _tables(alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str]) -> str:
    rows = [
        [
            title(path),
            share(one.before),
            share(one.after),
            signed_points(one.change),
            str(one.flipped),
            _known(one.params),
            _known(one.macs),
        ]
        for path, one in alone.items()
    ]
    head = [
        "Gate held",
        "Accuracy",
        "Held",
        "Points",
        "Changed predictions",
        "Parameters saved",
        "Multiply-adds saved",
    ]
    found = listing("Each gate held alone", head, rows)
    if together is not None:
        its = [
            [classes[number], share(before), share(after), signed_points(after - before)]
            for number, before, after in zip(together.classes, together.class_before, together.class_after, strict=True)
        ]
        words = ", ".join(map(title, together.blocks))
        found += listing(f"By class, held: {words}", ["Class", "Accuracy", "Held", "Points"], its)
    return found


def _known(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"
