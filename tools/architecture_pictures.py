"""Draw the pictures of docs/architecture.md: the layers from the imports, and the path of `ratio` from its tables.

`python tools/architecture_pictures.py` writes docs/layers.svg and docs/ratio.svg.
"""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ROOT = Path(__file__).parent.parent
PACKAGE, DOCUMENT = ROOT / "senet_lab", ROOT / "docs" / "architecture.md"
FORWARDERS = ("__init__", "__main__", "moved")  # they forward to other modules
SMALL = ("checks", "extras", "files", "memory", "assets", "array_checks")  # used by nearly all rooms, and drawn as one
COLORS = {"helpers": "#e8e8e8", "layers": "#dbe9f6", "kit": "#fdebd0", "subjects": "#dff0d8"}
SUBJECTS = ("explorer", "gatelens", "trainer", "sweepboard", "exercises", "serving", "cli")
MAX_PLACE_LENGTH = 62  # characters of a place that fit into a box
FONT: Any = {"font.family": "DejaVu Sans", "font.size": 9, "svg.hashsalt": "senet_lab", "svg.fonttype": "none"}


def room_of(module: str) -> str:
    """Return the room of a module, by its dotted name within the package; the small helpers are one room."""
    first = module.split(".", maxsplit=1)[0]
    return "helpers" if first in SMALL else first


def imports() -> set[tuple[str, str]]:
    """Return the rooms that each room imports at its own import; late imports, as in the facade, are left out."""
    arrows = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        room = room_of(path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("senet_lab"):
                names = [node.module] if node.module != "senet_lab" else [f"senet_lab.{a.name}" for a in node.names]
                arrows |= {(room, room_of(name.removeprefix("senet_lab."))) for name in names if name}
    return {(a, b) for a, b in arrows if a != b and not {a, b} & set(FORWARDERS)}


def levels(arrows: set[tuple[str, str]]) -> dict[str, int]:
    """Return the height of each room: one more than the highest room that it imports."""
    rooms = {room for arrow in arrows for room in arrow}
    heights = dict.fromkeys(sorted(rooms), 0)
    for _ in rooms:
        for above, below in arrows:
            heights[above] = max(heights[above], heights[below] + 1)
    return heights


def direct(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the imports that are not implied by longer paths, so that few arrows are drawn."""
    reached = {a: {b for first, b in arrows if first == a} for a, _ in arrows}
    for _ in reached:
        reached = {a: bs.union(*(reached.get(b, set()) for b in bs)) for a, bs in reached.items()}
    return {
        (a, b) for a, b in arrows if not any(b in reached.get(c, ()) for first, c in arrows if first == a and c != b)
    }


def hops(title: str) -> list[str]:
    """Return the places of a path, from the table under a heading of the document."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    return [place.replace("`", "") for place in re.findall(r"^\| \d+ \| ([^|]+) \|", section, re.MULTILINE)]


def layers_svg() -> str:
    """Draw the rooms by height, with arrows to the rooms that they import."""
    arrows = imports()
    heights = levels(arrows)
    rows = [[room for room, height in heights.items() if height == level] for level in range(max(heights.values()) + 1)]
    at = {
        room: ((i + 0.5) / len(row) * 10, 1.1 * level) for level, row in enumerate(rows) for i, room in enumerate(row)
    }
    figure, axes = _canvas(10, 1.1 * len(rows), 7.2, 0.75 * len(rows))
    for above, below in sorted(direct(arrows)):
        (x, y), (to_x, to_y) = at[above], at[below]
        bend = 0.25 if heights[above] - heights[below] > 1 else 0.0  # around the rooms between
        how = {"arrowstyle": "->", "color": "#888888", "lw": 0.8, "connectionstyle": f"arc3,rad={bend}"}
        axes.annotate("", (to_x, to_y + 0.3), (x, y - 0.3), arrowprops=how)
    for room, (x, y) in at.items():
        _box(axes, x, y, room, _kind(room), 1.5)
    axes.set_ylim(-0.6, 1.1 * len(rows) - 0.4)
    return _svg(figure, "Rooms of the package; an arrow leads to what a room imports")


def _kind(room: str) -> str:
    kinds = {"helpers": "helpers", "widgets": "kit"} | dict.fromkeys(SUBJECTS, "subjects")
    return kinds.get(room, "layers")


def walk_svg() -> str:
    """Draw the hops of `ratio`: to the pixel on the left; to the weight on the right, from where the paths part."""
    pixel, weight = hops("Follow `ratio` from slider to pixel"), hops("Follow `ratio` from slider to weight")
    figure, axes = _canvas(10, len(pixel), 9.5, 0.5 * len(pixel))
    shared = 7  # the path to the weight begins with the same hops
    columns = ((2.6, pixel, 0), (7.4, weight, shared))
    for x, places, skipped in columns:
        for index, place in enumerate(places):
            y = len(pixel) - 1 - skipped - index
            number = skipped + index + 1
            _box(axes, x, y, f"{number}  {_short(place)}", "kit" if number <= shared else "layers", 4.6)
            if index or skipped:
                start = (x if index else columns[0][0], y + 0.68)
                axes.annotate("", (x, y + 0.32), start, arrowprops={"arrowstyle": "->", "color": "#666666"})
    axes.set_ylim(-0.6, len(pixel) - 0.4)
    return _svg(figure, "The walk of ratio, from the slider to the pixel and to the weight")


def _short(place: str) -> str:
    return place if len(place) <= MAX_PLACE_LENGTH else f"{place[: MAX_PLACE_LENGTH - 1]}\u2026"


def _canvas(width: float, height: float, inches_wide: float, inches_high: float) -> tuple[Figure, Axes]:
    figure = Figure((inches_wide, inches_high))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(-0.6, height)
    axes.axis("off")
    return figure, axes


def _box(axes: Axes, x: float, y: float, words: str, kind: str, width: float) -> None:
    how = {"boxstyle": "round,pad=0.35", "facecolor": COLORS[kind], "edgecolor": "#777777", "linewidth": 0.8}
    axes.text(x, y, words, ha="center", va="center", bbox=how, fontsize=9 if width < 2 else 7.5)


def _svg(figure: Figure, title: str) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    return text.getvalue()


def pictures() -> dict[Path, str]:
    """Return the pictures by file."""
    with rc_context(FONT):
        return {DOCUMENT.with_name("layers.svg"): layers_svg(), DOCUMENT.with_name("ratio.svg"): walk_svg()}


if __name__ == "__main__":
    for file, svg in pictures().items():
        file.write_text(svg, encoding="utf-8")
