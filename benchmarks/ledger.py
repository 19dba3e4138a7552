"""From a slider to the table: this ledger beside Keras' build and count, in one run. `make bench`.

Medians with least and most, in milliseconds. "Cold" is the first call of a fresh process; "new each time" moves a
meta-parameter before each call, as a slider does.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from statistics import median

from timing import Times, line, machine, timed

from senet_lab import Architecture

NAMES = ("se_resnet50", "se_resnext50_32x4d", "se_resnet152", "se_resnext152_32x4d")
COLD = """
import time
from senet_lab import Architecture, Ledger
architecture = Architecture.preset("se_resnext152_32x4d")
start = time.perf_counter()
architecture.ledger()
print(1e3 * (time.perf_counter() - start))
"""


def in_fresh_process(code: str, repeats: int = 5) -> Times:
    """Median, least and most of what `code` prints, each time in a process of its own."""
    runs = (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(repeats)
    )
    times = [float(run.stdout) for run in runs]
    return median(times), min(times), max(times)


def main() -> None:
    """Print the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    startup = "import time; start = time.perf_counter(); {}; print(1e3 * (time.perf_counter() - start))"
    print(machine())
    line("import senet_lab", in_fresh_process(startup.format("import senet_lab")))
    line("import senet_lab; Explorer()", in_fresh_process(startup.format("import senet_lab; senet_lab.Explorer()")))
    line("ledger, SE-ResNeXt-152, cold", in_fresh_process(COLD))
    ratios = itertools.cycle((2, 4, 8, 32))
    for name in NAMES:
        architecture = Architecture.preset(name)
        ledger = timed(lambda a=architecture: a.ledger(), 400)  # type: ignore[misc]  # bound for this round
        moving = timed(lambda a=architecture: replace(a, ratio=next(ratios)).ledger(), 400)  # type: ignore[misc]
        built = timed(lambda a=architecture: a.build().count_params(), 3)  # type: ignore[misc]
        line(f"Keras build + count_params, {name}", built)
        line(f"ledger, {name}", ledger, built[0])
        line(f"ledger, {name}, new each time", moving, built[0])


if __name__ == "__main__":
    main()
