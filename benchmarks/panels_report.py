"""Report `make bench-growth` as a part of the page: what each panel takes as its contents grow."""

from __future__ import annotations

from typing import Any

from growth_panels import IMAGES, MOVES, NOUNS
from tables import Results, figures, section_of

IMMEDIATE = 100  # ms, in which an answer seems to come at once (Nielsen 1993)
INTRODUCTION = """## Growth of panels

Measured with `make bench-growth` on {date}, in {seconds} s, on {cores} cores, each size in a process of its own. A move
is a message of the page until it is answered; a message is what the page then receives.
"""
NOTES = {
    "Explorer": "SE-ResNeXt with own groups. Each move shows a network that was not shown before. Memory is that "
    f"of the process after {MOVES} such moves on the Network tab.",
    "Trainer": "Finished runs in one folder. A poll reads what has changed in it, up to five times per second while a "
    "run is in progress. A GateLens lists the newest runs that have weights, which none of these have.",
    "Notebook": "Explorers of SE-ResNeXt-50 in one kernel. Linked ones show each move of the first.",
    "GateLens": f"SE-ResNet-20, untrained and already built, with {IMAGES} images per class. Each tab has its views "
    "unfolded.",
    "SweepBoard": "Finished runs of SE-ResNet-20, ten seeds per arm (five of the 10 runs).",
}


def section(measured: dict[str, Any]) -> str:
    """Return the part of the page as Markdown."""
    tables = {f"{panel}, by {NOUNS[panel]}": (f"panels: {panel}", note) for panel, note in NOTES.items()}
    return section_of(measured, INTRODUCTION, limits(measured["results"]), tables)


def limits(results: Results) -> str:
    """Return a table of the sizes up to which each panel answers at once, and what takes longer at the next one."""
    lines = [f"| panel | all within {IMMEDIATE} ms up to | longer at the next size |", "| --- | ---: | --- |"]
    for panel in NOTES:
        its = [each for each in results if each["part"] == f"panels: {panel}" and each["way"].endswith(", ms")]
        within = ""
        for case in dict.fromkeys(each["case"] for each in its):
            longer = [each for each in its if each["case"] == case and each["median"] > IMMEDIATE]
            words = ", ".join(f"{each['way'].removesuffix(', ms')} {figures(each['median'])} ms" for each in longer)
            if longer:
                lines.append(f"| {panel} | {within} | {case}: {words} |")
                break
            within = case
        else:
            lines.append(f"| {panel} | {within} | not measured |")
    return "\n".join([*lines, ""])
