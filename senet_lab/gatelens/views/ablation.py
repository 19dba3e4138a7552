"""Ablation: what is lost when gates are held, block by block and class by class, and what holding them would save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted, short
from senet_lab.gatelens.views.numbers import share, signed_points

if TYPE_CHECKING:
    from senet_lab.gates.ablation import Ablation
    from senet_lab.weights.pretrained import Card

HOW_WORDS = {
    "one": "at 1, as without squeeze-excite",
    "mean": "at its mean over the images",
    "shuffled": "shuffled between channels",
}
HOW_BRIEF = {"one": "at 1", "mean": "at its mean", "shuffled": "shuffled"}
HOW_LABELS = {**HOW_BRIEF, "one": "at 1: no SE"}
LEFT, LEFT_WIDTH = 168, 236  # where the bars of blocks and their numbers begin, and their width
NAMES, RIGHT, RIGHT_WIDTH = 438, 536, 236  # where names of classes and their bars and numbers begin, and their width
NUMBER_WIDTH = 48  # of the longest number beside a bar, -100.0
TOP, PITCH = 44, 22.0
MAX_ROWS = 22  # of the drawing; the table has all
SMALL_CHANGE = 0.005  # of accuracy
CHANCE = (
    "\u00b1 is the most that the standard error can be, from the predictions that changed among the {images:,} images; "
    "a change of less than twice that may be chance."
)
ADVICE = "choose a line to hold its gate, or to release it"


def alone_and_together(
    alone: Mapping[str, Ablation | None],
    together: Ablation | None,
    classes: Sequence[str],
    held: Sequence[str],
    how: str,
) -> str:
    """Draw two charts: accuracy as each block's gate is held alone; and, for all that are held, the change by class.

    Args:
        alone: the ablation of each block by itself, by its path; None for those not measured yet.
        together: the ablation of all blocks that are held; None where none is, or before it was measured.
        held: the blocks that are held.
    """
    left, left_rows = _by_block(alone, held)
    right, right_rows = _by_class(together, classes, "being measured \u2026" if held else "no gate is held")
    height = TOP + PITCH * max(left_rows, right_rows, 3) + 8
    measured = {path: each for path, each in alone.items() if each is not None}
    label = f"Accuracy when gates are held {HOW_WORDS[how]}"
    if measured:
        worst = _worst(measured)
        label += f": least for {title(worst, ' ')}, {signed_points(measured[worst].change)} points"
    drawing = svg.Drawing(height, label, [*left, *right], interactive=True, focus=held[-1] if held else "")
    return f"{drawing}{behind('ablation', _tables(measured, together, classes))}"


def change_words(ablation: Ablation) -> str:
    """Return the change of the accuracy with the most that its standard error can be, in points."""
    return f"{signed_points(ablation.change)} \u00b1 {100 * ablation.max_standard_error:.1f} points"


def chance_words(ablation: Ablation) -> str:
    """Say what the error of a change is, and what it means."""
    return CHANCE.format(images=ablation.images)


def _worst(alone: Mapping[str, Ablation]) -> str:
    return min(alone, key=lambda path: alone[path].change)


def _by_block(alone: Mapping[str, Ablation | None], held: Sequence[str]) -> tuple[list[Mark], int]:
    """Draw a bar for each block, to the left of the middle for what is lost; click it to hold that block's gate."""
    rows = list(alone.items())[:MAX_ROWS]
    marks: list[Mark] = [
        svg.text(12, 16, "each gate held alone: accuracy, points", "label", "start"),
        svg.text(12, 33, ADVICE, "note", "start"),
    ]
    panel = _panel(LEFT, LEFT_WIDTH, [ablation.change for _, ablation in rows if ablation], max(1, len(rows)))
    marks.append(_middle(panel))
    for index, (path, ablation) in enumerate(rows):
        marks.append(_row(panel, path, ablation, TOP + PITCH * index, path in held))
    return marks, len(rows)


def _panel(left: float, width: float, changes: Sequence[float], n_rows: int) -> Panel:
    """Return a panel whose axis reaches as far as the changes do, to both sides."""
    lost, won = max(0.01, -min(changes, default=0)), max(0.004, *changes, 0)
    return Panel(left + NUMBER_WIDTH, TOP, width - 2 * NUMBER_WIDTH, PITCH * n_rows, (-lost, won), (0, 1))


def _middle(panel: Panel) -> Mark:
    return svg.path(f"M{panel.x(0):.1f} {panel.top}v{panel.height:.1f}", "axis")


def _row(panel: Panel, path: str, ablation: Ablation | None, top: float, is_held: bool) -> Mark:
    """Draw the row of one block: a box that is filled where it is held, its name, its bar once it is measured."""
    box, state = ("\u25a0", "held") if is_held else ("\u25a1", "free")
    name = svg.cut(f"{box} {title(path)}", LEFT - 16, 7.2)
    marks: list[Mark] = [svg.text(12, top + 15, name, "label" if is_held else "inked", "start")]
    label, tip = f"{title(path, ' ')}, {state}", [title(path)]
    if ablation is None:
        marks.append(svg.text(panel.x(0) - 5, top + 15, "\u2026", "note", "end"))
        tip.append("not measured yet")
    else:
        marks += _bar(panel, ablation.change, top, "held" if is_held else "bar-macs")
        label += f"; alone {change_words(ablation)} of accuracy"
        tip.append(f"held alone: {share(ablation.after)} of {share(ablation.before)}")
        tip.append(change_words(ablation))
        tip.append(counted(ablation.flipped, "changed prediction"))
    hit = Box(4, top + 1, LEFT + LEFT_WIDTH - 8, PITCH - 2)
    return svg.Node(marks, hit, tip, label, path, pressed=is_held)


