"""Figures of gates for reports: the curves are the statistics, each class has two cues, and files are whole."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.gatelens.views.classes import gates_sheet
from senet_lab.gatelens.views.figures import activation_figure, last_blocks, save_figure, spread_figure
from senet_lab.gates.observe import class_deviations, class_means

DRAW = np.random.default_rng(0)
CLASSES = tuple(f"class {n}" for n in range(10))
LABELS = np.arange(10).repeat(3)
GATES = {
    f"group{group}/block{block}": DRAW.uniform(size=(30, channels)).astype("float32")
    for group, channels in enumerate((4, 16, 64), 1)
    for block in (1, 2)
}


def curves(figure):
    """For each plot by its title its curves by their labels."""
    return {axes.get_title(): {line.get_label(): line for line in axes.lines} for axes in figure.axes}


def test_the_curves_are_the_means_of_the_classes_in_the_last_block_of_each_group():
    drawn = curves(activation_figure(GATES, LABELS, CLASSES))
    assert list(drawn) == ["group 1, block 2", "group 2, block 2", "group 3, block 2"]
    lines = drawn["group 2, block 2"]
    means = class_means(GATES["group2/block2"], LABELS)
    assert list(lines) == [*CLASSES, "all classes"]
    np.testing.assert_allclose(lines["class 7"].get_ydata(), means[7])
    np.testing.assert_allclose(lines["all classes"].get_ydata(), means.mean(0), rtol=1e-6)


def test_every_class_has_a_colour_and_a_second_cue_of_its_own_and_keeps_them():
    lines = curves(activation_figure(GATES, LABELS, CLASSES))["group 3, block 2"]
    cues = [(line.get_color(), (line.get_linestyle(), line.get_marker())) for line in lines.values()]
    colours, others = zip(*cues, strict=True)
    assert len(set(colours)) == len(set(others)) == 11
    alone = curves(activation_figure(GATES, LABELS, CLASSES, shown=["class 7"]))["group 3, block 2"]
    assert list(alone) == ["class 7", "all classes"]
    assert alone["class 7"].get_color() == lines["class 7"].get_color()
    sheet = style_sheet() + gates_sheet()
    on_page = [parse_sheet(sheet).style("path", {"sn-curve", f"sn-class-{number}"}) for number in range(10)]
    assert [lines[name].get_color() for name in CLASSES] == [look["stroke"] for look in on_page]


def test_classes_ten_apart_are_told_apart():
    names = tuple(f"c{n}" for n in range(20))
    drawn = activation_figure({"a": DRAW.uniform(size=(20, 4))}, np.arange(20), names, shown=["c5", "c15"])
    first, second = (curves(drawn)["a"][name] for name in ("c5", "c15"))
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()


def test_the_spread_is_one_deviation_around_the_mean():
    figure = spread_figure(GATES, LABELS, CLASSES, shown=["class 2", "class 4"], blocks=["group1/block1"])
    band = figure.axes[0].collections[1].get_paths()[0].vertices
    values = GATES["group1/block1"]
    mean, deviation = class_means(values, LABELS)[4], class_deviations(values, LABELS)[4]
    for channel in range(4):
        heights = band[band[:, 0] == channel][:, 1]
        np.testing.assert_allclose(heights.min(), mean[channel] - deviation[channel])
        np.testing.assert_allclose(heights.max(), mean[channel] + deviation[channel])
    assert len({each.get_hatch() for each in figure.axes[0].collections}) == 2


def test_labels_that_leave_classes_out_keep_the_names_right():
    some = LABELS > 5
    lines = curves(activation_figure({"a": GATES["group1/block1"][some]}, LABELS[some], CLASSES))["a"]
    assert list(lines) == [*CLASSES[6:], "all classes"]
    np.testing.assert_allclose(lines["class 8"].get_ydata(), GATES["group1/block1"][LABELS == 8].mean(0))


def test_blocks_outside_of_groups_are_blocks_as_well():
    assert last_blocks(["squeeze_excite1", "group1/block1"]) == ("squeeze_excite1", "group1/block1")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_figure_is_saved_whole_and_the_same_each_time(suffix, tmp_path):
    for name in ("a", "b"):
        save_figure(activation_figure(GATES, LABELS, CLASSES), tmp_path / f"{name}{suffix}")
    first, second = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
    assert first == second
    if suffix == ".png":
        with Image.open(tmp_path / "a.png") as image:
            assert image.size[0] > 2000
    elif suffix == ".svg":
        assert ElementTree.fromstring(first).tag.endswith("svg")
    else:
        assert first.startswith(b"%PDF")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        save_figure(activation_figure(GATES, LABELS, CLASSES), tmp_path / f"a{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]


def test_what_there_is_not_is_refused_with_what_would_do(tmp_path):
    with pytest.raises(ValueError, match="try 'group3/block2'"):
        activation_figure(GATES, LABELS, CLASSES, blocks=["group3/block3"])
    with pytest.raises(ValueError, match="must be one of 'class 0'"):
        spread_figure(GATES, LABELS, CLASSES, shown=["zebra"])
    with pytest.raises(ValueError, match=r"must be one of '\.png', '\.svg' or '\.pdf'"):
        save_figure(activation_figure(GATES, LABELS, CLASSES), tmp_path / "a.jpg")
