"""Tables of the published networks: our counts and the papers' figures."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.papers.charts import counting_note, results_table, total
from senet_lab.drawing.tables import listing
from senet_lab.drawing.units import short
from senet_lab.papers import canonical_form, find_published, main, networks_in, tables
from senet_lab.weights.timm.networks import PUBLISHED, architecture_of
from senet_lab.weights.timm.results import RESULTS, source

TIMM = "timm\u2019s weights"


def published(architecture: Architecture) -> str:
    """Return our counts and the papers' figures, by table and recipe, with the current network marked."""
    network = canonical_form(architecture)
    present = network if find_published(architecture) or network in _networks_of_timm() else None
    return _published(present, architecture if present else None)


@lru_cache(maxsize=1)
def _networks_of_timm() -> frozenset[Architecture]:
    return frozenset(canonical_form(architecture_of(tag)) for tag in RESULTS)


@lru_cache(maxsize=2**6)
def _published(present: Architecture | None, architecture: Architecture | None) -> str:
    titles = [f"\u201c{table.title}\u201d" for table in tables() if present in networks_in(table)]
    titles += [f"\u201c{TIMM}\u201d"] * (present in _networks_of_timm())
    *titles, last = titles or [""]
    where = f"{', '.join(titles)} and {last}" if titles else last
    words = f"This network appears in {where}." if where else "This network is not in any of these tables."
    return (
        f'<p class="sn-finding">{words}</p><p class="sn-source">{note()}</p>{se_table(present)}'
        f"{''.join(results_table(table, present, architecture) for table in tables())}{timm_table(present)}"
    )


@lru_cache(maxsize=1)
def note() -> str:
    """Return why two counts of one network are both correct, with both counts."""
    first, third = (
        short(total(Architecture(convention="paper", ratio=None, stride_place=place)).macs) for place in ("1x1", "3x3")
    )
    return (
        "The papers\u2019 \u201cFLOPs\u201d are multiply-adds: one for each weight and output position. ResNet-50 is "
        "quoted at 3.86 G or 4.09 G, depending on whether the stride is in a block\u2019s first 1\u00d71 "
        f"({first}) or in its 3\u00d73 ({third}); weights and shapes are the same. Hu et al. also count pooling and "
        "scaling, 0.01 G in SE-ResNet-50. Each table names the convention by which its counts were made."
    )


def se_table(present: Architecture | None) -> str:
    """Return a table of the effect of squeeze-excite in the main recipe: error before and after, and cost."""
    rows, marked = main().rows, []
    body = []
    for index, (without, with_se) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        old, new = total(without.architecture), total(with_se.architecture)
        body.append((
            without.architecture.name,
            f"{without.top1:.2f} \u2192 {with_se.top1:.2f}",
            f"\u2212{without.top1 - with_se.top1:.2f}",
            f"{without.top5 or 0:.2f} \u2192 {with_se.top5 or 0:.2f}",
            f"+{short(new.params - old.params)}",
            f"+{short(new.macs - old.macs)}",
        ))  # fmt: skip
        if present in (canonical_form(without.architecture), canonical_form(with_se.architecture)):
            marked.append(index)
    head = [
        "Without \u2192 with SE", "Top-1 error (%)", "Change (points)", "Top-5 error (%)", "Parameters",
        "Multiply-adds",
    ]  # fmt: skip
    note = f"{main().source}; {counting_note(main())}"
    return listing("What squeeze-excite changes", head, body, note=note, marked=marked)


def timm_table(present: Architecture | None) -> str:
    """Return the weights that timm publishes: accuracy from timm, cost as counted here."""
    body, marked = [], []
    for index, (tag, result) in enumerate(RESULTS.items()):
        network = replace(architecture_of(tag), input_shape=(result.size, result.size, 3))
        cost = total(network)
        numbers = (f"{result.top1:.2f}", f"{result.top5:.2f}", f"{result.size}", f"{100 * result.crop:g}")
        source_kind = "by\u00a0name" if tag in PUBLISHED else "as a\u00a0file"
        body.append((tag, short(cost.params), short(cost.macs), *numbers, source_kind))
        if canonical_form(architecture_of(tag)) == present:
            marked.append(index)
    head = [
        "Weights", "Parameters", "Multiply-adds", "Top-1 accuracy (%)", "Top-5 accuracy (%)", "Image side (px)",
        "Crop (%)", "Available",
    ]  # fmt: skip
    note = f"on ImageNet\u2019s 50,000 validation images; {source()}; the part after the dot names the training recipe"
    return listing(TIMM, head, body, note=note, words=(7,), marked=marked)
