"""Run every benchmark in a separate process, one after the other, and store the results. `make bench`.

`python run.py [cpu | training | sweeps | runtimes | ui | panels] [--quick] [--peers PYTHON] [--only WORD]`: "cpu"
measures layers and networks, "training" runs and gates, "sweeps" many runs, "runtimes" exported networks, "ui" the
Explorer in a browser, "panels" their growth. The peers may be installed in a different Python, because PyTorch and
TensorFlow together fill a disk; a missing package is reported and its jobs are skipped. A quick run writes no page.
`--only` runs the jobs with that word in their names and replaces only their stored results.
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
from growth import AXES
from growth_panels import SIZES
from timing import machine

from senet_lab.training.runs.process import MALLOC_SETTINGS

HERE = Path(__file__).parent
SHAPES = ("8x56x56x128", "8x28x28x256", "8x14x14x512", "8x7x7x1024", "64x16x16x256")
TRAIN = (("mini SE-ResNet", 32, 32), ("SE-ResNeXt-50", 16, 64))  # name, batch, side
INFER = (("SE-ResNet-50", 8, 224), ("SE-ResNeXt-50", 8, 224))
DEFAULT, MEMORY_KEPT = "default", "memory kept"  # glibc keeps freed memory, as in a run; so does epochs.py

Job = tuple[str, tuple[object, ...]]  # script, arguments


def jobs(quick: bool) -> list[Job]:
    """Return the jobs in order, with those to be compared next to each other."""
    many, few, shapes = (3, 1, SHAPES[1:2]) if quick else (20, 3, SHAPES)
    result: list[Job] = [("networks.py", ("limit", 5)), ("peers.py", ("limit", 5))]
    result += [("ledger.py", (few,)), ("peers.py", ("table", few))]
    for shape in shapes:
        result += [("grouped.py", (shape, many)), ("peers.py", ("grouped", shape, many))]
    rounds = (("train", TRAIN), *[("infer", INFER)] * (1 if quick else 3))  # alternating: measurements vary
    for what, cases in rounds:
        for case in cases:
            result += [("networks.py", (what, *case, "ours", many)), ("peers.py", (what, *case, many))]
            if not (quick and case[0] == "SE-ResNeXt-50"):
                result.append(("networks.py", (what, *case, "keras", few)))
    return result if quick else [*result, *(("growth.py", (axis, 10)) for axis in AXES)]


def trainings(quick: bool) -> list[Job]:
    """Return jobs for the original lesson's training, the overhead of runs on its network and a fast one, and gates."""
    steps, rounds, many = (10, 1, 3) if quick else (200, 5, 20)
    result: list[Job] = [("epochs.py", ("epoch", steps)), ("peers.py", ("epoch", DEFAULT, steps))] * (1 if quick else 2)
    result += [("epochs.py", ("free", steps, 2 if quick else 6)), ("peers.py", ("epoch", MEMORY_KEPT, steps))]
    for name, length in (("mini SE-ResNet", max(3, steps // 3)), ("cifar_se_resnet20", 2 * steps)):
        result.append(("epochs.py", ("overhead", name, 32, length, rounds)))
    return result + [("gates.py", (name, many)) for name in ("SE-ResNet-20", "SE-ResNeXt-29")]


def sweeps(quick: bool) -> list[Job]:
    """Return jobs for the overhead and the throughput of sweeps."""
    runs, epochs, rounds = (2, 1, 1) if quick else (4, 3, 3)
    return [("sweep_speed.py", (what, runs, epochs, rounds)) for what in ("overhead", "throughput")]


def runtimes(quick: bool) -> list[Job]:
    """Return jobs for exported networks, one per network."""
    return [("runtimes.py", ("compare", *case, 2 if quick else 15)) for case in INFER]


def explorer(_quick: bool) -> list[Job]:
    """Return jobs for JupyterLab and the site, each in one browser."""
    return [("ui.py", ()), ("ui_site.py", ())]


def panels(quick: bool) -> list[Job]:
    """Return jobs for the growth of panels, one per size."""
    its = [(panel, size) for panel, sizes in SIZES.items() for size in (sizes[:1] if quick else sizes)]
    return [("growth_panels.py", job) for job in its]


JOBS = {"cpu": jobs, "training": trainings, "sweeps": sweeps, "runtimes": runtimes, "ui": explorer, "panels": panels}
SECTIONS = {"cpu": report.page, **report.SECTIONS}


def run(job: Job, peers: str) -> tuple[list[dict[str, Any]], str]:
    """Run a job; return the lines that it prints, and the reason if it failed."""
    script, arguments = job
    python = peers if script == "peers.py" else sys.executable
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if script == "epochs.py" or MEMORY_KEPT in arguments:
        quiet |= MALLOC_SETTINGS
    command = [python, str(HERE / script), *map(str, arguments)]
    process = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    lines = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    return lines, _failure(process) if process.returncode else ""


def _failure(process: subprocess.CompletedProcess[str]) -> str:
    """Return the exception that ended a process, found in TensorFlow's output; otherwise its exit status."""
    raised = [line for line in process.stderr.splitlines() if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
    return raised[-1] if raised else f"it ended with {process.returncode}"


def main() -> None:
    """Run the selected jobs; write their JSON, the page and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=tuple(JOBS), default="cpu")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
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
    print(SECTIONS[options.what](measured))
    if not options.quick:
        report.write(path, json.dumps(measured, indent=1) + "\n")
        report.publish()


def _merge(before: dict[str, Any], now: dict[str, Any], word: str) -> dict[str, Any]:
    """Return earlier measurements, with new ones in place of those for the same cases."""
    new = {(each["part"], each["case"], each["way"]) for each in now["results"]}
    others = [each for each in before["results"] if (each["part"], each["case"], each["way"]) not in new]
    missing = [each for each in before["missing"] if word not in each] + now["missing"]
    seconds = before["seconds"] + now["seconds"]
    return {**before, "results": others + now["results"], "missing": missing, "seconds": seconds}


if __name__ == "__main__":
    main()
