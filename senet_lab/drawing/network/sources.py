"""Sources of accuracies: a table of a paper, or a sweep; each has numbers, and says where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from math import isnan, nan
from statistics import median
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import data_words
from senet_lab.drawing.papers.charts import results_table
from senet_lab.drawing.tables import listing
from senet_lab.drawing.units import short
from senet_lab.papers import Result, Results, canonical_form, paths, ratios
from senet_lab.sweeps.conclusions import interval_name, interval_words, points, signed_points
from senet_lab.sweeps.evidence import evidence_names, read_evidence, stage_of
from senet_lab.sweeps.grid import ARCHITECTURE_FIELDS, as_tuples
from senet_lab.sweeps.statistics import ArmSummary

MIN_ARMS = 3  # of a line; two are compared in a sentence
# The parameters that a sweep over one of these may vary together.
SWEPT = {"ratio": ({"ratio"},), "cardinality": ({"cardinality"}, {"cardinality", "base_width"})}


class Measured(NamedTuple):
    """An accuracy in percent, with its interval; NaN where there is only one run.

    Attributes:
        stop: the value of the meta-parameter.
    """

    stop: Any
    network: Architecture
    mean: float
    low: float = nan
    high: float = nan


class Source(NamedTuple):
    """Where accuracies come from, and what they are.

    Attributes:
        key: its name in the page.
        data: the images, in words.
        about: the network, the recipe and the number of runs, in words.
        parameter: "ratio" or "cardinality"; "" if it has no line over these.
        lines: a name for each line, and its points.
        title: what was varied, in which network, on which images.
        conclusion: what it shows, in sentences; "" if it states no intervals.
        details: its numbers and how to open it, as HTML.
        is_exact: whether a network must be the same to be marked; otherwise only its published form.
    """

    key: str
    data: str
    about: str
    parameter: str
    lines: tuple[tuple[str, tuple[Measured, ...]], ...]
    title: str = ""
    conclusion: str = ""
    details: str = ""
    is_exact: bool = True

    def has(self, point: Measured, present: Architecture) -> bool:
        """Return whether a point is the present network."""
        return point.network == present if self.is_exact else canonical_form(point.network) == canonical_form(present)


@lru_cache(maxsize=2**6)
def published_sources(present: Architecture | None) -> tuple[Source, ...]:
    """Return the tables of the papers over ratio and over cardinality; accuracy is 100 minus the printed error."""
    over_ratio, over_paths = ratios(), paths()
    layers = {depth: f"{depth} layers" for depth in (50, 101)}
    lines = {
        depth: [row for row in over_paths.rows if row.architecture.depth == depth] for depth in layers
    }  # fmt: skip
    return (
        _published(over_ratio, "ratio", {"": over_ratio.rows}, present),
        _published(over_paths, "cardinality", {layers[depth]: lines[depth] for depth in layers}, present),
    )


def _published(
    results: Results, parameter: str, lines: Mapping[str, Sequence[Result]], present: Architecture | None
) -> Source:
    return Source(
        results.title, "ImageNet", f"{results.title}, {results.source}: 100 \u2212 top-1 error", parameter,
        tuple(
            (name, tuple(
                Measured(getattr(row.architecture, parameter), row.architecture, 100 - row.top1) for row in rows
            ))
            for name, rows in lines.items()
        ),
        results.title, details=results_table(results, present), is_exact=False,
    )  # fmt: skip


@lru_cache(maxsize=1)
def bundled_sources() -> tuple[Source, ...]:
    """Return the bundled sweeps."""
    return tuple(source_of(read_evidence(name), name, f'SweepBoard.of_evidence("{name}")') for name in evidence_names())


def source_of(evidence: Mapping[str, Any], key: str, code: str) -> Source:
    """Return a finished sweep as a source.

    Args:
        code: opens it in Python.
    """
    base = Architecture.from_token(evidence["base"])
    arms, (summaries, conclusion) = evidence["arms"], stage_of(evidence)
    networks = [replace(base, **_fields(arm["values"])) for arm in arms]
    varied = {name for axis in evidence["grid"] for name in axis["names"]}
    parameter = next((name for name, names in SWEPT.items() if varied in names and _is_line(networks, name)), "")
    seeds, epochs = len(evidence["seeds"]), evidence["recipe"]["epochs"]
    line = tuple(
        Measured(getattr(network, parameter), network, 100 * arm.mean, 100 * arm.low, 100 * arm.high)
        for network, arm in zip(networks, summaries, strict=True)
    ) if parameter else ()  # fmt: skip
    return Source(
        key,
        data_words(evidence["data"]),
        f"{base.name}, {epochs} epochs, {seeds} seed{'s' * (seeds != 1)}: mean and 95% interval",
        parameter,
        (("", line),),
        evidence["title"],
        conclusion,
        _details(evidence, networks, summaries, base.token(), code),
    )


def _is_line(networks: Sequence[Architecture], parameter: str) -> bool:
    """Return whether there are enough networks, and only one for each value of a parameter."""
    return len({getattr(network, parameter) for network in networks}) == len(networks) >= MIN_ARMS


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: as_tuples(value) for name, value in values.items() if name in ARCHITECTURE_FIELDS}


def _details(
    evidence: Mapping[str, Any],
    networks: Sequence[Architecture],
    summaries: Sequence[ArmSummary],
    token: str,
    code: str,
) -> str:
    """Return what a sweep shows, its numbers, where it was measured, and how to open it."""
    measured = evidence["measured"]
    where = f"Measured {measured['date']} on {measured['machine']}; {evidence['images']:,} test images."
    command = f"{measured['command']}  # trains it again\n" if measured["command"] else ""
    return (
        f"<p>{escape(evidence['conclusion'])}</p>{_table(evidence, networks, summaries)}{_gates_table(evidence)}"
        f'<p class="sn-source">{escape(where)}</p>'
        f'<pre class="sn-code" tabindex="0"><code>{escape(f"{command}{code}")}</code></pre>'
        f'<p><button type="button" class="sn-button" data-ask="token" data-value="{escape(token)}">'
        "Show this network</button></p>"
    )


def _table(evidence: Mapping[str, Any], networks: Sequence[Architecture], summaries: Sequence[ArmSummary]) -> str:
    """Return the arms with their accuracies and costs, and with their receptive fields if these differ."""
    fields = [network.ledger().receptive_field for network in networks]
    varies = len(set(fields)) > 1
    rows = [
        (
            arm.label, str(arm.seeds), points(arm.mean), interval_words(arm.low, arm.high),
            "" if isnan(arm.difference) else signed_points(arm.difference),
            interval_words(arm.difference_low, arm.difference_high, signed=True),
            short(each["params"]), short(each["macs"]), *([str(field)] if varies else []),
        )
        for arm, each, field in zip(summaries, evidence["arms"], fields, strict=True)
    ]  # fmt: skip
    head = (
        "Arm", "Seeds", "Mean, %", "95% interval", "Difference, points", f"Its {interval_name(len(rows) - 1)}",
        "Parameters", "Multiply-adds", *(["Receptive field, px"] if varies else []),
    )  # fmt: skip
    return listing(evidence["title"], head, rows)


def _gates_table(evidence: Mapping[str, Any]) -> str:
    """Return the medians over seeds of what the gates of the gate task depend on; "" for other data."""
    ratios: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for row in evidence.get("gates", ()):
        ratios.setdefault((row["arm"], row["block"]), []).append((row["color"], row["class"]))
    rows = [
        (
            f"{evidence['arms'][arm]['label']}, {block}",
            *(f"{median(column):,.0f}" for column in zip(*seeds, strict=True)),
        )
        for (arm, block), seeds in ratios.items()
    ]
    head = ("Gates of", "F between colors of the stripes", "F between classes")
    note = "median over the seeds; 1 if unrelated"
    return listing("What the gates depend on", head, rows, note=note) if rows else ""
