"""Analysis: layers, where it goes, trade-offs, published results and comparisons say what the ledger says."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from senet_lab import Architecture, Ledger, SEResNet, Sketch
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing import svg
from senet_lab.drawing.network.breakdown import breakdown, breakdown_svg, finding
from senet_lab.drawing.network.compare import changed, compare, difference_table, sentence, waterfall_svg
from senet_lab.drawing.network.layer_table import layer_table
from senet_lab.drawing.network.tradeoffs import cardinality_curves, ratio_curves, tradeoffs
from senet_lab.drawing.papers.conventions import apart
from senet_lab.drawing.papers.tables import published, se_table
from senet_lab.drawing.tables import listing
from senet_lab.nets.layers import Conv2D, ReLU
from senet_lab.papers import in_tables, kin, main, paths, ratios, tables

RESNEXT = Architecture("resnext")
ODD = {
    "no SE": Architecture(ratio=None),
    "one group": Architecture("resnext", groups=((64, 1),)),
    "without top": Architecture("resnext", 26, include_top=False),
    "own groups": Architecture("resnext", groups=((128, 256, 2), (256, 512, 1)), cardinality=16),
    "many groups": Architecture(groups=((64, 1),) * 5, input_shape=(256, 192, 3)),
    "own ratios": Architecture(ratio=(None, 4, None, 8)),
    "prime cardinality": Architecture("resnext", cardinality=37, ratio=11),
    "one wide path": Architecture("resnext", cardinality=1, base_width=64),
}
ALL = {name: Architecture.preset(name) for name in PRESETS} | ODD
SKETCHES = {
    "a bare block": SEResNet.projection_block(Sketch((32, 32, 16)), n_filters=16, ratio=4),
    "nothing": Sketch((8, 8, 3)),
    "an activation": ReLU()(Sketch((8,))),
    "a tag as a name": Conv2D(4, 3, name='<b>&"')(Sketch((8, 8, 3))),
}
LEDGERS = {name: net.ledger() for name, net in ALL.items()} | {name: Ledger.of(x) for name, x in SKETCHES.items()}


def parsed(page):
    return ElementTree.fromstring(f"<div>{page}</div>")


def cells(table):
    return [["".join(cell.itertext()) for cell in row] for row in table.find(".//tbody")]


def number(text):
    return int(text.replace(",", ""))


@pytest.mark.parametrize("name", LEDGERS)
def test_the_layer_table_has_each_row_of_the_ledger_with_its_numbers(name):
    ledger = LEDGERS[name]
    rows = parsed(layer_table(ledger)).find(".//tbody")
    assert [row[0].text for row in rows] == [row.name for row in ledger.rows]
    assert sum(number(row[5].text) for row in rows) == ledger.params
    assert sum(number(row[6].text) for row in rows) == ledger.state
    assert sum(int(row[7].get("data-value")) for row in rows) == ledger.macs
    assert sum(int(row[8].get("data-value")) for row in rows) == ledger.activations
    assert [row.get("data-kind") for row in rows] == ["squeeze-excite" if r.in_se else r.kind for r in ledger.rows]


def test_the_heads_of_the_layer_table_are_buttons_that_name_their_column():
    table = parsed(layer_table(RESNEXT.ledger())).find(".//table")
    heads = table.findall("./thead/tr/th")
    assert {head.get("aria-sort") for head in heads} == {"none"}
    assert [head[0].get("data-key") for head in heads][:2] == ["name", "kind"]
    assert {len(row) for row in table.find("tbody")} == {len(heads)} == {len(row) for row in table.find("tfoot")}


def test_the_longest_bar_is_that_of_the_largest_layer():
    rows = list(parsed(layer_table(RESNEXT.ledger())).find(".//tbody"))
    bars = {row[0].text: float(re.search(r"[\d.]+", row[5][0].get("style"))[0]) for row in rows if len(row[5])}
    assert max(bars.values()) == 100
    assert bars["group4_block1_shortcut_conv"] == 100


@pytest.mark.parametrize("name", LEDGERS)
def test_both_breakdowns_add_up_to_the_ledger(name):
    ledger = LEDGERS[name]
    for table in parsed(breakdown(ledger)).iter("table"):
        rows = cells(table)
        sums = [sum(number(row[column]) for row in rows) for column in (1, 3, 5)]
        assert sums == [ledger.params, ledger.macs, ledger.activations]
        assert sum(number(row[7]) for row in rows if row[7]) == ledger.se.params
        for column, whole in ((2, ledger.params), (4, ledger.macs), (6, ledger.activations)):
            shares = sum(float(row[column].removesuffix(" %")) for row in rows)
            assert shares == pytest.approx(100 if whole else 0, abs=0.06 * len(rows))


@pytest.mark.parametrize("name", LEDGERS)
def test_bars_are_to_scale_and_stay_in_the_frame(name):
    ledger = LEDGERS[name]
    marks = list(ElementTree.fromstring(breakdown_svg(ledger)))
    bars = [m for m in marks if (m.get("class") or "").startswith("sn-bar-")]
    assert all(float(bar.get("x")) + float(bar.get("width")) < svg.WIDTH for bar in bars)
    assert within(marks)


def within(marks):
    """Whether all words lie in the frame, at 7.2 pixels a character, which is more than they take."""
    for mark in marks:
        if mark.tag.endswith("text"):
            wide, x = 7.2 * len(mark.text), float(mark.get("x"))
            left = {"start": x, "middle": x - wide / 2, "end": x - wide}[mark.get("text-anchor")]
            if not (left > -8 and left + wide < svg.WIDTH + 8):
                return False
    return True


def test_what_stands_out_is_said():
    assert finding(RESNEXT.ledger()) == (
        "Group 4 holds 59 % of the parameters but 20 % of the multiply-adds; activations peak in group 1, with 39 %. "
        "Squeeze-excite has 9.1 % of the parameters, 0.1 % of the multiply-adds, 10.3 % of the activations."
    )
    total = {group.name: group for group in RESNEXT.ledger().by_group()}
    assert round(100 * total["group4"].params / 27_543_848) == 59
    assert finding(Architecture("resnext", 152).ledger()).startswith("Group 3 holds 68 % of the parameters and 69 %")
    assert finding(LEDGERS["nothing"]) == "Nothing here has parameters."


@pytest.mark.parametrize("name", ALL)
def test_trade_offs_are_well_formed_and_stay_in_their_frames(name):
    page = parsed(tradeoffs(ALL[name]))
    drawings = [mark for mark in page if mark.tag.endswith("}svg")]
    assert len(drawings) == (5 if ALL[name].family == "resnext" else 4)
    assert all(within(drawing) for drawing in drawings)
    for drawing in drawings:
        height = float(drawing.get("viewBox").split()[3])
        assert all(0 < float(m.get("cy")) < height for m in drawing if m.tag.endswith("circle"))


def test_the_curve_over_the_ratio_has_the_counts_of_the_published_ones():
    rows = cells(parsed(ratio_curves(Architecture())).find(".//table"))
    assert {row[0]: number(row[1]) for row in rows} == {
        "2": 45_676_584, "4": 35_616_808, "8": 30_586_920, "16": 28_071_976, "32": 26_814_504,
        "64": Architecture(ratio=64).ledger().params, "none": 25_557_032,
    }  # fmt: skip


def test_the_curve_at_constant_cost_has_the_papers_rows():
    rows = cells(parsed(cardinality_curves(replace(RESNEXT, ratio=None))).find(".//table"))
    kept = {row[0]: (row[3], number(row[4])) for row in rows}
    assert [kept[c][0] for c in ("1", "2", "4", "8", "32")] == ["64", "40", "24", "14", "4"]
    assert [kept[c][1] for c in ("1", "2", "4", "8", "32")] == [
        25_557_032, 25_425_000, 25_292_968, 25_603_016, 25_028_904,
    ]  # fmt: skip


@pytest.mark.parametrize(("net", "here"), [(RESNEXT, "16"), (replace(RESNEXT, ratio=12), "12"),
                                           (replace(RESNEXT, ratio=None), "none"), (ODD["own ratios"], "own")])  # fmt: skip
def test_the_present_network_is_marked_on_its_stop(net, here):
    page = parsed(ratio_curves(net))
    assert [row[0].text for row in page.iter("tr") if row.get("class") == "sn-present"] == [here]
    assert len([mark for mark in page.iter() if mark.get("class") == "sn-here"]) == 2


def rings(page):
    return sum(mark.get("class") == "sn-ring" for mark in parsed(page).iter())


def test_published_points_are_those_whose_other_meta_parameters_agree():
    assert rings(ratio_curves(Architecture())) == 2 * 6
    assert rings(ratio_curves(Architecture(convention="timm"))) == 2 * 6
    assert rings(ratio_curves(Architecture(gate="tanh"))) == 2 * 1  # without squeeze-excite there is no gate
    assert rings(ratio_curves(RESNEXT)) == 0
    assert rings(cardinality_curves(RESNEXT)) == 0
    assert rings(cardinality_curves(replace(RESNEXT, ratio=None))) == 2 * (5 + 1)  # 32x4d is on both curves


def test_recipes_are_never_in_one_chart():
    page = tradeoffs(Architecture())
    for results in tables():
        section = page.split(f"{results.title}</h3>")[1].partition("<h3")[0]
        assert results.recipe in section
        assert not [other for other in tables() if other is not results and other.recipe in section]


@pytest.mark.parametrize("row", main().rows, ids=lambda row: row.architecture.name)
def test_what_the_paper_prints_is_what_the_ledger_counts(row):
    assert round(row.architecture.ledger().macs_paper / 1e9, 2) == pytest.approx(row.gmacs, abs=0.025)


@pytest.mark.parametrize("row", ratios().rows, ids=lambda row: str(row.architecture.ratio))
def test_parameters_are_printed_with_state(row):
    ledger = row.architecture.ledger()
    assert (ledger.params + ledger.state) / 1e6 == pytest.approx(row.mparams, abs=0.06)


def test_cardinality_against_width_is_xies_table():
    shown = [(row.architecture.cardinality, row.architecture.base_width) for row in paths().rows]
    assert shown == 2 * [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)]
    assert [row.architecture.depth for row in paths().rows] == [50] * 5 + [101] * 5
    assert (paths().rows[0].top1, paths().rows[9].top1) == (23.9, 21.2)


def test_a_network_is_the_published_one_in_every_convention_and_in_no_other_shape():
    assert in_tables(Architecture(convention="timm", se_bias=False)) == kin(Architecture())
    assert kin(Architecture("resnext", cardinality=1, base_width=64)) == kin(Architecture())


def test_a_network_that_the_papers_convention_does_not_allow_has_its_trade_offs_and_no_kin():
    """Of 48 channels a ratio of 64 leaves 1 where squeezes are multiples of 3, and 0 in the paper's convention."""
    lone = Architecture("resnext", cardinality=4, base_width=12, place="3x3", squeeze_divisor=3)
    narrowest = replace(lone, ratio=64)
    assert kin(narrowest) == narrowest
    assert in_tables(narrowest) is None
    assert "none" in tradeoffs(lone)
    assert not in_tables(Architecture(input_shape=(256, 256, 3)))
    assert not in_tables(Architecture(place="pre"))


