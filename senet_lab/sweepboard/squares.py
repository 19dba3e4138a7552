"""Squares: a table with one square per run, filled as far as its training is done."""

from __future__ import annotations

from html import escape

from senet_lab.sweepboard.snapshot import RUN_STATES, Board, BoardCell, run_words

STEPS = 20  # of the filling: a square changes at most that often during a training
NOTE = "filled as far as they are trained"


def squares_table(board: Board, run: str = "", *, interactive: bool = True) -> str:
    """Draw the runs of each arm in a row.

    Args:
        run: the key of the selected run.
        interactive: whether the squares are buttons; arrow keys move between them, and only one is reached with Tab.
    """
    by_place = {(cell.arm, cell.seed): cell for cell in board.cells}
    stop = run or next(iter(board.cells)).key
    heads = "".join(f'<th scope="col">{seed}</th>' for seed in board.seeds)
    rows = []
    for index, arm in enumerate(board.arms):
        squares = (_square(board, by_place[index, seed], run, stop, interactive) for seed in board.seeds)
        rows.append(
            f'<tr><th scope="row">{escape(arm.words)}</th>{"".join(f"<td>{each}</td>" for each in squares)}</tr>'
        )
    role = ' role="grid" aria-label="Runs"' if interactive else ""
    return (
        f'<table class="sn-squares"{role}><caption>Runs <small>{NOTE}</small></caption>'
        f'<thead><tr><th scope="col">{escape(board.axis)} \\ seed</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{_legend(board)}"
    )


def _square(board: Board, cell: BoardCell, run: str, stop: str, interactive: bool) -> str:
    words = escape(run_words(board, cell))
    kind = f'class="sn-square" data-state="{cell.state}"'
    done = 1 if cell.state == "finished" else round(STEPS * cell.progress) / STEPS
    inside = f'<i style="width:{100 * done:.0f}%"></i>' if done else ""
    if not interactive:
        return f'<span {kind} role="img" aria-label="{words}">{inside}</span>'
    tab_index = "0" if cell.key == stop else "-1"
    pressed = str(cell.key == run).lower()
    return (
        f'<button type="button" {kind} data-ask="run" data-value="{escape(cell.key)}" tabindex="{tab_index}" '
        f'aria-pressed="{pressed}" aria-label="{words}" title="{words}">{inside}</button>'
    )


def _legend(board: Board) -> str:
    """Name the states that occur."""
    shown = [state for state in RUN_STATES if board.count(state)]
    return '<p class="sn-legend">' + "".join(
        f'<span><i class="sn-square" data-state="{state}" aria-hidden="true"></i>{state}</span>' for state in shown
    ) + "</p>"  # fmt: skip
