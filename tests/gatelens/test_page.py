"""The GateLens's page: every tab, in the numbers of the library, and only the parts that change."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from gate_readings import SMALL
from messages import post
from panel_driver import ask, page

from senet_lab import GateLens
from senet_lab.gatelens import tabs as lens_tabs
from senet_lab.gatelens.page import PARTS
from senet_lab.gatelens.passage_maps import look
from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, TABS, WHAT, WHICH
from senet_lab.gates import observe as gates
from senet_lab.training.batches import prepare_images
from senet_lab.training.recipe import Recipe
from senet_lab.weights import pretrained


def test_an_image_has_the_same_name_in_every_place(lens):
    """The first is Image 1, as people count; title, label, caption and sentence agree."""
    shown = ask(lens, tab=IMAGE, image=0)
    tag = re.search(r'<button[^>]*data-ask="image" data-value="0"[^>]*>', shown["body"])[0]
    assert (tag.count(", Image 1"), "images[" in shown["body"]) == (2, False)
    assert "<figcaption>Image 1, label" in shown["body"]
    assert shown["said"].startswith("Image 1 is classified as")


def test_every_tab_is_drawn_with_its_folds_and_says_something(lens):
    for tab in TABS:
        folds = FOLDS_OF_TAB[tab]
        folded = ask(lens, tab=tab)["body"]
        shown = ask(lens, **{f"unfold {name}": True for name in folds})
        assert (folded.count("<details class"), shown["body"].count(' open="open"><summary')) == (
            folded.count("<details class"),
            len(folds),
        )
        assert (shown["tab"], shown["error"], shown["busy"], shown["doing"]) == (tab, "", "", "")
        assert len(shown["said"]) > 20
        assert len(shown["body"]) > 200
        ElementTree.fromstring(f"<div>{shown['side']}{shown['heading']}{shown['strip']}{shown['body']}</div>")


def test_the_panels_gates_are_those_of_gates(lens, model):
    work = lens._work
    by_hand = gates.gates(model, prepare_images(work.loaded.pictures[:8], Recipe()))
    for path, values in work.reading.gates.items():
        assert np.allclose(values[:8], by_hand[path], atol=1e-5)
    assert work.untrained.gates.keys() == work.reading.gates.keys()


def test_chosen_classes_are_drawn_and_no_others(lens):
    shown = ask(lens, tab=WHICH, classes=[3, 7])
    assert shown["body"].count("sn-line-key") == 2
    assert "horse" in shown["body"]
    assert "Choose at least two classes" in ask(lens, classes=[])["said"]
    ask(lens, classes=[0, 1, 2, 3, 4])


@pytest.mark.slow
def test_without_labels_predictions_stand_for_them_and_it_is_said(model):
    lens = GateLens(model, np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype="uint8")).wait(300)
    assert not lens._work.reading.has_labels
    assert "no labels, so predictions are used instead" in page(lens)["heading"]
    for tab in TABS:
        assert ask(lens, tab=tab)["error"] == ""


def test_a_network_without_gates_is_answered_in_the_panel():
    lens = GateLens(replace(SMALL, ratio=None).build())
    lens._work.wait(300)
    assert "has no squeeze-excite gate" in page(lens)["error"]
    assert page(lens)["said"] == "There are no gates to show; the message above says why."
    assert page(lens)["strip"] == ""
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
        assert (shown["said"], shown["error"], shown["busy"]) == (lens_tabs.NOTHING_SHIPS, "", "")
        assert "Choose a network" in shown["side"]
        assert "disabled" not in shown["side"]
    assert repr(lens) == "GateLens(no network)"
    with pytest.raises(RuntimeError):
        lens.wait()


@pytest.mark.slow
def test_an_error_of_our_own_is_shown_and_kept_and_the_next_choice_works(model, monkeypatch):
    lens = GateLens(model).wait(300)
    monkeypatch.setattr(lens_tabs, "curves_words", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in ask(lens, tab=WHICH)["error"]
    assert isinstance(lens.failure, ZeroDivisionError)
    monkeypatch.undo()
    assert ask(lens, tab=WHICH, classes=[1, 2])["error"] == ""


def test_where_no_widget_lives_there_is_the_page_as_it_stands(lens):
    bundle = lens._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == f"GateLens({lens._state.network})"
    html = data["text/html"].partition("</style>")[2]
    ElementTree.fromstring(html)
    assert html.count("<svg") >= 3
    assert "tabindex" not in html.replace('sn-wide" tabindex="0"', "")  # a wide table scrolls by arrow keys
    assert "<input" not in html


def test_a_part_of_the_page_that_is_as_it_was_is_not_sent(lens):
    ask(lens, tab=IMAGE, path="group2/block1")
    sent = []

    def note(change):
        sent.append(change.name)

    lens.observe(note, [*PARTS, "shown"])
    ask(lens, tab=WHICH)
    lens._figures.status = lens._figures.status._replace(words="Saved")
    lens._render()
    lens.unobserve(note, [*PARTS, "shown"])
    assert sent == ["body", "shown", "side", "shown"]


def test_the_images_of_a_channel_are_those_that_open_and_close_its_gate_most(lens):
    shown = ask(lens, tab=WHAT, path="group2/block1", channel=5)
    gates_of_channel = lens._work.reading.gates["group2/block1"][:, 5]
    order = gates_of_channel.argsort(kind="stable").tolist()
    examples = lens.scene.examples
    assert [each.image for each in examples.opening] == order[::-1][:4]
    assert [each.image for each in examples.closing] == order[:4]
    assert examples.opening[0].gate == gates_of_channel.max()
    assert "Channel 5 of group 2" in shown["said"]
    assert shown["body"].count(examples.opening[0].map) == 1
    assert "most class-specific" in shown["body"].lower()
    other = ask(lens, path="group2/block2")  # which begins with its own channel
    first = lens._work.reading.offered_channels("group2/block2")[0]
    assert f"Channel {first} of group 2 \u00b7 block 2" in other["said"]


def test_where_the_network_looks_is_grad_cam_with_gates_free_and_held(lens, model):
    from senet_lab.gates.gradcam import block_output, class_gradient, grad_cam

    shown = ask(lens, tab=IMAGE, path="group2/block2", image=3)
    loaded, passage = lens._work.loaded, lens.scene.passage
    guess = passage.guesses[0][0]
    assert set(lens.scene.looks.by_class) == {guess, passage.label}
    seen = class_gradient(model, loaded.images[3:4], block_output(model, "group2/block2"), [guess])
    free, one, mean = lens.scene.looks.by_class[guess]
    assert (free.how, one.how, mean.how) == ("own", "one", "mean")
    places = grad_cam(seen.maps, seen.gradients)[0]
    assert free.map == look("own", places, places, 1.0).map
    assert free.probability == pytest.approx(passage.guesses[0][1], abs=1e-5)
    assert one.probability != pytest.approx(free.probability, abs=1e-5)
    assert shown["body"].count('alt="Grad-CAM for') == 3 * len(lens.scene.looks.by_class)
    assert "with all gates held at their mean" in shown["said"]


def test_scores_of_a_network_without_softmax_are_shown_as_probabilities():
    from keras.activations import linear

    scoring = SMALL.build()
    scoring.get_layer("classifier_dense").activation = linear  # as if it returned logits
    images = np.random.default_rng(0).integers(0, 256, (30, 32, 32, 3), dtype="uint8")
    lens = GateLens(scoring, images).wait(300)
    shown = ask(lens, tab=IMAGE, image=0)
    scores = np.float64(lens._work.reading.predictions[0])
    assert scores.min() < 0
    guess, probability = lens.scene.passage.guesses[0]
    assert guess == scores.argmax()
    assert probability == pytest.approx(np.exp(scores[guess]) / np.exp(scores).sum(), abs=1e-5)
    assert lens.scene.looks.by_class[guess][0].probability == pytest.approx(probability, abs=1e-5)
    assert f"({probability:.0%})" in shown["said"]


def test_pixels_are_not_scaled_twice_for_a_network_that_scales_them():
    import keras
    from keras import layers

    pixels = np.random.default_rng(0).integers(0, 256, (30, 16, 16, 3), dtype="uint8")
    for first, largest in ((layers.Rescaling(1 / 64), 255), (layers.ReLU(), 1)):
        inputs = keras.Input((16, 16, 3))
        x = layers.Conv2D(4, 3)(first(inputs))
        gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(x))
        x = layers.GlobalAveragePooling2D()(layers.Multiply()([x, gate]))
        lens = GateLens(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)), pixels).wait(300)
        assert lens._work.loaded.images.max() == pytest.approx(largest, rel=0.01)


@pytest.mark.slow
def test_the_gates_per_pixel_of_a_block_are_shown_for_an_image_and_not_of_a_network_without_them(lens):
    assert "Gates per pixel" not in ask(lens, tab=IMAGE, image=0)["body"]
    model = replace(SMALL, attention="cbam").build()
    other = GateLens(model).wait(300)
    shown = ask(other, tab=IMAGE, image=3, path="group2/block1")
    (values,) = gates.pixel_gates(model, other._work.loaded.images[3:4])["group2/block1"]
    its = other.scene.passage.pixels
    assert (its.size, its.low, its.high) == ((16, 16), pytest.approx(values.min()), pytest.approx(values.max()))
    assert f'src="{its.map}" width="112" height="112" alt="Gates per pixel in group 2' in shown["body"]
    assert other.failure is None
    ElementTree.fromstring(f"<div>{shown['body']}</div>")
    other.close()
