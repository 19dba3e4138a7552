"""The published networks in one table each: counted here, printed there."""

from __future__ import annotations

from functools import lru_cache

from senet_lab.architecture import Architecture
from senet_lab.published_results import in_tables, kin, known, main, tables
from senet_lab.views.errors import results_table, total
from senet_lab.views.tables import listing
from senet_lab.views.units import short


def published(architecture: Architecture) -> str:
    """Counts beside the papers' figures, by table and recipe; the present network is marked where it is one of them."""
    present = in_tables(architecture)
    return _published(present, architecture if present else None)


@lru_cache(maxsize=2**6)
def _published(present: Architecture | None, architecture: Architecture | None) -> str:
    found = " and ".join(f"\u201c{table.title}\u201d" for table in tables() if present in known(table))
    words = f"The present network is in {found}." if found else "The present network is none of these."
    return (
        f'<p class="sn-finding">{words}</p><p class="sn-source">{note()}</p>{se_table(present)}'
        f"{''.join(results_table(table, present, architecture) for table in tables())}"
    )


@lru_cache(maxsize=1)
def note() -> str:
    """Why two counts of one network are both right, with both of them counted."""
    first, third = (
        short(total(Architecture(convention="paper", ratio=None, stride_place=place)).macs) for place in ("1x1", "3x3")
    )
    return (
        "The papers\u2019 \u201cFLOPs\u201d are multiply-adds, one for each weight and place. ResNet-50 is given with "
        f"3.86 G and with 4.1 G: the stride is in a block\u2019s first 1\u00d71 ({first}) or its 3\u00d73 ({third}); "
        "weights and shapes are the same. Hu et al. count pooling and scaling as well, 0.01 G in SE-ResNet-50. "
        "Counts here are in the papers\u2019 own conventions, which each table names."
    )


def se_table(present: Architecture | None) -> str:
    """What squeeze-excite changes, in the main recipe: error before and after, and what it costs."""
    rows, marked = main().rows, []
    body = []
    for index, (without, with_se) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        old, new = total(without.architecture), total(with_se.architecture)
        body.append(
            (
                without.architecture.name,
                f"{without.top1:.2f} \u2192 {with_se.top1:.2f}",
                f"\u2212{without.top1 - with_se.top1:.2f}",
                f"{without.top5 or 0:.2f} \u2192 {with_se.top5 or 0:.2f}",
                f"+{short(new.params - old.params)}",
                f"+{short(new.macs - old.macs)}",
            )
        )
        if present in (kin(without.architecture), kin(with_se.architecture)):
            marked.append(index)
    head = [
        "Without \u2192 with SE",
        "Top-1 error, %",
        "Error, points",
        "Top-5 error, %",
        "Parameters",
        "Multiply-adds",
    ]
    return listing("What squeeze-excite changes", head, body, note=main().source, marked=marked)
