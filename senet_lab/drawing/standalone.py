"""Write a drawing as a standalone file, with its styles inside, without variables, in the light theme."""

from __future__ import annotations

from html import escape

from senet_lab.drawing.sheet import Selector, Sheet, parse_sheet, style_sheet
from senet_lab.drawing.svg import Drawing

PAPER, INK = "#ffffff", "#1f2430"


def standalone_svg(drawing: Drawing, title: str) -> str:
    """Return an SVG file of a drawing, for a browser, Inkscape or a slide.

    Args:
        title: the title that viewers show and screen readers read out.
    """
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    styles = _styles(parse_sheet(style_sheet()), drawing.classes)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {drawing.attributes} {size}>'
        f'<title>{escape(title)}</title><style>{styles}</style><rect {size} fill="{PAPER}"/>{drawing.body()}</svg>\n'
    )


def _styles(sheet: Sheet, classes: set[str]) -> str:
    """Return the style sheet's rules for some classes, with all variables resolved."""
    rules = [f".sn-drawing {{ font-family: system-ui, 'Segoe UI', sans-serif; color: {INK} }}"]
    for rule in sheet.rules:
        selectors = [selector.text.removeprefix(".sn ") for selector in rule.selectors if _is_about(selector, classes)]
        if selectors:
            declarations = " ".join(f"{name}: {sheet.resolve(value)};" for name, value in rule.declarations)
            rules.append(f"{', '.join(selectors)} {{ {declarations} }}")
    return "\n".join(rules)


def _is_about(selector: Selector, classes: set[str]) -> bool:
    """Return whether a selector is for marks of these classes, not for the page around a drawing or for its size."""
    named = selector.classes - {"sn"}
    return selector.is_plain and selector.text != ".sn-drawing" and bool(named) and named <= classes
