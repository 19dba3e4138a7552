"""Choosing: images of the sample to send through the network, and a place to drop one's own."""

from __future__ import annotations

from html import escape

from senet_lab.gatelens.controls import when
from senet_lab.gatelens.scene import Scene
from senet_lab.gatelens.views.image import page_of, thumbnails
from senet_lab.gatelens.views.reading import Reading

# Room for the picture that is on its way, so that nothing jumps.
HINT = "or drop a file here: any size, it is made as small as the network takes it"
BLANK = '<div class="sn-coming"></div>'


def choose(scene: Scene, reading: Reading) -> str:
    """Thumbnails, a page at a time, and a place for a file of one's own."""
    state = scene.state
    classes = range(len(reading.classes)) if state.classes is None else state.classes
    numbers, pages = page_of(reading, classes, state.page, state.wrong)
    page = min(state.page, pages - 1)
    thumbs = "<p>No such image.</p>"
    if numbers and scene.work and scene.work.loaded:
        thumbs = thumbnails(scene.work.loaded.pictures, reading, numbers, state.image)
    turn = "".join(
        f'<button type="button" class="sn-button" data-ask="page" data-value="{to}" data-key="{words}"'
        f' aria-disabled="{str(not 0 <= to < pages).lower()}">{words}</button>'
        for words, to in (("Previous", page - 1), ("Next", page + 1))
    )
    wrong = (
        f'<label><input type="checkbox" data-ask="wrong" data-value=""{when(state.wrong, "checked")}/> '
        "only those misclassified</label>"
        if reading.accuracy is not None
        else ""
    )
    own = f"Now: {scene.own.name}. " if scene.own and state.image is None else ""
    refused = state.refused.get("own", "")
    told = f'<strong class="sn-refused">{escape(refused)}</strong>' if refused else HINT
    return (
        f'{thumbs}<div class="sn-bar-of-buttons">{turn}<span>page {page + 1} of {pages}</span>{wrong}</div>'
        '<div class="sn-drop"><label>Own image <input type="file" accept="image/*" data-file="true"'
        f"{when(bool(refused), 'aria-invalid', 'true')}/></label><span>{escape(own)}{told}</span></div>"
    )
