"""The page of a sweep as a function of plain values: what it says, draws and offers."""

import json
import re
from dataclasses import replace
from math import nan
from xml.etree import ElementTree

import pytest

from senet_lab.sweepboard import page
from senet_lab.sweepboard.folder import FolderReader
from senet_lab.sweepboard.plots import SEED_RADIUS, accuracy_plot, cost_plot, pareto_front
from senet_lab.sweepboard.snapshot import Board, BoardArm, BoardCell
from senet_lab.sweepboard.state import State, after

EMPTY = Board(
    title="Ratio, SE-ResNet-20, CIFAR-10 sample", setup="modern recipe, 2 epochs", network="SE-ResNet-20", axis="ratio",
    varies=("ratio: none, 16",), arms=(BoardArm("ratio none", "none", 270_000, 41, False), BoardArm("ratio 16", "16", 275_000, 42)),
    seeds=(0, 1), cells=tuple(BoardCell(f"{arm}-{seed}", arm, seed) for seed in (0, 1) for arm in (0, 1)),
    conclusion="Nothing can be compared yet.", needs="4 runs, about 2 min.", folder="sweeps/ratio",
)  # fmt: skip


@pytest.fixture(scope="module")
def board(sweep):
    return FolderReader(sweep).read(0)


@pytest.fixture(scope="module")
def open_board(open_sweep):
    return FolderReader(open_sweep).read(0)


def figure(shown, key):
    return re.findall(r">([^<]+)<", re.search(rf'data-figure="{key}">(.*?)</div>', shown["progress"])[1])


def squares_of(board, state=State()):  # noqa: B008 - frozen
    return re.findall(
        r'data-state="(\w+)" data-ask="run" data-value="([^"]+)".*?aria-label="([^"]+)"', page.squares(state, board)
    )


def test_a_finished_sweep_shows_its_conclusion_and_the_largest_decided_difference(sweep, board):
    shown = page.now(State(), board)
    assert shown["conclusion"] == sweep.conclusion()
    assert figure(shown, "runs") == ["Runs finished", "12 of 12", "all of them"]
    assert figure(shown, "reference")[1] == "61.0%"
    assert figure(shown, "difference")[1:] == ["+2.1 points", "ratio 8, simultaneous 95% interval +1.9 to +2.3"]
    assert "best" not in shown["progress"].lower()
    assert not shown["ill"]
    form = page.form(State(), board)
    assert not form["can_start"]
    assert not form["can_stop"]


def test_the_conclusion_of_a_sweep_with_missing_runs_is_provisional(open_sweep, open_board):
    assert open_board.conclusion == open_sweep.conclusion()
    assert open_board.conclusion.startswith("So far (9 of 12 runs): ")


def test_without_a_decided_difference_none_is_shown(board):
    wide = {"difference_low": -0.1, "difference_high": 0.1}
    undecided = replace(board, summaries=tuple(each._replace(**wide) for each in board.summaries))
    assert figure(page.now(State(), undecided), "difference")[1] == "none"


def test_each_run_is_a_square_with_its_state_and_a_name(open_board):
    squares = squares_of(open_board)
    assert len(squares) == len({key for _, key, _ in squares}) == 12
    named = {key: (state, name) for state, key, name in squares}
    assert named["ratio-8-seed-1"] == ("finished", "ratio 8, seed 1: finished, 63.4%")
    assert named["ratio-8-seed-2"] == ("failed", "ratio 8, seed 2: failed, 50% done")
    assert named["ratio-16-seed-3"][0] == "stopped"
    assert named["ratio-8-seed-3"] == ("waiting", "ratio 8, seed 3: waiting")


def test_exactly_one_square_is_reached_with_tab(open_board):
    for state in (State(), State(run="ratio-8-seed-2")):
        stops = re.findall(r'data-value="([^"]+)" tabindex="0"', page.squares(state, open_board))
        assert stops == [state.run or "ratio-none-seed-0"]


