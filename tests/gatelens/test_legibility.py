"""The GateLens's pictures where they have to be read: colours that stay, words that keep apart, lines that are named."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import numpy as np
import pytest

from senet_lab.drawing import svg
from senet_lab.drawing.network.words import title
from senet_lab.drawing.sheet import style_sheet
from senet_lab.gatelens.array_reading import MAX_FIRST_CLASSES, ArrayReading
from senet_lab.gatelens.views.ablation import alone_and_together
from senet_lab.gatelens.views.classes import N_STYLES, class_key, gates_sheet
from senet_lab.gatelens.views.curves import curves
from senet_lab.gatelens.views.history import MAX_LINES, blocks_drawn, history, history_words
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.moments import Moment

CLASSES = tuple(f"class {number}" for number in range(10))


def reading(parted=()):
    """Ten classes with alike gates, but for those that are parted."""
    labels = np.arange(200) % 10
    gates = np.random.default_rng(0).normal(0.5, 0.01, (200, 16))
    for step, number in enumerate(parted):
        gates[labels == number, step * 4 : step * 4 + 4] += 0.3
    return ArrayReading({"group1/block1": gates}, labels, CLASSES)


def test_the_classes_at_first_are_those_that_part_most():
    found = reading((9, 2, 6)).first_classes
    assert found == tuple(sorted(found))
    assert {2, 6, 9} < set(found)
    assert len(set(reading().first_classes)) == MAX_FIRST_CLASSES == 4
    few = ArrayReading({"a/b": np.ones((6, 2))}, np.arange(6) % 3, CLASSES)
    assert few.first_classes == (0, 1, 2)


@pytest.mark.parametrize("gate", [0.5, np.nan])
def test_where_gates_are_alike_the_classes_at_first_are_four_all_the_same(gate):
    alike = ArrayReading({"a/b": np.full((20, 8), gate)}, np.arange(20) % 10, CLASSES)
    assert len(set(alike.first_classes)) == MAX_FIRST_CLASSES


def test_lines_are_thin_where_many_are_drawn_and_answer_to_their_name_in_the_key():
    many, few = curves(reading(), range(5)), curves(reading(), range(4))
    assert (many.count("sn-mean sn-many"), few.count("sn-mean sn-many"), few.count("sn-mean")) == (5, 0, 4)
    key = class_key(reading(), (3, 8))
    assert re.findall(r'data-class="(\d)"><svg.*?sn-class-(\d)', key) == [("3", "3"), ("8", "8")]
    for style in range(N_STYLES):
        assert (
            f'[data-class="{style}"]:is(:hover, :focus-visible)) .sn-drawing .sn-mean:not(.sn-class-{style})'
            in gates_sheet()
        )


def strength(selector):
    """How many classes and attributes a selector has: with more of them, the order of sheets does not count."""
    alternatives = re.sub(r":is\(([^,()]*)[^()]*\)", r"\1", selector)
    return len(re.findall(r"\.[\w-]+|\[", alternatives))


@pytest.mark.parametrize("kinds", [*((f"sn-class-{number}", "sn-curve") for number in range(10)), ("sn-by-se", "sn-curve"), ("sn-by-untrained", "sn-curve")])  # fmt: skip
def test_the_colour_of_a_line_does_not_depend_on_which_sheet_comes_last(kinds):
    """Each panel brings senet.css into the page, behind the lens's own where it was made later."""
    rules = [
        (strength(one.strip()), sheet)
        for sheet, text in (("senet", style_sheet()), ("gates", gates_sheet()))
        for selectors, said in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
        for one in (selectors.split(",") if ":is(" not in selectors else [selectors])
        if re.search(r"(^|;|\s)stroke:", said) and re.search(rf"\.({'|'.join(kinds)})(?![\w-])", one)
        and (kinds[0] in one or sheet == "senet")
    ]  # fmt: skip
    strongest = {sheet: max(rule[0] for rule in rules if rule[1] == sheet) for sheet in ("senet", "gates")}
    assert strongest["gates"] > strongest["senet"] >= 1


def ablation_of(path, changes):
    before = np.full(len(changes), 1.0)
    return Ablation((path,), "one", 1.0, 1.0 + changes[0], np.arange(len(changes)), before, before + changes, 7, 60, 1, 1, np.eye(4))  # fmt: skip