def _by_class(together: Ablation | None, classes: Sequence[str], reason: str) -> tuple[list[Mark], int]:
    """Draw a bar for each class; `reason` is why there are none."""
    marks: list[Mark] = [svg.text(NAMES, 16, "all that are held: by class, points", "label", "start")]
    if together is None:
        return [*marks, svg.text(NAMES, 62, reason, "note", "start")], 0
    accuracy = f"accuracy {share(together.before)} \u2192 {share(together.after)}"
    marks.append(svg.text(NAMES, 33, accuracy, "inked", "start"))
    rows = list(together.class_changes.items())[:MAX_ROWS]
    panel = _panel(RIGHT, RIGHT_WIDTH, [change for _, change in rows], len(rows))
    marks.append(_middle(panel))
    for index, (number, change) in enumerate(rows):
        top = TOP + PITCH * index
        marks.append(svg.text(NAMES, top + 15, svg.cut(classes[number], RIGHT - NAMES, 6.9), "inked", "start"))
        marks += _bar(panel, change, top, "held")
    return marks, len(rows)


def _bar(panel: Panel, change: float, top: float, kind: str) -> list[Mark]:
    zero, end = panel.x(0), panel.x(change)
    shift, anchor = (-5, "end") if change < 0 else (5, "start")
    number = svg.text(end + shift, top + 15, signed_points(change), "inked", anchor)
    return [svg.rect(min(zero, end), top + 4, max(0.5, abs(end - zero)), PITCH - 8, kind, 1), number]


def _tables(alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str]) -> str:
    rows = [
        [
            title(path),
            share(each.before),
            share(each.after),
            signed_points(each.change),
            f"{100 * each.max_standard_error:.1f}",
            str(each.flipped),
            *("unknown" if saving is None else f"{saving:,}" for saving in (each.params, each.macs)),
        ]
        for path, each in alone.items()
    ]
    head = ["Gate held", "Accuracy", "Held", "Points", "\u00b1 at most", "Changed predictions", "Parameters saved",
            "Multiply-adds saved"]  # fmt: skip
    tables = listing("Each gate held alone", head, rows)
    if together is not None:
        numbers = zip(together.classes, together.class_before, together.class_after, strict=True)
        rows = [[classes[at], share(old), share(new), signed_points(new - old)] for at, old, new in numbers]
        caption = f"By class, held: {', '.join(map(title, together.blocks))}"
        tables += listing(caption, ["Class", "Accuracy", "Held", "Points"], rows)
    return tables


def savings(together: Ablation) -> str:
    """Say what the squeeze-excite of the held blocks costs."""
    if together.params is None or together.macs is None:
        return "What it would save cannot be counted: the network has layers that no ledger knows."
    blocks = "this block" if len(together.blocks) == 1 else "these blocks"
    return (
        f"Without the squeeze-excite of {blocks} the network would have "
        f"{short(together.params)} fewer parameters and {short(together.macs)} fewer multiply-adds for an image."
    )


def twin_words(card: Card, twin: Card) -> str:
    """Compare a network with its twin without squeeze-excite; say what of the difference may be chance."""
    difference, accuracies = round(100 * (card.accuracy - twin.accuracy), 1), (card.accuracy, twin.accuracy)
    chance = 200 * sqrt(sum(each * (1 - each) for each in accuracies) / card.images)
    gap = f"{abs(difference):.1f} points {'less' if difference > 0 else 'more'} than" if difference else "as many as"
    return (
        f"Trained from the start without squeeze-excite, its twin {twin.name} gets {share(twin.accuracy)} of the same "
        f"{twin.images:,} test images, {gap} its {share(card.accuracy)}; up to {chance:.1f} points may be chance, and "
        "each was trained once."
    )


def ablation_words(
    alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str], how: str, n_blocks: int
) -> str:
    """Say what is lost, most in which class, and what it would save; or which block matters most when held alone.

    Args:
        n_blocks: the number of blocks to be held alone; while fewer are measured, the words say how many.
    """
    if together is not None:
        return _together_words(together, classes, how)
    if len(alone) < n_blocks:
        progress = f"{len(alone)} of {counted(n_blocks, 'block')} measured"
        return f"One gate after the other is held {HOW_WORDS[how]}: {progress}."
    worst, last = _worst(alone), list(alone)[-1]
    change = alone[last].change
    verdict = "as little" if abs(change) < SMALL_CHANGE else "not so" if change < 0 else "a gain"
    return (
        f"Held {HOW_WORDS[how]}, {title(worst)} is missed most: {change_words(alone[worst])} of accuracy. "
        "The paper found that its last stage could do without squeeze-excite at little cost; here "
        f"{title(last)} alone: {change_words(alone[last])}, {verdict}."
    )


def _together_words(together: Ablation, classes: Sequence[str], how: str) -> str:
    changes = together.class_changes
    worst = min(changes, key=changes.__getitem__)
    hit = f", {classes[worst]} hit hardest ({signed_points(changes[worst])} points)" if changes[worst] < 0 else ""
    words = held_words(together.blocks, how, together, "")
    return f"{words[:1].upper()}{words[1:]}{hit}. {savings(together)}"


def held_words(held: Sequence[str], how: str, together: Ablation | None, otherwise: str) -> str:
    """Say which gates are held, and what that does to accuracy, in half a sentence.

    Args:
        held: the blocks, at least one.
        otherwise: what to say while the effect is not known.
    """
    blocks = " and ".join(map(title, held)) if len(held) < 3 else counted(len(held), "block")
    effect = otherwise
    if together is not None:
        accuracy = f"{share(together.before)} \u2192 {share(together.after)}"
        effect = f"accuracy {accuracy} ({change_words(together)})"
    return f"{blocks} held {HOW_BRIEF[how]}: {effect}"
