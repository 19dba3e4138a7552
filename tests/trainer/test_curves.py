"""The Trainer's curves: to scale, told apart, and in words."""

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import pytest
from panel_driver import well_formed
from runs import made, rows

from senet_lab.trainer.comparison import compare
from senet_lab.trainer.curves import curves_page, learning_curve
from senet_lab.trainer.curves_svg import curves_strips, draw_curves
from senet_lab.trainer.history import MAX_CURVE_POINTS, History
from senet_lab.trainer.run_names import MAX_DRAWN_RUNS, distinct_names
from senet_lab.training.recipe import RECIPES
from senet_lab.training.runs.run import Run

BARE = rows(5, val_accuracy=math.nan)  # nothing is held out


def test_curves_are_well_formed_and_escaped_and_have_their_numbers_behind_them():
    histories = [History("<b>&", 3, rows(3)), History('"B"', 5, rows(5, 0.42), [(5.5, 1.2, 0.6)])]
    page = well_formed(str(curves_page(histories)))
    for part in (page, well_formed(curves_strips(histories))):
        text = "".join([*part.itertext(), *(value for each in part.iter() for value in each.attrib.values())])
        assert "50.0%" in text
        assert "42.0%" in text
        assert "<b>&" in text
    assert len(page.findall(".//tbody/tr")) == 8


@pytest.mark.parametrize(
    "history",
    [
        History("empty", 0),
        History("one step", 5, (), [(0.1, 2.3, 0.1)]),
        History("one epoch", 1, rows(1)),
        History("none held out", 2, rows(2, val_loss=math.nan, val_accuracy=math.nan)),
        History("gone wild", 3, rows(3, val_loss=1e30)),
        History("flat", 3, rows(3, 0.0, loss=0.0, val_loss=0.0, learning_rate=0.0)),
        History("infinite", 3, rows(3, val_loss=math.inf)),
    ],
    ids=lambda history: history.name,
)
def test_any_history_is_drawn_without_a_point_outside_the_picture(history):
    drawing = well_formed(f"{draw_curves([history])}{curves_strips([history])}")
    assert "nan" not in ElementTree.tostring(drawing, "unicode").replace("nance", "")
    for circle in drawing.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.get("cx")) <= 780
        assert 0 <= float(circle.get("cy")) <= 262


def test_the_learning_rate_is_drawn_only_over_several_epochs():
    assert "Learning rate" in str(draw_curves([History("two", 2, rows(1))]))
    assert "Learning rate" not in str(draw_curves([History("one", 1, rows(1))]))


def test_a_picture_does_not_grow_with_the_run():
    histories = ([History("long", count, rows(count))] * MAX_DRAWN_RUNS for count in (1_000, 10_000))
    sizes = [len(f"{curves_page(each)}{curves_strips(each)}") for each in histories]
    assert sizes[1] < 1.1 * sizes[0]
    assert str(draw_curves([History("long", 10_000, rows(10_000))])).count(" L ") < 6 * MAX_CURVE_POINTS


def test_lines_differ_by_colour_dash_and_words():
    drawing = str(draw_curves([History("a", 2, rows(2)), History("b", 2, rows(2, 0.3))]))
    for words in ("A training", "A validation", "B training", "B validation", "sn-run-0 sn-train", "sn-run-1 sn-val"):
        assert words in drawing


def test_labels_at_the_ends_never_touch():
    drawing = well_formed(str(draw_curves([History("same", 5, rows(5))] * MAX_DRAWN_RUNS)))
    spots = [
        (float(each.get("x")), float(each.get("y")))
        for each in drawing.iter("{http://www.w3.org/2000/svg}text")
        if "sn-small" in each.get("class")
    ]
    assert len(spots) == 4 * MAX_DRAWN_RUNS
    for left in {x for x, _ in spots}:
        heights = sorted(y for x, y in spots if x == left)
        assert min(b - a for a, b in pairwise(heights)) > 11


@pytest.mark.parametrize(
    ("histories", "words"),
    [
        ([], "Curves appear after the first steps"),
        ([History("A", 5)], "Curves appear"),
        (
            [History("A", 3, rows(3))],
            "A: validation accuracy 50.0% after 3 epochs, 5.0 points below training (55.0%).",
        ),
        (
            [History("A", 1, rows(1, val_accuracy=math.nan))],
            "A: training accuracy 55.0% after 1 epoch; no images are held out.",
        ),
        (
            [History("A", 5, rows(5)), History("B", 3, rows(3, 0.46))],
            "A is 4.0 points above B after 3 epochs, one run each.",
        ),
        ([History("A", 5, rows(5)), History("B", 5, rows(5))], "A and B are level after 5 epochs"),
        (
            [
                History("A", 5, rows(5), setup=("A",)),
                History("A2", 5, rows(5, 0.49), setup=("A",)),
                History("B", 5, rows(5, 0.46)),
            ],
            "A is 4.0 points above B",  # and not above the same with another seed
        ),
        (
            [History("A", 5, rows(5)), History("A2", 5, rows(5, 0.49))],
            "A is 1.0 points above A2",
        ),
        (
            [History("A", 5, rows(5), held_out=500), History("B", 5, rows(5, 0.46), held_out=500)],
            "with 500 validation images, up to 6.3 points may be due to chance",  # 2 sqrt(2 * 0.48 * 0.52 / 500)
        ),
        (
            [History("A", 5, rows(5)), History("B", 5, BARE)],
            "A and B cannot be compared: B holds out no images, and its accuracy on training images is a different",
        ),
        (
            [History("C", 5, BARE), History("A", 5, rows(5)), History("B", 5, rows(5, 0.46))],
            "A is 4.0 points above B after 5 epochs, one run each. Not compared because they hold out no images: C.",
        ),
        (
            [History("A", 5, rows(5)), History("B", 5, BARE), History("C", 5, rows(5, 0.8, val_accuracy=math.nan))],
            "C is 30.0 points above B after 5 epochs, on the training images, one run each. Not compared because they hold "
            "out images: A.",
        ),
    ],
)
def test_histories_of_each_kind_are_compared_in_a_sentence(histories, words):
    assert words in compare(histories)


def test_names_of_runs_contain_only_what_differs():
    alike = ("ratio 16", "seed 0")
    assert distinct_names([("A", alike), ("A", ("ratio 16", "seed 1")), ("B", alike)]) == [
        "A, seed 0",
        "A, seed 1",
        "B",
    ]
    assert distinct_names([("A", alike), ("A", alike)]) == ["A, run 1", "A, run 2"]


def test_a_run_is_drawn_in_a_cell_and_saved_as_a_file(folder):
    curve = learning_curve([Run(folder / "a"), Run(folder / "b")])
    assert repr(curve) == "LearningCurve(SE-ResNet-20, ratio 16, SE-ResNet-20, ratio 4)"
    well_formed(curve._repr_html_().partition("</style>")[2])
    ElementTree.fromstring(curve.svg.encode())
    assert "var(" not in curve.svg
    assert learning_curve(Run(folder / "c")).histories[0].last() == 0.4
    again = made(folder, "again", recipe=replace(RECIPES["original"], seed=1), accuracy=0.49)
    first, second = learning_curve([Run(folder / "a"), again]).histories
    assert first.setup == second.setup != learning_curve(Run(folder / "b")).courses[0].setup
    with pytest.raises(ValueError, match=r"`runs` \(=7 of them\) must be at most 6; try only the runs to compare."):
        learning_curve([Run(folder / "a")] * 7)
