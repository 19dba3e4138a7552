"""The GateLens's pictures against the arrays that they are drawn from."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from gate_readings import (
    EXAMPLES,
    LOOKS,
    MOMENTS,
    NAMES,
    PATHS,
    PLACES,
    READING,
    ablation_of,
    drawn_reading,
    maps_of,
    passage_of,
    pixels,
)

from senet_lab import Architecture
from senet_lab.drawing.raster import heat_png, png
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.gatelens.array_reading import ArrayReading
from senet_lab.gatelens.passage_maps import pixel_gates
from senet_lab.gatelens.reading import thin_out
from senet_lab.gatelens.views.ablation import alone_and_together
from senet_lab.gatelens.views.channel import channel_view
from senet_lab.gatelens.views.classes import class_key, class_styles, gates_sheet, stages
from senet_lab.gatelens.views.curves import curves
from senet_lab.gatelens.views.depth import depth
from senet_lab.gatelens.views.heat_map import heat_map
from senet_lab.gatelens.views.history import history
from senet_lab.gatelens.views.image import channels_view, image_view, thumbnail
from senet_lab.gatelens.views.pixels import pixels_view
from senet_lab.gatelens.views.similarity import similar_classes
from senet_lab.gatelens.views.spread import spread, spread_words
from senet_lab.gatelens.views.strip import strip, strip_legend
from senet_lab.gates import observe as gates

PIXELS = replace(passage_of(), pixels=pixel_gates(PLACES / 20))
WHITE = "data:image/png;base64,AA=="
VIEWS = {
    "strip": lambda: f"<div>{strip_legend()}{strip(None, READING.specificity, PATHS[1], held=(PATHS[2],), interactive=True)}</div>",
    "curves": lambda: f"<div>{curves(READING, (0, 1, 2))}</div>",
    "curves of four": lambda: f"<div>{curves(ArrayReading({f'g{i}/b': READING.gates[PATHS[0]] for i in range(9)}, READING.labels, NAMES), (0, 1))}</div>",
    "heat map": lambda: f"<div>{heat_map(READING, PATHS[3], (0, 1, 2))}</div>",
    "heat map of nothing": lambda: heat_map(READING, PATHS[3], (3,)),
    "spread": lambda: f"<div>{spread(READING, PATHS[0], drawn_reading(1))}</div>",
    "depth": lambda: f"<div>{depth(READING, PATHS[0], drawn_reading(1))}</div>",
    "similarity": lambda: f"<div>{similar_classes(READING, PATHS[3], (0, 1, 2))}</div>",
    "similarity of two": lambda: similar_classes(READING, PATHS[3], (0, 1)),
    "image": lambda: f"<div>{image_view(passage_of(), LOOKS, PATHS[0], NAMES)}</div>",
    "image before it is known where the network looks": lambda: f"<div>{image_view(passage_of(), None, PATHS[0], NAMES)}</div>",
    "gates per pixel": lambda: f"<div>{pixels_view(PIXELS, PATHS[0], READING.color_scale)}</div>",
    "channels of an image": lambda: f"<div>{channels_view(passage_of(), PATHS[0])}</div>",
    "images of a channel": lambda: f"<div>{channel_view(EXAMPLES, READING, PATHS[3], 0)}</div>",
    "thumbnails": lambda: f"<div>{thumbnail(0, WHITE, 'cat')}{thumbnail(40, WHITE, 'a & b', '<b>dog</b>', is_selected=True)}</div>",
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
    by_hand = np.stack([READING.gates[PATHS[0]][READING.labels == one].mean(0) for one in (0, 2)])
    means = by_hand[:, by_hand.mean(0).argsort()]
    svg = ElementTree.fromstring(f"<div>{curves(READING, (0, 2), PATHS[0])}</div>").find(".//{*}svg[@role]")
    first = next(each for each in svg.iter() if "sn-class-0" in each.get("class", "")).get("d")
    ys = [float(point.split()[1]) for point in first.removeprefix("M ").split(" L ")]
    assert np.allclose((168 - np.array(ys)) / 138, means[0], atol=0.001)


def test_the_table_behind_the_curves_has_the_same_numbers():
    table = ElementTree.fromstring(f"<div>{curves(READING, (0, 1, 2))}</div>").find(".//table")
    row = next(row for row in table.find("tbody") if row[0].text == "3")
    path = stages(PATHS)[0]
    assert [float(cell.text) for cell in row[1:4]] == pytest.approx(
        [row[3] for row in READING.class_means(path, (0, 1, 2))], abs=6e-4
    )


def test_channels_that_are_too_many_for_points_are_averaged_with_their_neighbours():
    wide = ArrayReading({"a/b": np.arange(1000.0)[None].repeat(4, 0)}, np.arange(4) % 2, NAMES)
    points, size = wide.curves("a/b", (0, 1), 160)
    assert ([len(curve) for curve in points], size) == ([143, 143], 7)
    assert points[0][:2] == pytest.approx([3, 10])
    assert thin_out(range(5), 2) == [0.5, 2.5, 4]
    assert READING.curves(PATHS[0], (0, 1), 8)[1] == 1


def test_the_heat_map_is_the_gates_most_specific_channel_on_top_one_class_after_the_other():
    gates_ = READING.gates[PATHS[3]]
    ratios, order = np.array(READING.channel_ratios(PATHS[3])), READING.heat_channels(PATHS[3])
    assert order[0] == gates.most_specific(gates_, READING.labels, 1)[0] == ratios.argmax()
    assert order == gates.most_specific(gates_, READING.labels, len(order)).tolist()
    assert [READING.heat(PATHS[3], number)[1] for number in (0, 2)] == [20, 20]
    values = np.concatenate([gates_[READING.labels == number] for number in (0, 2)])[:, order].T
    best, two_best = (READING.specific_channels(PATHS[3], [0, 2], count) for count in (1, 2))
    assert best == two_best[:1]
    assert best[0].statistic == ratios.max()
    assert best[0].means == pytest.approx([values[0, :20].mean(), values[0, 20:].mean()])
    assert READING.count_specific(PATHS[3], 10) == (ratios > 10).sum()
    drawn = ElementTree.fromstring(f"<div>{heat_map(READING, PATHS[3], (0, 2))}</div>")
    parts = [pixels(image.get("href")) for image in drawn.findall(".//{*}image")[:2]]
    assert np.array_equal(np.concatenate(parts, 1), pixels(heat_png(values, 0, 1)))


def test_classes_ten_apart_have_lines_of_their_own_in_every_picture():
    gates_ = {"a/b": np.random.default_rng(0).random((60, 4))}
    many = ArrayReading(gates_, np.arange(60) % 20, tuple(f"c{number}" for number in range(20)))
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
    found = [parse_sheet(sheet).style("path", {"sn-curve", f"sn-class-{number}"}) for number in range(10)]
    for look in found:
        light, dark = sorted((luminance(look["stroke"]), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, look
    assert len({look["stroke"] for look in found}) == len({look.get("stroke-dasharray") for look in found}) == 10


def test_the_histogram_has_all_gates_and_a_planted_block_saturates():
    shares, edges = READING.histogram(PATHS[0])
    assert sum(shares) == pytest.approx(1)
    assert (edges[0], edges[-1]) == (0, 1)
    shut = ArrayReading({"a/b": np.concatenate([np.zeros((9, 3)), np.full((9, 1), 0.99)], 1)}, np.arange(9) % 2, NAMES)
    assert shut.summaries["a/b"][4:] == (0.75, 0.25)
    assert READING.summaries[PATHS[0]][:4] == pytest.approx(
        [getattr(READING.gates[PATHS[0]], name)() for name in ("mean", "std", "min", "max")]
    )
    assert "25% always above 0.95. In the paper, by contrast, the last" in spread_words(shut, "a/b")


def test_specificity_is_that_of_gates_and_of_shuffled_labels_near_one():
    for path in PATHS:
        assert READING.specificity[path] == gates.specificity(READING.gates[path], READING.labels)
    shuffled = ArrayReading(READING.gates, np.random.default_rng(0).permutation(READING.labels), NAMES)
    assert all(0.5 < ratio < 2 for ratio in shuffled.specificity.values())
    assert READING.explained_share(PATHS[3]) > 0.9 > 0.2 > shuffled.explained_share(PATHS[3])


def test_similarity_is_that_of_the_chosen_classes():
    present, alike = READING.similarity(PATHS[3], (2, 0, 3, 1))
    assert present == [0, 1, 2]
    assert np.allclose(alike, gates.similarity(READING.gates[PATHS[3]], READING.labels))


def test_the_channels_of_an_image_are_those_furthest_from_their_mean():
    raised, lowered = ([maps.channel for maps in its] for its in (passage_of().raised, passage_of().lowered))
    assert (raised, lowered) == ([11, 10, 9, 8], [0, 1, 2, 3])
    drawn = ElementTree.fromstring(f"<div>{channels_view(passage_of(), PATHS[0])}</div>")
    maps = drawn.findall(".//section//img")
    before, after = (maps[..., 11] for maps in maps_of())
    low, high = min(before.min(), after.min()), max(before.max(), after.max())
    assert np.array_equal(pixels(maps[0].get("src")), pixels(heat_png(before, low, high)))
    assert np.array_equal(pixels(maps[1].get("src")), pixels(heat_png(after, low, high)))


def test_an_image_is_dark_where_the_network_does_not_look():
    drawn = ElementTree.fromstring(f"<div>{image_view(passage_of(), LOOKS, PATHS[0], NAMES)}</div>")
    maps = [pixels(each.get("src")) for each in drawn.findall(".//span[@class='sn-look']/img[2]")]
    assert len(maps) == 6
    assert (maps[0].min(), maps[0].max()) == (40, 255)
    assert maps[0].argmax() == maps[0].size - 1
    assert set(maps[1].ravel()) == {40}  # nothing raises the score
    words = "".join(drawn.itertext())
    assert "60.0%" in words
    assert ("correlation 0.96" in words, "correlation none" in words) == (True, True)


def test_pages_of_the_sample_take_classes_in_turn_and_can_be_of_mistakes_alone():
    numbers, pages = READING.image_page((0, 1, 2), 0, 16)
    assert (READING.labels[numbers[:6]].tolist(), pages) == ([0, 1, 2, 0, 1, 2], 4)
    wrong, _ = READING.image_page((0, 1, 2), 0, 16, misclassified=True)
    assert sorted(wrong) == [0, 1, 2, 3, 4, 5]
    assert READING.image_page((3,), 7, 16) == ([], 1)
    draw = ArrayReading({}, np.random.default_rng(0).integers(0, 4, 90), NAMES)
    met, turns = {}, []
    for label in draw.labels.tolist():
        met[label] = met.get(label, -1) + 1
        turns.append((met[label], label))
    first, _ = draw.image_page(range(4), 0, 16)
    assert first == sorted(range(90), key=turns.__getitem__)[:16]


def test_numbers_as_colors_run_from_dark_blue_to_yellow_and_what_is_no_number_is_dark():
    drawn = pixels(heat_png(np.array([[0.0, 0.334, 1.0, 2.0, np.nan]]), 0, 1))[0]
    assert drawn.tolist() == [[0, 32, 77], [87, 93, 109], [255, 234, 70], [255, 234, 70], [0, 32, 77]]
    assert np.array_equal(pixels(heat_png(np.full((2, 3), 7.0), 7, 7)), np.tile(drawn[:1], (2, 3, 1)))


def test_grey_images_and_floats_can_be_looked_at():
    assert pixels(png(np.zeros((4, 5, 1), "uint8"))).shape == (4, 5)
    assert pixels(png(np.zeros((4, 5, 3), "uint8"))).shape == (4, 5, 3)


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


def test_gates_per_pixel_are_a_picture_with_a_range_and_none_without_such_gates():
    drawn = pixels_view(PIXELS, PATHS[0], READING.color_scale)
    assert "from 0.00 to 0.75; 1 leaves a pixel unchanged" in drawn
    assert "gates of 4 \u00d7 4 pixels" in drawn
    assert f'src="{heat_png(PLACES / 20, 0, 0.75)}"' in drawn
    assert pixels_view(passage_of(), PATHS[0], READING.color_scale) == ""
