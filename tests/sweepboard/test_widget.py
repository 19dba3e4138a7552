"""The panel of a sweep in a notebook: it reads the folder, sends what has changed, and obeys its buttons."""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from filelock import FileLock
from runs import SE_20, checkpointed, finished_sweep

from senet_lab import Sweep, SweepBoard
from senet_lab.sweeps import status


@contextmanager
def opened(sweep):
    board = SweepBoard(sweep)
    try:
        yield board
    finally:
        board.close()


def send(board, number=1, **moves):
    board._handle_custom_msg({"view": "a", "number": number, "moves": moves}, [])
    assert board.form["answered"] == {"a": number}


def test_a_board_shows_a_sweep_or_its_folder(sweep):
    for each in (sweep, sweep.folder, str(sweep.folder)):
        with opened(each) as board:
            assert repr(board) == "SweepBoard(Ratio, SE-ResNet-20, CIFAR-10 sample: 12 runs, 12 finished)"
            board._tick()
            assert board.now["conclusion"] == sweep.conclusion()
            assert board.failure is None


def test_another_value_than_a_sweep_is_refused(tmp_path):
    with pytest.raises(TypeError, match="must be a Sweep or the folder of one"):
        SweepBoard(3)
    with pytest.raises(FileNotFoundError, match="has no sweep"):
        SweepBoard(tmp_path)


def test_scipy_is_loaded_only_while_the_page_is_already_shown(sweep):
    script = (
        "import sys; from senet_lab import SweepBoard; board = SweepBoard(sys.argv[1]); board._repr_mimebundle_();"
        "assert not {'scipy', 'pandas', 'keras', 'distributed'} & set(sys.modules); assert 'computed' in board.now['conclusion'];"
        "board._tick(); assert 'scipy.stats' in sys.modules; print(board.now['conclusion'], board.failure)"
    )
    done = subprocess.run([sys.executable, "-c", script, sweep.folder], capture_output=True, text=True, check=False)
    assert done.stdout == f"{sweep.conclusion()} None\n", done.stderr


def test_a_tick_sends_only_what_has_changed(tmp_path):
    sweep = finished_sweep(tmp_path / "sweep", {None: (0.6, 0.61), 16: (0.63, None)})
    with opened(sweep) as board:
        board._tick()
        changed = []
        board.observe(lambda change: changed.append(change.name))
        board._tick()
        assert changed == []
        finished_sweep(tmp_path / "other", {None: (0.6, 0.61), 16: (0.63, 0.64)})
        (tmp_path / "other/ratio-16-seed-1").rename(tmp_path / "sweep/ratio-16-seed-1")
        board._tick()
        assert set(changed) == {"form", "now", "plots", "squares", "numbers"}
        assert "4 of 4" in board.now["progress"]


def test_a_chosen_reference_and_run_are_shown(sweep):
    with opened(sweep) as board:
        send(board, reference="ratio 8", run="ratio-8-seed-1")
        assert board.now["conclusion"] == sweep.conclusion("ratio 8")
        assert "ratio-8-seed-1" in board.run["words"]
        assert 'aria-pressed="true" aria-label="ratio 8, seed 1: finished, 63.4%"' in board.squares


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_cell_that_shows_a_changed_sweep_forgets_what_that_does_not_have(tmp_path, monkeypatch, seeds):
    monkeypatch.setattr("senet_lab.sweepboard.widget.cell", lambda: f"cell {tmp_path}")
    place = {"seeds": 2, "folder": tmp_path / "sweep"}
    with opened(Sweep(SE_20, {"ratio": (None, 16, 4)}, **place)) as board:
        send(board, reference="ratio 4", run="ratio-4-seed-1", cost="macs")
    with opened(Sweep(SE_20, {"ratio": (None, 16, 4)}, **place)) as board:
        assert ('aria-pressed="true"' in board.squares, board.form["controls"][0]["value"]) == (True, "ratio 4")
    for grid in ({"ratio": (None, 16, 4)}, {"ratio": (None, 16)}):
        with opened(Sweep(SE_20, grid, **(place | {"seeds": seeds}))) as board:
            assert board.squares.count('tabindex="0"') == 1


def test_a_second_driver_is_refused_with_a_reason(open_sweep):
    """A process holds the lock and reports, as a driver on another machine would."""
    report = status.Driver("running", "", 2, 1, "", "elsewhere")
    report.write(open_sweep.folder)
    with FileLock(open_sweep.folder / "driver.lock"), opened(open_sweep) as board:
        assert "Training." in board.now["progress"]
        assert board.form["can_stop"]
        send(board, start=True)
        assert "Another process already drives the sweep" in board.form["needs"]
        assert board.form["error"] == board.form["needs"]
        send(board, 2, stop=True)
        assert "Stopping: each run finishes its step" in board.now["progress"]
    (open_sweep.folder / status.FILE).unlink()


def test_a_driver_that_was_killed_is_said_with_what_to_do(tmp_path):
    sweep = finished_sweep(tmp_path / "sweep", {None: (0.6, 0.61), 16: (0.63, None)})
    with subprocess.Popen([sys.executable, "-c", "pass", "gone"]) as process:
        pass
    status.Driver("running", "", 2, process.pid, "gone", status.socket.gethostname()).write(sweep.folder)
    with opened(sweep) as board:
        assert "ended unexpectedly; resume the sweep. Press Resume sweep to continue" in board.now["progress"]
        assert board.form["can_start"]


def test_too_little_memory_is_refused_and_start_anyway_is_offered(tmp_path, monkeypatch):
    sweep = finished_sweep(tmp_path / "sweep", {None: (0.6, None), 16: (0.63, None)})
    monkeypatch.setattr("senet_lab.memory.available", lambda: 2**20)
    with opened(sweep) as board:
        send(board, start=True)
        assert "of memory, but only 1 MiB are free" in board.form["needs"]
        assert "press Start anyway" in board.form["needs"]
        assert board.form["anyway"]


def test_before_the_start_the_needs_of_all_runs_are_shown(tmp_path):
    sweep = finished_sweep(tmp_path / "sweep", {None: (None, None), 16: (None, None)})
    with opened(Sweep.open(sweep.folder)) as board:
        assert board.form["needs"].startswith("4 runs, ")
        assert (board.form["start"], board.form["can_start"]) == ("Start sweep", True)


def test_gates_of_the_selected_run_open_below_and_close_with_the_panel(tmp_path):
    sweep = finished_sweep(tmp_path / "sweep", {8: (0.6, 0.61)})
    with opened(sweep) as board:
        send(board, run="ratio-8-seed-1")
        assert not board.run["can_gates"]
        checkpointed(sweep.cells[1].run)
        send(board, 2, cost="macs")
        assert board.run["can_gates"]
        send(board, 3, gates=True)
        lens = board.lens
        assert repr(lens) == "GateLens(ratio-8-seed-1)"
        assert board.failure is None
    assert lens.comm is None


def test_a_viewer_without_widgets_gets_the_page_as_html(sweep):
    with opened(sweep) as board:
        board._tick()
        bundle, _ = board._repr_mimebundle_()
    still = bundle["text/html"]
    assert sweep.conclusion() in still
    assert "<button" not in still
    assert still.count("sn-square") >= 12
    json.dumps(bundle["text/plain"])
