"""Classes and blocks in pictures: the color and dash of each class, its key, and the blocks to draw."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from senet_lab.assets import read_assets
from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

N_STYLES = 10  # lines that can be distinguished, by color and by dash
MAX_STAGES = 4  # whose curves fit next to each other


def stages(paths: Sequence[str], selected: str = "") -> list[str]:
    """Return the block to draw for each group: its last one, as in the paper, unless another one is selected.

    >>> stages(["group1/block1", "group1/block2", "group2/block1"], "group1/block1")
    ['group1/block1', 'group2/block1']
    """
    by_group: dict[str, str] = {}
    for path in paths:
        group = path.partition("/")[0]
        if by_group.get(group) != selected:
            by_group[group] = path
    blocks = list(by_group.values())
    if len(blocks) <= MAX_STAGES:
        return blocks
    places = {round(index * (len(blocks) - 1) / (MAX_STAGES - 1)) for index in range(MAX_STAGES)}
    if selected in blocks and blocks.index(selected) not in places:  # in place of the nearest inner one
        place = blocks.index(selected)
        nearest = min(sorted(places)[1:-1], key=lambda each: abs(each - place))
        places = {*places - {nearest}, place}
    return [blocks[index] for index in sorted(places)]


def class_styles(classes: Iterable[int]) -> dict[int, int]:
    """Return the line style of each class: its own number, or the next free one; after ten, styles repeat.

    >>> class_styles((5, 7, 15))
    {5: 5, 7: 7, 15: 6}
    """
    styles: dict[int, int] = {}
    for number in sorted(set(classes)):
        styles[number] = free_style(number, styles.values())
    return styles


def free_style(number: int, taken: Container[int]) -> int:
    """Return the style that a class would get if others are taken."""
    own = number % N_STYLES
    return next((at % N_STYLES for at in range(own, own + N_STYLES) if at % N_STYLES not in taken), own)


def class_key(reading: Reading, classes: Sequence[int]) -> Html:
    """Return the names of classes, each with a sample of its line."""
    styles = class_styles(reading.present(classes))
    keys = (
        html(f'<span data-class="{style}">', class_line(style), f"{escape(reading.classes[at])}</span>")
        for at, style in styles.items()
    )
    more = f"<span>lines repeat after {N_STYLES} classes</span>" if len(styles) > N_STYLES else ""
    return html('<p class="sn-legend sn-class-key">', *keys, f"{more}</p>")


class LineKey(Drawing):
    """A sample of a line next to its name, at its own size."""

    @property
    def attributes(self) -> str:
        """The attributes of the outermost element."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        return f'class="sn-line-key" {size} aria-hidden="true"'


def class_line(style: int) -> LineKey:
    """Return a piece of a class's line, as it is drawn."""
    return LineKey(8, "", [svg.path("M1 4H33", f"curve sn-class-{style}")], width=34)


@cache
def gates_sheet() -> str:
    """Return the CSS for pictures of gates, to follow `style_sheet()`."""
    return read_assets("gatelens/views/gates.css") + "".join(map(_highlight, range(N_STYLES)))


def _highlight(style: int) -> str:
    """Return rules that highlight the line of a class while its `data-class` element is hovered or focused."""
    where = f'.sn:has([data-class="{style}"]:is(:hover, :focus-visible)) .sn-drawing .sn-mean'
    line = f".sn-class-{style}"
    return f"{where}:not({line}) {{ opacity: 0.12; }}\n{where}{line} {{ stroke-width: 2.6; }}\n"