def test_the_published_table_counts_prints_and_marks():
    page = parsed(published(Architecture()))
    assert "3.86 G) or its 3\u00d73 (4.09 G)" in "".join(page.itertext())
    marked = [row[0].text for row in page.iter("tr") if row.get("class") == "sn-present"]
    of_timm = [f"seresnet50.{recipe}_in1k" for recipe in ("a1", "a2", "a3", "ra2")]
    assert marked == ["ResNet-50", "SE-ResNet-50", "SE-ResNet-50, ratio 16", *of_timm, "legacy_seresnet50.in1k"]
    rows = {row[0]: row[1:] for row in cells(list(page.iter("table"))[1])}
    assert rows["SE-ResNet-50"] == ["28,088,024", "53,120", "3,860,488,192", "3.87", "23.29", "6.62"]
    assert "is in \u201cSqueeze-excite in five networks\u201d and \u201cSE-ResNet-50 by ratio\u201d" in published(
        Architecture()
    )
    assert "none of these" in published(Architecture(ratio=12))


def test_timms_weights_stand_with_their_accuracy_and_its_source_and_are_marked():
    page = parsed(published(Architecture("resnext", 50, convention="timm")))
    table = next(each for each in page.iter("table") if "timm" in "".join(each.find("caption").itertext()))
    assert "timm, results/results-imagenet.csv" in "".join(table.find("caption").itertext())
    rows = {row[0].text: [cell.text for cell in row] for row in table.find("tbody")}
    assert rows["seresnext50_32x4d.racm_in1k"][3:] == ["82.20", "96.15", "288", "95", "by\u00a0name"]
    assert rows["legacy_seresnet50.in1k"][3:] == ["77.64", "93.76", "224", "87.5", "as a\u00a0file"]
    assert rows["seresnet50.a3_in1k"][2] == "4.09 G"
    marked = [row[0].text for row in table.find("tbody") if row.get("class") == "sn-present"]
    assert marked == ["seresnext50_32x4d.gluon_in1k", "seresnext50_32x4d.racm_in1k", "legacy_seresnext50_32x4d.in1k"]


