"""Benchmarks by turns: real processes that compute on request, and load from others that spoils the result."""

import importlib
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
SERVE = """
import sys, time
sys.path.append({path!r})
from timing import emit, serve
emit("memory", "here", "first", "MiB", [1.0])
serve({{"first": lambda: time.sleep(0.002), "second": lambda: time.sleep(0.008)}})
"""
FAIL = "raise ModuleNotFoundError('No module named timm')"


@pytest.fixture
def turns(monkeypatch):
    """The module, with short turns that any other load may disturb."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("turns")
    for name, value in (("SECONDS", 0.03), ("PAUSE", 0.0), ("MAX_FOREIGN", math.inf)):
        monkeypatch.setattr(module, name, value)
    return module


def held(turns, *scripts):
    """The results of a contest between scripts, each with options of its process."""
    processes = [
        turns.Process((sys.executable, "-c", script.format(path=str(BENCHMARKS))), **how) for script, how in scripts
    ]
    return turns.compare(turns.Contest("sleeping", "here", "ms", 1, tuple(processes), rounds=3), dict(os.environ))


def test_contest_of_two_ways_gives_time_and_ratio_of_each(turns):
    (memory, first, second), circumstances = held(turns, (SERVE, {}))
    assert memory["part"] == "memory"
    assert [each["way"] for each in (first, second)] == ["first", "second"]
    assert first["ratio"]["median"] == 1
    assert second["ratio"]["most"] < 1
    assert 2 <= first["least"] <= first["median"] <= first["most"]
    assert first["repeats"] == circumstances["rounds"] == 3
    assert "python" in circumstances["versions"]


def test_slow_way_takes_part_in_the_first_rounds_and_a_part_of_the_computation_counts_as_a_part(turns):
    other = SERVE.replace('"first"', '"alone"').replace('"second"', '"other"')
    results, _ = held(turns, (SERVE, {}), (other, {"rounds": 1, "share": 0.5}))
    alone = next(each for each in results if each["way"] == "alone" and "ratio" in each)
    assert alone["repeats"] == 1
    assert alone["median"] >= 4  # half of it takes 2 ms


def test_process_that_fails_is_missing_with_its_reason(turns):
    results, circumstances = held(turns, (SERVE, {}), (FAIL, {}))
    assert [each["way"] for each in results if "ratio" in each] == ["first", "second"]
    assert circumstances["missing"][0].endswith("ModuleNotFoundError: No module named timm")


def test_process_that_ends_while_it_computes_is_missing_and_the_others_go_on(turns):
    dies = SERVE.replace('"first"', '"dies"').replace('"second"', '"other"').replace("time.sleep(0.002)", "dead()")
    dies = dies.replace("emit(", "calls = iter(range(4))\ndead = lambda: next(calls)\nemit(")
    results, circumstances = held(turns, (SERVE, {}), (dies, {}))
    assert [each["way"] for each in results if "ratio" in each] == ["first", "second"]
    assert [each.partition(":")[0] for each in circumstances["missing"]] == ["dies", "other"]


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="the load is read from /proc")
def test_contest_beside_other_load_has_no_result(turns, monkeypatch):
    burner = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    monkeypatch.setattr(turns, "SECONDS", 0.2)
    monkeypatch.setattr(turns, "MAX_FOREIGN", 0.05)
    try:
        with pytest.raises(turns.NoResultError, match="the limit is 5%"):
            held(turns, (SERVE, {}))
    finally:
        for each in burner:
            each.kill()
            each.wait()
