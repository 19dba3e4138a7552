"""Paper: the frame of a page that needs no other file, and reads well on a screen and on A4."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape

from senet_lab.assets import read_assets
from senet_lab.exercises.catalogue import LESSONS


def paper(title: str, body: str, *sheets: str) -> str:
    """Return a page.

    Args:
        sheets: files of this folder with styles, in addition to those that all pages share.
    """
    styles = read_assets("classroom/paper.css", *(f"classroom/{name}" for name in sheets))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="generator" content="senet-lab classroom">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{styles}</style></head>\n<body><main>\n{body}\n</main></body></html>\n'
    )


def items(lines: Iterable[str]) -> str:
    """Return a list, given its items as HTML."""
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def exercise_numbers() -> dict[str, str]:
    """Return the number of each exercise: the lesson, and the place in the lesson.

    >>> exercise_numbers()["paths-grouped-weights"]
    '4.1'
    """
    return {
        name: f"{int(lesson.partition('_')[0])}.{place}"
        for lesson, makers in LESSONS.items()
        for place, name in enumerate(makers, 1)
    }


def number_ranges(names: Collection[str]) -> str:
    """Return the numbers of exercises, those in a row as a range.

    >>> number_ranges(["macro-deeper", "macro-heaviest-group", "macro-group-macs", "paths-grouped-weights"])
    '2.1\u20132.3, 4.1'
    """
    numbers = exercise_numbers()
    ranges: list[list[str]] = []
    before = ""
    for name in (name for name in numbers if name in names):
        lesson, place = numbers[name].split(".")
        if before != f"{lesson}.{int(place) - 1}":
            ranges.append([])
        ranges[-1].append(before := numbers[name])
    return ", ".join("\u2013".join(dict.fromkeys((each[0], each[-1]))) for each in ranges)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 try" or "3 tries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
