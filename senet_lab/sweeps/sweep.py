"""Sweep: many training runs in one folder, over values of parameters and random seeds.

| in the folder | holds |
| --- | --- |
| sweep.json | network, grid, seeds, recipe, data; only seeds can be added |
| one folder per run | an ordinary run, see `senet_lab.training.runs.run` |
| evidence.json | the results, once all runs are finished, see `senet_lab.sweeps.evidence` |
| driver.json | what the process that distributes the runs last reported |
| wanted | "run" or "stop": what that process is asked to do |
| driver.lock | held by that process, and released when it ends in any way |
| driver.txt | the output of these processes |
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import MAX_SEED, InvalidValueError, ParameterError, instance, path_of, whole
from senet_lab.sweeps import grid, storage
from senet_lab.sweeps.grid import Arm, Axis, GridInput
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.config import has_config
from senet_lab.training.runs.data_fit import must_fit
from senet_lab.training.runs.evaluation import Evaluation
from senet_lab.training.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

    from senet_lab.sweeps.status import SweepStatus

MAX_RUNS = 10_000
MAX_THREADS = 1024


class Cell(NamedTuple):
    """A run of a sweep: an arm with a seed, and the run's folder."""

    arm: Arm
    seed: int
    folder: Path

    @property
    def recipe(self) -> Recipe:
        """The recipe with this seed."""
        return replace(self.arm.recipe, seed=self.seed)

    @property
    def run(self) -> Run | None:
        """The run; None if it has not been created."""
        return Run(self.folder) if has_config(self.folder) else None

    @property
    def result(self) -> Evaluation | None:
        """Loss and accuracy on the test images; None before the run is finished."""
        run = self.run
        return run.evaluation() if run and run.status().state == "finished" else None


