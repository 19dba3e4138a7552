"""Bare: drawings that can be read where no style sheet is, as where GitHub shows a notebook, which takes it away.

Colours, lines and type are repeated as attributes, which any style sheet overrules, on white paper, which the sheet
makes transparent. So nothing changes in JupyterLab, light or dark.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

PROPERTIES = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
              "opacity", "font-size", "font-weight", "paint-order")  # fmt: skip
DRAWING = re.compile(r'(<svg class="sn-(?:drawing|line-key)"[^>]*)>(.*?)</svg>', re.DOTALL)
ELEMENT = re.compile(r"<(g|text|tspan|rect|path|circle|ellipse|line|polyline|polygon)\b([^>]*?)(/?)>")
SELECTOR = re.compile(r"(\.sn-drawing )?((?:\.[\w-]+)+|text)")
STORED = '<p class="sn-under">A picture as it was stored; run the cell to move it.</p>'
PAPER = '<rect class="sn-ground" width="100%" height="100%"/>'


class Rule(NamedTuple):
    """A rule of the sheet that a drawing can need: for which classes, or for all texts; and what it sets."""

    classes: frozenset[str]
    sets: tuple[tuple[str, str], ...]

    def fits(self, tag: str, classes: set[str]) -> bool:
        """Whether an element of that tag and those classes is meant."""
        return self.classes <= classes if self.classes else tag == "text"


def bare(html: str, sheet: str) -> str:
    """The HTML with everything that `sheet` says of its drawings said in the drawings themselves as well."""
    return DRAWING.sub(lambda found: _bare(found[1], found[2], _rules(sheet)), html)


def still_page(body: str, sheet: str) -> str:
    """A panel's page with its style, for where no widget lives: a stored notebook, a mail, a report; it says so."""
    return f'<style>{sheet}</style><div class="sn">{bare(body, sheet)}{STORED}</div>'


def looks(sheet: str, tag: str, classes: set[str]) -> dict[str, str]:
    """What the sheet says of an element of a drawing: `PROPERTIES` by name, in the light theme's colours."""
    return _sets(_rules(sheet), tag, classes)


def _bare(head: str, body: str, rules: tuple[Rule, ...]) -> str:
    def told(found: re.Match[str]) -> str:
        tag, attributes, end = found.groups()
        classes = re.search('class="([^"]*)"', attributes)
        sets = _sets(rules, tag, set(classes[1].split()) if classes else set())
        more = "".join(f' {name}="{value}"' for name, value in sets.items() if f" {name}=" not in attributes)
        return f"<{tag}{attributes}{more}{end}>"

    return f'{head} font-family="system-ui, sans-serif">{ELEMENT.sub(told, PAPER + body)}</svg>'


def _sets(rules: tuple[Rule, ...], tag: str, classes: set[str]) -> dict[str, str]:
    return {name: value for rule in rules if rule.fits(tag, classes) for name, value in rule.sets}


@cache
def _rules(sheet: str) -> tuple[Rule, ...]:
    """The rules of a sheet, the stronger ones last: a class, all texts of a drawing, a class in a drawing."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    colours = dict(re.findall(r"(--sn-[\w-]+):\s*([^;]+);", "".join(re.findall(r"(?m)^\.sn \{([^}]*)\}", sheet))))
    found = []
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        said = dict(re.findall(r"([\w-]+):\s*([^;]+?)\s*(?:;|$)", declarations.strip()))
        sets = tuple((name, _resolved(said[name], colours)) for name in PROPERTIES if name in said)
        for one in _expanded(" ".join(selectors.split())) if sets else ():
            if parts := SELECTOR.fullmatch(one):
                classes = frozenset(parts[2].split(".")[1:])
                found.append(((bool(parts[1]) + len(classes), bool(classes)), Rule(classes, sets)))
    return tuple(rule for _, rule in sorted(found, key=lambda each: each[0]))


def _expanded(selectors: str) -> list[str]:
    """The selectors of a rule one by one, `a:is(b, c)` as two."""
    if inner := re.search(r":is\(([^()]*)\)", selectors):
        return [one for part in inner[1].split(",") for one in _expanded(selectors.replace(inner[0], part.strip(), 1))]
    return [one.strip() for one in selectors.split(",")]


def _resolved(value: str, colours: dict[str, str]) -> str:
    """A value with the light theme's colours put in; of what the theme would give, what stands in for it."""
    while found := re.search(r"var\((--[\w-]+)(?:,\s*([^()]+))?\)", value):
        value = value.replace(found[0], colours.get(found[1], found[2] or "currentColor"))
    return value
