"""Represent drawings and their marks as values, and write them as SVG. The colors are those of `senet.css`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple, Protocol

from senet_lab.drawing.sheet import Sheet

WIDTH = 780  # of a chart, in drawing units
# Of a network and its parts: 12 units of type are 11 pixels on a screen of 1280 with JupyterLab's file browser open.
NETWORK_WIDTH = 690


class Box(NamedTuple):
    """A rectangle, given by its top left corner and its size, in drawing units."""

    x: float
    y: float
    width: float
    height: float


class Output(NamedTuple):
    """How a drawing is written.

    Attributes:
        interactive: whether nodes react to pointer and keyboard; otherwise they are groups of marks.
        tab_stop: the node that can be reached with Tab.
        sheet: the style sheet to repeat in attributes; None if the page has it.
    """

    interactive: bool = False
    tab_stop: Node | None = None
    sheet: Sheet | None = None


class Mark(Protocol):
    """An element of a drawing that can be written as SVG."""

    @property
    def classes(self) -> set[str]:
        """The classes of its elements."""

    def svg(self, output: Output) -> str:
        """Return the mark as SVG."""


class Shape(NamedTuple):
    """A single element.

    Attributes:
        tag: tag of the element.
        kind: its classes, separated by " sn-".
        attributes: its position and size, as SVG attributes.
        words: the words of a text.
        style: its own style; the style sheet defines the rest.
    """

    tag: str
    kind: str
    attributes: str
    words: str = ""
    style: tuple[tuple[str, str], ...] = ()

    @property
    def classes(self) -> set[str]:
        """The classes of the element."""
        return set(f"sn-{self.kind}".split())

    def svg(self, output: Output) -> str:
        """Return the element as SVG."""
        tag, kind, attributes, words, style = self
        if style or output.sheet:
            style_attributes = {**(output.sheet.style(tag, self.classes) if output.sheet else {}), **dict(style)}
            attributes += "".join([f' {name}="{value}"' for name, value in style_attributes.items()])
        if tag == "text":
            return f'<text class="sn-{kind}"{attributes}>{escape(words)}</text>'
        return f'<{tag} class="sn-{kind}"{attributes}/>'


class Group(NamedTuple):
    """Marks that are moved, scaled or rotated together."""

    transform: str
    marks: Sequence[Mark]

    @property
    def classes(self) -> set[str]:
        """The classes of all marks."""
        return _classes(self.marks)

    def svg(self, output: Output) -> str:
        """Return the group as SVG."""
        return f'<g transform="{self.transform}">{_write(self.marks, output)}</g>'


class Node(NamedTuple):
    """Marks that react to pointer and keyboard.

    Attributes:
        hit: the marks that can be clicked.
        tip: lines to show on hover and focus.
        label: text for screen readers.
        path: path of the part that the node opens; None if it cannot be opened.
        pressed: whether the switch at its path is on; only for a node that is a switch.
    """

    marks: Sequence[Mark]
    hit: Box
    tip: Sequence[str]
    label: str
    path: str | None = None
    pressed: bool | None = None

    @property
    def classes(self) -> set[str]:
        """The classes of all marks."""
        return _classes(self.marks)

    def svg(self, output: Output) -> str:
        """Return the node as SVG; in a drawing that is an image, only its marks."""
        marks = _write(self.marks, output)
        if not output.interactive:
            return f"<g>{marks}</g>"
        label, tip, path = escape("\0".join((self.label, "\n".join(self.tip), self.path or ""))).split("\0")
        tip = tip.replace("\n", "&#10;")
        if self.pressed is not None:
            role = f'role="button" aria-pressed="{str(self.pressed).lower()}" data-hold="{path}"'
        else:
            role = 'role="img"' if self.path is None else f'data-path="{path}" role="button"'
        tab_index = "0" if self is output.tab_stop else "-1"
        return (
            f'<g class="sn-node" tabindex="{tab_index}" {role} aria-label="{label}" data-tip="{tip}">'
            f'<rect class="sn-hit"{_place(*self.hit)} rx="4"/>{marks}</g>'
        )


@dataclass(frozen=True)
class Drawing:
    """A drawing that scales with its container; `str` of it is its SVG, for a page that has the style sheet.

    Attributes:
        width, height: in drawing units.
        label: text for screen readers.
        marks: its marks, from back to front.
        interactive: whether nodes react, one of which can be reached with Tab; otherwise the drawing is an image.
        focus: the path of that node; the first node if there is none with this path.
    """

    height: float
    label: str
    marks: Sequence[Mark]
    interactive: bool = False
    focus: str = ""
    width: float = WIDTH

    def __str__(self) -> str:
        return self.svg()

    @property
    def classes(self) -> set[str]:
        """The classes of the drawing and of all its marks."""
        return {"sn-drawing"} | _classes(self.marks)

    @property
    def attributes(self) -> str:
        """The attributes of the outermost element."""
        role = "group" if self.interactive else "img"
        return (
            f'class="sn-drawing" viewBox="0 0 {self.width:g} {self.height:g}" role="{role}" '
            f'aria-label="{escape(self.label)}" xmlns="http://www.w3.org/2000/svg"'
        )

    def svg(self, sheet: Sheet | None = None) -> str:
        """Return the drawing as SVG.

        Args:
            sheet: the style sheet to repeat in attributes, for viewers that lack it. This adds a white background,
                which the style sheet makes transparent where it exists.
        """
        if sheet is None:
            return f"<svg {self.attributes}>{self.body()}</svg>"
        paper = Shape("rect", "ground", ' width="100%" height="100%"').svg(Output(sheet=sheet))
        # Without a style sheet, a drawing takes all the room that there is.
        needs_width = self.width < NETWORK_WIDTH and " width=" not in self.attributes
        width = f' width="{self.width:g}"' if needs_width else ""
        return f'<svg {self.attributes}{width} font-family="system-ui, sans-serif">{paper}{self.body(sheet)}</svg>'

    def body(self, sheet: Sheet | None = None) -> str:
        """Return the marks as SVG."""
        return _write(self.marks, Output(self.interactive, self._tab_stop(), sheet))

    def _tab_stop(self) -> Node | None:
        nodes = [mark for mark in self.marks if isinstance(mark, Node)] if self.interactive else []
        matches = (node for node in nodes if self.focus and node.path == self.focus)
        return next(matches, nodes[0] if nodes else None)


def _classes(marks: Iterable[Mark]) -> set[str]:
    return set().union(*(mark.classes for mark in marks))


def _write(marks: Iterable[Mark], output: Output) -> str:
    return "".join([mark.svg(output) for mark in marks])


def rect(
    x: float, y: float, width: float, height: float, kind: str, radius: float = 2, opacity: float | None = None
) -> Shape:
    """Return a rectangle from its top left corner, filled with the given `opacity`."""
    style = () if opacity is None else (("fill-opacity", f"{opacity:.2f}"),)
    return Shape("rect", kind, f'{_place(x, y, width, height)} rx="{radius:g}"', style=style)


def _place(x: float, y: float, width: float, height: float) -> str:
    return f' x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'


def path(steps: str, kind: str) -> Shape:
    """Return a line along SVG path steps."""
    return Shape("path", kind, f' d="{steps}"')


def circle(x: float, y: float, radius: float, kind: str) -> Shape:
    """Return a circle around (x, y)."""
    return Shape("circle", kind, f' cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"')


def text(x: float, y: float, words: str, kind: str = "note", anchor: str = "middle") -> Shape:
    """Return words on the baseline y."""
    return Shape("text", kind, f' x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"', words)


def turned_text(x: float, y: float, angle: float, words: str, kind: str, anchor: str = "start") -> Shape:
    """Return words that are rotated around their anchor, which is their start or their middle."""
    turn = f"translate({x:.1f} {y:.1f}) rotate({angle:g})"
    return Shape("text", kind, f' transform="{turn}" text-anchor="{anchor}"', words)


def image(uri: str, box: Box) -> Shape:
    """Return a picture in a drawing, without smoothing between its pixels."""
    return Shape("image", "pixels", f' href="{uri}"{_place(*box)} preserveAspectRatio="none"')


def lines(x: float, y: float, words: Iterable[str], step: float = 15) -> list[Mark]:
    """Return lines of text below each other, the first one in a stronger style."""
    return [text(x, y + step * i, line, "note" if i else "label") for i, line in enumerate(words)]


def cut(words: str, width: float, character_width: float = 7.2) -> str:
    """Return words, shortened with an ellipsis if they do not fit into a width.

    >>> cut("projection", 40)
    'proj\u2026'
    """
    length = max(1, int(width / character_width))
    return words if len(words) <= length else f"{words[: length - 1]}\u2026"


def strands(box: Box, paths: int, pitch: float) -> list[Mark]:
    """Return one line through the box per path, at least `pitch` apart; nothing for a single path."""
    count = min(paths, int(box.height / pitch))
    if count < 2:
        return []
    step = box.height / count
    steps = f"M{box.x:.1f} {box.y + step / 2:.1f}h{box.width:.1f}"
    return [path(steps + f"m-{box.width:.1f} {step:.2f}h{box.width:.1f}" * (count - 1), "paths-through")]
