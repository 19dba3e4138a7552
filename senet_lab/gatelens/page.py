"""Page of the GateLens: the plain values from which the browser shows a scene. Uses no widget and no array."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.units import as_percent, counted
from senet_lab.gatelens.controls import button, side
from senet_lab.gatelens.image_chooser import PLACEHOLDER, image_chooser
from senet_lab.gatelens.messages import Page, Parts
from senet_lab.gatelens.results import LOAD
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.views.ablation import ablation_words, alone_and_together, chance_words
from senet_lab.gatelens.views.classes import gates_sheet
from senet_lab.gatelens.views.curves import curves, curves_words
from senet_lab.gatelens.views.depth import depth, depth_words
from senet_lab.gatelens.views.heat_map import heat_map, heat_words
from senet_lab.gatelens.views.history import history, history_words
from senet_lab.gatelens.views.image import image_words, passage_view
from senet_lab.gatelens.views.similarity import similar_classes, similarity_words
from senet_lab.gatelens.views.spread import spread, spread_words
from senet_lab.gatelens.views.strip import strip, strip_legend

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

PARTS = tuple(Parts.__annotations__)  # each is a separate trait
NOTHING_SHIPS = (
    "No network with gates is bundled with this version. Choose a run or a timm network (downloaded on request) from "
    "the list, or pass your own model: GateLens(model, images, labels)."
)
HOW_TO_RECORD = (
    "<p>No gates were recorded while this network was trained. A callback can record the gates of a fixed set of "
    "images after each epoch. In plain Keras:</p>"
    '<pre class="sn-code"><code>from senet_lab.gates.watch import GateWatch\nfrom senet_lab import GateLens\n\n'
    "watch = GateWatch(x_test[:500], y_test[:500])\ndisplay(GateLens(model, x_test, y_test, watch=watch))\n"
    "model.fit(x, y, epochs=10, callbacks=[watch])</code></pre>"
    "<p>Runs record their gates automatically. Open one with GateLens.of_run(run), or choose it in the list, even "
    "during training.</p>"
)
MOVING = "being trained"
MOVING_SINCE = "being trained; all tabs except Training show the earlier weights until fit has ended"
MOVING_WORDS = (
    "A fit is in progress, and the weights change with every step. The gates are read when it has ended. If the fit "
    "was interrupted, click Read weights again."
)
FEWER_IMAGES = (
    "Compare F ratios only within this chart: it uses fewer images than the strip above. F ratios grow with the "
    "number of images, and with few images they vary from epoch to epoch."
)
HELD_AT_ONE = (
    "With its gates held at 1, a block passes on larger feature maps than the following layers were trained on, which "
    "often costs most. With its gates held at the mean, it loses only their response to the individual image."
)

Tab = tuple[str, str]  # a sentence, and the HTML below it


def page_of(scene: Scene) -> Page:
    """Return the page of a scene: strings and plain values that the browser shows."""
    work = scene.work
    words, body = _tab(scene)
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
    """Return the page as static HTML, for viewers that show no widgets: the tabs Curves and Depth."""
    is_recorded = scene.work is not None and scene.work.source.is_bundled
    place = {"panel": "gates", "network": scene.state.network} if is_recorded else None
    return still_page(_still_body(scene), style_sheet() + gates_sheet(), place)


def _still_body(scene: Scene) -> Html:
    reading, untrained = scene.reading, scene.untrained
    if reading is None:
        return html(_heading(scene), "<p>The gates have not been read yet.</p>")
    tabs = (
        (curves_words(reading, scene.classes, untrained=untrained), curves(reading, scene.classes)),
        (depth_words(reading, untrained), depth(reading, scene.path, untrained)),
    )
    body = (html(f'<p class="sn-said">{escape(words)}</p>', drawing) for words, drawing in tabs)
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
    if ledger is None and reading is None:
        return html()
    drawing = strip(
        ledger,
        reading.specificity if reading else {},
        scene.path,
        held=scene.state.held,
        interactive=interactive and bool(reading),
        untrained=scene.untrained.specificity if scene.untrained else None,
    )
    return html(strip_legend(), drawing)


def _tab(scene: Scene) -> Tab:
    if scene.state.tab == "Training" and scene.recorded:  # needs no reading
        return _training(scene)
    if scene.cost:
        load = button("Download and load network", 'data-ask="load" data-value="true"')
        return scene.cost, f"<p>{load}</p>"
    if scene.awaits_weights:
        return "This run has no weights yet. The first are saved after one epoch or one minute.", ""
    if scene.work is None:
        return NOTHING_SHIPS, ""
    if scene.reading is None:
        words = "The gates appear here once the network is loaded and its gates have been read."
        return MOVING_WORDS if scene.is_moving else words, ""
    return _draw_tab(scene, scene.reading)


def _draw_tab(scene: Scene, reading: Reading) -> Tab:
    path, classes, untrained = scene.path, scene.classes, scene.untrained
    tab: Tab
    match scene.state.tab:
        case "Curves":
            tab = curves_words(reading, classes, path, untrained), curves(reading, classes, path)
        case "Heat map":
            tab = heat_words(reading, path, classes, untrained), heat_map(reading, path, classes)
        case "Spread":
            tab = spread_words(reading, path), spread(reading, path, untrained)
        case "Depth":
            tab = depth_words(reading, untrained), depth(reading, path, untrained)
        case "Similarity":
            tab = similarity_words(reading, path, classes, untrained), similar_classes(reading, path, classes)
        case "One image":
            tab = _image(scene, reading)
        case "Ablation":
            tab = _ablation(scene, reading)
        case _:
            tab = _training(scene)
    return tab


def _image(scene: Scene, reading: Reading) -> Tab:
    chooser, passage = image_chooser(scene, reading), scene.passage
    if passage is None:
        return "Choose an image below, or drop your own, to send it through the network.", f"{chooser}{PLACEHOLDER}"
    words = image_words(passage, scene.path, reading.classes)
    return words, f"{chooser}{passage_view(passage, scene.path, reading.classes)}"


def _ablation(scene: Scene, reading: Reading) -> Tab:
    if problem := scene.accuracy_problem:
        return f"{problem[:1].upper()}{problem[1:]}.", ""
    how, held, classes = scene.state.how, scene.state.held, reading.classes
    alone, together = scene.alone, scene.together
    measured = {path: ablation for path, ablation in alone.items() if ablation}
    words = ablation_words(measured, together, classes, how, len(alone))
    chance = chance_words(next(iter(measured.values()))) if measured else ""
    notes = filter(None, (chance, HELD_AT_ONE if how == "one" else "", scene.loaded.twin if scene.loaded else ""))
    below = "".join(f'<p class="sn-finding">{escape(note)}</p>' for note in notes)
    return words, f"{alone_and_together(alone, together, classes, held, how)}{below}"


def _training(scene: Scene) -> Tab:
    if not scene.moments:
        return "How gates change during training.", f'<div class="sn-finding">{HOW_TO_RECORD}</div>'
    fewer = f" {FEWER_IMAGES}" if scene.recorded and scene.reading else ""
    return f"{history_words(scene.moments)}{fewer}", history(scene.moments, scene.path)
