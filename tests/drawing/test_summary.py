"""Views: what is drawn is what the ledger says, in well-formed SVG and HTML."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from senet_lab import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing.html import STORED, html
from senet_lab.drawing.network.notebook import Drawn
from senet_lab.drawing.network.summary import headline, legend, move_sentence, static_page, summary
from senet_lab.drawing.tables import group_table
from senet_lab.drawing.units import percent, short, signed, signed_decimal, size, whole_percent
from senet_lab.trainer.curves import learning_curve

RESNEXT = Architecture("resnext", 50)


@pytest.mark.parametrize("name", PRESETS)
def test_pages_are_well_formed(name):
    architecture = Architecture.preset(name)
    page = static_page(architecture).partition("</style>")[2]
    ElementTree.fromstring(page)
    assert f"{architecture.ledger().params:,}" in page
    assert page.count(STORED) == 1


def test_a_static_view_does_not_say_that_it_is_stored():
    assert not any(STORED in each._repr_html_() for each in (Drawn(html("<p>one</p>"), "one"), learning_curve([])))


def test_the_table_sums_up_to_the_total():
    table = ElementTree.fromstring(group_table(RESNEXT.ledger()))
    counts = [int(row[3].text.replace(",", "")) for row in table.find(".//tbody")]
    assert sum(counts[:-1]) == counts[-1] == 27_543_848
    assert [row[0].text for row in table.find(".//tbody")][:2] == ["input", "stem"]  # the input is stored, too
    assert [row[1].text for row in table.find(".//tbody")] == [None, None, "3", "4", "6", "3", None, "16"]


def test_a_move_is_described_in_words_and_numbers():
    sentence = move_sentence("Ratio 16 \u2192 8", Architecture().ledger(), Architecture(ratio=8).ledger())
    assert sentence == (
        "Ratio 16 \u2192 8: parameters +2.51 M (28.07 M \u2192 30.59 M), 63% of them in group 4; multiply-adds +2.51 M."
    )
    unmoved = move_sentence(
        "Image size 224 \u2192 256", Architecture().ledger(), Architecture(input_shape=(256, 256, 3)).ledger()
    )
    assert unmoved == (
        "Image size 224 \u2192 256: multiply-adds +1.18 G (3.86 G \u2192 5.04 G); "
        "activation memory +1.67 GB (5.46 GB \u2192 7.13 GB); parameters unchanged."
    )


def test_all_that_a_move_changed_is_described():
    before, after = Architecture(convention="paper", ratio=None), Architecture(convention="timm", ratio=None)
    sentence = move_sentence("Groups changed", before.ledger(), after.ledger(), depths=(50, 23))
    assert "depth 50 \u2192 23; receptive field 483 \u2192 427 px" in sentence
    assert sentence.endswith("; parameters unchanged.")
    projected = move_sentence("Depth 50 \u2192 101", Architecture().ledger(), Architecture(depth=101).ledger())
    assert "; non-trainable parameters +52.22 k; " in projected


def test_a_small_change_keeps_as_many_digits_as_it_needs():
    assert [signed_decimal(number) for number in (27.38, -0.0052, 0)] == ["+27.4", "\u22120.005", "\u00b10"]
    assert [whole_percent(share) for share in (0, 0.2, 59.4)] == ["0%", "below 1%", "59%"]


def test_numbers_are_short_and_have_their_unit():
    assert [short(n) for n in (0, 999, 1000, 18_432, 27_543_848, 4_232_994_816)] == [
        "0", "999", "1.00 k", "18.43 k", "27.54 M", "4.23 G",
    ]  # fmt: skip
    assert (short(999_999), short(-1500)) == ("1.00 M", "-1.50 k")
    assert (signed(-2_514_944), signed(5), signed(0)) == ("\u22122.51 M", "+5", "\u00b10")
    assert (percent(1, 3), percent(0, 0), percent(1, 10_000)) == ("33.3%", "0.0%", "below 0.1%")
    assert (size((None, 7, 7, 2048)), size((None, 10))) == ("7\u00b2 \u00d7 2048", "10")


def test_the_summary_leaves_out_what_does_not_apply():
    assert "cardinality" not in summary(Architecture())
    assert "no squeeze-excite" in summary(Architecture(ratio=None))


def test_each_figure_is_compared_with_the_pinned_network():
    page = headline(Architecture(), Architecture(ratio=8))
    assert page.count("<em>same as A</em>") == 2  # depth and receptive field
    assert ">\u221251 vs A</em>" in headline(Architecture(), Architecture(depth=101))


def test_the_legend_names_paths_only_where_there_are_some():
    assert "lines: paths" in legend(RESNEXT.ledger())
    assert "lines: paths" not in legend(Architecture().ledger())


def test_a_figure_has_its_unit_and_its_commas():
    page = headline(Architecture(depth=152, groups=((8, 60), (8, 60), (8, 60), (8, 60))))
    assert re.search(r"<strong>\d+,\d{3} px</strong> <small>of convolutions</small>", page)
    assert "Activations</span> <strong>" in page
    assert "every value depends on the whole image" in page
