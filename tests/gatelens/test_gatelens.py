"""The GateLens without a browser: its pictures against the arrays, every tab, classes, ablation, images of one's own."""

import base64
import contextvars
import gc
import html
import io
import json
import os
import re
import sys
import threading
import time
import weakref
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import psutil
import pytest
from ipykernel.comm.comm import BaseComm
from messages import VIEW, post
from PIL import Image
from timm_draws import draw

from senet_lab import Architecture, GateLens
from senet_lab.data import datasets as data
from senet_lab.drawing.inline_styles import looks
from senet_lab.drawing.network.summary import style_sheet
from senet_lab.drawing.raster import coloured, png
from senet_lab.explorer.building import free_name
from senet_lab.gatelens import jobs as lens_jobs
from senet_lab.gatelens import own_image as lens_own
from senet_lab.gatelens import page as lens_pages
from senet_lab.gatelens import saving as lens_saving
from senet_lab.gatelens import upload as lens_upload
from senet_lab.gatelens import widget as lens_module
from senet_lab.gatelens import work as lens_work
from senet_lab.gatelens.page import PARTS
from senet_lab.gatelens.scene import wanted
from senet_lab.gatelens.sources import runs as lens_runs
from senet_lab.gatelens.sources import source as lens_sources
from senet_lab.gatelens.state import HELD_AT, TABS, Offer, State, after
from senet_lab.gatelens.views.ablation import alone_and_together, beside, savings
from senet_lab.gatelens.views.curves import curves, sorted_means, thinned
from senet_lab.gatelens.views.depth import depth
from senet_lab.gatelens.views.heat_map import heat, heat_map, specific_first
from senet_lab.gatelens.views.history import history
from senet_lab.gatelens.views.image import Passage, page_of, passage_view, raised_and_lowered, thumbnails
from senet_lab.gatelens.views.reading import Reading, class_key, class_styles, gates_sheet, stages
from senet_lab.gatelens.views.similarity import similar_classes, similar_pairs
from senet_lab.gatelens.views.spread import histogram, spread
from senet_lab.gatelens.views.strip import strip, strip_legend
from senet_lab.gatelens.views.words import (  # fmt: skip
    ablation_words,
    curves_words,
    depth_words,
    heat_words,
    held_words,
    history_words,
    image_words,
    similarity_words,
    spread_words,
)
from senet_lab.gates import moments
from senet_lab.gates import observe as gates
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.moments import Moment
from senet_lab.training.batches import ready
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import Status
from senet_lab.weights import pretrained
from senet_lab.weights.timm import hub
from senet_lab.weights.timm.classes import imagenet_classes
from senet_lab.weights.timm.networks import PUBLISHED, architecture_of
from senet_lab.weights.timm.weights import convert, shapes
from senet_lab.widgets.cells import REPLACED
from senet_lab.widgets.follower import heard_where_sent

PATHS = ("group1/block1", "group1/block2", "group2/block1", "group3/block1")
NAMES = ("cat", "<b>dog</b>", "a & b", "never seen")
SMALL = Architecture(
    groups=((8, 1), (16, 2)), block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10
)  # fmt: skip


def drawn_reading(seed=0, images=60, rising=True):
    """Gates that tell three classes apart the more, the deeper; or all alike."""
    draw = np.random.default_rng(seed)
    labels = np.arange(images) % 3
    found = {}
    for index, path in enumerate(PATHS):
        effect = draw.uniform(-1, 1, (3, 8 * (index + 1)))[labels] * (0.02 + 0.12 * index * rising)
        found[path] = np.clip(0.5 + effect + 0.03 * draw.standard_normal((images, 8 * (index + 1))), 0, 1).astype("f4")
    return Reading(found, labels, NAMES, np.eye(4)[(labels + (np.arange(images) < 6)) % 3])


READING = drawn_reading()


