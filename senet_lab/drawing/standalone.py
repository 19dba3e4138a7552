"""A drawing as a file of its own: its styles inside, no variable left, light theme."""

from __future__ import annotations

import re
from html import escape

from senet_lab.drawing.network.summary import style_sheet

PAPER, INK = "#ffffff", "#1f2430"


def standalone_svg(drawing: str, title: str) -> str:
    """An SVG file of a drawing, for a browser, Inkscape or a slide.

    Args:
        drawing: an <svg> as the views give it.
        title: what the file is called by those who show or read it out.
    """
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)[0]
    head, _, marks = drawing.partition(">")
    classes = {each for value in re.findall('class="([^"]*)"', drawing) for each in value.split()}
    paper = f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head} width="{width}" height="{height}">'
        f"<title>{escape(title)}</title><style>{_rules(classes)}</style>{paper}{marks}\n"
    )


def _rules(classes: set[str]) -> str:
    """The rules of the style sheet about some classes, each variable written out."""
    sheet = re.sub(r"/\*.*?\*/", "", style_sheet(), flags=re.DOTALL)
    sheet = re.sub(r"@[^{;]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)  # media queries
    blocks = [(selectors.strip(), body.strip()) for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)]
    light = dict(re.findall(r"(--sn-[\w-]+):\s*(.*?);", next(body for selectors, body in blocks if selectors == ".sn")))
    kept = [f".sn-drawing {{ font-family: system-ui, 'Segoe UI', sans-serif; color: {INK} }}"]
    for selectors, body in blocks:
        meant = [each for each in map(_bare, selectors.split(",")) if _is_about(each, classes)]
        if meant:
            kept.append(f"{', '.join(meant)} {{ {_resolved(body, light)} }}")
    return "\n".join(kept)


def _bare(selector: str) -> str:
    """A selector without the page around the drawing."""
    return selector.strip().removeprefix(".sn ")


def _is_about(selector: str, classes: set[str]) -> bool:
    named = re.findall(r"\.([\w-]+)", selector)
    sized = selector == ".sn-drawing"  # a file has a size of its own
    return bool(named) and not sized and set(named) <= classes and not re.search(r"[:\[]", selector)


def _resolved(body: str, values: dict[str, str]) -> str:
    """Declarations with the value of each variable; of a theme's variable, what it falls back to."""
    while found := re.search(r"var\((--[\w-]+)(?:,\s*([^()]*))?\)", body):
        body = body.replace(found[0], values.get(found[1]) or found[2] or "currentColor")
    return body