@pytest.mark.parametrize("name", ALL)
def test_published_and_comparison_are_well_formed(name):
    parsed(published(ALL[name]))
    page = parsed(compare(RESNEXT, ALL[name]))
    assert all(within(mark) for mark in page if mark.tag.endswith("}svg"))


def test_a_difference_is_explained_as_a_sum():
    from senet_lab.ledger.differences import Difference

    se = Difference(Architecture(ratio=None).ledger(), Architecture().ledger())
    assert sentence(se, "params") == (
        "+2.51 M parameters = 1.57 M in group 4 + 786.43 k in group 3 + 131.07 k in group 2 + 24.58 k in group 1; "
        "of it squeeze-excite +2.51 M."
    )
    back = Difference(se.after, se.before)
    assert sentence(back, "params").startswith("\u22122.51 M parameters = \u22121.57 M in group 4 \u2212 786.43 k")
    assert sentence(Difference(se.after, se.after), "macs") == "\u00b10 multiply-adds."
    rows = cells(parsed(difference_table(se))[0])
    assert rows[-1][:4] == ["total", "25.56 M", "28.07 M", "+2.51 M"]
    assert len(rows) == 8


def test_a_waterfall_ends_where_its_steps_lead():
    from senet_lab.ledger.differences import Difference

    for after in (RESNEXT, Architecture("resnext", 152, ratio=None), Architecture.preset("cifar_resnet56")):
        difference = Difference(Architecture().ledger(), after.ledger())
        for measure in ("params", "macs", "activations"):
            marks = list(ElementTree.fromstring(waterfall_svg(difference, measure)))
            bars = [m for m in marks if m.get("class") in ("sn-rise", "sn-fall", "sn-whole")]
            changed_groups = [part for part in difference.by_group if getattr(part, measure)]
            assert len(bars) == len(changed_groups) + 1
            ends = [(float(b.get("x")), float(b.get("x")) + float(b.get("width"))) for b in bars]
            *_, last, whole = ends
            assert min(abs(a - b) for a in last for b in whole) < 2
            assert within(marks)