@dataclass(frozen=True, eq=False)
class Sweep:
    """A grid of training runs; creating one checks every run and starts nothing.

    >>> from senet_lab import Architecture, Sweep
    >>> base = Architecture.preset("cifar_se_resnet20")
    >>> sweep = Sweep(base, {"ratio": (None, 16, 8)}, seeds=3, folder="sweeps/ratio")
    >>> len(sweep.cells), sweep.cells[0].folder.name
    (9, 'ratio-none-seed-0')

    Attributes:
        base: the network that the grid changes.
        grid: the values of each parameter of the network or the recipe. A tuple of names varies several parameters
            together: {("cardinality", "base_width"): ((1, 64), (2, 40))}. The first combination is the reference.
        seeds: the number of random seeds, which are then 0, 1, ..., or the seeds themselves. All arms use the same
            seeds, so that they can be compared in pairs.
        recipe: how to train. The accuracy that is compared is that on the test images after the last epoch, so
            nothing is chosen on them.
        data: "sample", "cifar10", or another name or folder that `Run.create` accepts.
        folder: where the runs are; None for a folder in `sweeps/` that is named after the swept parameters.
        threads: the processor cores for each run; None for this machine's cores divided by its workers when the sweep
            starts, or for 1 on your own cluster. It is part of the sweep since sums over more threads are rounded
            differently.

    Raises:
        ValueError, TypeError: a combination is invalid or does not fit the data; the error names it.
    """

    base: Architecture
    grid: GridInput
    seeds: int | Sequence[int] = 5
    recipe: Recipe = field(default=RECIPES["modern"], kw_only=True)
    data: str = field(default="sample", kw_only=True)
    folder: Path = field(default=None, kw_only=True)  # type: ignore[assignment]
    threads: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        instance("base", self.base, Architecture, ARCHITECTURE)
        instance("recipe", self.recipe, Recipe, "Recipe()")
        axes = grid.checked_grid(self.grid)
        seeds = _checked_seeds(self.seeds)
        if self.threads is not None:
            whole("threads", self.threads, 1, MAX_THREADS)
        names = "-".join(name for axis in axes for name in axis.names)
        folder = Path("sweeps", names) if self.folder is None else path_of("folder", self.folder, "'sweeps/ratio'")
        frozen = {axis.names[0] if len(axis.names) == 1 else axis.names: _plain(axis) for axis in axes}
        for name, value in {"grid": frozen, "seeds": seeds, "folder": folder.resolve(), "_axes": axes}.items():
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        grid.must_differ(self.arms)
        if len(self.cells) > MAX_RUNS:
            rule = f"gives {len(self.cells):,} runs with {len(self.seeds_used)} seeds"
            raise InvalidValueError("grid", self.grid, rule, f"at most {MAX_RUNS:,}")
        for arm in self.arms:
            try:
                must_fit(arm.architecture, self.data)
            except ParameterError as error:
                error.place = arm.label
                raise
        storage.must_match(self)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Sweep:
        """Return the sweep that was started in a folder; raise FileNotFoundError or DamagedFileError."""
        path = path_of("folder", folder, "'sweeps/ratio'").resolve()
        return cls(**storage.read(path), folder=path)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The parameters that vary, with their values."""
        axes: tuple[Axis, ...] = vars(self)["_axes"]
        return axes

    @property
    def seeds_used(self) -> tuple[int, ...]:
        """The random seeds."""
        seeds: Any = self.seeds
        return tuple(seeds)

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """The combinations of values; the first is the reference."""
        return tuple(grid.arms(self.base, self.recipe, self.axes))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The runs in the order in which they start: all arms with the first seed, then with the second, and so on."""
        names = _folder_names(self.arms)
        return tuple(
            Cell(arm, seed, self.folder / f"{name}-seed-{seed}")
            for seed in self.seeds_used
            for arm, name in zip(self.arms, names, strict=True)
        )

    def start(self, client: Client | str | None = None, *, force: bool = False) -> Sweep:
        """Train all runs that are not finished, in separate processes, and return at once.

        Args:
            client: a Dask client of your cluster, or the address of its scheduler; None for a cluster on this machine,
                with as many workers as memory and cores allow, or one per GPU. With a client, this process distributes
                the runs; otherwise a separate one does, which continues when this one ends.
            force: start even if the runs seem to need more memory than is free.

        Raises:
            RuntimeError: another process already drives this sweep, or workers do not see the folder.
            ValueError: a run would not fit into memory.
            MissingExtraError: a package for sweeps is not installed.
        """
        from senet_lab.sweeps.launch import start

        start(self, client, force=force)
        return self

    def resume(self, client: Client | str | None = None, *, force: bool = False) -> Sweep:
        """Do the same as `start`: finished runs are skipped, and the others continue from their checkpoints."""
        return self.start(client, force=force)

    def stop(self) -> None:
        """Stop all runs within a step, with checkpoints; `resume` continues them."""
        from senet_lab.sweeps.launch import stop

        stop(self)

    def status(self) -> SweepStatus:
        """Return the state of the sweep and of each run, and the time left."""
        from senet_lab.sweeps.status import current_status

        return current_status(self)

    def wait(self, timeout: float = float("inf")) -> SweepStatus:
        """Wait until the sweep has ended, for at most `timeout` seconds; return its status."""
        from senet_lab.sweeps.status import wait

        return wait(self, timeout)

    def results(self) -> pd.DataFrame:
        """Return one row per run: the swept parameters, seed, state, test accuracy and loss, parameters, multiply-adds.

        Accuracies are fractions from 0 to 1, NaN for a run that is not finished. The rows do not depend on where or how
        often a run was interrupted.
        """
        from senet_lab.sweeps.results import results

        return results(self)

    def summary(self, reference: str | None = None) -> pd.DataFrame:
        """Return one row per arm: mean accuracy and its 95% interval, and the paired difference to the reference.

        See `senet_lab.sweeps.statistics.summarize` for the methods.

        Args:
            reference: the label of an arm, such as "ratio none"; None for the first one.
        """
        from senet_lab.sweeps.results import summary

        return summary(self, reference)

    def conclusion(self, reference: str | None = None) -> str:
        """Say in a sentence or two what the finished runs show so far."""
        from senet_lab.sweeps.results import conclusion

        return conclusion(self, reference)


def _checked_seeds(seeds: Any) -> tuple[int, ...]:
    if isinstance(seeds, Sequence) and not isinstance(seeds, str):
        each = tuple(whole("seed", seed, 0, MAX_SEED) for seed in seeds)
        if not each or len(set(each)) < len(each):
            raise InvalidValueError("seeds", seeds, "must be different numbers, at least one", "(0, 1, 2)")
        return each
    return tuple(range(whole("seeds", seeds, 1, MAX_RUNS)))


def _plain(axis: Axis) -> tuple[Any, ...]:
    return tuple(row[0] for row in axis.values) if len(axis.names) == 1 else axis.values


def _folder_names(arms: Sequence[Arm]) -> list[str]:
    """Return a readable and valid name per arm; numbers where readable ones would be long or alike."""
    names = ["-".join(f"{name}-{_slug(value)}" for name, value in arm.values) or "base" for arm in arms]
    if len(set(names)) < len(names) or max(map(len, names)) > 100:
        return [f"arm-{index}" for index in range(len(arms))]
    return names


def _slug(value: Any) -> str:
    return re.sub(r"[^a-z0-9.]+", "_", str(value).lower()).strip("_")
