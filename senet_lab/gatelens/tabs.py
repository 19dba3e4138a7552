"""Tabs: four questions, each with one view that answers it and, below, folded views for a closer look."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from senet_lab.gatelens.choosers import PLACEHOLDER, channel_chooser, image_chooser
from senet_lab.gatelens.controls import attribute_if, button
from senet_lab.gatelens.results import LOAD, READ
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, NEED, WHAT, WHICH
from senet_lab.gatelens.views.ablation import ablation_words, alone_and_together, chance_words
from senet_lab.gatelens.views.channel import channel_view, channel_words
from senet_lab.gatelens.views.curves import curves, curves_words
from senet_lab.gatelens.views.depth import depth, depth_words
from senet_lab.gatelens.views.heat_map import heat_map, heat_words
from senet_lab.gatelens.views.history import history, history_words
from senet_lab.gatelens.views.image import (
    channels_view,
    channels_words,
    image_view,
    looks_words,
    prediction_words,
)
from senet_lab.gatelens.views.pixels import pixels_view
from senet_lab.gatelens.views.similarity import similar_classes, similarity_words
from senet_lab.gatelens.views.spread import spread, spread_words

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

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
SUMMARIES: Mapping[str, str] = {
    "Spread": "how open the gates of this block are, and which are always open or shut",
    "Training": "how the gates changed from epoch to epoch",
    "Heat map": "the gate of each channel for each image",
    "Depth": "how class-specific the gates are, block by block",
    "Similarity": "which classes have similar gates in this block",
    "Channels": "feature maps that this block raises and lowers most",
}
OPENING = '<p class="sn-under">Drawing \u2026</p>'  # in a fold, from the click until its view arrives

Tab = tuple[str, str]  # a sentence, and the HTML below it


def draw_tab(scene: Scene) -> Tab:
    """Return the sentence and the body of the open tab."""
    if scene.reading is not None and not scene.cost and not scene.awaits_weights:
        words, body = _main_view(scene, scene.reading)
        return words, body + _folds(scene)
    words, body = _reason_to_wait(scene)
    needs_no_reading = scene.state.tab == WHAT and scene.recorded
    return words, body + (_fold(scene, "Training") if needs_no_reading else "")


def _reason_to_wait(scene: Scene) -> Tab:
    if scene.cost:
        load = button("Download and load network", 'data-ask="load" data-value="true"')
        return scene.cost, f"<p>{load}</p>"
    if scene.awaits_weights:
        return "This run has no weights yet. The first are saved after one epoch or one minute.", ""
    if scene.work is None:
        return NOTHING_SHIPS, ""
    if scene.work.failed.keys() & {LOAD, READ}:
        return "There are no gates to show; the message above says why.", ""
    words = "The gates appear here once the network is loaded and its gates have been read."
    return MOVING_WORDS if scene.is_moving else words, ""


def _main_view(scene: Scene, reading: Reading) -> Tab:
    """Return the answer to the question of the tab."""
    draw = {WHAT: _channel, WHICH: _curves, IMAGE: _image, NEED: _ablation}
    return draw[scene.state.tab](scene, reading)


def _folds(scene: Scene) -> str:
    return "".join(_fold(scene, name) for name in FOLDS_OF_TAB[scene.state.tab])


def _fold(scene: Scene, name: str) -> str:
    """Return a view that is drawn only while it is unfolded."""
    is_open = name in scene.state.unfolded
    content = OPENING
    if is_open:
        words, body = _folded_view(scene, name)
        content = f'<p class="sn-finding">{escape(words)}</p>{body}'
    return (
        f'<details class="sn-fold"{attribute_if(is_open, "open")}><summary data-ask="unfold" data-value="{name}">'
        f"<b>{name}</b> {SUMMARIES[name]}</summary>{content}</details>"
    )


def _folded_view(scene: Scene, name: str) -> Tab:
    reading, path, classes, untrained = scene.reading, scene.path, scene.classes, scene.untrained
    if name == "Training" or reading is None:
        return _training(scene)
    tab: Tab
    match name:
        case "Spread":
            tab = spread_words(reading, path), spread(reading, path, untrained)
        case "Heat map":
            tab = heat_words(reading, path, classes, untrained), heat_map(reading, path, classes)
        case "Depth":
            tab = depth_words(reading, untrained), depth(reading, path, untrained)
        case "Similarity":
            tab = similarity_words(reading, path, classes, untrained), similar_classes(reading, path, classes)
        case _:
            tab = _channels(scene)
    return tab


def _channel(scene: Scene, reading: Reading) -> Tab:
    path, channel, examples = scene.path, scene.channel, scene.examples
    chooser = channel_chooser(scene, reading)
    if examples is None:
        words = f"Which images open the gate of channel {channel}, and which close it?"
        return words, f"{chooser}{PLACEHOLDER}"
    view = channel_view(examples, reading, path, channel)
    return channel_words(examples, reading, path, channel), f"{chooser}{view}"


def _curves(scene: Scene, reading: Reading) -> Tab:
    path, classes = scene.path, scene.classes
    return curves_words(reading, classes, path, scene.untrained), curves(reading, classes, path)


def _image(scene: Scene, reading: Reading) -> Tab:
    chooser, passage, looks = image_chooser(scene, reading), scene.passage, scene.looks
    if passage is None:
        return "Choose an image below, or drop your own, to send it through the network.", f"{chooser}{PLACEHOLDER}"
    words = prediction_words(passage, reading.classes)
    if looks is not None:
        words = f"{words} {looks_words(looks, passage, scene.path, reading.classes)}"
    pixels = pixels_view(passage, scene.path, reading.color_scale)
    return words, f"{chooser}{image_view(passage, looks, scene.path, reading.classes)}{pixels}"


def _channels(scene: Scene) -> Tab:
    if scene.passage is None:
        return "Choose an image first.", ""
    return channels_words(scene.passage, scene.path), channels_view(scene.passage, scene.path)


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