def pixels(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,")))))


def ablation_of(path, after=0.8, params=512):
    classes = np.array([0, 1, 2])
    return Ablation(
        (path,),
        "one",
        0.9,
        after,
        classes,
        np.array([0.9, 0.9, 0.9]),
        np.array([0.9, 0.5, 1.0]),
        7,
        60,
        params,
        params,
        np.eye(4),
    )


def passage_of(label=1, channels=12):
    draw = np.random.default_rng(1)
    before = draw.random((8, 8, channels))
    gate = np.linspace(0, 1, channels)
    picture = draw.integers(0, 256, (32, 32, 3), dtype="uint8")
    return Passage(
        picture, "<mine>.png", label, np.array([0.1, 0.6, 0.3, 0]), gate, np.full(channels, 0.5), before, before * gate
    )


MOMENTS = [
    Moment(epoch, dict.fromkeys(PATHS, 0.5 + 0.01 * epoch), dict.fromkeys(PATHS, 1.0 + 3 * epoch), 0.1 * epoch)
    for epoch in range(4)
]
VIEWS = {
    "strip": lambda: f"<div>{strip_legend()}{strip(None, READING.specificity, PATHS[1], held=(PATHS[2],), interactive=True)}</div>",
    "curves": lambda: f"<div>{curves(READING, (0, 1, 2))}</div>",
    "curves of four": lambda: f"<div>{curves(Reading({f'g{i}/b': READING.gates[PATHS[0]] for i in range(9)}, READING.labels, NAMES), (0, 1))}</div>",
    "heat map": lambda: f"<div>{heat_map(READING, PATHS[3], (0, 1, 2))}</div>",
    "heat map of nothing": lambda: heat_map(READING, PATHS[3], (3,)),
    "spread": lambda: f"<div>{spread(READING, PATHS[0], drawn_reading(1))}</div>",
    "depth": lambda: f"<div>{depth(READING, PATHS[0], drawn_reading(1))}</div>",
    "similarity": lambda: f"<div>{similar_classes(READING, PATHS[3], (0, 1, 2))}</div>",
    "similarity of two": lambda: similar_classes(READING, PATHS[3], (0, 1)),
    "image": lambda: f"<div>{passage_view(passage_of(), PATHS[0], NAMES)}</div>",
    "thumbnails": lambda: thumbnails(np.zeros((60, 4, 4, 3), "uint8"), READING, [0, 1, 2, 40], 1),
    "ablation": lambda: f"<div>{alone_and_together({path: ablation_of(path) for path in PATHS}, ablation_of(PATHS[0]), NAMES, PATHS[:1], 'one')}</div>",
    "ablation of nothing yet": lambda: f"<div>{alone_and_together(dict.fromkeys(PATHS), None, NAMES, (), 'mean')}</div>",
    "history": lambda: f"<div>{history(MOMENTS, PATHS[0])}</div>",
    "history of one moment": lambda: f"<div>{history(MOMENTS[:1])}</div>",
    "key": lambda: class_key(READING, (0, 1, 2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_pictures_are_well_formed_and_names_are_escaped(name):
    drawn = VIEWS[name]()
    ElementTree.fromstring(drawn)
    assert "<b>dog" not in drawn
    assert "<mine>" not in drawn


@pytest.mark.parametrize("name", VIEWS)
def test_no_picture_has_a_colour_of_its_own_or_a_number_that_is_none(name):
    drawn = re.sub(r"data:image/png;base64,[\w+/=]+", "", VIEWS[name]())
    assert not re.search(r"#[0-9a-f]{6}|\bnan\b|\binf\b|rgb\(", drawn)


def test_a_curve_goes_through_the_mean_gates_of_its_class_sorted_by_mean():
    means, order = sorted_means(READING, PATHS[0], (0, 2))
    by_hand = np.stack([READING.gates[PATHS[0]][READING.labels == one].mean(0) for one in (0, 2)])
    assert np.allclose(means, by_hand[:, order])
    assert (np.diff(means.mean(0)) >= 0).all()
    svg = ElementTree.fromstring(f"<div>{curves(READING, (0, 2), PATHS[0])}</div>").find(".//{*}svg[@role]")
    first = next(each for each in svg.iter() if "sn-class-0" in each.get("class", "")).get("d")
    ys = [float(point.split()[1]) for point in first.removeprefix("M ").split(" L ")]
    assert np.allclose((168 - np.array(ys)) / 138, means[0], atol=0.001)


def test_the_table_behind_the_curves_has_the_same_numbers():
    table = ElementTree.fromstring(f"<div>{curves(READING, (0, 1, 2))}</div>").find(".//table")
    row = next(row for row in table.find("tbody") if row[0].text == "3")
    path = stages(PATHS)[0]
    assert [float(cell.text) for cell in row[1:4]] == pytest.approx(READING.means(path)[:3, 3], abs=6e-4)


def test_channels_that_are_too_many_for_points_are_averaged_with_their_neighbours():
    values = np.arange(1000.0)[None]
    thin, each = thinned(values, 160)
    assert (thin.shape, each) == ((1, 143), 7)
    assert np.allclose(thin[0, :2], [3, 10])
    assert thinned(values[:, :160])[1] == 1


def test_the_heat_map_is_the_gates_most_specific_channel_on_top_one_class_after_the_other():
    order, ratios = specific_first(READING, PATHS[3])
    assert order[0] == gates.most_specific(READING.gates[PATHS[3]], READING.labels, 1)[0] == ratios.argmax()
    values, counts = heat(READING, PATHS[3], [0, 2], order)
    assert counts == [20, 20]
    assert np.array_equal(values[0, :20], READING.gates[PATHS[3]][READING.labels == 0][:, order[0]])
    drawn = ElementTree.fromstring(f"<div>{heat_map(READING, PATHS[3], (0, 2))}</div>")
    data = drawn.find(".//{*}image").get("href")
    assert np.array_equal(pixels(data), coloured(values, 0, 1))


def test_classes_ten_apart_have_lines_of_their_own_in_every_picture():
    gates_ = {"a/b": np.random.default_rng(0).random((60, 4))}
    many = Reading(gates_, np.arange(60) % 20, tuple(f"c{number}" for number in range(20)))
    assert class_styles((5, 15)) == {5: 5, 15: 6}
    for drawn in (curves(many, (5, 15)), heat_map(many, "a/b", (5, 15)), class_key(many, (5, 15))):
        assert {"sn-class-5", "sn-class-6"} <= set(re.findall(r"sn-class-\d", drawn))
    assert "lines repeat" in class_key(many, range(11))
    assert "lines repeat" not in class_key(many, range(10))


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return np.dot((0.2126, 0.7152, 0.0722), linear)


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#111111")])
def test_lines_of_classes_stand_out_from_their_paper_and_have_a_second_cue(theme, paper):
    """WCAG 1.4.11: a contrast of 3 at least."""
    sheet = style_sheet() + gates_sheet()
    if theme == "dark":  # its colours in place of the light ones
        for block in re.findall(r'\[data-jp-theme-light="false"\] \.sn \{([^}]*)\}', sheet):
            sheet += f"\n.sn {{{block}}}"
    found = [looks(sheet, "path", {"sn-curve", f"sn-class-{number}"}) for number in range(10)]
    for look in found:
        light, dark = sorted((luminance(look["stroke"]), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, look
    assert len({look["stroke"] for look in found}) == len({look.get("stroke-dasharray") for look in found}) == 10


def test_the_histogram_has_all_gates_and_a_planted_block_saturates():
    shares, edges = histogram(READING, PATHS[0])
    assert shares.sum() == pytest.approx(1)
    assert (edges[0], edges[-1]) == (0, 1)
    shut = Reading({"a/b": np.concatenate([np.zeros((9, 3)), np.full((9, 1), 0.99)], 1)}, np.arange(9) % 2, NAMES)
    assert shut.saturation == {"a/b": (0.75, 0.25)}
    assert "25\u00a0% are always above 0.95, while" in spread_words(shut, "a/b")


def test_specificity_is_that_of_gates_and_of_shuffled_labels_near_one():
    for path in PATHS:
        assert READING.specificity[path] == gates.specificity(READING.gates[path], READING.labels)
    shuffled = Reading(READING.gates, np.random.default_rng(0).permutation(READING.labels), NAMES)
    assert all(0.5 < ratio < 2 for ratio in shuffled.specificity.values())
    assert READING.explained(PATHS[3]) > 0.9 > 0.2 > shuffled.explained(PATHS[3])


def test_similarity_is_that_of_the_chosen_classes():
    present, alike = similar_pairs(READING, PATHS[3], (2, 0, 3, 1))
    assert present == [0, 1, 2]
    assert np.allclose(alike, gates.similarity(READING.gates[PATHS[3]], READING.labels))


def test_the_channels_of_an_image_are_those_furthest_from_their_mean():
    assert raised_and_lowered(passage_of()) == ([11, 10, 9, 8], [0, 1, 2, 3])
    drawn = ElementTree.fromstring(f"<div>{passage_view(passage_of(), PATHS[0], NAMES)}</div>")
    maps = drawn.findall(".//section//img")
    before = passage_of().before[..., 11]
    after = passage_of().after[..., 11]
    low, high = min(before.min(), after.min()), max(before.max(), after.max())
    assert np.array_equal(pixels(maps[0].get("src")), coloured(before, low, high))
    assert np.array_equal(pixels(maps[1].get("src")), coloured(after, low, high))
    assert "60.0\u00a0%" in "".join(drawn.itertext())


def test_pages_of_the_sample_take_classes_in_turn_and_can_be_of_mistakes_alone():
    numbers, pages = page_of(READING, (0, 1, 2), 0)
    assert (READING.labels[numbers[:6]].tolist(), pages) == ([0, 1, 2, 0, 1, 2], 4)
    wrong, _ = page_of(READING, (0, 1, 2), 0, wrong=True)
    assert sorted(wrong) == [0, 1, 2, 3, 4, 5]
    assert page_of(READING, (3,), 7) == ([], 1)
    draw = Reading({}, np.random.default_rng(0).integers(0, 4, 90), NAMES)
    met, turns = {}, []
    for label in draw.labels.tolist():
        met[label] = met.get(label, -1) + 1
        turns.append((met[label], label))
    first, _ = page_of(draw, range(4), 0)
    assert first == sorted(range(90), key=turns.__getitem__)[:16]


def test_an_image_is_named_by_the_index_that_python_gives_it_in_every_place(lens):
    """images[0] is the first, so that nobody takes it for a mistake; title, label, caption and sentence agree."""
    shown = ask(lens, tab="One image", image=0)
    tag = re.search(r'<button[^>]*data-ask="image" data-value="0"[^>]*>', shown["body"])[0]
    assert (tag.count(", images[0]"), "image 0" in shown["body"]) == (2, False)
    assert "<figcaption>images[0], label" in shown["body"]
    assert shown["said"].startswith("images[0] is classified as")


def test_grey_images_and_floats_can_be_looked_at():
    assert pixels(png(np.zeros((4, 5, 1), "uint8"))).shape == (4, 5)
    assert pixels(png(np.zeros((4, 5, 3), "uint8"))).shape == (4, 5, 3)


def test_words_say_what_the_numbers_say_and_when_a_network_does_not_show_what_the_paper_found():
    assert "Classes part with depth" in curves_words(READING, (0, 1, 2)) or "As in the paper" in curves_words(
        READING, (0, 1, 2)
    )
    flat = drawn_reading(rising=False)
    assert "does not show it" in curves_words(flat, (0, 1, 2))
    assert "It grows with depth, as the paper found" in depth_words(READING)
    assert "It does not grow with depth" in depth_words(
        Reading(dict(reversed(READING.gates.items())), READING.labels, NAMES)
    )
    assert "Untrained, the most is" in depth_words(READING, flat)
    assert re.search(
        r"tell classes apart clearly .F ratio above 10.\. Channel \d+ most", heat_words(READING, PATHS[3], (0, 1, 2))
    )
    assert "are most similar (correlation" in similarity_words(READING, PATHS[3], (0, 1, 2))
    assert image_words(passage_of(), PATHS[0], NAMES).startswith(
        "<mine>.png is classified as <b>dog</b> with 60\u00a0%, correctly."
    )
    assert "its label is cat" in image_words(passage_of(0), PATHS[0], NAMES)
    assert "From epoch 0 to 3" in history_words(MOMENTS)


def test_gates_that_stand_still_are_said_to_and_are_no_finding_of_the_paper():
    """A block whose squeeze never gets through its ReLU has gates of one half, which serve all classes alike."""
    dead = {**READING.gates, PATHS[1]: np.full_like(READING.gates[PATHS[1]], 0.5)}
    words = curves_words(Reading(dead, READING.labels, NAMES), (0, 1, 2))
    assert "In group 1 \u00b7 block 2 gates stand still, at 0.50 whatever the image: they tell nothing." in words
    assert "in group 1 \u00b7 block 2;" not in words
    assert "stand still" not in curves_words(READING, (0, 1, 2))
    for path in PATHS:
        dead[path] = np.full_like(READING.gates[path], 0.5)
    assert "As in the paper" not in curves_words(Reading(dead, READING.labels, NAMES), (0, 1, 2))


def test_words_about_ablation_count_points_and_savings():
    alone = {path: ablation_of(path, 0.9 - 0.01 * index) for index, path in enumerate(PATHS)}
    assert "2 of 4 blocks measured" in ablation_words(dict(list(alone.items())[:2]), None, NAMES, "one", 4)
    told = ablation_words(alone, None, NAMES, "one", 4)
    assert "group 3 \u00b7 block 1 is missed most: \u22123.0 points" in told
    held = ablation_words(alone, ablation_of(PATHS[0]), NAMES, "one", 4)
    effect = held_words(PATHS[:1], "one", ablation_of(PATHS[0]), "")
    assert effect == "group 1 \u00b7 block 1 held at 1: accuracy 90.0\u00a0% \u2192 80.0\u00a0% (\u221210.0 points)"
    assert held.startswith(f"G{effect[1:]}, <b>dog</b> hit hardest (\u221240.0 points). ")
    assert "512 fewer parameters" in held
    assert "cannot be counted" in savings(ablation_of(PATHS[0], params=None))


@pytest.mark.parametrize("images", [1, 3])
def test_too_few_images_are_said_and_draw_all_the_same(images):
    few = Reading({path: values[:images] for path, values in READING.gates.items()}, READING.labels[:images], NAMES)
    assert not few.comparable
    assert "at least two classes" in depth_words(few)
    for drawn in (curves(few, (0,)), heat_map(few, PATHS[0], (0,)), spread(few, PATHS[0]), depth(few)):
        ElementTree.fromstring(f"<div>{drawn}</div>")


@pytest.mark.parametrize("depth_", [20, 56, 110])
def test_every_block_of_a_deep_network_has_its_mark_in_the_strip(depth_):
    ledger = Architecture.preset(f"cifar_se_resnet{depth_}").ledger()
    paths = ["/".join(key) for key in ledger.blocks() if key[1]]
    drawn = ElementTree.fromstring(strip(ledger, dict.fromkeys(paths, 5.0), interactive=True))
    marks = [each for each in drawn.iter() if "sn-gate-mark" in each.get("class", "")]
    assert len(marks) == len(paths) == (depth_ - 2) // 2
    assert max(float(mark.get("x")) + float(mark.get("width")) for mark in marks) <= 780
    assert [each.get("tabindex") for each in drawn.iter() if each.get("tabindex")].count("0") == 1


def test_the_stages_are_those_of_the_paper_unless_a_block_is_chosen():
    assert stages(PATHS) == [PATHS[1], PATHS[2], PATHS[3]]
    assert stages(PATHS, PATHS[0])[0] == PATHS[0]
    many = [f"g{index}/b" for index in range(9)]
    assert stages(many) == ["g0/b", "g3/b", "g5/b", "g8/b"]
    assert "g2/b" in stages(many, "g2/b")


OFFER = Offer(("net",), PATHS, 4, 60)


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"tab": "Curvs"}, "try 'Curves'."),
        ({"path": "group9/block1"}, "`block` (='group9/block1') must be one of"),
        ({"classes": 3}, "`classes` must be a list of numbers, not 3"),
        ({"classes": [4]}, "`classes` (=4) must be at most 3; try 3."),
        ({"image": -1}, "`image` (=-1) must be at least 0"),
        ({"image": "x"}, "`image` must be a whole number"),
        ({"how": "own"}, "`how` (='own') must be one of 'one', 'mean' or 'shuffled'"),
        ({"hold group9": True}, "`block` (='group9')"),
        ({f"hold {PATHS[0]}": "yes"}, "`hold` must be True or False"),
        ({"network": "other"}, "`network` (='other') must be one of 'net'"),
        ({"wrong": 1}, "`wrong` must be True or False"),
        ({"nonsense": 1}, "`control` (='nonsense') must be one of"),
    ],
)
def test_a_bad_choice_is_answered_and_loses_nothing(moves, words):
    state = after(State("net"), {**moves, "page": 3}, OFFER)
    assert words in "".join(state.refused.values())
    assert state.page == 3
    assert state == State("net", page=3, refused=state.refused)


def test_blocks_are_held_one_by_one_in_the_order_of_the_network():
    state = after(State("net"), {f"hold {PATHS[2]}": True, f"hold {PATHS[0]}": True}, OFFER)
    assert state.held == (PATHS[0], PATHS[2])
    assert after(state, {f"hold {PATHS[0]}": False}, OFFER).held == (PATHS[2],)
    assert after(state, {"free": True}, OFFER).held == ()


@pytest.fixture(scope="module")
def model():
    import keras

    keras.utils.set_random_seed(1)
    return SMALL.build()


@pytest.fixture(scope="module")
def lens(model):
    made = GateLens(model)
    yield made.wait(300)
    assert made.failure is None


def page(lens):
    """All that the page shows."""
    return {**lens.shown, **{part: getattr(lens, part) for part in PARTS}}


def ask(lens, **moves):
    held = moves.pop("hold", {})
    post(lens, {**moves, **{f"hold {path}": on for path, on in held.items()}})
    lens._work.wait(300)
    return page(lens)


def test_every_tab_is_drawn_and_says_something(lens):
    for tab in TABS:
        shown = ask(lens, tab=tab)
        assert (shown["tab"], shown["error"], shown["busy"], shown["doing"]) == (tab, "", "", "")
        assert len(shown["said"]) > 20
        assert len(shown["body"]) > 200
        ElementTree.fromstring(f"<div>{shown['side']}{shown['heading']}{shown['strip']}{shown['body']}</div>")


def test_the_panels_gates_are_those_of_gates(lens, model):
    work = lens._work
    by_hand = gates.gates(model, ready(work.loaded.pictures[:8], Recipe()))
    for path, values in work.reading.gates.items():
        assert np.allclose(values[:8], by_hand[path], atol=1e-5)
    assert work.untrained.gates.keys() == work.reading.gates.keys()


def test_chosen_classes_are_drawn_and_no_others(lens):
    shown = ask(lens, tab="Curves", classes=[3, 7])
    assert shown["body"].count("sn-line-key") == 2
    assert "horse" in shown["body"]
    assert "Choose at least two classes" in ask(lens, classes=[])["said"]
    ask(lens, classes=[0, 1, 2, 3, 4])


@pytest.mark.parametrize("how", HELD_AT)
def test_holding_a_gate_measures_what_ablation_measures(lens, model, how):
    from senet_lab.gates.ablation import ablation

    ask(lens, tab="Ablation", how=how, hold={"group2/block1": True})
    work = lens._work
    found = work.results["ablation", how, ("group2/block1",)]
    by_hand = ablation(model, work.loaded.images, work.reading.labels, ["group2/block1"], how)
    assert (found.after, found.flipped) == (by_hand.after, by_hand.flipped)
    assert f"{100 * by_hand.after:.1f}\u00a0%" in page(lens)["said"]
    assert "sn-cross" in page(lens)["strip"]
    assert (lens_pages.AT_ONE in page(lens)["body"]) == (how == "one")
    ask(lens, free=True, how="one")


def test_what_is_held_is_not_measured_twice(lens, monkeypatch):
    ask(lens, tab="Ablation", how="one")
    monkeypatch.setitem(lens_jobs._JOBS, "ablation", lambda *_: pytest.fail("measured again"))
    ask(lens, tab="Curves")
    assert ask(lens, tab="Ablation", how="one")["error"] == ""


def test_what_held_gates_do_is_said_on_every_tab_in_the_words_of_ablation(lens, monkeypatch):
    """Measured wherever the gate is held; until then it says so, and where it cannot be, that."""
    said = {}
    for tab in TABS:
        shown = ask(lens, tab=tab, how="mean", hold={"group1/block1": True})
        said[tab] = re.search(r'sn-effect">(.*?)</p>', shown["side"])[1]
        assert shown["doing"] == said[tab]
    assert len(set(said.values())) == 1
    effect = said["Curves"]
    assert re.fullmatch(r"group 1 . block 1 held at its mean: accuracy [\d.]+.% . [\d.]+.% \(.[\d.]+ points\)", effect)
    assert ask(lens, tab="Ablation")["said"].startswith(f"G{effect[1:]}")
    scene = replace_scene(lens.scene, tab="One image", image=1)
    at = [key[0] for key in wanted(scene)]
    assert at.index("image") < at.index("ablation") < at.index("untrained")
    monkeypatch.setitem(lens_jobs._JOBS, "ablation", lambda *_: (_ for _ in ()).throw(ValueError("cannot be had")))
    two = ("group1/block1", "group2/block1")  # which nobody has measured together
    fresh = replace_scene(lens.scene, how="shuffled", held=two)
    assert fresh.effect.endswith("held shuffled: being measured \u2026")
    shown = ask(lens, tab="Depth", how="shuffled", hold={"group2/block1": True})
    assert "held shuffled: not measured" in shown["side"]
    assert shown["error"] == "cannot be had"
    monkeypatch.undo()
    assert 'sn-effect">No gate is held.' in ask(lens, free=True, how="one")["side"]


def replace_scene(scene, **changes):
    return scene._replace(state=replace(scene.state, **changes))


def saved(lens, **moves):
    """What the page says once a figure was saved, or not."""
    ask(lens, **moves)
    while lens._saving.saved.running:
        time.sleep(0.02)
    lens._render()
    return page(lens)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_the_papers_figures_are_saved_beside_the_notebook_and_nothing_is_written_over(
    lens, suffix, start, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    stem = f"gates_{lens._state.network}"
    for figure in ("means", "deviations"):
        shown = saved(lens, figure=figure, save=suffix, classes=[2, 5])
        path = tmp_path / f"{stem}_{figure}{suffix}"
        assert (shown["doing"], shown["error"]) == (f"Saved as {path}", "")
        assert str(path) in shown["side"]
        assert path.read_bytes().startswith(start)
    assert saved(lens, save=suffix)["doing"] == f"Saved as {tmp_path / f'{stem}_deviations_2{suffix}'}"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_saved_figure_has_the_classes_and_stages_that_the_curves_have(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved(lens, figure="means", save=".svg", classes=[2, 5], path="group2/block1")
    words = next(tmp_path.iterdir()).read_text()
    drawn = {name for name in ("bird", "dog", "cat", "group 1, block 1", "group 2, block 1", "group 2, block 2")
             if f"<!-- {name} -->" in words}  # fmt: skip
    assert drawn == {"bird", "dog", "group 1, block 1", "group 2, block 1"}


def test_a_figure_that_cannot_be_saved_is_said_in_the_panel_and_leaves_nothing(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "choose a class that has images" in saved(lens, save=".png", classes=[])["error"]
    ask(lens, classes=[0, 1])
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert "The figure was not saved: " in saved(lens, save=".png")["error"]
    assert ask(lens, classes=[0, 1, 2])["error"] == ""
    assert "must be one of '.png', '.svg' or '.pdf'" in ask(lens, save=".jpg")["error"]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.chdir(tmp_path)
    assert saved(lens, save=".png")["error"] == ""


def test_figures_that_are_asked_for_while_one_is_drawn_are_saved_too(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask(lens, figure="means", classes=[2, 5])
    monkeypatch.setattr(lens_saving, "free_name", lambda *its: (time.sleep(0.3), free_name(*its))[1])
    for suffix in (".png", ".svg", ".pdf"):
        ask(lens, save=suffix)
    assert "Drawing 3 figures" in page(lens)["doing"]
    shown = saved(lens, tab="Curves")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pdf", ".png", ".svg"]
    assert all(str(path) in shown["doing"] for path in tmp_path.iterdir())


def send(lens, name, content, parts=1):
    step = max(1, -(-len(content) // parts))
    for part in range(parts):
        piece = memoryview(content[part * step : (part + 1) * step])
        post(lens, {"upload": {"file": name, "turn": name, "part": part, "parts": parts}}, buffers=[piece])
    lens._uploads.wait(300)
    lens._work.wait(300)
    return page(lens)


def encoded(image, form="PNG", **options):
    kept = io.BytesIO()
    image.save(kept, form, **options)
    return kept.getvalue()


RAMP = np.linspace(0, 255, 90 * 120).reshape(90, 120).astype("uint8")
TAKEN = {
    "grey": (encoded(Image.fromarray(RAMP)), "the middle square of 120 x 90 pixels made 32 x 32; grey spread"),
    "transparent": (encoded(Image.new("RGBA", (50, 50), (255, 0, 0, 90))), "what is transparent laid on white"),
    "large": (encoded(Image.new("RGB", (4000, 3000), "navy"), "JPEG"), "4000 x 3000 pixels made 32 x 32"),
    "tiny": (encoded(Image.new("RGB", (1, 1))), "1 x 1 pixels made 32 x 32"),
    "moving": (encoded(Image.new("RGB", (9, 9)), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "red")]), "its first frame"),
}  # fmt: skip
REFUSED = {
    "words.txt": (b"these are words", "'words.txt' is no image that can be read"),
    "half.png": (encoded(Image.effect_noise((200, 200), 90))[:9000], "'half.png' is damaged"),
    "huge.png": (encoded(Image.new("1", (20_000, 20_000))), "'huge.png' is too large"),
    "empty.png": (b"", "'empty.png' is empty"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_an_image_of_ones_own_goes_through_the_network_and_what_was_done_to_it_is_said(lens, name):
    content, words = TAKEN[name]
    shown = send(lens, f"{name}.image", content, parts=3 if len(content) > 9 else 1)
    assert (shown["tab"], shown["error"]) == ("One image", "")
    assert words in shown["body"]
    assert shown["said"].startswith(f"{name}.image is classified as")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_will_not_do_is_refused_in_words_and_the_next_choice_works(lens, name):
    content, words = REFUSED[name]
    """What was looked at before stays, whether it is of the sample or one's own; the field says why the other does not."""
    for before, its in (
        (partial(ask, lens, tab="One image", image=3), "images[3]"),
        (partial(send, lens, "good.png", TAKEN["tiny"][0]), "good.png"),
    ):
        assert before()["said"].startswith(f"{its} is classified as")
        shown = send(lens, name, content)
        assert words in shown["error"]
        assert (shown["tab"], shown["said"].startswith(f"{its} is classified as")) == ("One image", True)
        assert words in html.unescape(re.search(r'<strong class="sn-refused">(.*?)</strong>', shown["body"])[1])
        assert ("Now: good.png." in shown["body"]) == (its == "good.png")
        assert 'aria-invalid="true"' in shown["body"]
    shown = send(lens, "better.png", TAKEN["tiny"][0])
    assert (shown["error"], "sn-refused" in shown["body"], "Now: better.png." in shown["body"]) == ("", False, True)


def test_a_file_is_unpacked_beside_the_thread_that_hears_the_page_and_the_one_that_came_last_counts(lens, monkeypatch):
    threads, goes, refusal = [], threading.Event(), lens_module.refusal

    def slow(own, shape):
        threads.append(threading.current_thread())
        goes.wait(60 if own.name == "first.png" else 0)
        return refusal(own, shape)

    monkeypatch.setattr(lens_module, "refusal", slow)
    only = {"part": 0, "parts": 1}
    post(lens, {"upload": {"file": "first.png", "turn": "a", **only}}, buffers=[TAKEN["tiny"][0]])
    first = lens._uploads._taking
    post(lens, {"upload": {"file": "last.png", "turn": "b", **only}}, buffers=[TAKEN["tiny"][0]])
    lens._uploads.wait(60)
    goes.set()
    first.join(60)
    lens._work.wait(300)
    assert page(lens)["said"].startswith("last.png is classified as")
    assert threading.main_thread() not in threads


def test_a_picture_that_this_network_cannot_take_is_refused_before_it_takes_a_place():
    assert lens_own.refusal(lens_own.Own("a.png", TAKEN["tiny"][0])) == ""
    assert "This network takes 8 x 6 x 3" in lens_own.refusal(lens_own.Own("a.png", TAKEN["tiny"][0]), (8, 6, 3))


def test_parts_of_a_file_that_nobody_wants_any_more_are_dropped():
    taken = []
    uploads = lens_upload.Uploads(taken.append)
    for message in (
        {"file": "a", "turn": "1", "part": 0, "parts": 2},
        {"file": "b", "turn": "2", "part": 0, "parts": 1},
    ):
        uploads.receive(message, [b"xy"])
    uploads.receive({"file": "a", "turn": "1", "part": 1, "parts": 2}, [b"xy"])
    uploads.wait(300)
    assert [own.name for own in taken] == ["b"]


def test_without_labels_predictions_stand_for_them_and_it_is_said(model):
    lens = GateLens(model, np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype="uint8")).wait(300)
    assert not lens._work.reading.given
    assert "no labels: what is predicted stands for them" in page(lens)["heading"]
    for tab in TABS:
        assert ask(lens, tab=tab)["error"] == ""


def test_prepare_makes_pictures_ready_and_numbers_are_taken_as_they_are(model):
    pictures = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype="uint8")
    prepare = partial(ready, recipe=Recipe(standardise=True))
    a = GateLens(model, pictures, np.arange(20) % 10, prepare=prepare).wait(300)._work.reading
    b = GateLens(model, prepare(pictures), np.arange(20) % 10).wait(300)._work.reading
    assert np.allclose(a.gates["group1/block1"], b.gates["group1/block1"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"images": np.zeros((4, 8, 8, 3))}, "`images` (of shape (4, 8, 8, 3)) must be images of (32, 32, 3)"),
        ({"images": np.zeros((0, 32, 32, 3))}, "`images` (of shape (0, 32, 32, 3))"),
        ({"images": np.zeros((4, 32, 32, 3)), "labels": [1, 2]}, "must be a class number for each of 4 images"),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": np.eye(10)[:2]}, "of one-hot rows try labels.argmax(1)"),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": [-1, 2]}, "must be numbers from 0 on"),
        ({"classes": ("a", "b")}, "`classes` (=2) must be a name for each of the 10 classes"),
        (
            {"images": np.zeros((2, 32, 32, 3)), "labels": [3, 10**9]},
            "`labels` (=1000000000, of image 1) must be numbers from 0 on, and below 10, the number of classes; try 9.",
        ),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": [1, 10]}, "below 10, the number of classes; try labels - 1,"),
        (
            {"images": np.where(np.arange(2) == 1, np.nan, np.zeros((32, 32, 3, 2))).transpose(3, 0, 1, 2)},
            "`images` must be finite in float32, and image 1 has 3,072 of 3,072 numbers that are not, such as nan; "
            "leave it out, or try numpy.nan_to_num(images).",
        ),
        ({"images": np.full((1, 32, 32, 3), np.inf)}, "and image 0 has 3,072 of 3,072 numbers that are not, such as inf"),
        ({"images": np.full((1, 32, 32, 3), 1e300)}, "that are not, such as 1e+300"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_is_answered_with_the_rule(model, given, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        GateLens(model, **given)


NO_KINDS = [
    ({"images": np.full((1, 32, 32, 3), 7)}, "or floats as the network takes them, not int64; try images.astype('uint8')"),
    ({"images": np.full((1, 32, 32, 3), -7)}, "not int64; try images.astype('float32')"),
    ({"images": np.zeros((1, 32, 32, 3), bool)}, "not bool; try images.astype('float32')"),
    ({"images": [np.zeros((32, 32, 3)), np.zeros((9, 9, 3))]}, "must be one array (images, height, width, channels), not"),
    ({"images": np.full((1, 32, 32, 3), "a")}, "`images` must be pictures in uint8, or floats"),
    ({"images": object()}, "`images` must be pictures in uint8, or floats"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": ["cat", "dog"]}, "`labels` must be class numbers, not "),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1.0, 2.5]}, "whole numbers, not 2.5; try labels.astype('int64')"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1.0, 2.0]}, "whole numbers, not float64; try labels.astype('int64')"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [True, False]}, "whole numbers, not bool"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1, float("nan")]}, "whole numbers, not nan"),
    ({"classes": "cats"}, "`classes` must be a list of names, not 'cats'; try ['cat', 'dog']."),
    ({"classes": 7}, "`classes` must be a list of names, not 7"),
    ({"prepare": 7}, "`prepare` must be a function of pictures, or None, not 7; try None."),
    ({"watch": 7}, "`watch` must be a GateWatch, or None for none, not 7; try GateWatch(images, labels)."),
    ({"runs": 7}, "`runs` must be the folder of the runs, or None for none, not 7; try 'runs'."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), NO_KINDS)
def test_what_is_of_another_kind_is_answered_with_the_rule(model, given, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        GateLens(model, **given)


ACCEPTED = (
    "`model` must be a functional Keras model with squeeze-excite, the name of one such as 'cifar_se_resnet20' or "
    "'timm/seresnet50.ra2_in1k', or None for the first that ships, not "
)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (7, "7; try GateLens()."),
        ([1, 2], "[1, 2]; try GateLens()."),
        (SMALL, "; try GateLens(architecture.build())."),
        (Path("runs/a"), "PosixPath('runs/a'); try GateLens.of_run(run)."),
    ],
)
def test_what_is_no_network_is_answered_with_what_is_accepted(given, words):
    with pytest.raises(TypeError, match=f"{re.escape(ACCEPTED)}.*{re.escape(words)}$"):
        GateLens(given)


def test_a_run_is_answered_with_the_way_to_open_it_and_what_is_no_run_with_the_rule(tmp_path):
    run = Run.create(SMALL, folder=tmp_path / "run")
    with pytest.raises(TypeError, match=re.escape("try GateLens.of_run(run).")):
        GateLens(run)
    with pytest.raises(
        TypeError, match=re.escape("`run` must be a Run or its folder, not 7; try GateLens.of_run('runs")
    ):
        GateLens.of_run(7)


def test_a_model_that_takes_no_images_is_refused():
    import keras

    for model, words in (
        (keras.Sequential([keras.layers.Dense(2)]), "and it is not built"),
        (keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), "and it takes (None, 3)"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            GateLens(model)


def test_images_beside_a_network_that_would_not_be_shown_them_are_refused():
    images = np.zeros((1, 32, 32, 3), "uint8")
    for model in (None, "cifar_se_resnet20"):
        with pytest.raises(ValueError, match=re.escape("try GateLens(pretrained.load('cifar_se_resnet20'), images).")):
            GateLens(model, images)
    with pytest.raises(ValueError, match=re.escape("must be images of (224, 224, 3), as `timm/seresnet50.ra2_in1k`")):
        GateLens("timm/seresnet50.ra2_in1k", images)


def test_more_classes_than_the_model_predicts_are_taken_where_they_are_named(model):
    names = [f"class {number}" for number in range(12)]
    lens = GateLens(model, np.zeros((2, 32, 32, 3), "uint8"), [3, 11], names).wait(300)
    assert lens._work.reading.labels.tolist() == [3, 11]


def test_a_preparation_that_makes_no_numbers_is_said_in_the_panel(model):
    lens = GateLens(model, np.zeros((2, 32, 32, 3), "uint8"), prepare=lambda x: x / np.float32(np.nan))
    with pytest.raises(RuntimeError, match=re.escape("`prepare(images)` must be finite in float32")):
        lens.wait(300)


def test_gates_that_are_no_numbers_are_said_in_the_panel(model):
    lens = GateLens(model, np.full((2, 32, 32, 3), 3e38, "float32"))
    with pytest.raises(RuntimeError, match=re.escape("are not finite: its weights, or the images, are too large")):
        lens.wait(300)


def test_a_network_without_gates_is_answered_in_the_panel():
    lens = GateLens(replace(SMALL, ratio=None).build())
    lens._work.wait(300)
    assert "has no squeeze-excite gate" in page(lens)["error"]
    with pytest.raises(RuntimeError, match="has no squeeze-excite gate"):
        lens.wait()


def ask_of_nothing(lens, tab):
    post(lens, {"tab": tab})


def test_without_a_network_the_panel_says_how_to_give_one(monkeypatch):
    monkeypatch.setattr(pretrained, "names", lambda: ())
    lens = GateLens()
    for tab in TABS:
        ask_of_nothing(lens, tab)
        shown = page(lens)
        assert (shown["said"], shown["error"], shown["busy"]) == (lens_pages.NOTHING_SHIPS, "", "")
        assert "choose a network" in shown["side"]
        assert "disabled" not in shown["side"]
    assert repr(lens) == "GateLens(no network)"
    with pytest.raises(RuntimeError):
        lens.wait()


def test_an_error_of_our_own_is_shown_and_kept_and_the_next_choice_works(model, monkeypatch):
    lens = GateLens(model).wait(300)
    monkeypatch.setattr(lens_pages, "curves_words", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in ask(lens, tab="Curves")["error"]
    assert isinstance(lens.failure, ZeroDivisionError)
    monkeypatch.undo()
    assert ask(lens, tab="Curves", classes=[1, 2])["error"] == ""


def test_nothing_heavy_happens_on_the_thread_that_makes_the_panel(model, monkeypatch):
    threads = []
    observed = gates.observed
    monkeypatch.setattr(
        gates, "observed", lambda *args, **kw: threads.append(threading.current_thread()) or observed(*args, **kw)
    )
    lens = GateLens(model)
    assert page(lens)["busy"] or not lens._work.busy
    lens.wait(300)
    assert threads
    assert threading.main_thread() not in threads


def test_where_no_widget_lives_there_is_the_page_as_it_stands(lens):
    bundle = lens._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == f"GateLens({lens._state.network})"
    html = data["text/html"].partition("</style>")[2]
    ElementTree.fromstring(html)
    assert html.count("<svg") >= 3
    assert "tabindex" not in html.replace('sn-wide" tabindex="0"', "")  # a wide table scrolls by arrow keys
    assert "<input" not in html


def test_a_watch_notes_each_epoch_and_the_panel_shows_it(model, tmp_path):
    from senet_lab.gates.watch import GateWatch
    from senet_lab.training.optimizers import compiled

    fresh = gates.untrained(model)
    x = np.random.default_rng(0).random((32, 32, 32, 3), dtype="float32")
    y = np.arange(32) % 10
    watch = GateWatch(x, y, tmp_path)
    lens = GateLens(fresh, x, y, watch=watch)
    compiled(fresh).fit(x, y, epochs=2, verbose=0, callbacks=[watch])
    assert [each.epoch for each in watch.moments] == [0, 1, 2]
    fresh.fit(x, y, epochs=1, verbose=0, callbacks=[watch])
    assert [each.epoch for each in watch.moments] == [0, 1, 2, 3]
    assert moments.kept(tmp_path / moments.FILE) == watch.moments
    assert "From epoch 0 to 3" in page(lens)["said"]
    seen = gates.observed(fresh, x)
    assert watch.moments[-1].mean["group1/block1"] == pytest.approx(float(seen.gates["group1/block1"].mean()), abs=1e-6)


def test_gates_of_a_watched_network_are_read_when_a_fit_has_ended_and_not_while_it_goes(model):
    import keras

    from senet_lab.gates.watch import GateWatch
    from senet_lab.training.optimizers import compiled

    fresh = gates.untrained(model)
    x = np.random.default_rng(0).random((32, 32, 32, 3), dtype="float32")
    y = np.arange(32) % 10
    watch = GateWatch(x, y)
    lens = GateLens(fresh, x, y, watch=watch)
    assert page(lens)["tab"] == "Training"
    lens.wait(300)
    before, during = lens._work.reading, []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: during.append(
            (page(lens)["heading"], ask(lens, tab="Depth")["busy"], lens._work.reading)
        )
    )
    compiled(fresh).fit(x, y, epochs=2, verbose=0, callbacks=[watch, look])
    for heading, busy, reading in during:
        assert lens_pages.MOVING_SINCE in heading
        assert (busy, reading) == ("", before)
    lens.wait(300)
    assert "being trained" not in page(lens)["heading"]
    assert np.allclose(lens._work.reading.gates["group2/block1"], gates.gates(fresh, x)["group2/block1"], atol=1e-6)
    assert not np.allclose(lens._work.reading.gates["group2/block1"], before.gates["group2/block1"], atol=1e-4)

    watch.on_train_begin()  # of a fit that is interrupted, which Keras does not tell
    assert lens_pages.MOVING_SINCE in page(lens)["heading"]
    assert "From epoch" in ask(lens, tab="Training")["said"]
    mine, other = lens._state.network, "cifar_se_resnet20"
    shown = ask(lens, network=other, again=True)  # another network's gates have to do with neither fit nor record
    assert ("From epoch" in shown["said"], "being trained" in shown["heading"]) == (False, False)
    ask(lens, network=mine)
    assert lens_pages.MOVING_SINCE in page(lens)["heading"]
    before = lens._work
    ask(lens, again=True)
    assert lens.wait(300)._work is not before
    assert "being trained" not in page(lens)["heading"]
    lens.close()


def test_a_network_of_ones_own_is_read_again_on_a_word_with_the_weights_that_it_has_now(model):
    fresh = gates.untrained(model)
    lens = GateLens(fresh).wait(300)
    assert "Read again" in page(lens)["side"]
    fresh.set_weights([0.9 * weight for weight in fresh.get_weights()])
    ask(lens, again=True)
    lens.wait(300)
    by_hand = gates.gates(fresh, lens._work.loaded.images[:8])
    assert np.allclose(lens._work.reading.gates["group2/block1"][:8], by_hand["group2/block1"], atol=1e-5)
    lens.close()


def test_what_was_read_while_weights_moved_is_of_no_network_and_not_kept(monkeypatch):
    fits = [0]
    work = lens_work.Work(lens_sources.Source("net", lambda: "loaded", rests=lambda: fits[-1]))

    def found(keys):
        work.aim(keys)
        work.wait(20)
        return dict(work.results), dict(work.failed)

    load, read = ("load",), ("read",)
    monkeypatch.setitem(lens_jobs._JOBS, "read", lambda *_: fits.append(1) or "of two")
    assert found([load, read]) == ({load: "loaded"}, {})
    monkeypatch.setitem(lens_jobs._JOBS, "read", lambda *_: fits.append(2) or 1 / 0)
    assert found([read]) == ({load: "loaded"}, {})
    monkeypatch.setitem(lens_jobs._JOBS, "read", lambda *_: "whole")
    assert found([read]) == ({load: "loaded", read: "whole"}, {})
    assert not work.is_outdated
    fits.append(None)
    assert work.is_outdated
    assert found([("image", 0, "")])[0] == {load: "loaded", read: "whole"}


def test_whatever_thread_sends_does_so_as_an_answer_to_the_page(lens):
    """See Follower: else the page's next message waits for the cell that is busy."""
    who, heard = contextvars.ContextVar("who", default="the cell"), []

    def note(_):
        heard.append(who.get())

    lens.observe(note, "body")
    contextvars.copy_context().run(lambda: (who.set("the page"), ask(lens, tab="Depth")))
    lens._state = replace(lens._state, tab="Spread")
    thread = threading.Thread(target=lens._follow)
    thread.start()
    thread.join()
    lens.unobserve(note, "body")
    assert heard == ["the page", "the page"]


def test_messages_of_the_page_go_to_the_subshell_that_they_are_sent_to_whoever_published_last():
    comm = BaseComm(comm_id="x", target_name="jupyter.widget")
    comm._reply_subshell_id = None  # as ipykernel notes with each message that the cell's thread sends
    assert comm._reply_subshell_for({}, "subshell") is None
    heard_where_sent(comm)
    assert comm._reply_subshell_for({}, "subshell") == "subshell"


def test_a_part_of_the_page_that_is_as_it_was_is_not_sent(lens):
    ask(lens, tab="Heat map", path="group2/block1")
    sent = []

    def note(change):
        sent.append(change.name)

    lens.observe(note, [*PARTS, "shown"])
    ask(lens, tab="Curves")
    lens._saving.saved = lens._saving.saved._replace(words="Saved")
    lens._render()
    lens.unobserve(note, [*PARTS, "shown"])
    assert sent == ["body", "shown", "side", "shown"]


def test_a_cell_that_is_run_again_ends_its_panel_which_lets_go_of_all_that_it_held(model, monkeypatch):
    monkeypatch.setattr(lens_module, "cell", lambda: "cell 1")
    pictures = np.zeros((20, 32, 32, 3), "uint8")
    first = GateLens(model, pictures, np.arange(20) % 10).wait(300)
    held = [weakref.ref(each) for each in (first._work, first._work.loaded, first._work.reading, first._work.untrained)]
    second = GateLens(model, pictures, np.arange(20) % 10).wait(300)
    gc.collect()
    assert [each() for each in held] == [None] * 4
    assert (post(first, {"tab": "Depth"}), first.shown["answered"]) == (1, {VIEW: 1})
    assert first.shown["error"] == REPLACED
    held = weakref.ref(second._work)
    second.close()
    gc.collect()
    assert held() is None
    assert (first.failure, second.failure) == (None, None)


def test_a_panel_that_was_ended_hears_no_more_of_a_watch_nor_of_work_that_others_share(model):
    from senet_lab.gates.watch import GateWatch

    watch = GateWatch(np.zeros((10, 32, 32, 3)), np.arange(10))
    lens = GateLens(model, watch=watch)
    work = lens._work
    assert (len(watch._listeners), len(work._listeners)) == (1, 1)
    lens.close()
    assert (watch._listeners, work._listeners) == ([], [])
    work.wait(300)


def test_a_watch_refuses_labels_that_do_not_fit():
    from senet_lab.gates.watch import GateWatch

    with pytest.raises(ValueError, match=re.escape("`labels` (of shape (1,), int64) must be a class number for each")):
        GateWatch(np.zeros((2, 32, 32, 3)), [1])
    with pytest.raises(ValueError, match="`images` must be finite in float32, and image 0 has"):
        GateWatch(np.full((2, 32, 32, 3), np.nan), [1, 2])
    with pytest.raises(TypeError, match="`labels` must be class numbers, not"):
        GateWatch(np.zeros((2, 32, 32, 3)), ["cat", "dog"])


def test_a_damaged_record_is_said(tmp_path):
    (tmp_path / moments.FILE).write_text(json.dumps([{"epoch": 1}]))
    with pytest.raises(ValueError, match="is damaged"):
        moments.kept(tmp_path / moments.FILE)
    assert moments.kept(tmp_path / "none.json") == []


def seen(lens, words):
    """The page once it has the words: a thread looks into the folder now and then."""
    end = time.monotonic() + 20
    while words not in "".join(page(lens)[part] for part in ("heading", "said", "side", "body", "error")):
        assert time.monotonic() < end, page(lens)["said"]
        time.sleep(0.05)
    return page(lens)


def test_what_a_run_notes_of_its_gates_is_shown_as_epochs_end_without_a_click_or_keras(tmp_path):
    run = Run.create(SMALL, Recipe(epochs=5), folder=tmp_path / "run")
    lens = GateLens.of_run(run)
    lens._work.wait(300)
    ask(lens, tab="Training")
    for count in (1, 2, 4):
        moments.keep(MOMENTS[:count], run.folder / moments.FILE)
        shown = seen(lens, "One moment so far" if count == 1 else f"From epoch 0 to {count - 1}")
    assert shown["body"].count("<svg") == 1
    (run.folder / moments.FILE).write_text("half a")
    assert "is damaged" in seen(lens, "is damaged")["error"]
    moments.keep(MOMENTS[:3], run.folder / moments.FILE)
    assert "is damaged" not in seen(lens, "From epoch 0 to 2")["error"]
    lens.close()
    assert lens.failure is None


def test_a_run_at_work_opens_with_its_training_and_reads_the_first_weights_when_they_are_there(tmp_path):
    run = Run.create(SMALL, Recipe(epochs=5), folder=tmp_path / "run")
    run.tell(Status("training", epoch=1, epochs=5, process=os.getpid(), mark=psutil.Process().cmdline()[0]))
    lens = GateLens.of_run(run)
    assert page(lens)["tab"] == "Training"
    assert "at work: training, epoch 2 of 5" in page(lens)["heading"]
    assert "no weights yet that can be looked into" in page(lens)["said"]
    assert (page(lens)["error"], page(lens)["busy"]) == ("", "")
    weights = SMALL.build().get_weights()
    best = run.folder / "checkpoints" / "best.npz"
    checkpoint.write(best, weights, {"epoch": 1})
    seen(lens, "its weights after 1")
    lens._work.wait(300)
    assert "Read again" in ask(lens, tab="Training")["side"]
    checkpoint.write(best, weights, {"epoch": 2})
    seen(lens, "Read its better weights")
    assert "its weights after 2" in (ask(lens, again=True)["heading"], lens.wait(300), page(lens)["heading"])[2]
    assert "Read again" in page(lens)["side"]
    run.tell(Status("finished", epoch=5, epochs=5))
    end = time.monotonic() + 20
    while "at work" in page(lens)["heading"]:
        assert time.monotonic() < end
        time.sleep(0.05)
    lens.close()


def test_a_run_on_images_of_ones_own_is_looked_at_in_its_own_scale_and_with_every_class(tmp_path):
    """Files of a folder come one class after the other, and are standardised by their own mean."""
    rng = np.random.default_rng(0)
    for name, base in (("dark", 20), ("light", 200)):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for number in range(30):
            pixels = rng.integers(base, base + 40, (32, 32, 3), dtype="uint8")
            Image.fromarray(pixels).save(tmp_path / "mine" / name / f"{number}.png")
    network = replace(SMALL, classes=2)
    run = Run.create(network, Recipe(standardise=True), str(tmp_path / "mine"), folder=tmp_path / "run")
    checkpoint.write(run.folder / "checkpoints" / "000000001.npz", network.build().get_weights(), {"epoch": 1})
    (run.folder / "checkpoints" / "000000002.npz").write_bytes(b"half")
    loaded = lens_runs.of_run(run).load()
    assert loaded.labels.tolist()[:4] == [0, 1, 0, 1]
    assert abs(loaded.images.mean()) < 0.1
    assert "its weights after 1" in loaded.about
    assert sorted(path.name for path in (run.folder / "checkpoints").iterdir()) == ["000000001.npz", "000000002.npz"]


@pytest.mark.slow
def test_a_run_shows_its_best_weights_and_how_gates_moved(tmp_path):
    recipe = Recipe(epochs=2, batch=256, standardise=True)
    run = Run.create(SMALL, recipe, folder=tmp_path / "run")
    lens = GateLens.of_run(run)
    lens._work.wait(300)
    assert "has no checkpoint yet" in page(lens)["error"]
    assert run.start().wait(300).state == "finished"
    ask(lens, again=True)
    lens.wait(300)
    assert page(lens)["error"] == ""
    assert "From epoch 0 to 2" in ask(lens, tab="Training")["said"]
    assert "a run of 2 epochs" in page(lens)["heading"]


@pytest.mark.parametrize("name", pretrained.names())
def test_a_network_that_ships_is_offered_if_it_has_gates_and_read_once(name):
    offered = {source.name for source in lens_sources.shipped()}
    has_gates = bool(pretrained.card(name).architecture.ledger().se.params)
    assert (name in offered) == has_gates
    if has_gates:
        lens = GateLens(name).wait(300)
        assert lens._work.reading.accuracy == pytest.approx(pretrained.card(name).sample_accuracy, abs=0.002)
        assert GateLens(name)._work is lens._work


TIMM = "timm/seresnet50.ra2_in1k"


def settled(lens):
    """Wait for all that was begun: Python cannot end while a thread imports TensorFlow."""
    for work in lens._works._works.values():
        work.wait(300)


def test_choosing_another_network_while_keras_is_being_imported_works(monkeypatch):
    """A module that is half imported has no `config` yet."""
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    work = lens_work.Work(lens_sources.Source("net", lambda: "loaded"))
    work.aim([("load",)])
    work.wait(10)
    assert work.loaded == "loaded"


def test_timms_networks_are_offered_and_nothing_is_fetched_until_somebody_says_so(monkeypatch):
    """Offline, what fetching would take is said; after that, what else can be done. The strip is there at once."""
    real, fetched = hub._fetched, []
    monkeypatch.setattr(hub, "_fetched", lambda tag: fetched.append(tag) or real(tag))
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # as where it is not installed
    lens = GateLens()
    shown = ask(lens, network=TIMM)
    assert "112.56 MB, from huggingface.co" in shown["said"]
    assert "Fetch and load it" in shown["body"]
    assert shown["strip"].count("sn-node") == 0
    assert "<svg" in shown["strip"]
    for tab in TABS:
        ask(lens, tab=tab)
    assert (fetched, page(lens)["error"]) == ([], "")
    shown = ask(lens, load=True)
    assert fetched == [TIMM.removeprefix("timm/")]
    assert "not installed; try pip install huggingface_hub, or get model.safetensors" in shown["error"]
    assert "Fetch and load it" in page(lens)["body"]
    ask(lens, load=True)
    assert len(fetched) == 2
    assert lens.failure is None
    settled(lens)


def test_naming_one_of_timms_networks_is_saying_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    lens = GateLens(TIMM)
    lens._work.wait(300)
    assert "not installed" in page(lens)["error"]
    assert repr(lens) == f"GateLens({TIMM})"
    with pytest.raises(ValueError, match=r"must say which weights; try 'seresnet50.ra2_in1k'"):
        GateLens("timm/seresnet50")


@pytest.fixture(scope="module")
def converted():
    """timm's seresnet18 with weights drawn at random, and as many classes as ImageNet, on small images."""
    network = replace(architecture_of("seresnet18"), input_shape=(64, 64, 3))
    return convert(draw(shapes(network)), network)


def test_a_converted_network_looks_at_the_sample_made_larger_and_names_what_it_predicts(converted):
    how = PUBLISHED["seresnet50.ra2_in1k"].preprocessing
    lens = GateLens(converted, prepare=how.standardised).wait(300)
    loaded, reading = lens._work.loaded, lens._work.reading
    assert loaded.pictures.shape == (100, 64, 64, 3)
    assert np.bincount(reading.labels).tolist() == [10] * 10
    assert (reading.classes, reading.accuracy) == (data.CIFAR10, None)
    assert np.allclose(loaded.images, how.standardised(loaded.pictures))
    shown = ask(lens, tab="One image", image=7)
    passage = lens._work.results["image", 7, lens.scene.path]
    assert imagenet_classes()[passage.probabilities.argmax()][1].partition(",")[0] in shown["said"]
    assert "its label is" in shown["said"]
    shown = send(lens, "mine.png", encoded(Image.fromarray(RAMP)))
    assert "made 64 x 64" in shown["body"]
    shown = ask(lens, tab="Ablation", **{f"hold {lens.scene.path}": True})
    assert "other classes than those of these images" in shown["said"]
    assert "so that there is no accuracy to measure" in shown["side"]
    assert (shown["error"], ask(lens, tab="Depth")["error"], lens._work.failed) == ("", "", {})
    for tab in TABS:
        ElementTree.fromstring(f"<div>{ask(lens, tab=tab)['body']}</div>")


def test_the_twin_without_squeeze_excite_stands_beside_what_holding_gates_loses(lens, monkeypatch):
    card = SimpleNamespace(name="se", accuracy=0.90, images=10_000)
    words = beside(card, SimpleNamespace(name="bare", accuracy=0.885, images=10_000))
    assert words == (
        "Trained from the start without squeeze-excite, its twin bare gets 88.5\u00a0% of the same 10,000 test images, "
        "1.5 points less than its 90.0\u00a0%; up to 0.9 may be chance, and each was trained once."
    )
    monkeypatch.setitem(lens._work.results, ("load",), replace(lens._work.loaded, twin=words))
    assert words in ask(lens, tab="Ablation")["body"]


def test_of_a_network_that_ships_without_gates_its_twin_is_named(monkeypatch):
    cards = {name: pretrained.Card(
        name=name, token=network.token(), recipe=Recipe().to_dict(), data="cifar10", checkpoint="last", accuracy=0.9,
        images=10_000, sample_accuracy=0.9, device="CPU", seconds=1.0, versions={}, command="", metrics=(),
    ) for name, network in (("se_net", SMALL), ("net", replace(SMALL, ratio=None)))}  # fmt: skip
    monkeypatch.setattr(pretrained, "names", lambda: tuple(cards))
    monkeypatch.setattr(pretrained, "card", cards.__getitem__)
    monkeypatch.setattr(pretrained, "twin", lambda card: cards["se_net" if card.name == "net" else "net"])
    assert [source.name for source in lens_sources.shipped()] == ["se_net"]
    with pytest.raises(ValueError, match=r"`model` \(='net'\) must have squeeze-excite, .* its twin, 'se_net'"):
        GateLens("net")
    with pytest.raises(ValueError, match="try 'se_net'"):
        GateLens("se_nett")
