"""Views: what is drawn is what the ledger says, in well-formed SVG and HTML."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import pytest

from senet_lab import Architecture, Ledger, SEResNet, Sketch
from senet_lab.nets.layers import Conv2D
from senet_lab.published import PRESETS
from senet_lab.views import svg
from senet_lab.views.block import block_svg
from senet_lab.views.network import network_svg
from senet_lab.views.page import move_sentence, picture, static_page, summary
from senet_lab.views.tables import group_table
from senet_lab.views.units import percent, short, signed, size

RESNEXT = Architecture("resnext", 50)
NAMESPACE = "{http://www.w3.org/2000/svg}"


def marks(drawing, kind):
    return [mark for mark in ElementTree.fromstring(drawing) if mark.get("class") == f"sn-{kind}"]


def words(drawing):
    return [mark.text for mark in ElementTree.fromstring(drawing) if mark.tag == f"{NAMESPACE}text"]


def test_each_block_is_a_slab_and_each_shortcut_an_arc():
    drawing = network_svg(RESNEXT.ledger())
    assert (len(marks(drawing, "projection")), len(marks(drawing, "identity"))) == (4, 12)
    assert (len(marks(drawing, "arc-projection")), len(marks(drawing, "arc-identity"))) == (4, 12)
    assert len(marks(drawing, "neck")) == 16
    assert not marks(network_svg(replace(RESNEXT, ratio=None).ledger()), "neck")


def test_slabs_are_to_scale():
    drawing = network_svg(RESNEXT.ledger())
    first, last = (marks(drawing, "projection")[i] for i in (0, 3))
    ratio = float(first.get("height")) / float(last.get("height"))
    assert ratio == pytest.approx((56 / 7) ** 0.5, rel=0.01)
    assert float(last.get("width")) / float(first.get("width")) == pytest.approx((2048 / 256) ** 0.5, rel=0.01)


def test_many_blocks_alike_are_folded_and_counted():
    drawing = network_svg(Architecture("resnext", 152).ledger())
    assert words(drawing).count("\u22ef") == 2
    assert "\u00d7 36" in words(drawing)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_drawn_within_its_frame_and_without_overlaps(name):
    drawing = network_svg(Architecture.preset(name).ledger())
    slabs = [mark for kind in ("plain", "projection", "identity") for mark in marks(drawing, kind)]
    spans = sorted((float(s.get("x")), float(s.get("x")) + float(s.get("width"))) for s in slabs)
    assert spans[0][0] >= 0
    assert spans[-1][1] <= svg.WIDTH
    assert all(left <= right for (_, left), (right, _) in pairwise(spans))


def strands(drawing):
    return marks(drawing, "strand")[0].get("d").count("M") if marks(drawing, "strand") else 0


@pytest.mark.parametrize("cardinality", [2, 8, 32, 64])
def test_cardinality_is_the_number_of_strands(cardinality):
    drawing = block_svg(replace(RESNEXT, cardinality=cardinality).ledger())
    assert strands(drawing) == cardinality
    assert f"{cardinality} paths" in words(drawing)


def test_a_resnet_has_no_strands():
    assert strands(block_svg(Architecture().ledger())) == 0


def test_ratio_is_the_neck_of_the_hourglass():
    necks = []
    for ratio in (2, 8, 32):
        drawing = block_svg(replace(RESNEXT, ratio=ratio).ledger())
        necks.append(_neck(drawing))
        assert str(256 // ratio) in words(drawing)
    assert necks == sorted(necks, reverse=True)
    assert necks[0] > 2 * necks[2]


def _neck(drawing):
    """Height of the hourglass at its middle, from its path: M left top L middle upper ... L middle lower."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", marks(drawing, "hourglass")[0].get("d"))]
    upper, lower = numbers[3], numbers[8]
    return lower - upper


@pytest.mark.parametrize("place", ["standard", "pre", "post", "identity", "3x3"])
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_squeeze_excite_is_drawn_in_every_place(family, place):
    architecture = Architecture(family, 26, place=place)
    drawing = block_svg(architecture.ledger(), place=place)
    assert len(marks(drawing, "hourglass")) == 1
    xs = [float(m.get("x") or m.get("cx")) for kind in ("conv", "gate", "node") for m in marks(drawing, kind)]
    assert 0 < min(xs) < max(xs) < svg.WIDTH


