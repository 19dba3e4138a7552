"""Pages of the GateLens: from a state and what was found out to what the browser is sent; and what is wanted for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from senet_lab.drawing.html import Html, html, still_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.units import counted
from senet_lab.gatelens.chooser import BLANK, choose
from senet_lab.gatelens.controls import side
from senet_lab.gatelens.jobs import LOAD
from senet_lab.gatelens.messages import TABS, Page
from senet_lab.gatelens.scene import Scene, alone_key, together_key
from senet_lab.gatelens.views.ablation import alone_and_together
from senet_lab.gatelens.views.curves import curves
from senet_lab.gatelens.views.depth import depth
from senet_lab.gatelens.views.heat_map import heat_map
from senet_lab.gatelens.views.history import history
from senet_lab.gatelens.views.image import passage_view
from senet_lab.gatelens.views.reading import Reading, gates_sheet, share
from senet_lab.gatelens.views.similarity import similar_classes
from senet_lab.gatelens.views.spread import spread
from senet_lab.gatelens.views.strip import strip, strip_legend
from senet_lab.gatelens.views.words import (
    ablation_words,
    curves_words,
    depth_words,
    heat_words,
    history_words,
    image_words,
    similarity_words,
    spread_words,
)
from senet_lab.gatelens.work import moments_of
from senet_lab.gates.moments import Moment

PARTS = ("heading", "strip", "side", "body")  # of the page that are sent by themselves
NOTHING_SHIPS = (
    "No network with gates ships with this version. Choose one in the list: a run that the Trainer keeps, or one of "
    "timm\u2019s, which is fetched when you say so. Or give one of your own: GateLens(model, images, labels)."
)
TO_WATCH = (
    "<p>Nothing was noted while this network was trained. A callback notes the gates of the same images after each "
    "epoch; here is how, with plain Keras:</p>"
    '<pre class="sn-code"><code>from senet_lab.gates.watch import GateWatch\nfrom senet_lab import GateLens\n\n'
    "watch = GateWatch(x_test[:500], y_test[:500])\ndisplay(GateLens(model, x_test, y_test, watch=watch))\n"
    "model.fit(x, y, epochs=10, callbacks=[watch])</code></pre>"
    "<p>A training in a folder notes them by itself: GateLens.of_run(run), or its name in the list, shows them, while "
    "it is at work as well.</p>"
)


MOVING = "being trained"
MOVING_SINCE = "being trained: all but Training is of its weights before, until fit has ended"
MOVING_WORDS = (
    "A fit is under way, and gates of several steps are gates of no network: they are read when it has ended. If it "
    "was interrupted, choose Read again."
)
FEWER = (
    "Compare within this picture: it is of fewer images than the strip above, F ratios grow with their number, and "
    "those of few jump from epoch to epoch."
)
AT_ONE = (
    "Held at 1, a gate leaves its maps larger than what is behind was trained on, which is most of what is lost; held "
    "at its mean, it loses only what it knew of the image."
)


def shown(scene: Scene) -> Page:
    """What the page needs to draw a scene: strings and plain values."""
    state, work = scene.state, scene.work
    said, body = _tab(scene)
    failed = work.failed if work else {}
    failures = [failed[LOAD]] if LOAD in failed else list(dict.fromkeys(failed.values()))  # the rest follows from it
    wrong = [*state.refused.values(), *failures, scene.saved.failed, scene.told.trouble]
    return {
        "error": "\n".join(filter(None, wrong)),
        "side": side(scene),
        "heading": _heading(scene),
        "strip": _strip(scene),
        "tab": state.tab,
        "said": said,
        "body": body,
        "busy": work.words if work and work.busy else "",
        "doing": " \u00b7 ".join(filter(None, (scene.effect, scene.saved.words))),
    }


def parted(page: dict[str, Any]) -> dict[str, Any]:
    """What the page shows, by trait; what answers the page comes last, when the parts are there."""
    rest = {name: value for name, value in page.items() if name not in PARTS}
    return {**{name: page[name] for name in PARTS}, "shown": rest}


def still(scene: Scene) -> str:
    """The page without controls, for where no widget lives: strip, curves and specificity by depth."""
    return still_page(_still(scene), style_sheet() + gates_sheet())


def _still(scene: Scene) -> Html:
    reading = scene.reading
    if reading is None:
        return html(f"{_heading(scene)}<p>{escape('Its gates were not read yet.')}</p>")
    untrained = scene.untrained
    pictures = (
        (curves_words(reading, scene.classes, untrained=untrained), curves(reading, scene.classes)),
        (depth_words(reading, untrained), depth(reading, scene.path, untrained)),
    )
    told = (html(f'<p class="sn-said">{escape(words)}</p>', drawing) for words, drawing in pictures)
    return html(_heading(scene), _strip(scene, interactive=False), *told)


def _heading(scene: Scene) -> str:
    name = scene.state.network or "no network yet"
    facts = []
    if (reading := scene.reading) is not None:
        gates = sum(values.shape[1] for values in reading.gates.values())
        facts = [f"{gates:,} gates in {counted(len(reading.gates), 'block')}", f"{len(reading.labels):,} images"]
        if reading.accuracy is not None:
            facts.append(f"accuracy {share(reading.accuracy)}")
        if not reading.given:
            facts.append("no labels: what is predicted stands for them")
    if scene.work and scene.work.loaded and scene.work.loaded.about:
        facts.append(scene.work.loaded.about)
    if scene.is_moving:
        facts.append(MOVING_SINCE if reading else MOVING)
    if scene.told.going:
        facts.append(f"at work: {scene.told.going}")
    under = escape(" \u00b7 ".join(facts)) or "&#160;"
    return f'<h2>Gates of {escape(name)}</h2><p class="sn-under">{under}</p>'


def _strip(scene: Scene, interactive: bool = True) -> Html:
    """The network with a mark over each gate, as soon as the network is known."""
    if scene.work is None:
        return html()
    reading = scene.reading
    ledger = scene.work.source.ledger()
    ratios = reading.specificity if reading else {}
    if ledger is None and reading is None:
        return html()
    untrained = scene.untrained.specificity if scene.untrained else None
    drawing = strip(
        ledger, ratios, scene.path,
        held=scene.state.held, interactive=interactive and bool(reading), untrained=untrained,
    )  # fmt: skip
    return html(strip_legend(), drawing)


def _tab(scene: Scene) -> tuple[str, str]:
    """The sentence and the picture of the tab that is open."""
    if scene.state.tab == "Training" and scene.moments:  # needs no reading
        return _training(scene)
    if scene.cost:
        button = '<button type="button" class="sn-button" data-ask="load" data-value="true">Fetch and load it</button>'
        return scene.cost, f"<p>{button}</p>"
    if scene.awaits:
        return "It has no weights yet that can be looked into: the first come after an epoch, or a minute.", ""
    if scene.reading is None:
        words = "What the gates of a network do, once it is loaded and they were read."
        return NOTHING_SHIPS if scene.work is None else MOVING_WORDS if scene.is_moving else words, ""
    return _TABS[scene.state.tab](scene)


def _curves(scene: Scene, reading: Reading) -> tuple[str, str]:
    words = curves_words(reading, scene.classes, scene.path, scene.untrained)
    return words, curves(reading, scene.classes, scene.path)


def _heat(scene: Scene, reading: Reading) -> tuple[str, str]:
    words = heat_words(reading, scene.path, scene.classes, scene.untrained)
    return words, heat_map(reading, scene.path, scene.classes)


def _spread(scene: Scene, reading: Reading) -> tuple[str, str]:
    return spread_words(reading, scene.path), spread(reading, scene.path, scene.untrained)


def _depth(scene: Scene, reading: Reading) -> tuple[str, str]:
    return depth_words(reading, scene.untrained), depth(reading, scene.path, scene.untrained)


def _similarity(scene: Scene, reading: Reading) -> tuple[str, str]:
    words = similarity_words(reading, scene.path, scene.classes, scene.untrained)
    return words, similar_classes(reading, scene.path, scene.classes)


def _image(scene: Scene, reading: Reading) -> tuple[str, str]:
    """Images to choose from, a place for one's own, and what becomes of the one that is chosen."""
    offered = choose(scene, reading)
    passage = scene.work.results.get(("image", scene.image, scene.path)) if scene.work else None
    if passage is None:
        return "An image through the network: choose one below, or drop one of your own.", f"{offered}{BLANK}"
    return image_words(
        passage, scene.path, reading.classes
    ), f"{offered}{passage_view(passage, scene.path, reading.classes)}"


