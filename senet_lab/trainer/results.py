"""Results: what is known of a run, a table of them, and how far one is, in figures with units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import DATA_WORDS
from senet_lab.drawing.network.summary import summary
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost
from senet_lab.memory import size_words
from senet_lab.trainer.courses import Course, but_seed, held_out, parts, recipe_words, told_apart
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import ENDED, Status

WORDS = {
    "waiting": "waiting for its process",
    "compiling": "compiling: the first step takes longest",
    "training": "training",
    "validating": "validating",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
}
# What comes before a wish is obeyed, by the state in which it was said.
FIRST = {
    "waiting": "once its process is there and its first step is compiled",
    "compiling": "once its first step is compiled, which nothing can interrupt",
    "training": "after the step under way",
    "validating": "after the images under way",
}
HEAD = ("Draw", "Run", "Parameters", "Multiply-adds", "Best", "Last", "Images/s", "State")
NONE = "\u2013"  # where there is no figure yet


class Record(NamedTuple):
    """A run as its folder was last seen.

    Attributes:
        key: the folder's name.
        architecture, recipe, data: what is trained, how, and on what.
        status: how far it is.
        wanted: what its process is asked for: "run", "pause" or "stop".
        rows: of its finished epochs, as `Run.metrics()` has them.
        trail: (epochs, loss, accuracy) within the epoch under way, as it was seen.
        held: whether a process is at it; for a moment that is so after the end as well.
        kept: whether it has a checkpoint.
        skip_bad: whether files of its folder of images that cannot be read are left out.
    """

    key: str
    architecture: Architecture
    recipe: Recipe
    data: str
    status: Status
    wanted: str = "run"
    rows: tuple[Mapping[str, float], ...] = ()
    trail: tuple[tuple[float, float, float], ...] = ()
    held: bool = False
    kept: bool = False
    skip_bad: bool = False

    @property
    def is_going(self) -> bool:
        """Whether it is still at it, or about to be."""
        return self.status.state not in ENDED and bool(self.status.at)

    @property
    def state(self) -> str:
        """Its state in words; what was asked for a moment ago is said as well."""
        if not self.status.at and self.status.state == "waiting":
            return "not started"
        if (self.is_going and self.wanted == "stop") or (self.held and self.status.state == "stopped"):
            return "stopping"
        if self.is_going and self.wanted == "pause" and self.status.state != "paused":
            return "pausing"
        return self.status.state

    @property
    def words(self) -> str:
        """Its state, and what that waits for: "pausing: after the step under way"."""
        if self.state in ("pausing", "stopping") and (first := FIRST.get(self.status.state)):
            return f"{self.state}: {first}"
        return WORDS.get(self.state, self.state)


class Reading(NamedTuple):
    """What a run's device says of itself.

    Attributes:
        kind: "CPU" or "GPU", and how busy it is where that is known: "GPU 63 %".
        about: its name, or how many cores it has.
        used, of: memory in use, and all there is, in words.
    """

    kind: str
    about: str
    used: str
    of: str


def courses_of(records: Sequence[Record]) -> tuple[Course, ...]:
    """The records as courses, under names that tell them apart."""
    names = told_apart([(r.architecture.name, parts(summary(r.architecture), r.recipe, r.data)) for r in records])
    return tuple(
        Course(
            name,
            record.recipe.epochs if record.is_going else _reached(record),
            record.rows,
            record.trail,
            held_out(record.recipe, record.data),
            but_seed(record.architecture, record.recipe, record.data),
        )
        for record, name in zip(records, names, strict=True)
    )


def _reached(record: Record) -> int:
    """The epochs that it has finished, or begun."""
    begun = [ceil(record.trail[-1][0])] if record.trail else []
    return max([int(record.rows[-1]["epoch"]) if record.rows else 0, *begun])


def results_table(
    records: Iterable[Record], drawn: Sequence[str] = (), focus: str = "", *, interactive: bool = False, note: str = ""
) -> str:
    """The runs with what they cost and how they do; accuracies are of the images held out, where there are any.

    Args:
        drawn: the keys of those in the picture, in the order of their letters.
        focus: the key of the one whose progress is shown.
        interactive: with check boxes and buttons, else without.
        note: behind the caption, in small.
    """
    head = "".join(f'<th scope="col"{_left(name)}>{name}</th>' for name in HEAD)
    body = "".join(_row(record, drawn, record.key == focus, interactive) for record in records)
    body = body or f'<tr><td colspan="{len(HEAD)}">No run yet.</td></tr>'
    small = f"<small>{escape(note)}</small>" if note else ""
    return (
        f'<table class="sn-listing sn-results"><caption>Runs{small}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def about_run(record: Record) -> str:
    """What is trained, how, and on what, in a line; not what the data settle, such as the number of classes."""
    recipe, meta = record.recipe, summary(record.architecture).split(" \u00b7 ")[:-3]
    data = DATA_WORDS.get(record.data, record.data.rsplit("/", 1)[-1])
    return ", ".join([*meta, recipe_words(recipe), f"batch {recipe.batch}", f"seed {recipe.seed}", data])


def _left(name: str) -> str:
    return ' class="sn-words"' if name in ("Run", "State") else ""


def _row(record: Record, drawn: Sequence[str], focused: bool, interactive: bool) -> str:
    network = cost(record.architecture)
    course = courses_of([record])[0]
    name, key = escape(record.architecture.name), escape(record.key)
    where = drawn.index(record.key) if record.key in drawn else -1
    letter = f'<span class="sn-letter sn-letter-{where}">{"ABCDEF"[where]}</span>' if where >= 0 else ""
    choose = name
    if interactive:
        checked = ' checked=""' if where >= 0 else ""
        letter = f'<input type="checkbox" data-draw="{key}" aria-label="Draw {name}, {key}"{checked}/>{letter}'
        here = ' aria-current="true"' if focused else ""
        choose = f'<button type="button" class="sn-link" data-ask="focus" data-value="{key}"{here}>{name}</button>'
    about = about_run(record)
    best, last = (_measured(value, course) for value in (course.best(), course.last()))
    cells = (short(network.params), short(network.macs), best, last, _pace(record))
    numbers = "".join(f"<td>{cell}</td>" for cell in cells)
    mark = ' class="sn-present"' if focused else ""
    return (
        f'<tr{mark}><td>{letter}</td><th scope="row" class="sn-words">{choose}'
        f'<small>{escape(about)}</small></th>{numbers}<td class="sn-words">{escape(record.state)}</td></tr>'
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _measured(value: float | None, course: Course) -> str:
    """An accuracy; with a word where it is not of images held out."""
    told = _share(value)
    return told if not told or course.validation("accuracy") else f"{told} <small>training</small>"


def _pace(record: Record) -> str:
    """Images a second of its last epoch, or so far; to two digits, so that it does not flicker."""
    pace = record.rows[-1]["images_per_s"] if record.rows else record.status.images_per_s
    return "" if not pace else f"{float(f'{pace:.2g}'):,.0f}"


def progress(record: Record | None, reading: Reading | None = None) -> str:
    """How far a run is: a bar, epoch and step, and six figures."""
    if record is None:
        return f"{_bar(0, 1, 'No run yet')}{_figures(None, None)}"
    status = record.status
    done = min(status.epochs, status.epoch + status.step / max(1, status.steps)) if status.epochs else 0
    place = f"Epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.state in ENDED:
        place = f"{status.epoch} of {status.epochs} epochs"
    elif status.steps:
        place += f", step {status.step} of {status.steps}"
    return _bar(done, status.epochs, f"{place} \u00b7 {record.words}") + _figures(record, reading)


def _bar(done: float, whole: float, words: str) -> str:
    return (
        f'<div class="sn-progress"><progress aria-label="Progress" max="{max(1, whole)}" value="{done:.4g}"></progress>'
        f"<span>{escape(words)}</span></div>"
    )


def _figures(record: Record | None, reading: Reading | None) -> str:
    status = record.status if record else Status("waiting")
    best = courses_of([record])[0].best() if record else None
    going = record is not None and record.is_going
    pace = status.images_per_s
    forward = cost(record.architecture).macs if record else 0
    computed = status.macs_per_s or (3 * forward * pace if pace else None)
    peak = size_words(status.memory) if status.memory else ""
    reading = reading or Reading("GPU" if status.device not in ("", "CPU") else status.device, status.device, peak, "")
    figures = (
        ("left", "Time left", duration(status.seconds) if going else "", "at this pace"),
        ("pace", "Images/s", f"{pace:,.0f}" if pace else "", "in training steps"),
        ("macs", "Multiply-adds/s", short(int(computed)) if computed else "", "3 passes an image"),
        ("best", "Best accuracy", _share(best), "validation" if not record or record.recipe.validation else "training"),
        ("memory", "Memory", reading.used, f"of {reading.of}" if reading.of else "at the peak"),
        ("device", "Device", reading.kind, reading.about if reading.about != reading.kind else "that it trains on"),
    )
    cells = "".join(
        f'<div data-figure="{key}"><span>{name}</span><strong>{escape(value or NONE)}</strong>'
        f"<small>{escape(unit)}</small></div>"
        for key, name, value, unit in figures
    )
    return f'<div class="sn-figures">{cells}</div>'


def duration(seconds: float | None) -> str:
    """Seconds as people say them; empty for None.

    >>> duration(7.4), duration(95), duration(1859), duration(7300), duration(200_000)
    ('7 s', '1 min 35 s', '31 min', '2 h 1 min', '2 d 7 h')
    """
    if seconds is None:
        return ""
    whole = round(seconds)
    for size, unit, part, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            parts_ = f"{whole // size} {unit} {whole % size // part} {smaller}"
            return parts_ if whole < 10 * size else f"{round(whole / size)} {unit}"
    return f"{whole} s"
