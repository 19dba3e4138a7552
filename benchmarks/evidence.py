"""Evidence: the sweeps whose results the package bundles, so that anyone can reproduce them.

`python benchmarks/evidence.py NAME` trains a sweep of `SWEEPS` in `sweeps/evidence-NAME` (or resumes it) and writes
`senet_lab/evidence/NAME.json`; without a name it lists them. Each takes about an hour on two cores.
`python benchmarks/evidence.py --restate` computes the statistics of all bundled sweeps anew from their accuracies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from senet_lab import Architecture, Sweep
from senet_lab.data.gate_task import DISTANCES, TEST, draw_images
from senet_lab.files import written_whole
from senet_lab.gates.observe import gates
from senet_lab.gates.statistics import specificity
from senet_lab.sweeps.evidence import evidence_names, evidence_of, evidence_text, read_evidence, with_statistics
from senet_lab.sweeps.grid import GridInput
from senet_lab.sweeps.status import ENDED
from senet_lab.training.recipe import RECIPES, Recipe

FOLDER = Path(__file__).parent.parent / "senet_lab/evidence"
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
# Two basic blocks, which see 13 pixels: not stripe and glyph of the gate task together, unless these are near.
SHALLOW = Architecture(
    groups=((16, 1), (32, 1)), block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=4,
    convention="paper",
)  # fmt: skip
GATE_RECIPE = Recipe(epochs=10, batch=64, learning_rate=3e-3, schedule="cosine", validation=0.0)
DEPTHS = (
    ((16, 1), (32, 1)), ((16, 2), (32, 1)), ((16, 1), (32, 2)), ((16, 1), (32, 1), (64, 1)),
    ((16, 2), (32, 2), (64, 2)),
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
    grid: GridInput = {("cardinality", "base_width"): EQUAL_COST}
    return Sweep(RESNEXT_8, grid, seeds=5, recipe=replace(RECIPE, epochs=20), folder=folder, threads=1)


def cifar_precision(folder: Path) -> Sweep:
    """Precision of the computation, on the sample of CIFAR-10."""
    grid: GridInput = {"precision": ("float32", "mixed_bfloat16")}
    return Sweep(RESNET_8, grid, seeds=5, recipe=replace(RECIPE, epochs=20), folder=folder, threads=1)


def gate_ratio(folder: Path) -> Sweep:
    """Ratio on the gate task, on which a shallow network needs a gate."""
    return _on_gate_task(folder, {"ratio": (None, 16, 8, 4, 2)})


def gate_pooling(folder: Path) -> Sweep:
    """Average and maximum as the squeeze, on the gate task."""
    return _on_gate_task(folder, {"squeeze": ("average", "max")})


def gate_depth(folder: Path) -> Sweep:
    """Depth without squeeze-excite on the gate task."""
    return _on_gate_task(folder, {"groups": DEPTHS}, base=replace(SHALLOW, ratio=None))


def gate_depth_8(folder: Path) -> Sweep:
    """Depth without squeeze-excite on the gate task with stripes 8 pixels from the glyphs."""
    return _on_gate_task(folder, {"groups": DEPTHS}, base=replace(SHALLOW, ratio=None), data="gate-task-8")


def gate_near_8(folder: Path) -> Sweep:
    """With and without squeeze-excite on the gate task with stripes 8 pixels from the glyphs."""
    return _on_gate_task(folder, {"ratio": (None, 4)}, data="gate-task-8")


def gate_near_4(folder: Path) -> Sweep:
    """With and without squeeze-excite on the gate task with stripes 4 pixels from the glyphs."""
    return _on_gate_task(folder, {"ratio": (None, 4)}, data="gate-task-4")


def _on_gate_task(folder: Path, grid: GridInput, base: Architecture = SHALLOW, data: str = "gate-task") -> Sweep:
    return Sweep(base, grid, seeds=5, recipe=GATE_RECIPE, data=data, folder=folder, threads=1)


SWEEPS: dict[str, Callable[[Path], Sweep]] = {
    "gate-ratio": gate_ratio, "gate-pooling": gate_pooling, "gate-near-4": gate_near_4, "gate-near-8": gate_near_8,
    "gate-depth": gate_depth,
    "gate-depth-8": gate_depth_8,
    "cifar-ratio": cifar_ratio, "cifar-place": cifar_place, "cifar-cardinality": cifar_cardinality,
    "cifar-precision": cifar_precision,
}  # fmt: skip


def what_gates_learned(sweep: Sweep) -> list[dict[str, Any]]:
    """Return the F ratios of the gates of each run on the gate task's test images, by block.

    Each has the position of its arm, its seed, and the F ratio between the colors of the stripes and between classes.
    """
    task = draw_images(*TEST, DISTANCES[sweep.data])
    rows = []
    for cell in sweep.cells:
        if not cell.arm.architecture.has_se or (run := cell.run) is None:
            continue
        for block, values in gates(run.model(), run.ready(task.images)).items():
            ratios = {"color": specificity(values, task.rules), "class": specificity(values, task.labels)}
            rows.append({"arm": sweep.arms.index(cell.arm), "seed": cell.seed, "block": block}
                        | {name: round(ratio, 3) for name, ratio in ratios.items()})  # fmt: skip
    return rows


def store(name: str, evidence: dict[str, Any]) -> None:
    """Write bundled evidence."""
    with written_whole(FOLDER / f"{name}.json", overwrite=True) as unfinished:
        unfinished.write_text(evidence_text(evidence))


def main() -> None:
    """Train the named sweep, or list all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("name", nargs="?", choices=SWEEPS)
    parser.add_argument("--folder", type=Path, default=Path("sweeps"))
    parser.add_argument("--restate", action="store_true", help="only compute the statistics of all bundled sweeps anew")
    given = parser.parse_args()
    if given.restate:
        for name in evidence_names():
            store(name, with_statistics(read_evidence(name)))
        return
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
        evidence = evidence_of(sweep, f"python benchmarks/evidence.py {given.name}")
        if sweep.data in DISTANCES:
            evidence["gates"] = what_gates_learned(sweep)
        store(given.name, evidence)


if __name__ == "__main__":
    main()
