"""The panel's page: the values sent to the browser, computed from the state and from what was read of the sweep.

Nothing here reads files, queries the machine or computes statistics: all comes as a `Board`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from math import isnan

from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.intervals import CUT
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.tables import listing
from senet_lab.drawing.units import short
from senet_lab.sweepboard.controls import control_messages
from senet_lab.sweepboard.messages import FormPage, Now, Run
from senet_lab.sweepboard.plots import accuracy_plot, cost_plot, has_cut_interval
from senet_lab.sweepboard.snapshot import Board, BoardCell, run_name, run_words
from senet_lab.sweepboard.squares import squares_table
from senet_lab.sweepboard.state import State
from senet_lab.sweeps.conclusions import interval_name, interval_words, points, signed_points
from senet_lab.sweeps.statistics import MAX_SEEDS, ArmSummary
from senet_lab.training.estimate import duration

START, RESUME, STOP, ANYWAY = "Start sweep", "Resume sweep", "Stop sweep", "Start anyway"
PLAY, PAUSE = "Play recording", "Pause recording"
NO_FIGURE = "\u2013"
RECORDING = '<span class="sn-tag">Recording</span>'
COMPUTING = "The intervals are being computed."
NOTHING_SELECTED = "Select a square or a circle to see its run."
NO_GATES = "This network has no squeeze-excite"
NO_CHECKPOINT = "No checkpoint yet: the first is written after one epoch or one minute, whichever comes first"
OPENS_GATES = "Open a GateLens of this run below"
FRONT = "Dashed: the Pareto front, which connects the means that no cheaper arm exceeds. It ignores the intervals."
MAX_BESIDE = 5  # arms, beside which there is room for the plot against cost
PROGRESS = {
    "waiting": "Not started yet.",
    "starting": "Starting: the first runs begin once their processes have loaded Keras.",
    "stopping": "Stopping: each run finishes its step and writes a checkpoint.",
    "stopped": f"Stopped. Press {RESUME} to continue; no finished run is repeated.",
}


def form(state: State, board: Board) -> FormPage:
    """Return the controls, the buttons, and what starting the sweep needs."""
    refused = next((state.refusals[name] for name in ("start", "stop") if name in state.refusals), "")
    buttons = _recording_buttons(state, board) if board.recording else _buttons(board)
    start, can_start, stop, can_stop = buttons
    return {
        "controls": control_messages(state, board),
        "reasons": state.refusals,
        "error": "\n".join(state.refusals.values()),
        "start": start,
        "can_start": can_start,
        "stop": stop,
        "can_stop": can_stop,
        "needs": refused or board.needs,
        "fits": not refused,
        "anyway": ANYWAY in refused,
        "about": _about(board),
    }


def _buttons(board: Board) -> tuple[str, bool, str, bool]:
    """Return the label of each button, and whether it can be pressed."""
    has_begun = board.count("waiting") < len(board.cells)
    is_over = board.state == "finished" and not board.count("failed")
    can_stop = board.is_active and board.state != "stopping"
    return RESUME if has_begun else START, not board.is_active and not is_over, STOP, can_stop


def _recording_buttons(state: State, board: Board) -> tuple[str, bool, str, bool]:
    return PLAY, not state.is_playing and len(board.seeds) > 1, PAUSE, state.is_playing


def _about(board: Board) -> str:
    """Describe the sweep in a list."""
    facts = [("Network", board.network), ("Varies", "; ".join(board.varies) or "nothing")]
    facts.append(("Seeds", ", ".join(map(str, board.seeds))))
    facts += (
        [("Recorded", board.recording), ("Command", board.command)] if board.recording else [("Folder", board.folder)]
    )
    return "".join(f'<p class="sn-fact"><b>{name}</b> {escape(words)}</p>' for name, words in facts)


def now(state: State, board: Board) -> Now:
    """Return the heading, the conclusion, the figures, and how far the sweep is."""
    return {
        "heading": _heading(board),
        "conclusion": board.conclusion or COMPUTING,
        "progress": f"{_figures(board)}<p class='sn-progress-words'>{escape(_progress_words(state, board))}</p>",
        "ill": board.state == "failed" or (board.state == "finished" and board.count("failed") > 0),
    }


def _heading(board: Board) -> str:
    tag = f" {RECORDING}" if board.recording else ""
    return f'<h2>{escape(board.title)}{tag}</h2><p class="sn-under">{escape(board.setup)}</p>'


def _progress_words(state: State, board: Board) -> str:
    """Say how far the sweep is, and what to do."""
    if board.recording:
        count = len(board.seeds)
        shown = f"{board.seeds_shown} of {count} seeds" if board.seeds_shown < count else f"all {count} seeds"
        return f"{'Playing' if state.is_playing else 'Showing'} {shown}. Nothing is trained here."
    failed = board.count("failed")
    if board.state == "failed":
        return f"The sweep failed: {board.reason}. Press {RESUME} to continue; no finished run is repeated."
    if board.state == "running":
        return f"Training: {board.reason}." if board.reason else "Training."
    if board.state == "finished" and failed:
        runs = "a run has failed" if failed == 1 else f"{failed} runs have failed"
        return f"The sweep has ended, but {runs}. Select one to see why; {RESUME} tries again."
    return PROGRESS.get(board.state, "All runs are finished.")


def _figures(board: Board) -> str:
    figures = (_runs_figure(board), *_time_figures(board), *_accuracy_figures(board))
    return f'<div class="sn-figures sn-sweep-figures">{"".join(_figure(*figure) for figure in figures)}</div>'


def _figure(key: str, name: str, value: str, unit: str) -> str:
    words = f"<span>{name}</span><strong>{escape(value)}</strong><small>{escape(unit)}</small>"
    return f'<div data-figure="{key}">{words}</div>'


def _runs_figure(board: Board) -> tuple[str, str, str, str]:
    others = [f"{count} {state}" for state in ("training", "paused", "waiting", "stopped", "failed")
              if (count := board.count(state))]  # fmt: skip
    finished = f"{board.count('finished')} of {len(board.cells)}"
    return "runs", "Runs finished", finished, ", ".join(others) or "all of them"


def _time_figures(board: Board) -> Iterator[tuple[str, str, str, str]]:
    if board.recording:
        yield "time", "Training time", duration(board.seconds or 0), "all runs together"
        return
    is_known = board.is_active and board.seconds is not None
    yield "left", "Time left", duration(board.seconds or 0) if is_known else NO_FIGURE, "at this speed"
    workers = str(board.workers) if board.is_active and board.workers else NO_FIGURE
    yield "workers", "Workers", workers, "runs at the same time"


def _accuracy_figures(board: Board) -> Iterator[tuple[str, str, str, str]]:
    """Yield the mean of the reference and the largest difference whose interval excludes zero.

    There is no best mean: with several arms, the highest one is partly luck.
    """
    name, mean = board.arms[board.reference].label, board.mean(board.reference)
    low, high = board.interval(board.reference)
    about = name if isnan(low) else f"{name}, 95% interval {100 * low:.1f} to {100 * high:.1f}"
    yield "reference", "Reference", NO_FIGURE if isnan(mean) else f"{100 * mean:.1f}%", about
    decided = [arm for arm in board.summaries if arm.is_decided]
    if not decided:
        yield "difference", "Decided differences", "none", "no interval of a difference excludes zero"
        return
    largest = max(decided, key=lambda arm: abs(arm.difference))
    interval = interval_words(largest.difference_low, largest.difference_high, signed=True)
    about = f"{largest.label}, {interval_name(len(board.arms) - 1)} {interval}"
    yield "difference", "Largest decided difference", f"{signed_points(largest.difference)} points", about


def plots(state: State, board: Board, *, interactive: bool = True) -> Html:
    """Draw accuracy by arm and against cost, with what the marks mean."""
    legend = (
        "Small circles: one seed each. Dots with bars: the mean and its 95% interval (Student\u2019s t). Band: the "
        f"interval of the reference, {board.arms[board.reference].label}. Whether two arms differ is decided by their "
        "differences seed by seed, not by whether these bars overlap. All intervals are for a number of seeds and a "
        "reference that were chosen beforehand."
    )
    cut = f" {CUT}" if has_cut_interval(board) else ""
    slides = ' tabindex="0" role="region" aria-label="Plot of accuracy"' if interactive else ""
    kind = "sn-plots sn-many" if len(board.arms) > MAX_BESIDE else "sn-plots"
    return html(
        f'<div class="{kind}"><figure><figcaption>Accuracy on the test images, %</figcaption>'
        f'<div class="sn-wide"{slides}>',
        accuracy_plot(board, state.run, interactive=interactive),
        f'</div><p class="sn-source">{escape(legend)}{cut}</p></figure>'
        f"<figure><figcaption>Against {'parameters' if state.cost == 'params' else 'multiply-adds'}</figcaption>",
        cost_plot(board, state.cost),
        f'<p class="sn-source">{FRONT}</p></figure></div>',
    )


def squares(state: State, board: Board, *, interactive: bool = True) -> str:
    """Draw a square per run."""
    return squares_table(board, state.run, interactive=interactive)


def run(state: State, board: Board) -> Run:
    """Return the selected run: its state, its folder, and how to open it in Python."""
    cell = board.cell(state.run)
    if cell is None:
        words = f'<p class="sn-source">{NOTHING_SELECTED}</p>'
        return {"words": words, "has_button": False, "can_gates": False, "gates": ""}
    no_gates = "" if cell.has_weights else NO_CHECKPOINT
    no_gates = no_gates if board.arms[cell.arm].has_gates else NO_GATES
    return {
        "words": _run_words(board, cell),
        "has_button": not board.recording,
        "can_gates": not no_gates,
        "gates": no_gates or OPENS_GATES,
    }


def _run_words(board: Board, cell: BoardCell) -> str:
    name, words = run_name(board, cell), run_words(board, cell)
    reason = f" {escape(_sentence(cell.reason))}" if cell.reason else ""
    line = f"<p><strong>{escape(name)}</strong>{escape(words.removeprefix(name))}.{reason}</p>"
    if board.recording:
        return (
            f'{line}<p class="sn-source">The weights of a recorded run are not kept; its command trains it again.</p>'
        )
    folder = f"{board.folder}/{cell.key}"
    code = f"Trainer(folder={_quoted(board.folder)})  # lists it as {cell.key}"
    if board.arms[cell.arm].has_gates:
        code += f"\nGateLens.of_run({_quoted(folder)})"
    where = f'<p class="sn-source">Folder: {escape(folder)}</p>'
    return f'{line}{where}<pre class="sn-code" tabindex="0"><code>{escape(code)}</code></pre>'


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:].rstrip('.')}."


def _quoted(path: str) -> str:
    return json.dumps(path, ensure_ascii=False)


def numbers(board: Board) -> str:
    """Draw a table of the arms, with the numbers of the plots."""
    rows = []
    for index, arm in enumerate(board.arms):
        summary = board.summaries[index] if board.summaries else None
        accuracies = [cell for cell in board.cells_of(index) if cell.accuracy is not None]
        mean = board.mean(index)
        cells = [str(len(accuracies)), "" if isnan(mean) else points(mean), interval_words(*board.interval(index))]
        cells += ["reference"] + [""] * 2 if index == board.reference else _difference(summary)
        rows.append([arm.label, *cells, short(arm.params), short(arm.macs)])
    its_interval = f"Its {interval_name(len(board.arms) - 1)}"
    head = ("Arm", "Seeds", "Mean, %", "95% interval", "Difference, points", its_interval, "Seeds needed", "Parameters",
            "Multiply-adds")  # fmt: skip
    return listing("Arms", head, rows)


def _difference(summary: ArmSummary | None) -> list[str]:
    if summary is None or isnan(summary.difference):
        return [""] * 3
    interval = interval_words(summary.difference_low, summary.difference_high, signed=True)
    return [signed_points(summary.difference), interval, _seeds_needed(summary)]


def _seeds_needed(summary: ArmSummary) -> str:
    if isnan(summary.difference_low):
        return ""
    return "decided" if summary.is_decided else str(summary.seeds_needed or f"more than {MAX_SEEDS}")


def static_page(state: State, board: Board, name: str = "") -> str:
    """Draw the whole page as static HTML, for viewers that show no widgets.

    Args:
        name: of the bundled evidence that it shows; "" for none.
    """
    present = now(state, board)
    conclusion = f'<p class="sn-said">{escape(board.conclusion)}</p>' if board.conclusion else ""
    page = html(
        present["heading"], conclusion, present["progress"], plots(state, board, interactive=False),
        squares(state, board, interactive=False), numbers(board),
    )  # fmt: skip
    css = style_sheet()
    return still_page(page, css, {"panel": "sweep", "name": name} if name else None)
