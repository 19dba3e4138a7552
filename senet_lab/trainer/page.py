"""The Trainer's pages: from its state, and what was seen of the runs, to what the browser is sent. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from senet_lab.checks import first_few
from senet_lab.drawing.inline_styles import still_page
from senet_lab.drawing.network.summary import style_sheet
from senet_lab.trainer.controls import trainer_controls
from senet_lab.trainer.curves import LEGEND, curves_page, curves_strips, curves_svg, curves_table, curves_words
from senet_lab.trainer.folder import Seen
from senet_lab.trainer.results import Reading, Record, about_run, courses_of, progress, results_table
from senet_lab.trainer.saving import Taken
from senet_lab.trainer.state import FOLDER, State
from senet_lab.training.estimate import estimate
from senet_lab.widgets.labels import format_value

ANYWAY = (
    "Started anyway, it may slow this machine down until the system ends it, or another process; Resume then goes on "
    "from its last checkpoint, if it got so far."
)
RESUME_ANYWAY = "Resume anyway"  # a button, which is there where a refusal names it
MAX_EXPLAINED = 5  # unreadable runs that are named with the reason
COMPARED = 4  # runs that are drawn unasked
LATER = "Its first checkpoint comes after an epoch, or a minute at most"


def form(state: State, seen: Seen, *, has_explorer: bool = False) -> dict[str, Any]:
    """Controls and what they lead to: what the next training will need."""
    offered = trainer_controls(state, has_explorer=has_explorer)
    needs, fits, tight = _needs(state)
    at_work = any(record.is_going and record.state != "paused" for record in seen.records)
    busy = " A run is at work: a second one would slow both." if at_work else ""
    return {
        "error": "\n".join(state.refused.values()),
        "reasons": state.refused,
        "controls": [{**control._asdict(), "text": format_value(control.value)} for control in offered],
        "needs": state.refused.get("start") or f"{needs}{busy}",
        "fits": fits and "start" not in state.refused,
        "anyway": ANYWAY if tight else "",
        "legend": LEGEND,
        "resume_anyway": RESUME_ANYWAY in state.refused.get("resume", ""),
    }


def _needs(state: State) -> tuple[str, bool, bool]:
    """Memory and time of the training that Start would begin; whether it can begin; whether memory alone is short."""
    if state.kind == FOLDER and not state.path:
        return "Say first where the images are.", False, False
    found = estimate(state.network, state.recipe, state.data)
    return f"{found.words[:1].upper()}{found.words[1:]}.", found.fits, not found.fits


def focus_of(state: State, seen: Seen) -> Record | None:
    """The run whose progress is shown: the chosen one, else one at work, else the newest."""
    going = (record for record in seen.records if record.is_going)
    return seen.record(state.focus) or next(going, seen.records[0] if seen.records else None)


def drawn_of(state: State, seen: Seen) -> tuple[Record, ...]:
    """The runs in the picture, the oldest first: so letters and colours seldom change hands."""
    focus = focus_of(state, seen)
    if state.drawn is None and focus:
        alike = [record for record in seen.records if _is_comparable(record, focus)]
        chosen = {record.key for record in [focus, *alike][: COMPARED + 1]}
    else:
        chosen = set(state.drawn or ())
    return tuple(record for record in reversed(seen.records) if record.key in chosen)


def _is_comparable(record: Record, focus: Record) -> bool:
    """Whether a run has something to show, and was trained as the other."""
    return bool(record.rows) and (record.data, record.recipe) == (focus.data, focus.recipe) and record.key != focus.key


def now(state: State, seen: Seen, reading: Reading | None, taken: Taken = Taken()) -> dict[str, Any]:  # noqa: B008
    """The run in focus: what it is, how far it is, what can be asked of it, and what came of taking it along."""
    record = focus_of(state, seen)
    if record is None:
        title = f"<h2>{escape(state.network.name)}</h2>"
        under = '<p class="sn-under">Nothing has been trained yet. Start: the curves come by themselves.</p>'
        return {"heading": title + under, "progress": progress(None), "said": "No run yet.", "ill": False, "asks": {}}
    about = escape(about_run(record))
    title = f'<h2>{escape(record.architecture.name)}</h2><p class="sn-under" title="{escape(record.key)}">{about}</p>'
    return {
        "heading": title,
        "progress": progress(record, reading if record.is_going else None),
        "said": _said(record, taken),
        "ill": (taken.key, taken.state) == (record.key, "failed"),
        "asks": _asks(record) | _takes(record, taken),
    }


def _said(record: Record, taken: Taken) -> str:
    """The state in a sentence that changes a few times in a run, for those who listen; or what came of saving it."""
    saving = taken.words if taken.key == record.key else ""
    if saving and record.state in ("finished", "stopped"):  # which the bar says as well
        return saving
    status, name = record.status, record.architecture.name
    told = f"{name}: {'not started: Resume begins it' if record.state == 'not started' else record.words}"
    if record.is_going and status.steps and record.state == "training":
        told += f", epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.reason and status.state == "failed":
        told += f", since {status.reason}"
    if status.state == "stopped":
        where = f"in epoch {status.epoch + 1}" if status.step else f"after {status.epoch}"
        told += f" {where} of {status.epochs}{'' if status.step else ' epochs'}; Resume goes on from there"
    return " ".join(filter(None, (f"{told}.", status.warning, saving)))


def _asks(record: Record) -> dict[str, Any]:
    """Which of the buttons can be pressed, and what the first one does."""
    state = record.state
    toggle = "pause" if record.is_going and state not in ("paused", "pausing", "stopping") else "resume"
    return {
        "toggle": toggle,
        "can_toggle": state not in ("finished", "stopping") and not record.held,
        "can_stop": record.is_going and state != "stopping",
        "can_like": True,
        "can_gates": not (why := _no_gates(record)),
        "gates": why or "Opens the GateLens of this run below",
    }


def _takes(record: Record, taken: Taken) -> dict[str, Any]:
    """Whether its network can be saved, and what that does."""
    why = "" if record.kept else LATER
    if taken.state == "saving":
        why = "A network is being saved already"
    return {"can_take": not why, "take": why or "Best weights, as a .keras file beside this notebook"}


def _no_gates(record: Record) -> str:
    """Why there are no gates to look into; "" where there are."""
    if not record.architecture.has_se:
        return "It has no squeeze-excite"
    return "" if record.kept else LATER


def table(state: State, seen: Seen, *, interactive: bool = True) -> str:
    """All runs, with what they cost and how they do."""
    focus = focus_of(state, seen)
    keys = [record.key for record in drawn_of(state, seen)]
    notes = [f"{seen.older} older ones are not shown"] * bool(seen.older)
    notes += [_unreadable(seen.reasons)] * bool(seen.reasons)
    here, note = focus.key if focus else "", "; ".join(notes)
    return results_table(seen.records, keys, here, interactive=interactive, note=note)


def _unreadable(reasons: Mapping[str, str]) -> str:
    """Name the runs that cannot be read, each with the reason, as far as there is room for them."""
    return f"not readable: {first_few((f'{name} ({reason})' for name, reason in reasons.items()), MAX_EXPLAINED)}"


def picture(state: State, seen: Seen) -> str:
    """The curves of the runs that are drawn, with a sentence."""
    courses = courses_of(drawn_of(state, seen))
    return curves_words(courses) + curves_svg(courses)


def epochs(state: State, seen: Seen) -> dict[str, str]:
    """What changes with an epoch, and not with each step: what can be pointed at, and the numbers in a table."""
    courses = courses_of(drawn_of(state, seen))
    return {"strips": curves_strips(courses), "numbers": curves_table(courses)}


def static_page(state: State, seen: Seen) -> str:
    """All of it, for where no widget lives."""
    present = now(state, seen, None)
    parts: Sequence[str] = (present["heading"], present["progress"], curves_page(courses_of(drawn_of(state, seen))))
    body = "".join(parts) + table(state, seen, interactive=False)
    return still_page(body, style_sheet())
