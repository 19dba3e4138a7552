"""Choosers: which channel to look at, which sample image to send through the network, and a place for your own file."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from senet_lab.gatelens.controls import attribute_if, button
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.views.image import thumbnail

if TYPE_CHECKING:
    from senet_lab.gatelens.findings import Network
    from senet_lab.gatelens.reading import Reading

PAGE_SIZE = 16  # thumbnails
IMAGES_LABEL = "Sample images; a cross marks misclassified ones"
HINT = "or drop a file here; images of any size are resized to fit"
# Space for the picture that is being computed, so that nothing jumps.
PLACEHOLDER = '<div class="sn-coming"></div>'


def channel_chooser(scene: Scene, reading: Reading) -> str:
    """Show buttons for the most class-specific channels of the block, and a field for any other."""
    path, channel = scene.path, scene.channel
    buttons = "".join(
        button(
            str(number),
            f'data-ask="channel" data-value="{number}" aria-label="Channel {number}" '
            f'aria-pressed="{str(number == channel).lower()}"',
        )
        for number in reading.offered_channels(path)
    )
    last = reading.n_channels(path) - 1
    field = (
        f'<label class="sn-number">or channel <input type="number" min="0" max="{last}" value="{channel}" '
        f'data-ask="channel" data-key="channel"/> of 0 to {last}</label>'
    )
    if len(reading.channels(path)) <= last:
        field = f"<span>{escape(scene.needs.get('channels', ''))}</span>"
    label = "Most class-specific channels"
    return (
        f'<div class="sn-bar-of-buttons" role="group" aria-label="{label}"><span>{label}:</span>{buttons}{field}</div>'
    )


def image_chooser(scene: Scene, reading: Reading) -> str:
    """Show one page of thumbnails, and a place for your own file."""
    state = scene.state
    classes = range(len(reading.classes)) if state.classes is None else state.classes
    numbers, pages = reading.image_page(classes, state.page, PAGE_SIZE, state.wrong)
    page = min(state.page, pages - 1)
    images = "<p>No image matches.</p>"
    if numbers and scene.loaded:
        thumbs = "".join(_thumbnail(scene.loaded, reading, number, number == state.image) for number in numbers)
        images = f'<div class="sn-thumbs" role="group" aria-label="{IMAGES_LABEL}">{thumbs}</div>'
    turn = "".join(
        button(words, f'data-ask="page" data-value="{to}" data-key="{words}" aria-disabled="{str(is_end).lower()}"')
        for words, to, is_end in (("Previous", page - 1, not page), ("Next", page + 1, page + 1 == pages))
    )
    wrong = ""
    if reading.accuracy is not None:
        wrong = (
            f'<label><input type="checkbox" data-ask="wrong" data-value=""{attribute_if(state.wrong, "checked")}/> '
            "Misclassified only</label>"
        )
    return (
        f'{images}<div class="sn-bar-of-buttons">{turn}<span>Page {page + 1} of {pages}</span>{wrong}</div>'
        f"{_file_field(scene)}"
    )


def _thumbnail(loaded: Network, reading: Reading, number: int, is_selected: bool) -> str:
    picture = loaded.thumbnail(number)
    if not reading.has_labels:
        return thumbnail(number, picture, "image", is_selected=is_selected)
    label, guess = reading.label(number), reading.guess(number)
    wrong = "" if guess is None or guess == label else reading.classes[guess]
    return thumbnail(number, picture, reading.classes[label], wrong, is_selected=is_selected)


def _file_field(scene: Scene) -> str:
    if needed := scene.needs.get("own"):
        return f'<p class="sn-under">{escape(needed)}</p>'
    name = f"Showing {scene.file.name}; " if scene.file and scene.state.image is None else ""
    refused = scene.state.refused.get("own", "")
    hint = f'<strong class="sn-refused">{escape(refused)}</strong>' if refused else HINT
    invalid = attribute_if(bool(refused), "aria-invalid", "true")
    return (
        '<div class="sn-drop"><label>Own image <input type="file" accept="image/*" data-file="true"'
        f"{invalid}/></label><span>{escape(name)}{hint}</span></div>"
    )
