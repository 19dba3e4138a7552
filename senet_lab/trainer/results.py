"""Results: a table of runs with their costs and accuracies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import as_percent, short
from senet_lab.ledger.budget import cost
from senet_lab.trainer.history import History, held_out
from senet_lab.trainer.run_names import LETTERS, distinct_names, setup_parts, setup_without_seed, setup_words
from senet_lab.trainer.snapshot import Record
from senet_lab.training.recipe import Recipe

PACE = "Images/s"
HEAD = ("Draw", "Run", "Parameters", "Multiply-adds", "Best", "Last", PACE, "State")


def histories_of(records: Sequence[Record]) -> tuple[History, ...]:
    """Return the histories of records, with names that distinguish them."""
    names = distinct_names([(each.architecture.name, setup_parts(*_setup(each))) for each in records])
    return tuple(_history(record, name) for record, name in zip(records, names, strict=True))


def _history(record: Record, name: str) -> History:
    trail_end = ceil(record.trail[-1][0]) if record.trail else 0  # the current epoch counts
    last = max(trail_end, int(record.rows[-1]["epoch"]) if record.rows else 0)
    epochs = record.recipe.epochs if record.is_active else last
    images, setup = held_out(record.recipe, record.data), setup_without_seed(*_setup(record))
    return History(name, epochs, record.rows, record.trail, images, setup)


def _setup(record: Record) -> tuple[Architecture, Recipe, str]:
    return record.architecture, record.recipe, record.data


def results_table(
    records: Iterable[Record], picture_keys: Sequence[str], focus: str, *, interactive: bool, note: str = ""
) -> str:
    """Draw a table of runs; accuracies are measured on the held-out images, if there are any.

    The speed of recordings is left out: next to each other, the numbers would look like a property of the networks,
    but they depend on what else the machine was running.

    Args:
        picture_keys: the keys of the runs in the picture, in the order of their letters.
        focus: the key of the run whose progress is shown.
        interactive: whether the table has check boxes and buttons.
        note: shown after the caption, in small type.
    """
    records = tuple(records)
    has_pace = not records or not all(record.recording for record in records)
    names = [name for name in HEAD if has_pace or name != PACE]
    alignment = dict.fromkeys(("Run", "State"), ' class="sn-words"')
    head = "".join(f'<th scope="col"{alignment.get(name, "")}>{name}</th>' for name in names)
    body = "".join(_row(record, picture_keys, record.key == focus, interactive, has_pace) for record in records)
    small = f"<small>{escape(note)}</small>" if note else ""
    return (
        f'<table class="sn-listing sn-results"><caption>Runs{small}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(record: Record, picture_keys: Sequence[str], is_focus: bool, interactive: bool, has_pace: bool) -> str:
    network, history = cost(record.architecture), _history(record, "")
    best, last = (_accuracy(value, history) for value in (history.best(), history.last()))
    cells = (short(network.params), short(network.macs), best, last, *[_images_per_s(record)] * has_pace)
    numbers = "".join(f"<td>{cell}</td>" for cell in cells)
    mark = ' class="sn-present"' if is_focus else ""
    about = escape(setup_words(*_setup(record)))
    return (
        f"<tr{mark}><td>{_draw_cell(record, picture_keys, interactive)}</td>"
        f'<th scope="row" class="sn-words">{_name_cell(record, is_focus, interactive)}<small>{about}</small></th>'
        f'{numbers}<td class="sn-words">{escape(record.state)}</td></tr>'
    )


def _draw_cell(record: Record, picture_keys: Sequence[str], interactive: bool) -> str:
    """Draw the letter that a run has in the picture; in an interactive table, after a check box."""
    letter, checked = "", ""
    if record.key in picture_keys:
        place = picture_keys.index(record.key)
        letter, checked = f'<span class="sn-letter sn-letter-{place}">{LETTERS[place]}</span>', ' checked=""'
    if not interactive:
        return letter
    name, key = escape(record.architecture.name), escape(record.key)
    return f'<input type="checkbox" data-draw="{key}" aria-label="Draw {name}, {key}"{checked}/>{letter}'


def _name_cell(record: Record, is_focus: bool, interactive: bool) -> str:
    """Draw the name of a run; in an interactive table, as a button that shows its progress."""
    name, current = escape(record.architecture.name), ' aria-current="true"' if is_focus else ""
    if not interactive:
        return name
    key = escape(record.key)
    return f'<button type="button" class="sn-link" data-ask="focus" data-value="{key}"{current}>{name}</button>'


def percent(share: float | None) -> str:
    """Return a share in percent; "" for None."""
    return "" if share is None else as_percent(share)


def _accuracy(value: float | None, history: History) -> str:
    """Return an accuracy, marked "training" if no images are held out."""
    words = percent(value)
    return words if not words or history.validation("accuracy") else f"{words} <small>training</small>"


def _images_per_s(record: Record) -> str:
    """Return the speed of the last epoch, or the current one, rounded to two digits so that it does not flicker."""
    pace = record.rows[-1]["images_per_s"] if record.rows else record.status.images_per_s
    return "" if not pace else f"{float(f'{pace:.2g}'):,.0f}"
