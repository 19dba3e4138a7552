"""Drawn: a view as an object that a notebook's cell shows by itself, with words for where no picture can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import Style
from senet_lab.checks import quoted
from senet_lab.drawing.code import code_html
from senet_lab.drawing.inline_styles import bare
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.breakdown import breakdown, finding
from senet_lab.drawing.network.compare import changed, compare
from senet_lab.drawing.network.overview import network_svg
from senet_lab.drawing.network.part import PLAIN, cropped_svg
from senet_lab.drawing.network.summary import LEGEND, style_sheet
from senet_lab.drawing.network.tradeoffs import cardinality_curves, ratio_curves
from senet_lab.drawing.network.words import facts, title
from senet_lab.drawing.papers.charts import main_svg, paths_svg, ratio_svg, results_table
from senet_lab.drawing.tables import behind, group_table, listing
from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row, Sketch
from senet_lab.papers import Results, in_tables

CHARTS = {"Hu et al. 2018, table 2": main_svg, "Hu et al. 2018, sec. 6.1, table 10": ratio_svg,
          "Xie et al. 2017, tables 2 and 3": paths_svg}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Drawn:
    """A view, ready to be shown.

    Attributes:
        body: its HTML, without the style sheet.
        words: what it shows, in a line.
    """

    body: str
    words: str

    def __repr__(self) -> str:
        return f"<Drawn: {self.words}>"

    def _repr_html_(self) -> str:
        body = bare(self.body, style_sheet())
        return f'<style>{_styles(body)}</style><div class="sn">{body}</div>'


def _styles(body: str) -> str:
    """The rules of the style sheet that this view needs, so that what is stored is small, and stays when others change.

    A rule stays if one of its selectors names only classes that occur.
    """
    used = {"sn", *(name for value in re.findall('class="([^"]*)"', body) for name in value.split())}
    sheet = re.sub(r"/\*.*?\*/", "", style_sheet(), flags=re.DOTALL)
    kept = []
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        if any(set(re.findall(r"\.([a-z][\w-]*)", one)) <= used for one in selectors.split(",")):
            kept.append(f"{selectors.strip()} {{{' '.join(declarations.split())}}}")
    return "\n".join(kept)


def drawn(thing: Architecture | Ledger | Sketch, path: str = "", *, style: Style | None = None) -> Drawn:
    """The network to scale, or one part of it opened, and what is drawn as a table.

    >>> drawn(Architecture("resnext"))
    <Drawn: SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.23 G multiply-adds>

    Args:
        thing: what to draw: an architecture; a ledger; or the sketch at the end of blocks put together by hand.
        path: "" for the network, "group2", "group2/block1", "group2/block1/se", "stem", "classifier".
        style: where squeeze-excite stands and what its gate is; an architecture brings its own.

    Raises:
        ValueError: there is no such part; the error names those there are.
        TypeError: nothing that can be drawn.
    """
    ledger = thing if isinstance(thing, Ledger) else Ledger.of(thing)
    style = style or (thing.style if isinstance(thing, Architecture) else PLAIN)
    anatomy = Anatomy(ledger)
    if not path:
        name = f"{thing.name}: " if isinstance(thing, Architecture) else ""
        words = f"{name}{ledger.params:,} parameters, {short(ledger.macs)} multiply-adds"
        return Drawn(f"{LEGEND}{network_svg(anatomy)}{behind('groups', group_table(ledger))}", words)
    part = anatomy.part(path)
    words = f"{title(path)}: {facts(part)}"
    caption = f'<p class="sn-source"><b>{escape(title(path))}</b> {escape(facts(part))}</p>'
    picture = cropped_svg(anatomy, path, style=style)
    return Drawn(f"{caption}{picture}{behind('rows', _rows(title(path), part.rows))}", words)


def _rows(caption: str, rows: tuple[Row, ...]) -> str:
    """The layers of a part as a table, for who does not see the drawing."""
    head = ("Layer", "Kind", "Output", "Parameters", "Multiply-adds")
    body = [(row.name, row.kind, size(row.output_shape), f"{row.params:,}", short(row.macs)) for row in rows]
    return listing(caption, head, body, words=(1,))


def where_it_goes(thing: Architecture | Ledger) -> Drawn:
    """Parameters, multiply-adds and activations by group and by kind of layer."""
    ledger = thing if isinstance(thing, Ledger) else Ledger.of(thing)
    return Drawn(breakdown(ledger), finding(ledger))


def compared(a: Architecture, b: Architecture) -> Drawn:
    """Two networks one under the other, and their difference taken apart."""
    moves = ", ".join(f"{name} {old} \u2192 {new}" for name, old, new in changed(a, b)) or "nothing that is used"
    return Drawn(compare(a, b), f"{a.name} and {b.name}: {moves}")


def curves(architecture: Architecture, name: str) -> Drawn:
    """Parameters and multiply-adds over "ratio" or "cardinality", all else as it is.

    Raises:
        ValueError: another meta-parameter.
    """
    views = {"ratio": ratio_curves, "cardinality": cardinality_curves}
    if name not in views:
        raise ValueError(f"`name` (={quoted(name)}) must be 'ratio' or 'cardinality'; try 'ratio'.")
    return Drawn(views[name](architecture), f"{architecture.name} by {name}")


def as_code(text: str) -> Drawn:
    """Python source, coloured."""
    return Drawn(code_html(text), f"{len(text.splitlines())} lines of Python")


def printed(results: Results, architecture: Architecture | None = None) -> Drawn:
    """A table of a paper beside what is counted here, with its chart if it has one; one network can be marked."""
    present = in_tables(architecture) if architecture else None
    chart = CHARTS[results.source](present) if results.source in CHARTS else ""
    source = f"Top-1 error on ImageNet, %, one crop \u00b7 {results.source} \u00b7 {results.recipe}"
    body = f'<p class="sn-source">{escape(source)}</p>{chart}{results_table(results, present)}'
    return Drawn(body, f"{results.title}, {results.source}: {len(results.rows)} networks")
