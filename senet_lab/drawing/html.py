"""Build HTML that keeps its drawings, so that a page can also be written for viewers without the style sheet.

GitHub shows notebooks without their style sheets (nbviewer issue 450). There, colors, lines and type must be
attributes. Any style sheet overrides these, so nothing changes in JupyterLab, light or dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from senet_lab.drawing.sheet import Sheet, parse_sheet
from senet_lab.drawing.svg import Drawing

STORED = '<p class="sn-under sn-stored">A picture as it was stored; run the cell to move it.</p>'


class Html(str):
    """HTML as text, for a page that has the style sheet; created by `html`."""

    parts: tuple[str | Drawing, ...]

    def styled(self, sheet: Sheet) -> str:
        """Return the HTML with the sheet's styles repeated as attributes in its drawings."""
        return "".join(part.svg(sheet) if isinstance(part, Drawing) else part for part in self.parts)


def html(*parts: str | Drawing) -> Html:
    """Return HTML composed of text and drawings; in an f-string, a drawing would become text and lose its styles."""
    text = Html("".join(map(str, parts)))
    text.parts = tuple(piece for part in parts for piece in (part.parts if isinstance(part, Html) else (part,)))
    return text


def still_page(body: Html, css: str, place: Mapping[str, str] | None = None) -> str:
    """Return a panel's page with its styles, for documents without widgets: a stored notebook, an email, a report.

    Args:
        place: the data that a web page with Python needs to start the panel in this place, see `senet_lab.web`.
    """
    data = data_attributes(place or {})
    return f'<style>{css}</style><div class="sn"{data}>{body.styled(parse_sheet(css))}{STORED}</div>'


def data_attributes(values: Mapping[str, str]) -> str:
    """Return data attributes, each preceded by a space."""
    return "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())


def classes_in(page: str) -> set[str]:
    """Return the classes of all elements of a page."""
    reader = _ClassReader()
    reader.feed(page)
    return reader.classes


class _ClassReader(HTMLParser):
    """Collects the classes of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.classes.update((dict(attrs).get("class") or "").split())
