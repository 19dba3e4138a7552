"""Write tables of measurements as Markdown."""

from __future__ import annotations

from statistics import median
from typing import Any

Results = list[dict[str, Any]]


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
    if result is None:
        return ""
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
