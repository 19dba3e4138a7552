"""Pages of the GateLens: from a state and what was found out to what the browser is sent; and what is wanted for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

from senet_lab.moments import Moment
from senet_lab.panels.lens_state import HELD_AT, TABS, Offer, State
from senet_lab.panels.lens_work import LOAD, READ, UNTRAINED, Key, Own, Work, moments_of
from senet_lab.views.gates import Reading, class_line, first_classes
from senet_lab.views.gates_ablation import HOW_LABELS, alone_and_together
from senet_lab.views.gates_close import close_classes
from senet_lab.views.gates_curves import curves
from senet_lab.views.gates_depth import depth
from senet_lab.views.gates_heat import heat_map
from senet_lab.views.gates_history import history
from senet_lab.views.gates_image import page_of, passage_view, thumbnails
from senet_lab.views.gates_spread import spread
from senet_lab.views.gates_strip import strip, strip_legend
from senet_lab.views.gates_words import (
    ablation_words,
    close_words,
    curves_words,
    depth_words,
    heat_words,
    history_words,
    image_words,
    spread_words,
)
from senet_lab.views.units import counted
from senet_lab.views.words import title

NOTHING_SHIPS = (
    "No network with gates ships with this version. Give one of your own: GateLens(model, images, labels), or "
    "GateLens.of_run(run)."
)
TO_WATCH = (
    "<p>Nothing was noted while this network was trained. A callback notes the gates of the same images after each "
    "epoch; here is how, with plain Keras:</p>"
    '<pre class="sn-code"><code>from senet_lab.gate_watch import GateWatch\nfrom senet_lab.panels import GateLens\n\n'
    "watch = GateWatch(x_test[:500], y_test[:500])\nlens = GateLens(model, x_test, y_test, watch=watch)\n"
    "model.fit(x, y, epochs=10, callbacks=[watch])</code></pre>"
    "<p>A training in a folder keeps its best and its last checkpoints: GateLens.of_run(run) shows the gates at these.</p>"
)


class Scene(NamedTuple):
    """All that a page is drawn of: the state, what was found out, and a file of one's own.

    Attributes:
        moments: of a `GateWatch`, besides those that the source brought.
    """

    state: State
    work: Work | None
    networks: tuple[str, ...] = ()
    own: Own | None = None
    moments: tuple[Moment, ...] = ()

    @property
    def reading(self) -> Reading | None:
        """The gates, once they were read."""
        return self.work.reading if self.work else None

    @property
    def path(self) -> str:
        """The block that is looked into: the one chosen, or else the last."""
        paths = list(self.reading.gates) if self.reading else []
        return self.state.path if self.state.path in paths else paths[-1] if paths else ""

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that are drawn."""
        if self.state.classes is not None or self.reading is None:
            return self.state.classes or ()
        return first_classes(self.reading)

    @property
    def image(self) -> int | Own | None:
        """The image that goes through the network."""
        return self.own if self.state.image is None else self.state.image

    @property
    def offer(self) -> Offer:
        """What can be chosen."""
        if self.reading is None:
            return Offer(self.networks)
        return Offer(self.networks, tuple(self.reading.gates), len(self.reading.classes), len(self.reading.labels))


def wanted(scene: Scene) -> list[Key]:
    """What the tab that is open needs, the most urgent first; then the baseline, so that it is there when it is asked for."""
    state, keys = scene.state, [LOAD, READ]
    if scene.reading is None:
        return keys
    if state.tab == "One image" and scene.image is not None:
        keys.append(("image", scene.image, scene.path))
    if state.tab == "Ablation":
        keys += [_together(state)] if state.held else []
        keys += [_alone(state, path) for path in scene.reading.gates]
    return [*keys, UNTRAINED]


def shown(scene: Scene) -> dict[str, Any]:
    """What the page needs to draw a scene: strings and plain values."""
    state, work = scene.state, scene.work
    problem = "" if work else NOTHING_SHIPS
    said, body = _tab(scene)
    failures = list(dict.fromkeys(work.failed.values())) if work else []
    return {
        "error": "\n".join([*state.refused.values(), *failures, *([problem] if problem else [])]),
        "turn": state.turn,
        "side": _side(scene),
        "heading": _heading(scene),
        "strip": _strip(scene),
        "tab": state.tab,
        "said": said,
        "body": body,
        "busy": work.words if work and work.busy else "",
    }


