"""Progress: show the progress of a run in a shell."""

from __future__ import annotations

from math import isfinite
from typing import Any

from senet_lab.drawing.units import counted
from senet_lab.training.estimate import estimate
from senet_lab.training.runs.run import ENDED, Run, Status


def follow(run: Run, *, force: bool) -> int:
    """Start a run and show its progress; Ctrl+C stops it, with a checkpoint."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(markup=False)  # file names may look like markup
    console.print(f"{run.architecture.name}, in {run.folder}", soft_wrap=True)
    console.print(estimate(run.architecture, run.recipe, run.config["data"], run.placement).words, soft_wrap=True)
    run.start(force=force)
    bar = Progress(BarColumn(), TextColumn("{task.description}"), console=console)
    with bar:
        task, n_epochs = bar.add_task("waiting", total=1.0), len(run.metrics())
        try:
            choice = run.precision_choice()
            for status in run.follow():
                if choice is None and (choice := run.precision_choice()):
                    console.print(f"Precision: {choice.words()}")
                n_epochs = _print_epochs(run, n_epochs, console)
                epochs = status.epoch + status.step / max(1, status.steps)
                bar.update(task, total=max(1, status.epochs), completed=epochs, description=words(status))
        except KeyboardInterrupt:
            run.stop()
            run.wait(60)
    status = run.status()
    if status.warning:
        console.print(f"Warning: {status.warning}", soft_wrap=True)
    _print_epochs(run, n_epochs, console)
    console.print(f"{status.state}{f': {status.reason}' if status.reason else ''}", soft_wrap=True)
    return 0 if status.state == "finished" else 1


def _print_epochs(run: Run, n_printed: int, console: Any) -> int:
    """Print a line for each epoch after the first `n_printed`; return the number of finished epochs."""
    rows = run.metrics()
    for row in rows[n_printed:]:
        line = f"epoch {row['epoch']:.0f}: loss {row['loss']:.3f}, accuracy {row['accuracy']:.3f}"
        if isfinite(row["val_accuracy"]):
            line += f", validation: loss {row['val_loss']:.3f}, accuracy {row['val_accuracy']:.3f}"
        console.print(line)
    return len(rows)


def words(status: Status) -> str:
    """Return a status as one line.

    >>> words(Status("training", epoch=1, epochs=5, step=10, steps=36, loss=1.5, accuracy=0.4, images_per_s=600))
    'training, epoch 2 of 5, step 10 of 36, loss 1.500, accuracy 0.400, 600 images/s'
    """
    parts = [status.state]
    if status.steps and status.state not in ENDED:
        parts += [f"epoch {status.epoch + 1} of {status.epochs}", f"step {status.step} of {status.steps}"]
    elif status.epochs and status.state in ENDED:
        parts += [f"{status.epoch} of {counted(status.epochs, 'epoch')} done"]
    figures: tuple[tuple[Any, str], ...] = (
        (status.loss, "loss {:.3f}"), (status.accuracy, "accuracy {:.3f}"), (status.images_per_s, "{:.0f} images/s"),
        (None if status.state in ENDED else status.seconds, "{:.0f} s left"),
    )  # fmt: skip
    return ", ".join([*parts, *(form.format(value) for value, form in figures if value is not None)])