def spans(drawing, kinds):
    """Where the words of a drawing begin and end, by their line: x from, x to, words. By a generous width of letters."""
    found = {}
    for each in ElementTree.fromstring(f"<div>{drawing}</div>").iter("{http://www.w3.org/2000/svg}text"):
        kind = each.get("class")
        if kind in kinds:
            wide = len(each.text) * (7.2 if kind == "sn-label" else 6.7)
            x = float(each.get("x")) - {"start": 0, "middle": wide / 2, "end": wide}[each.get("text-anchor")]
            found.setdefault(each.get("y"), []).append((x, x + wide, each.text))
    return found


@pytest.mark.parametrize("changes", [(-1.0, 0.0), (-0.424, 0.0), (0.9, 1.0), (-1.0, 1.0), (0.0, 0.0), (-0.001, 0.9)])
@pytest.mark.parametrize("held", [False, True])
def test_numbers_of_bars_never_reach_the_names_whatever_the_values(changes, held):
    """Of the worst and of the best, held or not: in the chart by block and in that by class."""
    blocks = [f"group{group}/block{block}" for group in (1, 3) for block in (2, 22)]
    alone = {path: ablation_of(path, [changes[at % 2], *changes]) for at, path in enumerate(blocks)}
    names = ("aircraft carrier", "cat", "dog")
    drawing = alone_and_together(alone, alone[blocks[0]], names, blocks if held else (), "one")
    lines = spans(drawing.partition("<details")[0], {"sn-inked", "sn-label"})
    assert any(len(line) > 2 for line in lines.values())
    for line in lines.values():
        line.sort()
        for (_, end, words), (start, _, next_) in pairwise(line):
            assert start - end >= 3, (words, next_, start - end)
        assert line[-1][1] <= svg.WIDTH
    assert {title(path) in drawing for path in blocks} == {True}


@pytest.mark.parametrize("stages", [1, 2, 3, 4])
def test_what_is_said_under_curves_stays_within_their_chart(stages):
    gates = {f"group{at}/block12": np.random.default_rng(at).random((20, 2048)) for at in range(stages)}
    drawing = curves(ArrayReading(gates, np.arange(20) % 2, CLASSES), (0, 1))
    lines = spans(drawing.partition("<details")[0], {"sn-note", "sn-label"})
    for line in lines.values():
        line.sort()
        assert line[0][0] >= 0
        assert line[-1][1] <= svg.WIDTH + 1
        for (_, end, words), (start, _, next_) in pairwise(line):
            assert start >= end, (words, next_)
    assert drawing.count("each point: mean of 13") == stages


def moments_of(blocks, rise, moved):
    paths = [f"group1/block{at}" for at in range(1, blocks + 1)]
    flat = dict.fromkeys(paths, 0.5)
    last = Moment(3, {**flat, paths[moved]: 0.9}, {**flat, paths[rise]: 80.0}, 0.5)
    return paths, [Moment(0, flat, flat, 0.1), last]


@pytest.mark.parametrize("blocks", [1, 2, 9, 10, 11, 16, 33])
def test_the_blocks_that_words_name_are_drawn_whichever_they_are(blocks):
    for rise in range(blocks):
        paths, its = moments_of(blocks, rise, (rise * 7 + 3) % blocks)
        lines = blocks_drawn(its, paths[blocks // 2])
        assert {paths[rise], paths[(rise * 7 + 3) % blocks], paths[blocks // 2], paths[0], paths[-1]} <= set(lines)
        assert len(lines) == min(blocks, MAX_LINES)
        assert lines == [path for path in paths if path in lines]
        words = history_words(its)
        assert f"{title(paths[rise])} learned most" in words
        assert (f"{MAX_LINES} of {blocks} blocks are shown" in words) == (blocks > MAX_LINES)


def test_names_at_the_ends_of_lines_keep_apart_and_inside():
    for level in (0.0, 0.5):
        _, its = moments_of(16, 3, 5)
        its = [Moment(each.epoch, dict.fromkeys(each.mean, level), each.specificity, 0) for each in its]
        tree = ElementTree.fromstring(f"<div>{history(its, 'group1/block2')}</div>")
        high = float(tree[0].get("viewBox").split()[3])
        texts = [each for each in tree[0].iter("{http://www.w3.org/2000/svg}text") if each.text.startswith("g1")]
        assert len(texts) == 2 * MAX_LINES
        for side in {each.get("x") for each in texts}:
            ys = sorted(float(each.get("y")) for each in texts if each.get("x") == side)
            assert min(np.diff(ys)) >= 12.9
            assert 0 < ys[0] < ys[-1] < high