def still(scene: Scene) -> str:
    """The page without controls, for where no widget lives: strip, curves and specificity by depth."""
    reading = scene.reading
    if reading is None:
        return f"{_heading(scene)}<p>{escape('Its gates were not read yet.')}</p>"
    untrained = scene.work.untrained if scene.work else None
    pictures = (
        (curves_words(reading, scene.classes), curves(reading, scene.classes)),
        (depth_words(reading, untrained), depth(reading, scene.path, untrained)),
    )
    told = "".join(f'<p class="sn-said">{escape(words)}</p>{drawing}' for words, drawing in pictures)
    return f"{_heading(scene)}{_strip(scene, interactive=False)}{told}"


def _heading(scene: Scene) -> str:
    name = scene.state.network or "no network yet"
    facts = []
    if (reading := scene.reading) is not None:
        facts = [counted(len(reading.gates), "gate"), f"{len(reading.labels):,} images"]
        if reading.accuracy is not None:
            facts.append(f"{reading.accuracy:.1%} of them right")
        if not reading.given:
            facts.append("no labels: what is predicted stands for them")
    if scene.work and scene.work.loaded and scene.work.loaded.about:
        facts.append(scene.work.loaded.about)
    under = escape(" \u00b7 ".join(facts)) or "&#160;"
    return f'<h2>Gates of {escape(name)}</h2><p class="sn-under">{under}</p>'


def _strip(scene: Scene, interactive: bool = True) -> str:
    """The network with a mark over each gate, as soon as the network is known."""
    if scene.work is None:
        return ""
    reading = scene.reading
    ledger = scene.work.source.ledger()
    ratios = reading.specificity if reading else {}
    if ledger is None and reading is None:
        return ""
    drawing = strip(ledger, ratios, scene.path, held=scene.state.held, interactive=interactive and bool(reading))
    return f"{strip_legend()}{drawing}"


def _side(scene: Scene) -> str:
    """The controls: network, classes, what gates are held at."""
    return f"{_networks(scene)}{_classes(scene)}{_holding(scene)}"


def _networks(scene: Scene) -> str:
    options = "".join(
        f'<option value="{escape(name)}"{_when(name == scene.state.network, "selected")}>{escape(name)}</option>'
        for name in scene.networks
    )
    return (
        '<section><h3>Network</h3><select aria-label="Network" data-ask="network"'
        f"{_when(len(scene.networks) < 2, 'disabled')}>{options}</select></section>"
    )


def _classes(scene: Scene) -> str:
    """A check box for each class, with its line; those without images cannot be chosen."""
    reading = scene.reading
    if reading is None:
        return ""
    present = set(reading.present(range(len(reading.classes))))
    boxes = "".join(
        f'<label class="sn-class"><input type="checkbox" data-ask="classes" data-value="{number}"'
        f"{_when(number in scene.classes and number in present, 'checked')}{_when(number not in present, 'disabled')}/>"
        f"<span>{escape(name)}</span>{class_line(number)}</label>"
        for number, name in enumerate(reading.classes)
    )
    buttons = (
        '<p class="sn-bar-of-buttons"><button type="button" class="sn-button" data-all="true">All</button>'
        '<button type="button" class="sn-button" data-all="false">None</button></p>'
    )
    return f'<section role="group" aria-label="Classes"><h3>Classes</h3><div class="sn-boxes">{boxes}</div>{buttons}</section>'


def _holding(scene: Scene) -> str:
    """What gates are held at, a switch for the block that is looked into, and which are held."""
    state, reading = scene.state, scene.reading
    if reading is None:
        return ""
    radios = "".join(
        f'<label class="sn-class"><input type="radio" name="how" data-ask="how" data-value="{how}"'
        f"{_when(how == state.how, 'checked')}/><span>{escape(HOW_LABELS[how])}</span></label>"
        for how in HELD_AT
    )
    is_held = scene.path in state.held
    button = (
        f'<button type="button" class="sn-button" data-hold="{escape(scene.path)}" aria-pressed="{str(is_held).lower()}">'
        f"{'Let go' if is_held else 'Hold'} {escape(title(scene.path))}</button>"
    )
    free = '<button type="button" class="sn-button" data-ask="free" data-value="true">Let all go</button>' if state.held else ""
    held = f"Held: {', '.join(map(title, state.held))}." if state.held else "No gate is held."
    return (
        f'<section role="group" aria-label="Hold gates"><h3>Hold gates</h3>{radios}'
        f'<p class="sn-bar-of-buttons">{button}{free}</p><p class="sn-under">{escape(held)}</p></section>'
    )


def _tab(scene: Scene) -> tuple[str, str]:
    """The sentence and the picture of the tab that is open."""
    if scene.state.tab == "Training" and scene.moments:  # a GateWatch needs no reading
        return _training(scene)
    if scene.reading is None:
        return "What the gates of a network do, once it is loaded and they were read.", ""
    return _TABS[scene.state.tab](scene)


