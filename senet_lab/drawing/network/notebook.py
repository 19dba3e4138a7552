"""Create views for notebook cells, with a line of text for viewers that cannot show pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import Style
from senet_lab.checks import quoted
from senet_lab.drawing.code import code_html
from senet_lab.drawing.html import Html, classes_in, data_attributes, html
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.breakdown import breakdown, finding
from senet_lab.drawing.network.compare import compare, describe_changes
from senet_lab.drawing.network.measured import compare_time_and_count, measured_by_kind
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.part import PLAIN, draw_cropped_part
from senet_lab.drawing.network.summary import legend
from senet_lab.drawing.network.tradeoffs import cardinality_curves, ratio_curves
from senet_lab.drawing.network.words import facts, title, unknown
from senet_lab.drawing.papers.charts import draw_main, draw_paths, draw_ratios, results_table, source_line
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.drawing.tables import behind, group_table, listing
from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.ledger.profile import Profile
from senet_lab.nets.on_keras.entries import UNKNOWN
from senet_lab.nets.sketch import Row
from senet_lab.papers import Results, find_published

CHARTS = {"Hu et al. 2018, table 2": draw_main, "Hu et al. 2018, sec. 6.1, table 10": draw_ratios,
          "Xie et al. 2017, tables 2 and 3": draw_paths}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Drawn:
    """A view, ready to be shown.

    Attributes:
        body: its HTML, without the style sheet.
        words: a line of text that describes it.
        place: the parts of the Explorer's address that shows the same; empty if there is none. A web page with Python
            offers to open the Explorer there, see `senet_lab.web`.
    """

    body: Html
    words: str
    place: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Drawn: {self.words}>"

    def _repr_html_(self) -> str:
        """Return the view with only the style rules that it needs, so that stored output is small and stable."""
        sheet = parse_sheet(style_sheet())
        body = self.body.styled(sheet)
        place = {"panel": "drawing", **self.place} if self.place else {}
        data = data_attributes(place)
        return f'<style>{sheet.excerpt({"sn", *classes_in(body)})}</style><div class="sn"{data}>{body}</div>'


def drawn(thing: Any, path: str = "", *, style: Style | None = None) -> Drawn:
    """Draw the network to scale, or the inside of one part, with its figures in a table.

    >>> drawn(Architecture("resnext"))
    <Drawn: SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.23 G multiply-adds>

    Args:
        thing: an architecture, a ledger, the sketch that manually composed blocks returned, or a Keras model.
        path: "" for the network, "group2", "group2/block1", "group2/block1/se", "stem", "classifier".
        style: states the place of squeeze-excite and its gate; an architecture has its own style.

    Raises:
        ValueError: there is no such part; the error lists the parts.
        TypeError: `thing` cannot be drawn.
    """
    ledger = thing if isinstance(thing, Ledger) else Ledger.of(thing)
    style = style or (thing.style if isinstance(thing, Architecture) else PLAIN)
    anatomy = Anatomy(ledger)
    if not path:
        name = f"{thing.name}: " if isinstance(thing, Architecture) else ""
        words = f"{name}{ledger.params:,} parameters, {short(ledger.macs)} multiply-adds{unknown(len(ledger.unknown))}"
        body = html(legend(ledger), draw_network(anatomy), behind("groups", group_table(ledger)))
        return Drawn(body, words, _place(thing))
    part = anatomy.part(path)
    words = f"{title(path)}: {facts(part)}"
    caption = f'<p class="sn-source"><b>{escape(title(path))}</b> {escape(facts(part))}</p>'
    picture = draw_cropped_part(anatomy, path, style=style)
    body = html(caption, picture, behind("rows", _layers(title(path), part.rows)))
    return Drawn(body, words, _place(thing, part=path))


def _place(thing: Any, **parts: str) -> dict[str, str]:
    """Return the parts of the Explorer's address for a network; none unless it is an architecture."""
    return {"network": thing.token(), **parts} if isinstance(thing, Architecture) else {}


def _layers(caption: str, rows: tuple[Row, ...]) -> str:
    """Return the layers of a part as a table, for readers who cannot see the drawing."""
    head = ("Layer", "Kind", "Output", "Parameters", "Multiply-adds")
    body = [
        (
            row.name,
            row.kind,
            size(row.output_shape),
            f"{row.params:,}",
            "unknown" if row.kind == UNKNOWN else short(row.macs),
        )
        for row in rows
    ]
    return listing(caption, head, body, words=(1,))


def where_it_goes(thing: Any) -> Drawn:
    """Draw parameters, multiply-adds and activations by group and by kind of layer; arguments as in `drawn`."""
    ledger = thing if isinstance(thing, Ledger) else Ledger.of(thing)
    return Drawn(breakdown(ledger), finding(ledger), _place(thing, tab="Breakdown"))


def measured(profile: Profile) -> Drawn:
    """Draw multiply-adds and milliseconds of a profile by kind of layer."""
    return Drawn(measured_by_kind(profile), compare_time_and_count(profile))


def compared(a: Architecture, b: Architecture) -> Drawn:
    """Draw two networks one below the other, and their difference as a sum."""
    names = a.name if a.name == b.name else f"{a.name} and {b.name}"
    words = f"{names}: {describe_changes(a, b)}"
    return Drawn(compare(a, b), words, _place(b, pinned=a.token(), tab="Compare"))


def curves(architecture: Architecture, name: str) -> Drawn:
    """Draw parameters and multiply-adds over "ratio" or "cardinality", with all other meta-parameters fixed.

    Raises:
        ValueError: the name is neither of these.
    """
    views = {"ratio": ratio_curves, "cardinality": cardinality_curves}
    if name not in views:
        raise ValueError(f"`name` (={quoted(name)}) must be 'ratio' or 'cardinality'; try 'ratio'.")
    return Drawn(views[name](architecture), f"{architecture.name} by {name}", _place(architecture, tab="Trade-offs"))


def as_code(text: str) -> Drawn:
    """Show Python source with syntax highlighting."""
    return Drawn(html(code_html(text)), f"{len(text.splitlines())} lines of Python")


def printed(results: Results, architecture: Architecture | None = None) -> Drawn:
    """Show a table of a paper next to our counts, with its chart if it has one; one network can be marked."""
    present = find_published(architecture) if architecture else None
    chart = CHARTS[results.source](present) if results.source in CHARTS else ""
    above = (source_line(results), chart) if chart else ()  # without a chart, the table's caption says all of it
    body = html(*above, results_table(results, present))
    return Drawn(body, f"{results.title}, {results.source}: {len(results.rows)} networks")
