"""Controls: network, classes, value of held gates, figure to save. HTML with native inputs."""

from __future__ import annotations

import re
from html import escape

from senet_lab.drawing.network.words import title
from senet_lab.gatelens.saving import FIGURES
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.sources.snapshot import RUNS_PREFIX
from senet_lab.gatelens.state import HELD_AT
from senet_lab.gatelens.views.ablation import HOW_LABELS
from senet_lab.gatelens.views.classes import class_line, class_styles, free_style
from senet_lab.gatelens.views.figures import SUFFIXES

OUTDATED = "A later epoch has a higher validation accuracy than the weights shown"
GROUPS = {"": "", RUNS_PREFIX: "Runs", "timm/": "timm (downloaded)"}  # in the list of networks, by prefix of the name
TIME_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)\d\d-(.+)")


def side(scene: Scene) -> str:
    """Return all controls."""
    return f"{_networks(scene)}{_classes(scene)}{_holding(scene)}{_saving(scene)}"


def _networks(scene: Scene) -> str:
    none = "" if scene.state.network else '<option value="" selected="selected">Choose a network</option>'
    options = none + "".join(_options(scene, group, words) for group, words in GROUPS.items())
    return (
        '<section><h3>Network</h3><select aria-label="Network" data-ask="network"'
        f"{attribute_if(len(scene.networks) < 2, 'disabled')}>{options}</select>{_again(scene)}</section>"
    )


def _options(scene: Scene, group: str, words: str) -> str:
    """Return the options of one group; "" is the group of names without a known prefix."""
    its = [name for name in scene.networks if _group(name) == group]
    options = "".join(
        f'<option value="{escape(name)}"{attribute_if(name == scene.state.network, "selected")}>'
        f"{escape(_label(name.removeprefix(group)))}</option>"
        for name in its
    )
    return f'<optgroup label="{words}">{options}</optgroup>' if group and its else options


def _group(name: str) -> str:
    return next((group for group in GROUPS if group and name.startswith(group)), "")


def _label(name: str) -> str:
    """Return the name of a run with the time moved to its end; the Trainer's names begin with the time.

    >>> _label("2026-11-25-004057-se-resnet-20"), _label("mine")
    ('se-resnet-20, 2026-11-25 00:40', 'mine')
    """
    if match := TIME_STAMP.fullmatch(name):
        day, hour, minute, network = match.groups()
        return f"{network}, {day} {hour}:{minute}"
    return name


def _again(scene: Scene) -> str:
    """Return a button that reads the gates again, if the weights can change; it says if a run has better weights."""
    if scene.work is None or scene.work.source.is_bundled or scene.awaits_weights or scene.cost:
        return ""
    words = "Read better weights" if scene.run.is_outdated else "Read weights again"
    hint = OUTDATED if scene.run.is_outdated else ""
    return bar(button(words, f'data-ask="again" data-value="true" data-key="again" title="{hint}"'))


def _classes(scene: Scene) -> str:
    """Return a check box for each class, with its line style; classes without images are disabled."""
    reading = scene.reading
    if reading is None:
        return ""
    present, selected = set(reading.present(range(len(reading.classes)))), set(scene.classes)
    styles = class_styles(reading.present(scene.classes))
    taken = set(styles.values())
    line = {number: f' data-class="{style}"' for number, style in styles.items()}
    boxes = "".join(
        f'<label class="sn-class"{line.get(number, "")}><input type="checkbox" data-ask="classes"'
        f'{line.get(number, "")} data-value="{number}"'
        f"{attribute_if(number in selected & present, 'checked')}{attribute_if(number not in present, 'disabled')}/>"
        f"<span>{escape(name)}</span>{class_line(styles.get(number, free_style(number, taken)))}</label>"
        for number, name in enumerate(reading.classes)
    )
    is_default = scene.state.classes is None and len(styles) < len(present)
    count = f"{len(styles)} of {len(present)} shown"
    if is_default:
        count = f"the {len(styles)} most distinct of {len(present)}"
    buttons = bar(button("All", 'data-all="true"'), button("None", 'data-all="false"'))
    return _section("Classes", f'<div class="sn-boxes">{boxes}</div>{buttons}<p class="sn-under">{count}</p>')


def _holding(scene: Scene) -> str:
    state, reading = scene.state, scene.reading
    if reading is None:
        return ""
    radios = "".join(
        f'<label class="sn-class"><input type="radio" name="how" data-ask="how" data-value="{how}"'
        f"{attribute_if(how == state.how, 'checked')}/><span>{escape(HOW_LABELS[how])}</span></label>"
        for how in HELD_AT
    )
    is_held = scene.path in state.held
    pressed, none = str(is_held).lower(), str(not state.held).lower()
    words = f"{'Release' if is_held else 'Hold'} {escape(title(scene.path))}"
    buttons = bar(
        button(words, f'data-hold="{escape(scene.path)}" aria-pressed="{pressed}"'),
        # Not hidden when nothing is held, since it may have the focus.
        button("Release all", f'data-ask="free" data-value="true" aria-disabled="{none}"'),
    )
    effect = escape(scene.effect or "No gate is held.")
    return _section("Hold gates", f'{radios}{buttons}<p class="sn-under sn-effect">{effect}</p>')


def _saving(scene: Scene) -> str:
    if scene.reading is None:
        return ""
    if needed := scene.needs.get("save"):
        return _section("Save figure", f'<p class="sn-under">{escape(needed)}</p>')
    options = "".join(
        f'<option value="{name}"{attribute_if(name == scene.state.figure, "selected")}>{words}</option>'
        for name, words in FIGURES.items()
    )
    formats = ((suffix, suffix[1:].upper()) for suffix in SUFFIXES)
    buttons = (
        button(words, f'data-ask="save" data-value="{suffix}" aria-label="Save figure as {words}"')
        for suffix, words in formats
    )
    select = f'<select aria-label="Figure" data-ask="figure">{options}</select>'
    path = f'<p class="sn-under sn-path">{escape(scene.saving.words)}</p>'
    return _section("Save figure", f"{select}{bar(*buttons)}{path}")


def _section(heading: str, content: str) -> str:
    return f'<section role="group" aria-label="{heading}"><h3>{heading}</h3>{content}</section>'


def bar(*buttons: str) -> str:
    """Return buttons side by side."""
    return f'<p class="sn-bar-of-buttons">{"".join(buttons)}</p>'


def button(words: str, attributes: str) -> str:
    """Return a button; its attributes tell the page which message to send."""
    return f'<button type="button" class="sn-button" {attributes}>{words}</button>'


def attribute_if(applies: bool, attribute: str, value: str = "") -> str:
    """Return an attribute such as `checked` if it applies; otherwise ""."""
    return f' {attribute}="{value or attribute}"' if applies else ""
