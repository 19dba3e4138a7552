"""Ablation: the accuracy lost when gates are held, by block and by class, and what removing them would save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent, counted, short
from senet_lab.gatelens.views.numbers import signed_points

if TYPE_CHECKING:
    from senet_lab.gates.ablation import Ablation
    from senet_lab.weights.pretrained import Card

HOW_WORDS = {
    "one": "at 1, which scales no channel",
    "mean": "at the mean over the images",
    "shuffled": "shuffled between channels",
}
HOW_BRIEF = {"one": "at 1", "mean": "at the mean", "shuffled": "shuffled"}
HOW_LABELS = {**HOW_BRIEF, "one": "at 1 (no scaling)"}
LEFT, LEFT_WIDTH = 168, 236  # where the bars of blocks and their numbers begin, and their width
NAMES, RIGHT, RIGHT_WIDTH = 438, 536, 236  # where names of classes and their bars and numbers begin, and their width
NUMBER_WIDTH = 48  # of the longest number next to a bar, -100.0
TOP, PITCH = 44, 22.0
MAX_ROWS = 22  # of the drawing; the table has all
SMALL_CHANGE = 0.005  # of accuracy
CHANCE = (
    "\u00b1 is an upper bound on the estimated standard error, from the predictions that changed among the {images:,} "
    "images. A change of less than twice that may be due to chance."
)
ADVICE = "click a row to hold or release its gate"


def alone_and_together(
    alone: Mapping[str, Ablation | None],
    together: Ablation | None,
    classes: Sequence[str],
    held: Sequence[str],
    how: str,
) -> str:
    """Draw two charts: the change in accuracy for each gate held alone, and by class for all held gates together.

    Args:
        alone: the ablation of each single block, by its path; None if it has not been measured yet.
        together: the ablation of all held blocks; None if there are none, or before it has been measured.
        held: the blocks whose gates are held.
    """
    left, left_rows = _by_block(alone, held)
    right, right_rows = _by_class(together, classes, "being measured \u2026" if held else "no gate is held")
    height = TOP + PITCH * max(left_rows, right_rows, 3) + 8
    measured = {path: each for path, each in alone.items() if each is not None}
    label = f"Accuracy when gates are held {HOW_WORDS[how]}"
    if measured:
        worst = _worst(measured)
        label += f": lowest for {title(worst, ' ')}, {signed_points(measured[worst].change)} points"
    drawing = svg.Drawing(height, label, [*left, *right], interactive=True, focus=held[-1] if held else "")
    return f"{drawing}{behind('ablation', _tables(measured, together, classes))}"


def change_words(ablation: Ablation) -> str:
    """Return the change in accuracy, with the upper bound on its standard error, in points.

    If no prediction changed, there is nothing from which to estimate an error.
    """
    if not ablation.flipped:
        return f"{signed_points(ablation.change)} points"
    return f"{signed_points(ablation.change)} \u00b1 {100 * ablation.max_standard_error:.1f} points"


def chance_words(ablation: Ablation) -> str:
    """Explain the error of a change."""
    return CHANCE.format(images=ablation.images)


def _worst(alone: Mapping[str, Ablation]) -> str:
    return min(alone, key=lambda path: alone[path].change)


def _by_block(alone: Mapping[str, Ablation | None], held: Sequence[str]) -> tuple[list[Mark], int]:
    """Draw a row per block, with a bar to the left for a loss; clicking a row holds or releases its gate."""
    rows = list(alone.items())[:MAX_ROWS]
    marks: list[Mark] = [
        svg.text(12, 16, "gates of one block held: accuracy change, points", "label", "start"),
        svg.text(12, 33, ADVICE, "note", "start"),
    ]
    panel = _panel(LEFT, LEFT_WIDTH, [ablation.change for _, ablation in rows if ablation], max(1, len(rows)))
    marks.append(_middle(panel))
    for index, (path, ablation) in enumerate(rows):
        marks.append(_row(panel, path, ablation, TOP + PITCH * index, path in held))
    return marks, len(rows)


def _panel(left: float, width: float, changes: Sequence[float], n_rows: int) -> Panel:
    """Return a panel whose axis covers the changes on both sides of 0."""
    lost, won = max(0.01, -min(changes, default=0)), max(0.004, *changes, 0)
    return Panel(left + NUMBER_WIDTH, TOP, width - 2 * NUMBER_WIDTH, PITCH * n_rows, (-lost, won), (0, 1))


def _middle(panel: Panel) -> Mark:
    return svg.path(f"M{panel.x(0):.1f} {panel.top}v{panel.height:.1f}", "axis")


def _row(panel: Panel, path: str, ablation: Ablation | None, top: float, is_held: bool) -> Mark:
    """Draw the row of a block: a box, filled if its gate is held, its name, and its bar once it has been measured."""
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
        tip.append(f"held alone: accuracy {as_percent(ablation.before)} \u2192 {as_percent(ablation.after)}")
        tip.append(change_words(ablation))
        tip.append(counted(ablation.flipped, "changed prediction"))
    hit = Box(4, top + 1, LEFT + LEFT_WIDTH - 8, PITCH - 2)
    return svg.Node(marks, hit, tip, label, path, pressed=is_held)


def _by_class(together: Ablation | None, classes: Sequence[str], reason: str) -> tuple[list[Mark], int]:
    """Draw a bar for each class; `reason` says why there are none."""
    marks: list[Mark] = [svg.text(NAMES, 16, "all held gates: change by class, points", "label", "start")]
    if together is None:
        return [*marks, svg.text(NAMES, 62, reason, "note", "start")], 0
    accuracy = f"accuracy {as_percent(together.before)} \u2192 {as_percent(together.after)}"
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
            as_percent(each.before),
            as_percent(each.after),
            signed_points(each.change),
            f"{100 * each.max_standard_error:.1f}",
            str(each.flipped),
            *("unknown" if saving is None else f"{saving:,}" for saving in (each.params, each.macs)),
        ]
        for path, each in alone.items()
    ]
    head = ["Block", "Accuracy", "With its gates held", "Points", "\u00b1 at most", "Changed predictions",
            "Fewer parameters", "Fewer multiply-adds"]  # fmt: skip
    tables = listing("Gates of one block held", head, rows)
    if together is not None:
        numbers = zip(together.classes, together.class_before, together.class_after, strict=True)
        rows = [[classes[at], as_percent(old), as_percent(new), signed_points(new - old)] for at, old, new in numbers]
        caption = f"By class, gates held: {', '.join(map(title, together.blocks))}"
        tables += listing(caption, ["Class", "Accuracy", "With gates held", "Points"], rows)
    return tables


def savings(together: Ablation) -> str:
    """Say what removing the squeeze-excite of the held blocks would save."""
    if together.params is None or together.macs is None:
        return "The savings cannot be counted: the network has layers that the ledger does not know."
    blocks = "this block" if len(together.blocks) == 1 else "these blocks"
    return (
        f"Without the squeeze-excite of {blocks} the network would have "
        f"{short(together.params)} fewer parameters and {short(together.macs)} fewer multiply-adds per image."
    )


def twin_words(card: Card, twin: Card) -> str:
    """Compare a network with its twin without squeeze-excite, and say how much of the difference may be chance."""
    accuracies = (card.accuracy, twin.accuracy)
    chance = 200 * sqrt(sum(each * (1 - each) for each in accuracies) / card.images)
    own, other = (as_percent(each, 2) for each in accuracies)
    return (
        f"Its twin {twin.name}, trained from the start without squeeze-excite, classifies {other} of the same "
        f"{twin.images:,} test images correctly, and this network {own}. Each was trained once; differences of up to "
        f"{chance:.1f} points may be due to chance."
    )


def ablation_words(
    alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str], how: str, n_blocks: int
) -> str:
    """Describe the loss, the class that loses most, and the savings; or the block that loses most when held alone.

    Args:
        n_blocks: the number of blocks to hold alone; the words say how many have been measured.
    """
    if together is not None:
        return _together_words(together, classes, how)
    if len(alone) < n_blocks:
        progress = f"{len(alone)} of {counted(n_blocks, 'block')} measured"
        return f"Holding the gates of one block after the other {HOW_WORDS[how]}: {progress}."
    worst, last = _worst(alone), list(alone)[-1]
    change = alone[last].change
    verdict = "a greater loss" if change < 0 else "a gain"
    if abs(change) < 2 * alone[last].max_standard_error:
        verdict = "which may be due to chance"
    elif abs(change) < SMALL_CHANGE:
        verdict = "also little"
    most = f"{title(worst)} loses most: {change_words(alone[worst])} of accuracy"
    if alone[worst].change >= 0:
        most = "no block loses accuracy"
    return (
        f"With its gates held {HOW_WORDS[how]}, {most}. The paper found that squeeze-excite could be removed from its "
        f"last stage at little cost. Here, holding {title(last)} alone changes accuracy by "
        f"{change_words(alone[last])}, {verdict}."
    )


def _together_words(together: Ablation, classes: Sequence[str], how: str) -> str:
    changes = together.class_changes
    worst = min(changes, key=changes.__getitem__)
    hit = f"; {classes[worst]} loses most ({signed_points(changes[worst])} points)" if changes[worst] < 0 else ""
    words = held_words(together.blocks, how, together, "")
    return f"{words[:1].upper()}{words[1:]}{hit}. {savings(together)}"


def held_words(held: Sequence[str], how: str, together: Ablation | None, otherwise: str) -> str:
    """Say which gates are held and how that changes accuracy, as a clause.

    Args:
        held: the blocks, at least one.
        otherwise: what to say while the effect is unknown.
    """
    blocks = " and ".join(map(title, held)) if len(held) < 3 else counted(len(held), "block")
    effect = otherwise
    if together is not None:
        accuracy = f"{as_percent(together.before)} \u2192 {as_percent(together.after)}"
        effect = f"accuracy {accuracy} ({change_words(together)})"
    return f"{blocks} held {HOW_BRIEF[how]}: {effect}"
