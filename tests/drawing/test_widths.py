"""The drawing of RegNet's rule: bars at the widths of the network, dots on a line, words where there is room."""

import re
from itertools import pairwise

import pytest

from senet_lab import Architecture
from senet_lab.architecture.regnet import Sizes, block_widths
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.widths import draw_widths, regnet_rule, rule_sentence

RULE = block_widths(Sizes(16, 48, 27.89, 2.09, 8))


def marks(drawing, kind):
    return re.findall(rf'<\w+ class="sn-{kind}"[^>]*>', str(drawing))


def numbers(mark, name):
    return float(re.search(rf'{name}="([-\d.]+)"', mark)[1])


def test_each_group_starts_with_the_color_of_its_projection_block():
    architecture = Architecture("regnet", 16)
    drawing = draw_widths(block_widths(architecture.sizes))
    kinds = [part.kind for parts in Anatomy(architecture.ledger()).groups.values() for part in parts]
    assert len(marks(drawing, "projection")) == kinds.count("projection") == 4
    assert len(marks(drawing, "identity")) == kinds.count("identity") == 12


def test_bars_are_as_high_as_the_blocks_are_wide():
    drawing = draw_widths(RULE)
    heights = [numbers(mark, "height") for mark in marks(drawing, "projection")]
    assert [height / heights[0] for height in heights] == pytest.approx([1, 104 / 48, 208 / 48, 440 / 48], rel=0.02)


def test_dots_are_at_equal_steps_on_one_line():
    dots = marks(draw_widths(RULE), "dot")
    steps = [numbers(b, "cy") - numbers(a, "cy") for a, b in pairwise(dots)]
    assert len(dots) == 16
    assert max(steps) - min(steps) < 0.21  # positions are written to a tenth
    assert max(steps) < 0


def test_a_group_too_narrow_for_words_has_none():
    many = draw_widths(block_widths(Sizes(200, 48, 5.0, 2.0, 8)))
    texts = re.findall(r'class="sn-label"[^>]*>(\d+)<', str(many))
    assert texts
    assert set(texts) < {str(width) for width, _ in block_widths(Sizes(200, 48, 5.0, 2.0, 8)).stages}


def test_the_label_states_all_groups():
    words = (
        "groups: 48 channels in 1 block, 104 channels in 3 blocks, 208 channels in 6 blocks, 440 channels in 6 blocks"
    )
    assert words in draw_widths(RULE).label


def test_a_single_block_is_drawn():
    assert len(marks(draw_widths(block_widths(Sizes(1, 48, 0.0, 2.0, 8))), "projection")) == 1


@pytest.mark.parametrize("other", [Architecture("resnext"), Architecture("regnet", groups=((48, 2),))])
def test_where_the_rule_sets_no_groups_there_is_no_drawing(other):
    assert regnet_rule(other) == ""


def test_the_sentence_counts_the_groups():
    assert "form 4 groups. Widths" in rule_sentence(Architecture("regnet", 16))
    assert "form one group, here all of them. Widths" in rule_sentence(Architecture("regnet", 16, wa=0))