def _ablation(scene: Scene, reading: Reading) -> tuple[str, str]:
    if why := scene.unmeasured:
        return f"{why[:1].upper()}{why[1:]}.", ""
    state, results = scene.state, scene.work.results if scene.work else {}
    alone = {path: results[key] for path in reading.gates if (key := alone_key(state, path)) in results}
    together = results.get(together_key(state)) if state.held else None
    said = ablation_words(alone, together, reading.classes, state.how, len(reading.gates))
    every = {path: alone.get(path) for path in reading.gates}
    loaded = scene.work.loaded if scene.work else None
    notes = filter(None, (AT_ONE if state.how == "one" else "", loaded.twin if loaded else ""))
    below = "".join(f'<p class="sn-finding">{escape(note)}</p>' for note in notes)
    return said, f"{alone_and_together(every, together, reading.classes, state.held, state.how)}{below}"


def _training(scene: Scene, _: Reading | None = None) -> tuple[str, str]:
    moments: Sequence[Moment] = scene.moments or (moments_of(scene.work) if scene.work else ())
    if not moments:
        return "How gates move while a network is trained.", f'<div class="sn-finding">{TO_WATCH}</div>'
    fewer = f" {FEWER}" if scene.moments and scene.reading is not None else ""
    return f"{history_words(moments)}{fewer}", history(moments, scene.path)


def _of(draw: Callable[[Scene, Reading], tuple[str, str]]) -> Callable[[Scene], tuple[str, str]]:
    """A tab that is drawn of a reading, which is there when it is called."""

    def tab(scene: Scene) -> tuple[str, str]:
        assert scene.reading is not None
        return draw(scene, scene.reading)

    return tab


_DRAWN: tuple[Callable[[Scene, Reading], tuple[str, str]], ...] = (
    _curves, _heat, _spread, _depth, _similarity, _image, _ablation, _training,
)  # fmt: skip
_TABS = dict(zip(TABS, map(_of, _DRAWN), strict=True))
