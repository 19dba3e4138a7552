"""Run benchmarks and store the results. `make bench`.

`python run.py [turns | cpu | training | sweeps | ui | panels] [--quick] [--resume] [--peers PYTHON] [--only WORD]`:
"turns" holds contests, in which layers and networks take turns with other libraries; "cpu" measures the ledger, the
limit of the machine and growth, "training" the cost of runs, "sweeps" many runs, "ui" the Explorer in a browser,
"panels" their growth. The peers may be installed in a different Python, because PyTorch and TensorFlow together fill a
disk; a missing package is reported and its jobs are skipped. A quick run writes no page. `--only` runs the jobs or
contests with that word in their names and replaces only their stored results; `--resume` skips the contests that were
held today.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import report
from contests import contests
from growth_panels import SIZES
from tables import spread
from timing import machine
from turns import NoResultError, compare, environment

from senet_lab.training.runs.process import MALLOC_SETTINGS

HERE = Path(__file__).parent

Job = tuple[str, tuple[object, ...]]  # script, arguments


def jobs(quick: bool) -> list[Job]:
    """Return jobs for the speed of large matrix products, the ledger and growth."""
    from growth import AXES  # loads TensorFlow

    few = 1 if quick else 3
    result: list[Job] = [("networks.py", ("limit", 5)), ("peers.py", ("limit", 5))]
    result += [("ledger.py", (few,)), ("peers.py", ("table", few))]
    return result if quick else [*result, *(("growth.py", (axis, 10)) for axis in AXES)]


def trainings(quick: bool) -> list[Job]:
    """Return jobs for the overhead of runs of the original lesson's network and of a fast one."""
    steps, rounds = (10, 1) if quick else (200, 5)
    lengths = (("mini SE-ResNet", max(3, steps // 3)), ("cifar_se_resnet20", 2 * steps))
    return [("epochs.py", ("overhead", name, 32, length, rounds)) for name, length in lengths]


def sweeps(quick: bool) -> list[Job]:
    """Return jobs for the overhead and the throughput of sweeps."""
    runs, epochs, rounds = (2, 1, 1) if quick else (4, 3, 3)
    return [("sweep_speed.py", (what, runs, epochs, rounds)) for what in ("overhead", "throughput")]


def explorer(_quick: bool) -> list[Job]:
    """Return jobs for JupyterLab and the site, each in one browser."""
    return [("ui.py", ()), ("ui_site.py", ())]


def panels(quick: bool) -> list[Job]:
    """Return jobs for the growth of panels, one per size."""
    its = [(panel, size) for panel, sizes in SIZES.items() for size in (sizes[:1] if quick else sizes)]
    return [("growth_panels.py", job) for job in its]


JOBS = {"cpu": jobs, "training": trainings, "sweeps": sweeps, "ui": explorer, "panels": panels}


def run(job: Job, peers: str) -> tuple[list[dict[str, Any]], str]:
    """Run a job; return the lines that it prints, and the reason if it failed."""
    script, arguments = job
    python = peers if script == "peers.py" else sys.executable
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **MALLOC_SETTINGS}
    command = [python, str(HERE / script), *map(str, arguments)]
    process = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    lines = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    return lines, _failure(process) if process.returncode else ""


def _failure(process: subprocess.CompletedProcess[str]) -> str:
    """Return the exception that ended a process, found in TensorFlow's output; otherwise its exit status."""
    raised = [line for line in process.stderr.splitlines() if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
    return raised[-1] if raised else f"it ended with {process.returncode}"


def main() -> None:
    """Run what is selected; write its JSON, the page and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("turns", *JOBS), default="turns")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    spoiled = hold_contests(options) if options.what == "turns" else run_jobs(options)
    if not options.quick:
        report.publish()
    sys.exit(f"without a result: {', '.join(spoiled)}" if spoiled else 0)


def hold_contests(options: argparse.Namespace) -> list[str]:
    """Hold the contests, store each result as soon as there is one, and return the names of those without."""
    path, start, today = HERE / "results" / "turns.json", time.perf_counter(), date.today().isoformat()
    stored = {} if options.quick else report.load("turns")
    spoiled = []
    for contest in contests(options.peers, quick=options.quick):
        name = f"{contest.part}, {contest.case}"
        if options.only not in name or (options.resume and stored.get(name, {}).get("date") == today):
            continue
        try:
            results, its = compare(contest, environment(MALLOC_SETTINGS))
        except NoResultError as error:
            spoiled.append(name)
            print(f"{time.perf_counter() - start:6.0f} s  {name}: {error}", flush=True)
            continue
        stored[name] = {
            "date": today,
            "machine": machine() | {"versions": its.pop("versions")},
            "results": results,
            **its,
        }
        print(f"{time.perf_counter() - start:6.0f} s  {name}", *its["missing"], sep="\n          ", flush=True)
        for each in results:
            if "ratio" in each:
                print(f"{'':10}{each['way']}: {spread(each)} {each['unit']}, x {spread(each['ratio'])}")
        if not options.quick:
            report.write(path, json.dumps(stored, indent=1) + "\n")
    return spoiled


def run_jobs(options: argparse.Namespace) -> list[str]:
    """Run the selected jobs and store what they measured."""
    path = HERE / "results" / f"{options.what}.json"
    start = time.perf_counter()
    measured: dict[str, Any] = {"date": date.today().isoformat(), "machine": machine(), "results": [], "missing": []}
    for job in JOBS[options.what](options.quick):
        name = " ".join(map(str, (job[0], *job[1])))
        if options.only not in name:
            continue
        lines, failure = run(job, options.peers)
        print(f"{time.perf_counter() - start:6.0f} s  {name}{f': {failure}' if failure else ''}", flush=True)
        if failure:
            measured["missing"].append(f"{name}: {failure}")
        for line in lines:
            if "machine" in line:
                measured["machine"]["versions"] |= line["machine"]["versions"]
            else:
                measured["results"].append(line)
    measured["seconds"] = round(time.perf_counter() - start)
    if options.only and path.is_file():
        measured = _merge(json.loads(path.read_text()), measured, options.only)
    if options.quick:
        print(json.dumps(measured["results"], indent=1))
    else:
        report.write(path, json.dumps(measured, indent=1) + "\n")
    return []


def _merge(before: dict[str, Any], now: dict[str, Any], word: str) -> dict[str, Any]:
    """Return earlier measurements, with new ones in place of those for the same cases."""
    new = {(each["part"], each["case"], each["way"]) for each in now["results"]}
    others = [each for each in before["results"] if (each["part"], each["case"], each["way"]) not in new]
    missing = [each for each in before["missing"] if word not in each] + now["missing"]
    seconds = before["seconds"] + now["seconds"]
    return {**before, "results": others + now["results"], "missing": missing, "seconds": seconds}


if __name__ == "__main__":
    main()
