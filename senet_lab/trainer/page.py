"""The Trainer's page: the values sent to the browser, computed from the state and the widget's readings.

Nothing here reads files or queries the machine: runs come as a `Snapshot`, free memory as a `Machine`.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from senet_lab.checks import first_few
from senet_lab.drawing.html import html, still_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.units import counted
from senet_lab.trainer.controls import trainer_controls
from senet_lab.trainer.curves import LEGEND, curves_page, curves_table, curves_words
from senet_lab.trainer.curves_svg import curves_strips, draw_curves
from senet_lab.trainer.messages import Buttons, Epochs, FormPage, Now
from senet_lab.trainer.progress import progress_html
from senet_lab.trainer.results import histories_of, results_table
from senet_lab.trainer.run_names import recipe_words, setup_words
from senet_lab.trainer.snapshot import DeviceUse, Record, SaveResult, Snapshot
from senet_lab.trainer.state import FOLDER, State
from senet_lab.training.estimate import Machine, predict
from senet_lab.widgets.labels import format_value

ANYWAY = (
    "If you start it anyway, this machine may slow down, and the system may kill the run or another process. "
    "You can then resume the run from its last checkpoint, if it has one."
)
RESUME_ANYWAY = "Resume anyway"  # a button, shown only while a refusal names it
MAX_EXPLAINED = 5  # unreadable runs that are listed with the reason
MAX_COMPARED = 4  # runs drawn next to the one in focus until the user selects others
START = "Start training"
RECORDING = '<span class="sn-tag">Recording</span>'
RECORDINGS_NOTE = "recordings: nothing is trained here, and their speed depends on what else the machine was running"
OPENS_GATES = "Open a GateLens of this run below"
SAVES = "Save the best weights next to this notebook, for Keras, ONNX, TFLite or OpenVINO"
NO_CHECKPOINT = "No checkpoint yet: the first is written after one epoch or one minute, whichever comes first"


def form(
    state: State, snapshot: Snapshot, machine: Machine, *, has_explorer: bool = False, has_cifar10: bool = True
) -> FormPage:
    """Return the controls and an estimate of the memory and time for the next run."""
    controls = trainer_controls(state, has_explorer=has_explorer, has_cifar10=has_cifar10)
    needs, fits, is_short_of_memory = _needs(state, machine)
    if any(record.is_active and record.state != "paused" for record in snapshot.records):
        needs += " A run is in progress; a second one would slow down both."
    return {
        "error": "\n".join(state.refusals.values()),
        "reasons": state.refusals,
        "controls": [control.message(format_value(control.value)) for control in controls],
        "start": START,
        "needs": state.refusals.get("start") or needs,
        "fits": fits and "start" not in state.refusals,
        "anyway": ANYWAY if is_short_of_memory else "",
        "legend": LEGEND,
        "resume_anyway": RESUME_ANYWAY in state.refusals.get("resume", ""),
        "elsewhere": list(state.needs),
    }


def _needs(state: State, machine: Machine) -> tuple[str, bool, bool]:
    """Return memory and time for the next run, whether it can start, and whether only memory prevents that."""
    if state.kind == FOLDER and not state.path:
        return "Choose an image folder first.", False, False
    estimate = predict(state.network, state.recipe, machine)
    return f"{estimate.words}.", estimate.fits, not estimate.fits


def focus_record(state: State, snapshot: Snapshot) -> Record | None:
    """Return the run whose progress is shown: the selected one, otherwise an active one, otherwise the newest."""
    active = (record for record in snapshot.records if record.is_active)
    return snapshot.record(state.focus) or next(active, snapshot.records[0] if snapshot.records else None)


def picture_records(state: State, snapshot: Snapshot) -> tuple[Record, ...]:
    """Return the runs in the picture, oldest first, so that runs rarely change their letters and colors."""
    focus = focus_record(state, snapshot)
    keys = set(state.picture_keys or ())
    if state.picture_keys is None and focus:
        setup = focus.data, focus.recipe
        others = [each.key for each in snapshot.records if each.rows and (each.data, each.recipe) == setup]
        keys = {focus.key, *[key for key in others if key != focus.key][:MAX_COMPARED]}
    return tuple(record for record in reversed(snapshot.records) if record.key in keys)


def now(
    state: State,
    snapshot: Snapshot,
    device: DeviceUse | None,
    saving: SaveResult = SaveResult(),  # noqa: B008 - frozen
) -> Now:
    """Return the display of the run in focus: setup, progress, buttons, and the result of saving its network."""
    record = focus_record(state, snapshot)
    if record is None:
        about = escape(recipe_words(state.recipe))
        heading = f'<h2>{escape(state.network.name)}</h2><p class="sn-under">{about}</p>'
        said = f"No run yet. Click {START} to see curves."
        return {"heading": heading, "progress": progress_html(None), "said": said, "ill": False, "asks": {}}
    return {
        "heading": _heading(record),
        "progress": progress_html(record, device if record.is_active else None),
        "said": _status_words(record, saving),
        "ill": (saving.key, saving.state) == (record.key, "failed"),
        "asks": _buttons(record, saving, state.needs),
    }


def _heading(record: Record) -> str:
    """Return a heading with the network and its setup; it marks recordings."""
    about = escape(setup_words(record.architecture, record.recipe, record.data))
    about += f"<br>Precision: {escape(record.precision)}" if record.precision else ""
    title, how = escape(record.architecture.name), ""
    if record.recording:
        title, how = f"{title} {RECORDING}", f"<br>{escape(record.recording)}"
    return f'<h2>{title}</h2><p class="sn-under" title="{escape(record.key)}">{about}{how}</p>'


def _status_words(record: Record, saving: SaveResult) -> str:
    """Return the state in a sentence that rarely changes, for screen readers; or the result of saving its network."""
    save_words = saving.words if saving.key == record.key else ""
    if save_words and record.state in ("finished", "stopped"):  # the progress bar shows these states as well
        return save_words
    status, name = record.status, record.architecture.name
    if record.recording:  # its epochs pass too quickly to be read aloud
        return f"Recording of {name}: {record.state_words}."
    not_started = "not started; press Resume to start it"
    sentence = f"{name}: {not_started if record.state == 'not started' else record.state_words}"
    if record.is_active and status.steps and record.state == "training":
        sentence += f", epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.reason and status.state == "failed":
        sentence += f" because {status.reason}"
    if status.state == "stopped":
        within, after = f"in epoch {status.epoch + 1} of {status.epochs}", f"after {status.epoch} of "
        place = within if status.step else after + counted(status.epochs, "epoch")
        sentence += f" {place}; press Resume to continue from there"
    return " ".join(filter(None, (f"{sentence}.", status.warning, save_words)))


def _buttons(record: Record, saving: SaveResult, needs: Mapping[str, str]) -> Buttons:
    """Return which buttons can be pressed, with tooltips for the gates and for saving the network."""
    state = record.state
    can_pause = record.is_active and state not in ("paused", "pausing", "stopping")
    can_be_asked = record.has_checkpoint or bool(record.recording)  # a recording answers with the requirements
    no_gates = "" if can_be_asked else NO_CHECKPOINT
    if not record.architecture.has_se:
        no_gates = "This network has no squeeze-excite"
    no_saving = "" if can_be_asked else NO_CHECKPOINT
    if saving.state == "saving":
        no_saving = "Another network is being saved"
    return {
        "toggle": "pause" if can_pause else "resume",
        "can_toggle": state not in ("finished", "stopping") and not record.has_process,
        "can_stop": record.is_active and state != "stopping",
        "can_like": True,
        "can_gates": not no_gates,
        "gates": no_gates or needs.get("gates", OPENS_GATES),
        "can_take": not no_saving,
        "take": no_saving or needs.get("take", SAVES),
    }


def table(state: State, snapshot: Snapshot, *, interactive: bool = True) -> str:
    """Draw a table of all runs with their costs and accuracies."""
    focus = focus_record(state, snapshot)
    keys = [record.key for record in picture_records(state, snapshot)]
    notes = [RECORDINGS_NOTE] * any(record.recording for record in snapshot.records)
    notes += [f"{snapshot.older} older runs not shown"] * bool(snapshot.older)
    if snapshot.errors:
        reasons = (f"{name} ({reason})" for name, reason in snapshot.errors.items())
        notes.append(f"could not be read: {first_few(reasons, MAX_EXPLAINED)}")
    focus_key = focus.key if focus else ""
    return results_table(snapshot.records, keys, focus_key, interactive=interactive, note="; ".join(notes))


def picture(state: State, snapshot: Snapshot) -> str:
    """Draw the curves of the selected runs, and summarize them in a sentence."""
    histories = histories_of(picture_records(state, snapshot))
    return f"{curves_words(histories)}{draw_curves(histories)}"


def epochs(state: State, snapshot: Snapshot) -> Epochs:
    """Return the parts that change once per epoch, not with each step: the tooltips and the table of numbers."""
    histories = histories_of(picture_records(state, snapshot))
    return {"strips": curves_strips(histories), "numbers": curves_table(histories)}


def static_page(state: State, snapshot: Snapshot) -> str:
    """Draw the whole page as static HTML, for viewers that show no widgets."""
    present, histories = now(state, snapshot, None), histories_of(picture_records(state, snapshot))
    results = table(state, snapshot, interactive=False)
    page = html(present["heading"], present["progress"], curves_page(histories), results)
    return still_page(page, style_sheet(), {"panel": "trainer", "network": state.architecture.token()})