@pytest.mark.parametrize(
    ("changes", "words", "start", "stop"),
    [
        ({}, "Not started yet.", "Start sweep", False),
        ({"state": "running", "workers": 2, "seconds": 90.0}, "Training.", None, True),
        ({"state": "running", "reason": "it waits for workers"}, "Training: it waits for workers.", None, True),
        ({"state": "stopping"}, "Stopping: each run finishes its step", None, False),
        ({"state": "stopped"}, "Stopped. Press Resume sweep to continue", "Start sweep", False),
        (
            {"state": "failed", "reason": "the disk is full"},
            "The sweep failed: the disk is full. Press Resume",
            "Start sweep",
            False,
        ),
    ],
)
def test_the_state_of_the_sweep_is_said_with_what_can_be_done(changes, words, start, stop):
    board = replace(EMPTY, **changes)
    assert words in page.now(State(), board)["progress"]
    form = page.form(State(), board)
    assert (form["start"] if form["can_start"] else None, form["can_stop"]) == (start, stop)


def test_failed_runs_of_a_sweep_that_has_ended_can_be_tried_again(open_board):
    board = replace(open_board, state="finished")
    assert "a run has failed. Select one to see why; Resume sweep tries again." in page.now(State(), board)["progress"]
    form = page.form(State(), board)
    assert (form["start"], form["can_start"]) == ("Resume sweep", True)


def test_a_refused_start_says_why_in_place_of_the_needs():
    form = page.form(State(refusals={"start": "Too little memory, or press Start anyway."}), EMPTY)
    assert (form["needs"], form["fits"], form["anyway"]) == ("Too little memory, or press Start anyway.", False, True)
    assert page.form(State(), EMPTY)["needs"] == EMPTY.needs


def test_a_selected_run_says_how_to_open_it(open_board):
    cells = tuple(cell._replace(has_weights=True) for cell in open_board.cells)
    shown = page.run(State(run="ratio-8-seed-1"), replace(open_board, folder="sweeps/ratio", cells=cells))
    assert "Trainer(folder=&quot;sweeps/ratio&quot;)  # lists it as ratio-8-seed-1" in shown["words"]
    assert "GateLens.of_run(&quot;sweeps/ratio/ratio-8-seed-1&quot;)" in shown["words"]
    assert (shown["has_button"], shown["can_gates"]) == (True, True)


def test_a_failed_run_says_why(open_board):
    cells = tuple(
        cell._replace(reason="the loss is not a number") if cell.state == "failed" else cell
        for cell in open_board.cells
    )
    shown = page.run(State(run="ratio-8-seed-2"), replace(open_board, cells=cells))
    assert "The loss is not a number." in shown["words"]


def test_gates_are_not_offered_where_there_are_none(open_board):
    assert page.run(State(run="ratio-none-seed-1"), open_board)["gates"] == page.NO_GATES
    assert page.run(State(run="ratio-8-seed-3"), open_board)["gates"] == page.NO_CHECKPOINT
    assert "GateLens" not in page.run(State(run="ratio-none-seed-1"), open_board)["words"]


def test_the_plot_has_a_circle_per_finished_run_and_a_dot_per_arm(open_board):
    drawing = ElementTree.fromstring(str(accuracy_plot(open_board)))
    nodes = [each for each in drawing.iter() if "sn-node" in each.get("class", "").split()]
    assert {each.get("data-path") for each in nodes} == {
        cell.key for cell in open_board.cells if cell.accuracy is not None
    }
    classes = [each.get("class") for each in drawing.iter() if each.tag.endswith("circle")]
    assert (classes.count("sn-of-run-5"), classes.count("sn-of-run-0")) == (1, 2)  # the reference is slate
    assert [each.get("class") for each in drawing.iter()].count("sn-band") == 1


