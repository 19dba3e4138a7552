"""Progress of a run: a bar and six figures with units."""

from __future__ import annotations

from html import escape

from senet_lab.drawing.units import counted, short
from senet_lab.ledger.budget import cost
from senet_lab.memory import size_words
from senet_lab.trainer.results import histories_of, percent
from senet_lab.trainer.snapshot import DeviceUse, Record
from senet_lab.training.estimate import duration
from senet_lab.training.runs.status import ENDED, Status

NO_FIGURE = "\u2013"


def progress_html(record: Record | None, device: DeviceUse | None = None) -> str:
    """Draw the progress of a run: a bar, epoch and step, and six figures."""
    if record is None:
        return f"{_bar(0, 1, '')}{_figures(None, None)}"
    status = record.status
    done = min(status.epochs, status.epoch + status.step / max(1, status.steps)) if status.epochs else 0
    place = f"Epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.state in ENDED:
        place = f"{status.epoch} of {counted(status.epochs, 'epoch')}"
    elif status.steps:
        place += f", step {status.step} of {status.steps}"
    return _bar(done, status.epochs, f"{place} \u00b7 {record.state_words}") + _figures(record, device)


def _bar(done: float, whole: float, words: str) -> str:
    return (
        f'<div class="sn-progress"><progress aria-label="Progress" max="{max(1, whole)}" value="{done:.4g}"></progress>'
        f"<span>{escape(words)}</span></div>"
    )


def _figures(record: Record | None, device: DeviceUse | None) -> str:
    status = record.status if record else Status("waiting")
    best = histories_of([record])[0].best() if record else None
    pace = status.images_per_s
    time_left = duration(status.seconds) if record and record.is_active and status.seconds is not None else ""
    macs_per_s = status.macs_per_s or (3 * cost(record.architecture).macs * pace if record and pace else None)
    if device is None:
        peak = size_words(status.memory) if status.memory else ""
        device = DeviceUse("GPU" if status.device not in ("", "CPU") else status.device, status.device, peak, "")
    pace_unit, rate_unit, time_unit = "during training steps", "3 passes per image", "at this speed"
    if record and record.recording:  # its speed depends on the load of the machine at that time
        pace_unit = rate_unit = "when recorded"
        time_unit = "in the recorded run"
    kind = "validation" if not record or record.recipe.validation else "training"
    figures = (
        ("left", "Time left", time_left, time_unit),
        ("pace", "Images/s", f"{pace:,.0f}" if pace else "", pace_unit),
        ("macs", "Multiply-adds/s", short(int(macs_per_s)) if macs_per_s else "", rate_unit),
        ("best", "Best accuracy", percent(best), kind),
        ("memory", "Memory", device.used, f"of {device.total}" if device.total else "peak"),
        ("device", "Device", device.kind, device.name if device.name != device.kind else "used for training"),
    )
    cells = "".join(
        f'<div data-figure="{key}"><span>{name}</span><strong>{escape(value or NO_FIGURE)}</strong>'
        f"<small>{escape(unit)}</small></div>"
        for key, name, value, unit in figures
    )
    return f'<div class="sn-figures">{cells}</div>'
