"""Report `make bench-ui` as a part of the page: targets, a table of tabs, bursts, memory, first picture."""

from __future__ import annotations

from typing import Any

from tables import Results
from ui_page import BURST, PAUSE, STARTS, WALK

INTRODUCTION = """## From a key press to the painted picture

Measured with `make bench-ui` on {date}, in Chromium and JupyterLab, with SE-ResNeXt-152. Times are measured in the
page, from the key event to the first task after the frame that shows the answer. The echo is a plain ipywidgets slider
that writes to a label in the same notebook. \u201cNew\u201d networks were never shown before, \u201cseen\u201d ones
were shown just before. The load of the machine was {before:.1f} before and {after:.1f} after, on {cores} cores. The
target is a median of at most {most_median} times and a p95 of at most {most_p95} times the echo's, which are
{median:.0f} and {p95:.0f} ms.
"""
MOST_MEDIAN, MOST_P95 = 1.5, 2  # times those of the echo
FRAME = 16  # milliseconds
LIVE = 2.5  # seconds
SITE = f"""
### The same on a page of the site

There Python runs in the page, so no messages are sent. Work is the time in which the page is busy, in ms: from the key
to the answer, and from the start of the next frame until it is drawn. The rest of the time to the picture is spent
waiting for the screen. Neighbors are new networks that the page has drawn in advance during a pause of {PAUSE} ms
between two keys. The target is a median work below one frame, {FRAME} ms, for neighbors and for networks seen before.
"""
START = f"""Opening a page in a browser with an empty cache, median of {STARTS}. The target: live within {LIVE} s.
"""
REST = (  # part, words, unit, maximum
    ("burst", f"{BURST} events without pauses: from the last event to its picture", "ms", 300),
    ("memory", f"memory growth of the kernel over {WALK:,} answered events", "MB", 20),
    ("first picture", "from running the cell to the first picture, with senet_lab not yet imported", "ms", 1000),
)


def section(measured: dict[str, Any]) -> str:
    """Return the part of the page as Markdown."""
    results: Results = measured["results"]
    median, p95 = (_one(results, part, "echo", "echo") for part in ("key to picture", "key to picture, p95"))
    before, after = (_one(results, "load", when, "1 min") for when in ("before", "after"))
    introduction = INTRODUCTION.format(
        date=measured["date"],
        before=before,
        after=after,
        cores=measured["machine"]["cores"],
        median=median,
        p95=p95,
        most_median=MOST_MEDIAN,
        most_p95=MOST_P95,
    )
    head = "| tab | networks | median, ms | \u00d7 echo | p95, ms | \u00d7 echo | |"
    lines = [
        _row(each, _one(results, "key to picture, p95", each["case"], each["way"]), median, p95)
        for each in results
        if each["part"] == "key to picture" and each["way"] != "echo"
    ]
    rest = ["| what | measured | at most | |", "| --- | ---: | ---: | --- |"]
    for part, words, unit, most in REST:
        for each in (one for one in results if one["part"] == part):
            verdict = "reached" if each["most"] < most else "missed"
            rest.append(f"| {words} ({each['case']}) | {each['most']:.0f} {unit} | {most} {unit} | {verdict} |")
    head = "\n".join([introduction, head, f"| --- | --- |{' ---: |' * 4} --- |", *lines, "", *rest, ""])
    return head + site_section(results) if any(each["part"] == "site: work" for each in results) else head


def site_section(results: Results) -> str:
    """Return the tables about the site, measured in the same run."""
    ways = ("new", "neighbor", "seen")
    lines = ["| tab | " + " | ".join(f"{way}: work (p95), to the picture" for way in ways) + " | |"]
    lines.append(f"| --- |{' ---: |' * len(ways)} --- |")
    for case in dict.fromkeys(each["case"] for each in results if each["part"] == "site: work"):
        cells, slowest = [], 0.0
        for way in ways:
            parts = ("site: work", "site: work, p95", "site: key to picture")
            work, p95, picture = (_one(results, part, case, way) for part in parts)
            cells.append(f"{work:.0f} ({p95:.0f}), {picture:.0f}")
            slowest = slowest if way == "new" else max(slowest, work)
        lines.append(f"| {case} | {' | '.join(cells)} | {'reached' if slowest < FRAME else 'missed'} |")
    names = ("still picture", "live")
    starts = [
        f"| {page} | "
        + " | ".join(f"{_one(results, 'site: start', name, page) / 1000:.2f} s" for name in names)
        + f" | {_one(results, 'site: size', 'requests', page):.0f}"
        + f" | {_one(results, 'site: size', 'uncompressed', page):.1f} MB"
        + f" | {_one(results, 'site: size', 'compressed', page):.1f} MB |"
        for page in dict.fromkeys(each["way"] for each in results if each["part"] == "site: start")
    ]
    head = ["| page | still picture | live | requests | uncompressed | compressed |", f"| --- |{' ---: |' * 5}"]
    return "\n".join([SITE, *lines, "", START, *head, *starts, ""])


def _row(each: dict[str, Any], slow: float, median: float, p95: float) -> str:
    ratios = each["median"] / median, slow / p95
    verdict = "reached" if ratios[0] <= MOST_MEDIAN and ratios[1] <= MOST_P95 else "missed"
    return (
        f"| {each['case']} | {each['way']} | {each['median']:.0f} | {ratios[0]:.2f} | {slow:.0f} | {ratios[1]:.2f} "
        f"| {verdict} |"
    )


def _one(results: Results, part: str, case: str, way: str) -> float:
    return float(next(e["median"] for e in results if (e["part"], e["case"], e["way"]) == (part, case, way)))
