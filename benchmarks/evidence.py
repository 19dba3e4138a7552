"""Evidence: the sweeps whose results the package bundles, so that anyone can reproduce them.

`python benchmarks/evidence.py NAME` trains a sweep of `SWEEPS` in `sweeps/evidence-NAME` (or resumes it) and writes
`senet_lab/evidence/NAME.json`; without a name it lists them. Each takes about an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from senet_lab.sweeps.evidence import EVIDENCE, evidence_of

from senet_lab import Architecture, Sweep
from senet_lab.files import written_whole
from senet_lab.sweeps.status import ENDED
from senet_lab.training.recipe import RECIPES

# Three basic blocks, so that five seeds of five arms take an hour; with 16 channels in the first group, a ratio of 32
# would leave none. No images are held out, since nothing is chosen on them.
RESNET_8 = Architecture(
    groups=((16, 1), (32, 1), (64, 1)), block="basic", stem="cifar", ratio=16, input_shape=(32, 32, 3), classes=10,
    convention="paper",
)  # fmt: skip
RECIPE = replace(RECIPES["modern"], validation=0.0)
# Xie et al. 2017, table 2: widths of equal cost.
RESNEXT_8 = Architecture(
    "resnext", groups=((32, 1), (64, 1)), cardinality=1, base_width=64, stem="cifar", ratio=16, input_shape=(32, 32, 3),
    classes=10, convention="paper",
)  # fmt: skip
EQUAL_COST = ((1, 64), (2, 40), (4, 24), (8, 14))


def cifar_ratio(folder: Path) -> Sweep:
    """Ratio on the sample of CIFAR-10."""
    return Sweep(RESNET_8, {"ratio": (None, 16, 8, 4, 2)}, seeds=5, recipe=RECIPE, folder=folder, threads=1)


def cifar_place(folder: Path) -> Sweep:
    """Place of squeeze-excite in the block, on the sample of CIFAR-10; the first arm has none."""
    places = ((None, "standard"), (4, "standard"), (4, "pre"), (4, "post"), (4, "identity"))
    return Sweep(RESNET_8, {("ratio", "place"): places}, seeds=5, recipe=RECIPE, folder=folder, threads=1)


def cifar_cardinality(folder: Path) -> Sweep:
    """Cardinality at equal cost, on the sample of CIFAR-10."""
    grid = {("cardinality", "base_width"): EQUAL_COST}
    return Sweep(RESNEXT_8, grid, seeds=5, recipe=replace(RECIPE, epochs=20), folder=folder, threads=1)


SWEEPS: dict[str, Callable[[Path], Sweep]] = {
    "cifar-ratio": cifar_ratio, "cifar-place": cifar_place, "cifar-cardinality": cifar_cardinality,
}  # fmt: skip


def main() -> None:
    """Train the named sweep, or list all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("name", nargs="?", choices=SWEEPS)
    parser.add_argument("--folder", type=Path, default=Path("sweeps"))
    given = parser.parse_args()
    if not given.name:
        sys.stdout.writelines(f"{name}: {function.__doc__}\n" for name, function in SWEEPS.items())
        return
    sweep = SWEEPS[given.name](given.folder / f"evidence-{given.name}")
    sweep.start()
    while (status := sweep.wait(60)).state not in ENDED:
        sys.stdout.write(f"{status.words}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{status.words}\n{sweep.conclusion()}\n")
    if status.state == "finished":
        with written_whole(EVIDENCE / f"{given.name}.json", overwrite=True) as unfinished:
            evidence = evidence_of(sweep, shlex.join(["python", *sys.argv[:2]]))
            unfinished.write_text(json.dumps(evidence, indent=1) + "\n")


if __name__ == "__main__":
    main()
