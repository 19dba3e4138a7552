"""The GateLens's sentences: they say what the numbers say, and no more."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from gate_readings import (
    EXAMPLES,
    LOOKS,
    MOMENTS,
    NAMES,
    PATHS,
    PERFECT,
    READING,
    ablation_of,
    drawn_reading,
    passage_of,
)

from senet_lab.drawing.network.words import title
from senet_lab.gatelens.array_reading import ArrayReading
from senet_lab.gatelens.passage import ChannelExamples, Looks
from senet_lab.gatelens.passage_maps import pixel_gates
from senet_lab.gatelens.views.ablation import ablation_words, chance_words, held_words, savings
from senet_lab.gatelens.views.channel import channel_words
from senet_lab.gatelens.views.curves import curves, curves_words
from senet_lab.gatelens.views.depth import depth, depth_words
from senet_lab.gatelens.views.heat_map import heat_map, heat_words
from senet_lab.gatelens.views.history import history_words
from senet_lab.gatelens.views.image import channels_words, looks_words, prediction_words
from senet_lab.gatelens.views.pixels import pixels_words
from senet_lab.gatelens.views.similarity import similarity_words
from senet_lab.gatelens.views.spread import spread


def test_words_say_what_the_numbers_say_and_when_a_network_does_not_show_what_the_paper_found():
    assert "Classes separate with depth" in curves_words(READING, (0, 1, 2)) or "As in the paper" in curves_words(
        READING, (0, 1, 2)
    )
    flat = drawn_reading(rising=False)
    assert "does not show that" in curves_words(flat, (0, 1, 2))
    assert "F ratios grow with depth" in depth_words(READING)
    assert "F ratios do not grow with depth" in depth_words(
        ArrayReading(dict(reversed(READING.gates.items())), READING.labels, NAMES)
    )
    assert "In the untrained network, the highest F ratio is" in depth_words(READING, flat)
    assert re.search(
        r"separate the classes clearly .F ratio above 10.\. Channel \d+ separates them best",
        heat_words(READING, PATHS[3], (0, 1, 2)),
    )
    assert "no two of these classes have similar gates" in similarity_words(READING, PATHS[3], (0, 1, 2))
    alike = np.array([[0.9, 0.1, 0.5], [0.8, 0.2, 0.5], [0.1, 0.9, 0.6]] * 2)
    told = similarity_words(ArrayReading({PATHS[0]: alike}, np.array([0, 1, 2] * 2), NAMES), PATHS[0], (0, 1, 2))
    assert f"the gates are most similar for {NAMES[1]} and {NAMES[0]} (correlation " in told
    assert prediction_words(passage_of(), NAMES) == "<mine>.png is classified as <b>dog</b> (60%), correctly."
    assert "its label is cat" in prediction_words(passage_of(0), NAMES)
    assert channels_words(passage_of(), PATHS[0]) == (
        "In group 1 \u00b7 block 1, channel 11 is raised most, from its mean of 0.50 to 1.00; channel 0 is lowered most, "
        "from its mean of 0.50 to 0.00."
    )
    assert "From epoch 0 to 3" in history_words(MOMENTS)
    assert depth_words(PERFECT).startswith(
        "Group 3 \u00b7 block 1 separates the classes perfectly: its F ratio is \u221e, and the class explains 100"
    )
    perfect = [replace(each, specificity={**each.specificity, PATHS[-1]: inf}) for each in MOMENTS]
    assert f"{title(PATHS[0])} learned most about the classes: F ratio 1.0 \u2192 10" in history_words(perfect)


def test_gates_that_stand_still_are_said_to_and_are_no_finding_of_the_paper():
    """A block whose squeeze never gets through its ReLU has gates of one half, which serve all classes alike."""
    dead = {**READING.gates, PATHS[1]: np.full_like(READING.gates[PATHS[1]], 0.5)}
    words = curves_words(ArrayReading(dead, READING.labels, NAMES), (0, 1, 2))
    assert "The gates of group 1 \u00b7 block 2 hardly respond to the image: they stay close to 0.50." in words
    assert "in group 1 \u00b7 block 2 and" not in words
    assert "hardly respond" not in curves_words(READING, (0, 1, 2))
    for path in PATHS:
        dead[path] = np.full_like(READING.gates[path], 0.5)
    assert "As in the paper" not in curves_words(ArrayReading(dead, READING.labels, NAMES), (0, 1, 2))


def test_difference_that_the_untrained_network_has_as_well_is_no_finding():
    assert "shows nothing that was learned" in curves_words(READING, (0, 1, 2), untrained=READING)
    assert "nothing that was learned" not in curves_words(READING, (0, 1, 2), untrained=drawn_reading(rising=False))


def test_words_about_ablation_count_points_and_savings():
    alone = {path: ablation_of(path, 0.9 - 0.01 * index) for index, path in enumerate(PATHS)}
    assert "2 of 4 blocks measured" in ablation_words(dict(list(alone.items())[:2]), None, NAMES, "one", 4)
    told = ablation_words(alone, None, NAMES, "one", 4)
    assert "group 3 \u00b7 block 1 loses most: \u22123.0 \u00b1 4.4 points" in told
    held = ablation_words(alone, ablation_of(PATHS[0]), NAMES, "one", 4)
    effect = held_words(PATHS[:1], "one", ablation_of(PATHS[0]), "")
    assert effect == "group 1 \u00b7 block 1 held at 1: accuracy 90.0% \u2192 80.0% (\u221210.0 \u00b1 4.2 points)"
    assert held.startswith(f"G{effect[1:]}; <b>dog</b> loses most (\u221240.0 points). ")
    assert "512 fewer parameters" in held
    assert "among the 60 images" in chance_words(alone[PATHS[0]])
    assert "cannot be counted" in savings(ablation_of(PATHS[0], params=None))


@pytest.mark.parametrize("images", [1, 3])
def test_too_few_images_are_said_and_draw_all_the_same(images):
    few = ArrayReading(
        {path: values[:images] for path, values in READING.gates.items()}, READING.labels[:images], NAMES
    )
    assert not few.is_comparable
    assert "at least two classes" in depth_words(few)
    for drawn in (curves(few, (0,)), heat_map(few, PATHS[0], (0,)), spread(few, PATHS[0]), depth(few)):
        ElementTree.fromstring(f"<div>{drawn}</div>")


def test_words_say_where_the_network_looks_with_gates_held_and_how_sure_it_is():
    assert looks_words(LOOKS, passage_of(), PATHS[3], NAMES) == (
        "In group 3 \u00b7 block 1, with all gates held at their mean, the network looks at nearly the same places (50% <b>dog</b>); at 1, at nothing in "
        "particular (20% <b>dog</b>)."
    )
    opposite = replace_look(LOOKS.by_class[1][2], likeness=-0.4)
    assert "at other places (50%" in looks_words(
        Looks({1: [*LOOKS.by_class[1][:2], opposite]}), passage_of(), PATHS[3], NAMES
    )
    partly = replace_look(LOOKS.by_class[1][2], likeness=0.6)
    assert "at partly the same" in looks_words(
        Looks({1: [*LOOKS.by_class[1][:2], partly]}), passage_of(), PATHS[3], NAMES
    )
    assert "no classifier" in prediction_words(replace(passage_of(), guesses=None), NAMES)


def with_pixels(gates):
    return replace(passage_of(), pixels=pixel_gates(np.array(gates)))


def test_words_say_where_the_gates_per_pixel_are_largest_and_smallest():
    rising = np.arange(36.0).reshape(6, 6) / 35
    assert pixels_words(with_pixels(rising), PATHS[0]) == (
        "In group 1 \u00b7 block 1, the gates per pixel for <mine>.png are between 0.00 and 1.00: on average largest at "
        "the bottom right (0.90) and smallest at the top left (0.10)."
    )
    assert "hardly differ from place to place: they are all 0.50." in pixels_words(
        with_pixels(np.full((2, 2), 0.5)), PATHS[0]
    )
    assert "largest at the bottom right (1.00)" in pixels_words(with_pixels([[0.2, 0.5], [0.4, 1]]), PATHS[0])
    assert pixels_words(with_pixels([[0.25]]), PATHS[0]).endswith("they are all 0.25.")
    assert pixels_words(passage_of(), PATHS[0]) == ""


def replace_look(look, **changes):
    return look._replace(**changes)


def test_words_say_for_which_images_and_classes_a_gate_opens():
    told = channel_words(EXAMPLES, READING, PATHS[3], 0)
    means = {NAMES[number]: READING.class_means(PATHS[3], [number])[0][0] for number in range(3)}
    high, low = max(means, key=means.get), min(means, key=means.get)
    assert told == (
        "Channel 0 of group 3 \u00b7 block 1 opens most for <b>dog</b> (2) and a & b (1), up to 0.90, and closes most for "
        f"cat (2), down to 0.10. On average, it is most open for {high} ({means[high]:.2f}) and least for {low} "
        f"({means[low]:.2f})."
    )
    dead = ChannelExamples(*([each._replace(gate=0.5) for each in EXAMPLES.opening],) * 2)
    assert "hardly responds to the image: its gate stays close to 0.50." in channel_words(dead, READING, PATHS[3], 0)
    assert "more images" in channel_words(ChannelExamples([], []), READING, PATHS[3], 0)