@pytest.mark.parametrize("arms", [2, 5, 9])
def test_the_number_of_an_arm_is_clear_of_the_circles_of_the_next_where_all_are_at_100(arms):
    cells = tuple(BoardCell(f"{arm}-{seed}", arm, seed, "finished", 1.0, 1.0) for seed in (0, 1) for arm in range(arms))
    drawing = accuracy_plot(replace(EMPTY, arms=(EMPTY.arms * arms)[:arms], cells=cells))
    marks = [*ElementTree.fromstring(str(drawing)).iter()]
    circles = sorted(float(each.get("cx")) for each in marks if "sn-hollow" in each.get("class", ""))
    numbers = sorted(float(each.get("x")) for each in marks if each.text == "100.0" and "sn-small" in each.get("class"))
    width = 5 * 7.2  # of "100.0" in a wide font of 11 px
    for number, circle in zip(numbers, [*circles[2::2], drawing.width], strict=True):
        assert number + width < circle - SEED_RADIUS


def test_an_interval_that_is_too_wide_for_the_plot_is_cut_and_said_so(board):
    wide = replace(board, summaries=tuple(each._replace(low=0.1, high=0.9) for each in board.summaries))
    assert "extends beyond the plot" in page.plots(State(), wide)
    assert "extends beyond the plot" not in page.plots(State(), board)
    for text in ElementTree.fromstring(str(accuracy_plot(wide))).iter():
        for name in ("y", "cy"):
            assert 0 <= float(text.get(name, 0)) <= 330


@pytest.mark.parametrize("cost", ["params", "macs"])
def test_plots_without_any_finished_run_or_with_equal_costs_are_drawn(board, cost):
    equal = replace(board, arms=tuple(arm._replace(params=5, macs=5) for arm in board.arms))
    for each in (EMPTY, equal):
        for drawing in (accuracy_plot(each), cost_plot(each, cost)):
            assert "nan" not in str(drawing)
            ElementTree.fromstring(str(drawing))


def test_an_arm_that_no_cheaper_one_exceeds_is_on_the_front():
    assert pareto_front([(1, 60.0), (1, 61.0), (2, 60.5), (3, 62.0)]) == [(1, 61.0), (3, 62.0)]
    assert pareto_front([]) == []


def test_moves_change_what_is_shown_and_invalid_ones_are_refused(board):
    state = after(State(), {"reference": "ratio 8", "cost": "macs", "run": "ratio-8-seed-1"}, board)
    assert (state.reference, state.cost, state.run) == (2, "macs", "ratio-8-seed-1")
    assert after(state, {"run": "ratio-8-seed-1"}, board).run == ""
    refused = after(
        state, {"reference": "ratio 9", "cost": "seconds", "run": "elsewhere", "seeds": "0", "other": 1}, board
    )
    assert set(refused.refusals) == {"reference", "cost", "run", "seeds", "other"}
    assert "ratio 8" in refused.refusals["reference"]
    assert replace(refused, refusals={}) == state


def test_the_table_has_what_the_plots_show(board):
    rows = re.findall(r"<tr>(.*?)</tr>", page.numbers(board))
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows[1:]]
    assert '<th scope="col">Its simultaneous 95% interval</th>' in rows[0]
    assert [row[0] for row in cells] == ["ratio none", "ratio 16", "ratio 8"]
    assert cells[1][6] == str(board.summaries[1].seeds_needed or "more than 100")
    assert cells[0][4] == "reference"
    assert cells[2][1:7] == ["4", "63.1", "62.6 to 63.6", "+2.1", "+1.9 to +2.3", "decided"]


def test_before_the_summaries_are_computed_the_page_shows_what_is_known(board):
    early = replace(board, summaries=(), conclusion="")
    assert page.now(State(), early)["conclusion"] == page.COMPUTING
    assert "63.1" in page.plots(State(), early)
    assert "sn-band" not in page.plots(State(), early)
    assert page.COMPUTING not in page.static_page(State(), early)


def test_all_parts_can_be_sent_as_json(board, open_board):
    state = State(run="ratio-8-seed-2")
    for each in (EMPTY, board, open_board):
        parts = [page.form(state, each), page.now(state, each), page.run(state, each), page.numbers(each)]
        json.dumps([*parts, page.plots(state, each), page.squares(state, each)], allow_nan=False)
    assert "nan" not in page.numbers(
        replace(EMPTY, summaries=tuple(each._replace(mean=nan) for each in board.summaries[:2]))
    )