def _curves(scene: Scene, reading: Reading) -> tuple[str, str]:
    return curves_words(reading, scene.classes, scene.path), curves(reading, scene.classes, scene.path)


def _heat(scene: Scene, reading: Reading) -> tuple[str, str]:
    return heat_words(reading, scene.path, scene.classes), heat_map(reading, scene.path, scene.classes)


def _spread(scene: Scene, reading: Reading) -> tuple[str, str]:
    untrained = scene.work.untrained if scene.work else None
    return spread_words(reading, scene.path), spread(reading, scene.path, untrained)


def _depth(scene: Scene, reading: Reading) -> tuple[str, str]:
    untrained = scene.work.untrained if scene.work else None
    return depth_words(reading, untrained), depth(reading, scene.path, untrained)


def _closeness(scene: Scene, reading: Reading) -> tuple[str, str]:
    return close_words(reading, scene.path, scene.classes), close_classes(reading, scene.path, scene.classes)


def _image(scene: Scene, reading: Reading) -> tuple[str, str]:
    """Images to choose from, a place for one's own, and what becomes of the one that is chosen."""
    choose = _choose(scene, reading)
    passage = scene.work.results.get(("image", scene.image, scene.path)) if scene.work else None
    if passage is None:
        return "An image through the network: choose one below, or drop one of your own.", f"{choose}{_blank()}"
    return image_words(passage, scene.path, reading.classes), f"{choose}{passage_view(passage, scene.path, reading.classes)}"


def _blank() -> str:
    """Room for the picture that is on its way, so that nothing jumps."""
    return '<div class="sn-coming"></div>'


def _choose(scene: Scene, reading: Reading) -> str:
    state = scene.state
    numbers, pages = page_of(reading, scene.classes, state.page, state.wrong)
    page = min(state.page, pages - 1)
    pictures = scene.work.loaded.pictures if scene.work and scene.work.loaded else []
    thumbs = thumbnails(pictures, reading, numbers, state.image) if numbers else "<p>No such image.</p>"
    turn = "".join(
        f'<button type="button" class="sn-button" data-ask="page" data-value="{to}" data-key="{words}"{_when(not 0 <= to < pages, "disabled")}>'
        f"{words}</button>"
        for words, to in (("Previous", page - 1), ("Next", page + 1))
    )
    wrong = (
        f'<label><input type="checkbox" data-ask="wrong" data-value=""{_when(state.wrong, "checked")}/> only those taken for another class</label>'
        if reading.accuracy is not None
        else ""
    )
    own = f"Now: {scene.own.name}. " if scene.own and state.image is None else ""
    return (
        f'{thumbs}<div class="sn-bar-of-buttons">{turn}<span>page {page + 1} of {pages}</span>{wrong}</div>'
        f'<div class="sn-drop" data-drop="true"><label>Own image <input type="file" accept="image/*" data-file="true"/></label>'
        f"<span>{escape(own)}or drop a file here: any size, it is made as small as the network takes it</span></div>"
    )


def _ablation(scene: Scene, reading: Reading) -> tuple[str, str]:
    state, results = scene.state, scene.work.results if scene.work else {}
    alone = {path: results[key] for path in reading.gates if (key := _alone(state, path)) in results}
    together = results.get(_together(state)) if state.held else None
    said = ablation_words(alone, together, reading.classes, state.how, len(reading.gates))
    return said, alone_and_together(alone, together, reading.classes, state.held, state.how)


def _training(scene: Scene, _: Reading | None = None) -> tuple[str, str]:
    moments: Sequence[Moment] = scene.moments or (moments_of(scene.work) if scene.work else ())
    again = '<p><button type="button" class="sn-button" data-ask="again" data-value="true">Read again</button></p>'
    lasting = scene.work is None or scene.work.source.lasting
    if not moments:
        return "How gates move while a network is trained.", f'<div class="sn-finding">{TO_WATCH}</div>'
    return history_words(moments), history(moments, scene.path) + ("" if lasting or scene.moments else again)


def _alone(state: State, path: str) -> Key:
    return ("ablation", state.how, (path,))


def _together(state: State) -> Key:
    return ("ablation", state.how, state.held)


def _when(applies: bool, attribute: str) -> str:
    return f' {attribute}="{attribute}"' if applies else ""


def _of(draw: Callable[[Scene, Reading], tuple[str, str]]) -> Callable[[Scene], tuple[str, str]]:
    """A tab that is drawn of a reading, which is there when it is called."""

    def tab(scene: Scene) -> tuple[str, str]:
        assert scene.reading is not None
        return draw(scene, scene.reading)

    return tab


_DRAWN = (_curves, _heat, _spread, _depth, _closeness, _image, _ablation, _training)
_TABS = dict(zip(TABS, map(_of, _DRAWN), strict=True))
