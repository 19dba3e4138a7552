"""Write tables of measurements as Markdown."""

from __future__ import annotations

from statistics import median
from typing import Any

Results = list[dict[str, Any]]


def section_of(measured: dict[str, Any], introduction: str, aims: str, tables: dict[str, tuple[str, str]]) -> str:
    """Return a part of the page as Markdown: the introduction, the targets, and the tables of what was measured.

    Args:
        introduction: with fields for the machine and the date.
        tables: for each title, the measured part and a note.
    """
    results: Results = measured["results"]
    where = {"date": measured["date"], "seconds": measured["seconds"]} | measured["machine"]
    found = {each["part"] for each in results}
    drawn = [
        f"### {title}\n\n{note}\n\n{table(results, part)}" for title, (part, note) in tables.items() if part in found
    ]
    return "\n".join([introduction.format(**where), aims, *drawn])


def table(results: Results, part: str) -> str:
    """Return a table with one row per case and one column per way: medians with minimum and maximum."""
    its = [each for each in results if each["part"] == part]
    ways = list(dict.fromkeys(each["way"] for each in its))
    lines = [f"| | {' | '.join(ways)} |", f"| --- |{' ---: |' * len(ways)}"]
    for case in dict.fromkeys(each["case"] for each in its):
        cells = (_cell(find(results, part, case, way)) for way in ways)
        lines.append(f"| {case} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(result: dict[str, Any] | None) -> str:
    return "" if result is None else spread(result)


def spread(result: dict[str, Any]) -> str:
    """Return the median, with minimum and maximum unless it was measured once."""
    middle, least, most = (figures(result[key]) for key in ("median", "least", "most"))
    return middle if result["repeats"] == 1 else f"{middle} ({least}\u2013{most})"


def figures(number: float) -> str:
    """Return a number with at least three significant digits."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def find(results: Results, part: str, case: str, way: str) -> dict[str, Any] | None:
    """Return a result; if it was measured several times, the median run."""
    runs = [each for each in results if (each["part"], each["case"], each["way"]) == (part, case, way)]
    middle = median(each["median"] for each in runs) if runs else 0
    return min(runs, key=lambda each: abs(each["median"] - middle)) if runs else None