def test_the_counts_in_a_block_are_those_of_the_ledger():
    ledger = RESNEXT.ledger()
    drawing = block_svg(ledger)
    counts = [mark.text.split()[-1] for kind in ("conv", "paths", "se") for mark in marks(drawing, f"count-{kind}")]
    drawn = sum(int(count.replace(",", "")) for count in counts)
    rows = ledger.blocks()["group1", "block1"]
    in_branch = [row for row in rows if row.kind in ("conv", "grouped conv", "dense") and "_shortcut_" not in row.name]
    assert drawn == sum(row.params for row in in_branch)


def test_a_block_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(ValueError, match="must be one of group1 block1, group1 block2"):
        block_svg(RESNEXT.ledger(), "group9")


def test_a_network_composed_by_hand_can_be_drawn():
    x = SEResNet.group(Conv2D(32, 3)(Sketch((32, 32, 3))), n_blocks=2, n_filters=16, ratio=4)
    ledger = Ledger.of(x)
    assert len(marks(network_svg(ledger), "identity")) == 1
    assert "group 1" in group_table(ledger)


@pytest.mark.parametrize("name", PRESETS)
def test_pages_are_well_formed(name):
    architecture = Architecture.preset(name)
    page = static_page(architecture).partition("</style>")[2]
    ElementTree.fromstring(page)
    assert f"{architecture.ledger().params:,}" in page


def test_drawings_say_what_they_show_to_those_who_do_not_see_them():
    for drawing in (network_svg(RESNEXT.ledger()), block_svg(RESNEXT.ledger())):
        root = ElementTree.fromstring(drawing)
        assert root.get("role") == "img"
    assert "group3, 6 blocks, output 14\u00b2 \u00d7 1024" in ElementTree.fromstring(network_svg(RESNEXT.ledger())).get(
        "aria-label"
    )
    assert "in 32 paths" in ElementTree.fromstring(block_svg(RESNEXT.ledger())).get("aria-label")


def test_the_group_shown_large_is_the_last_one_if_there_are_fewer():
    assert "group 3 \u00b7 block 1" in picture(CIFAR, opened=4)


CIFAR = Architecture.preset("cifar_se_resnet20")


def test_the_table_sums_up_to_the_total():
    table = ElementTree.fromstring(group_table(RESNEXT.ledger()))
    counts = [int(row[3].text.replace(",", "")) for row in table.find("tbody")]
    assert sum(counts[:-1]) == counts[-1] == 27_543_848
    assert [row[1].text for row in table.find("tbody")] == [None, "3", "4", "6", "3", None, "16"]


def test_a_move_is_told_in_words_and_numbers():
    sentence = move_sentence("Ratio 16 \u2192 8", Architecture().ledger(), Architecture(ratio=8).ledger())
    assert sentence == (
        "Ratio 16 \u2192 8: parameters +2.51 M (28.07 M \u2192 30.59 M), 63 % of it in group 4; multiply-adds +2.51 M."
    )
    unmoved = move_sentence(
        "Image size 224 \u2192 256", Architecture().ledger(), Architecture(input_shape=(256, 256, 3)).ledger()
    )
    assert "parameters \u00b10 (28.07 M \u2192 28.07 M); multiply-adds +" in unmoved


def test_numbers_are_short_and_have_their_unit():
    assert [short(n) for n in (0, 999, 1000, 18_432, 27_543_848, 4_232_994_816)] == [
        "0", "999", "1.00 k", "18.43 k", "27.54 M", "4.23 G",
    ]  # fmt: skip
    assert (short(999_999), short(-1500)) == ("1.00 M", "-1.50 k")
    assert (signed(-2_514_944), signed(5), signed(0)) == ("\u22122.51 M", "+5", "\u00b10")
    assert (percent(1, 3), percent(0, 0)) == ("33.3 %", "0.0 %")
    assert (size((None, 7, 7, 2048)), size((None, 10))) == ("7\u00b2 \u00d7 2048", "10")


def test_the_summary_leaves_out_what_does_not_apply():
    assert "cardinality" not in summary(Architecture())
    assert "no squeeze-excite" in summary(Architecture(ratio=None))
