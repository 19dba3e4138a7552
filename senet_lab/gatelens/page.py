"""Page of the GateLens: the plain values from which the browser shows a scene. Uses no widget and no array."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.units import as_percent, counted
from senet_lab.gatelens.controls import side
from senet_lab.gatelens.messages import Page, Parts
from senet_lab.gatelens.results import LOAD
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.tabs import draw_tab
from senet_lab.gatelens.views.classes import gates_sheet
from senet_lab.gatelens.views.curves import curves, curves_words
from senet_lab.gatelens.views.depth import depth, depth_words
from senet_lab.gatelens.views.strip import strip, strip_legend

PARTS = tuple(Parts.__annotations__)  # each is a separate trait
MOVING = "being trained"
MOVING_SINCE = "being trained; everything except Training shows the earlier weights until fit has ended"


def page_of(scene: Scene) -> Page:
    """Return the page of a scene: strings and plain values that the browser shows."""
    work = scene.work
    words, body = draw_tab(scene)
    failed = work.failed if work else {}
    failures = [failed[LOAD]] if LOAD in failed else list(dict.fromkeys(failed.values()))  # the others follow from it
    problems = [*scene.state.refused.values(), *failures, scene.saving.failure, scene.run.problem]
    return {
        "error": "\n".join(filter(None, problems)),
        "retry": bool(work and work.can_retry),
        "side": side(scene),
        "heading": _heading(scene),
        "strip": _strip(scene),
        "tab": scene.state.tab,
        "said": words,
        "body": body,
        "busy": work.words if work and work.busy else "",
        "doing": " \u00b7 ".join(filter(None, (scene.effect, scene.saving.words))),
    }


def split_by_trait(page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the page by trait; the trait that acknowledges the browser's message comes last."""
    rest = {name: value for name, value in page.items() if name not in PARTS}
    return {**{name: page[name] for name in PARTS}, "shown": rest}


def still(scene: Scene) -> str:
    """Return the page as static HTML, for viewers that show no widgets: curves, and F ratios by depth."""
    is_recorded = scene.work is not None and scene.work.source.is_bundled
    place = {"panel": "gates", "network": scene.state.network} if is_recorded else None
    return still_page(_still_body(scene), style_sheet() + gates_sheet(), place)


def _still_body(scene: Scene) -> Html:
    reading, untrained = scene.reading, scene.untrained
    if reading is None:
        return html(_heading(scene), "<p>The gates have not been read yet.</p>")
    views = (
        (curves_words(reading, scene.classes, untrained=untrained), curves(reading, scene.classes)),
        (depth_words(reading, untrained), depth(reading, scene.path, untrained)),
    )
    body = (html(f'<p class="sn-said">{escape(words)}</p>', drawing) for words, drawing in views)
    return html(_heading(scene), _strip(scene, interactive=False), *body)


def _heading(scene: Scene) -> str:
    name = scene.state.network or "no network"
    facts = []
    if (reading := scene.reading) is not None:
        facts = [f"{reading.n_gates:,} gates in {counted(len(reading.paths), 'block')}"]
        facts.append(f"{len(reading.labels):,} images")
        if reading.accuracy is not None:
            facts.append(f"accuracy {as_percent(reading.accuracy)}")
        if not reading.has_labels:
            facts.append("no labels, so predictions are used instead")
    if scene.loaded and scene.loaded.about:
        facts.append(scene.loaded.about)
    if scene.is_moving:
        facts.append(MOVING_SINCE if reading else MOVING)
    if scene.run.progress:
        facts.append(f"in progress: {scene.run.progress}")
    under = escape(" \u00b7 ".join(facts)) or "&#160;"
    return f'<h2>Gates of {escape(name)}</h2><p class="sn-under">{under}</p>'


def _strip(scene: Scene, interactive: bool = True) -> Html:
    """Draw the network with a mark above each gate, as soon as the network is known."""
    reading, ledger = scene.reading, scene.work.source.ledger() if scene.work else None
    if reading is None and (ledger is None or (scene.work and scene.work.failed)):
        return html()
    drawing = strip(
        ledger,
        reading.specificity if reading else {},
        scene.path,
        held=scene.state.held,
        interactive=interactive and bool(reading),
        untrained=scene.untrained.specificity if scene.untrained else None,
    )
    return html(strip_legend() if reading else "", drawing)
