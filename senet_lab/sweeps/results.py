"""Results: the runs of a sweep as tables, and what they show."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from senet_lab.checks import one_of
from senet_lab.extras import require
from senet_lab.sweeps.conclusions import conclude
from senet_lab.sweeps.statistics import Accuracies, ArmSummary, summarize

if TYPE_CHECKING:
    import pandas as pd

    from senet_lab.sweeps.sweep import Sweep


def results(sweep: Sweep) -> pd.DataFrame:
    """Return one row per run; see `Sweep.results`."""
    rows = []
    for cell in sweep.cells:
        run, ledger = cell.run, cell.arm.architecture.ledger()
        tested = cell.result
        rows.append({
            **dict(cell.arm.values), "seed": cell.seed, "state": run.status().state if run else "waiting",
            "accuracy": tested.accuracy if tested else nan, "loss": tested.loss if tested else nan,
            "params": ledger.params, "macs": ledger.macs, "run": cell.folder.name,
        })  # fmt: skip
    return _table(sweep, rows)


def summary(sweep: Sweep, reference: str | None = None) -> pd.DataFrame:
    """Return one row per arm; see `Sweep.summary`."""
    rows = [
        {**dict(arm.values), **summarized._asdict(), "params": ledger.params, "macs": ledger.macs}
        for arm, summarized in zip(sweep.arms, arm_summaries(sweep, reference), strict=True)
        for ledger in (arm.architecture.ledger(),)
    ]  # fmt: skip
    return _table(sweep, rows).drop(columns="label")


def _table(sweep: Sweep, rows: list[dict[str, Any]]) -> pd.DataFrame:
    require("pandas", by="a table of results")
    import pandas as pd

    table = pd.DataFrame(rows)
    for axis in sweep.axes:
        for name in axis.names:  # as objects, since pandas would turn None into NaN and 16 into 16.0
            table[name] = pd.Series([row[name] for row in rows], dtype=object)
    return table


def conclusion(sweep: Sweep, reference: str | None = None) -> str:
    """Say what the finished runs show so far; see `Sweep.conclusion`."""
    return conclude(arm_summaries(sweep, reference), position(sweep, reference), len(sweep.seeds_used))


def arm_summaries(sweep: Sweep, reference: str | None = None) -> list[ArmSummary]:
    """Return the summary of each arm."""
    by_arm = accuracies(sweep)
    return summarize([(arm.label, by_arm[arm.values]) for arm in sweep.arms], position(sweep, reference))


def accuracies(sweep: Sweep) -> dict[object, Accuracies]:
    """Return the test accuracies by arm and seed, of finished runs only."""
    by_arm: dict[object, dict[int, float]] = {arm.values: {} for arm in sweep.arms}
    for cell in sweep.cells:
        if tested := cell.result:
            by_arm[cell.arm.values][cell.seed] = tested.accuracy
    return dict(by_arm)


def position(sweep: Sweep, reference: str | None) -> int:
    """Return the position of the reference arm; raise ValueError if there is none of that label."""
    if reference is None:
        return 0
    labels = [arm.label for arm in sweep.arms]
    return labels.index(one_of("reference", reference, labels))
