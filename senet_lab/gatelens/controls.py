"""The controls of the GateLens: which network, which classes, what gates are held at. HTML with native inputs."""

from __future__ import annotations

import re
from html import escape

from senet_lab.drawing.network.words import title
from senet_lab.gatelens.saving import FIGURES
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.sources.folder import GROUP
from senet_lab.gatelens.state import HELD_AT
from senet_lab.gatelens.views.ablation import HOW_LABELS
from senet_lab.gatelens.views.figures import SUFFIXES
from senet_lab.gatelens.views.reading import class_line, class_styles, free_style

BETTER = "Since these weights were read, an epoch has done better on the images held out"
GROUPS = {"": "", GROUP: "runs", "timm/": "timm, fetched"}  # of the list of networks, by how their names begin
NAMED = tuple(filter(None, GROUPS))
STAMPED = re.compile(r"(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)\d\d-(.+)")


def side(scene: Scene) -> str:
    """The controls: network, classes, what gates are held at, what is saved."""
    return f"{_networks(scene)}{_classes(scene)}{_holding(scene)}{_saving(scene)}"


def _networks(scene: Scene) -> str:
    none = "" if scene.state.network else '<option value="" selected="selected">choose a network</option>'
    options = none + "".join(_options(scene, group, words) for group, words in GROUPS.items())
    return (
        '<section><h3>Network</h3><select aria-label="Network" data-ask="network"'
        f"{when(len(scene.networks) < 2, 'disabled')}>{options}</select>{_again(scene)}</section>"
    )


def _options(scene: Scene, group: str, words: str) -> str:
    """The networks of one group, by what their names begin with; "" for those of none."""
    its = [name for name in scene.networks if f"{name.partition('/')[0]}/" * (name.startswith(NAMED)) == group]
    options = "".join(
        f'<option value="{escape(name)}"{when(name == scene.state.network, "selected")}>'
        f"{escape(_label(name.removeprefix(group)))}</option>"
        for name in its
    )
    return f'<optgroup label="{words}">{options}</optgroup>' if group and its else options


def _label(name: str) -> str:
    """A name with what tells it apart in front: the Trainer's runs begin with the time of their start.

    >>> _label("2026-11-25-004057-se-resnet-20"), _label("mine")
    ('se-resnet-20, 2026-11-25 00:40', 'mine')
    """
    if found := STAMPED.fullmatch(name):
        day, hour, minute, network = found.groups()
        return f"{network}, {day} {hour}:{minute}"
    return name


def _again(scene: Scene) -> str:
    """A button to read the gates anew where weights can have changed, which says whether a run has better ones."""
    if scene.work is None or scene.work.source.lasting or scene.awaits or scene.cost:
        return ""
    words = "Read its better weights" if scene.told.is_outdated else "Read again"
    return (
        '<p class="sn-bar-of-buttons"><button type="button" class="sn-button" data-ask="again" data-value="true" '
        f'data-key="again" title="{BETTER if scene.told.is_outdated else ""}">{words}</button></p>'
    )


def _classes(scene: Scene) -> str:
    """A check box for each class, with its line; those without images cannot be chosen."""
    reading = scene.reading
    if reading is None:
        return ""
    present, chosen = set(reading.present(range(len(reading.classes)))), set(scene.classes)
    drawn = class_styles(reading.present(scene.classes))
    taken = set(drawn.values())
    line = {number: f' data-class="{style}"' for number, style in drawn.items()}
    boxes = "".join(
        f'<label class="sn-class"{line.get(number, "")}><input type="checkbox" data-ask="classes"'
        f'{line.get(number, "")} data-value="{number}"'
        f"{when(number in chosen & present, 'checked')}{when(number not in present, 'disabled')}/>"
        f"<span>{escape(name)}</span>{class_line(drawn.get(number, free_style(number, taken)))}</label>"
        for number, name in enumerate(reading.classes)
    )
    is_first = scene.state.classes is None and len(drawn) < len(present)
    many = f"{len(drawn)} of {len(present)}{', which part most' if is_first else ' drawn'}"
    buttons = (
        '<p class="sn-bar-of-buttons"><button type="button" class="sn-button" data-all="true">All</button>'
        '<button type="button" class="sn-button" data-all="false">None</button></p>'
    )
    return (
        '<section role="group" aria-label="Classes"><h3>Classes</h3>'
        f'<div class="sn-boxes">{boxes}</div>{buttons}<p class="sn-under">{many}</p></section>'
    )


def _holding(scene: Scene) -> str:
    """What gates are held at, a switch for the block that is looked into, and which are held."""
    state, reading = scene.state, scene.reading
    if reading is None:
        return ""
    radios = "".join(
        f'<label class="sn-class"><input type="radio" name="how" data-ask="how" data-value="{how}"'
        f"{when(how == state.how, 'checked')}/><span>{escape(HOW_LABELS[how])}</span></label>"
        for how in HELD_AT
    )
    is_held = scene.path in state.held
    button = (
        f'<button type="button" class="sn-button" data-hold="{escape(scene.path)}" '
        f'aria-pressed="{str(is_held).lower()}">'
        f"{'Let go' if is_held else 'Hold'} {escape(title(scene.path))}</button>"
    )
    none = str(not state.held).lower()  # it stays where it is, since it may have the focus
    free = (
        '<button type="button" class="sn-button" data-ask="free" data-value="true"'
        f' aria-disabled="{none}">Let all go</button>'
    )
    held = scene.effect or "No gate is held."
    return (
        f'<section role="group" aria-label="Hold gates"><h3>Hold gates</h3>{radios}'
        f'<p class="sn-bar-of-buttons">{button}{free}</p><p class="sn-under sn-effect">{escape(held)}</p></section>'
    )


def _saving(scene: Scene) -> str:
    """Which figure, and as what it is saved; the path that the last one has."""
    if scene.reading is None:
        return ""
    options = "".join(
        f'<option value="{name}"{when(name == scene.state.figure, "selected")}>{words}</option>'
        for name, words in FIGURES.items()
    )
    buttons = "".join(
        f'<button type="button" class="sn-button" data-ask="save" data-value="{suffix}"'
        f' aria-label="Save figure as {suffix[1:].upper()}">{suffix[1:].upper()}</button>'
        for suffix in SUFFIXES
    )
    path = f'<p class="sn-under sn-path">{escape(scene.saved.words)}</p>'
    return (
        '<section role="group" aria-label="Save figure"><h3>Save figure</h3>'
        f'<select aria-label="Figure" data-ask="figure">{options}</select>'
        f'<p class="sn-bar-of-buttons">{buttons}</p>{path}</section>'
    )


def when(applies: bool, attribute: str, value: str = "") -> str:
    """An attribute that is there or not, such as checked."""
    return f' {attribute}="{value or attribute}"' if applies else ""