def test_meta_parameters_that_differ_are_listed_in_words():
    assert changed(Architecture(), RESNEXT) == (("family", "resnet", "resnext"),)
    assert changed(Architecture(), Architecture(cardinality=8)) == ()
    assert changed(RESNEXT, replace(RESNEXT, base_width=8, include_top=False)) == (
        ("base width", "4", "8"), ("classifier", "yes", "no"),
    )  # fmt: skip
    assert changed(Architecture(), Architecture(groups=((64, 3), (128, 4)), ratio=(None, 8))) == (
        ("groups", "those of the depth", "64\u00d73, 128\u00d74"), ("ratio", "16", "none, 8"),
    )  # fmt: skip


def test_equal_networks_are_said_to_be_equal():
    assert "A and B are equal: SE-ResNeXt-50 32x4d." in compare(RESNEXT, RESNEXT)
    assert "same layers, shapes and counts; what differs is gate sigmoid \u2192 tanh." in compare(
        RESNEXT, replace(RESNEXT, gate="tanh")
    )


def test_words_in_tables_are_escaped():
    assert (
        parsed(
            listing(
                "<i>",
                ["<b>"],
                [
                    ("&",),
                ],
            )
        )
        .find(".//caption")
        .text
        == "<i>"
    )


def test_what_ones_convention_makes_of_a_published_count_is_said_in_words():
    main_table, ratio_table = main().rows, ratios().rows
    assert apart(main_table[1].architecture, Architecture()) == (
        "Yours, marked, has 28,071,976 parameters, \u221216,048: no SE biases."
    )
    assert apart(ratio_table[3].architecture, Architecture()) == ""
    assert apart(main_table[0].architecture, Architecture(ratio=None, convention="timm")) == (
        "Yours, marked, has 4,089,184,256 multiply-adds, +231,211,008: stride in the 3x3."
    )
    page = published(Architecture("resnext"))
    assert "Yours, marked, has 27,543,848 parameters, \u221216,048: no SE biases." in page
    assert "Yours" not in published(Architecture(ratio=12))


def test_each_published_table_says_how_it_is_counted():
    notes = [table.find("caption/small").text for table in parsed(published(RESNEXT)).iter("table")][1:]
    assert "counted with biases in squeeze-excite" in notes[0]
    assert "counted with biases in squeeze-excite" in se_table(None)
    assert "counted without biases in squeeze-excite; printed with the state of batch normalization" in notes[1]
    assert notes[1].endswith("30.64 M with state, printed as 30.7")
    assert "squeeze-excite" not in notes[2]


def test_an_error_is_called_one():
    heads = [head.text for head in parsed(published(RESNEXT)).iter("th") if head.get("scope") == "col"]
    assert {"Top-1 error, %", "Top-5 error, %", "Error, points"} <= set(heads)
    assert not {"Top-1, %", "Top-5, %", "Points"} & set(heads)


def test_activations_have_their_unit():
    page = compare(RESNEXT, replace(RESNEXT, ratio=8))
    assert "<span>Activations, numbers per image</span> <strong>+" in page
    assert "activations (numbers per image) = " in page
    assert "numbers per image" in breakdown_svg(RESNEXT.ledger())


def test_no_gate_is_said_to_see_more_than_what_comes_after_it():
    rows = {row[0]: row[-1] for row in cells(parsed(layer_table(RESNEXT.ledger())).find(".//table"))}
    for name in ("se_squeeze", "se_reduce", "se_gate"):
        assert rows[f"group1_block1_{name}"] == "whole"
    assert rows["group1_block1_se_scale"] == "19"
    assert rows["classifier_dense"] == "whole"
