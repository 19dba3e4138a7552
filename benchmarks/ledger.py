"""Compare our ledger with Keras's build and summary, from a slider to the table. `python ledger.py REPEATS`.

"moved" changes a meta-parameter before each call, as a slider does; "cold" is the first call of a fresh process.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial

from timing import emit, timed

from senet_lab import Architecture, Ledger

OURS, KERAS = "senet_lab ledger", "Keras build + summary"
CASES = {
    "SE-ResNet-50": "se_resnet50",
    "SE-ResNeXt-50": "se_resnext50_32x4d",
    "SE-ResNet-152": "se_resnet152",
    "SE-ResNeXt-152": "se_resnext152_32x4d",
}
TIMED = "import time; {}; start = time.perf_counter(); {}; print(1e3 * (time.perf_counter() - start))"
FRESH = {
    "import senet_lab": ("pass", "import senet_lab"),
    "import, first Explorer": ("pass", "import senet_lab; senet_lab.Explorer()"),
    "SE-ResNeXt-152, cold": (
        "import senet_lab, senet_lab.ledger.ledger; a = senet_lab.Architecture.preset('se_resnext152_32x4d')",
        "a.ledger()",
    ),
}


def main(repeats: int) -> None:
    """Measure each case and print one line per case."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for case, (before, code) in FRESH.items():
        emit("table", case, OURS, "ms", [_in_fresh_process(TIMED.format(before, code)) for _ in range(5)])
    architectures = {case: Architecture.preset(name) for case, name in CASES.items()}
    for case, architecture in architectures.items():  # before Keras is loaded, as under a slider
        emit("table", case, OURS, "ms", _ms(partial(Ledger.of, architecture), 400))
        emit("table", f"{case}, moved", OURS, "ms", _ms(_moving(architecture), 400))
    for case, architecture in architectures.items():
        emit("table", case, KERAS, "ms", _ms(partial(_built, architecture), repeats))


def _ms(call, repeats: int) -> list[float]:  # type: ignore[no-untyped-def]  # any call
    return [1e3 * seconds for seconds in timed(call, repeats)]


def _moving(architecture: Architecture):  # type: ignore[no-untyped-def]  # a call
    ratios = itertools.cycle((2, 4, 8, 32))
    return lambda: Ledger.of(replace(architecture, ratio=next(ratios)))


def _built(architecture: Architecture) -> None:
    architecture.build().summary(print_fn=lambda _line: None)


def _in_fresh_process(code: str) -> float:
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
