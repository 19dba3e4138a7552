"""Tables of published results: what is printed there, and what is counted here."""

from dataclasses import replace
from math import prod

import pytest
from drawn_ledgers import RESNEXT, cells, parsed

from senet_lab import Architecture
from senet_lab.drawing.network.notebook import CHARTS
from senet_lab.drawing.papers.conventions import explain_counts
from senet_lab.drawing.papers.tables import published, se_table
from senet_lab.papers import canonical_form, cbam, eca, find_published, main, paths, ratios, regnety, tables


@pytest.mark.parametrize("row", main().rows, ids=lambda row: row.architecture.name)
def test_the_ledger_counts_the_multiply_adds_that_the_paper_prints(row):
    assert round(row.architecture.ledger().macs_paper / 1e9, 2) == pytest.approx(row.gmacs, abs=0.025)


@pytest.mark.parametrize("row", ratios().rows, ids=lambda row: str(row.architecture.ratio))
def test_printed_parameters_include_state(row):
    ledger = row.architecture.ledger()
    assert (ledger.params + ledger.state) / 1e6 == pytest.approx(row.mparams, abs=0.06)


@pytest.mark.parametrize("row", eca().rows, ids=lambda row: row.architecture.name)
def test_ecas_table_prints_parameters_in_units_of_2_to_the_20_without_biases(row):
    assert row.architecture.ledger().params / 2**20 == pytest.approx(row.mparams, abs=0.005)


def test_ecas_table_quotes_the_figures_of_hu_et_al_as_they_printed_them():
    quoted = [row for row in eca().rows if row.quoted == "Hu et al. 2018"]
    ours = [row for row in main().rows if row.architecture.family == "resnet"]
    assert [(row.architecture.name, row.top1, row.top5) for row in quoted] == [
        (row.architecture.name, row.top1, row.top5) for row in ours
    ]
    assert {row.architecture.attention for row in eca().rows if not row.quoted} == {"eca"}


@pytest.mark.parametrize("row", regnety().rows, ids=lambda row: row.architecture.name)
def test_the_ledger_counts_the_cost_that_the_paper_of_regnet_prints(row):
    ledger = row.architecture.ledger()
    convolutions = [each for each in ledger.rows if each.macs and (each.kind != "dense" or each.in_se)]
    values = sum(prod(size for size in each.output_shape if size) for each in convolutions)
    assert ledger.params / 1e6 == pytest.approx(row.mparams, abs=0.05)
    assert ledger.macs / 1e9 == pytest.approx(row.gmacs, abs=0.05)
    assert values / 1e6 == pytest.approx(row.mactivations, abs=0.05)


def test_a_table_with_quoted_rows_has_no_chart():
    mixed = [table for table in tables() if any(row.quoted for row in table.rows)]
    assert mixed == [eca()]
    assert eca().source not in CHARTS


def test_the_figure_of_a_repository_says_so():
    assert "repository" in cbam().source
    assert [table.title for table in tables() if "repository" in table.source] == [cbam().title]


def test_paths_are_the_rows_of_xies_table():
    widths = [(row.architecture.cardinality, row.architecture.base_width) for row in paths().rows]
    assert widths == 2 * [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)]
    assert [row.architecture.depth for row in paths().rows] == [50] * 5 + [101] * 5
    assert (paths().rows[0].top1, paths().rows[9].top1) == (23.9, 21.2)


def test_a_network_is_the_published_one_in_every_convention_and_in_no_other_shape():
    assert find_published(Architecture(convention="timm", se_bias=False)) == canonical_form(Architecture())
    assert canonical_form(Architecture("resnext", cardinality=1, base_width=64)) == canonical_form(Architecture())


def test_fields_without_effect_do_not_hide_a_published_network():
    network = eca().rows[3].architecture
    assert network.name == "ECA-ResNet-50"
    assert find_published(replace(network, ratio=8)) == find_published(network) == canonical_form(network)
    assert find_published(replace(network, ratio=(8, 8, 8, None))) is None
    assert find_published(Architecture(w0=80, cardinality=4)) == canonical_form(Architecture())
    regnet = regnety().rows[1].architecture
    assert find_published(replace(regnet, cardinality=4, convention="timm")) == canonical_form(regnet)


def test_a_later_network_is_marked_in_its_tables():
    for network, titles in (
        (Architecture(attention="eca", ratio=8), [eca().title]),
        (Architecture(attention="cbam"), [eca().title, cbam().title]),
        (Architecture.preset("regnety_400mf"), [regnety().title]),
    ):
        page = parsed(published(network))
        marked = [
            table.find("caption").text.strip()
            for table in page.iter("table")
            if any(row.get("class") == "sn-present" for row in table.iter("tr"))
        ]
        assert [title for title in marked if "timm" not in title] == titles


def test_ecas_table_says_which_errors_are_quoted_and_how_parameters_are_printed():
    table = next(
        each for each in parsed(published(RESNEXT)).iter("table") if each.find("caption").text.startswith("ECA")
    )
    rows = {row[0].text: [cell.text for cell in row] for row in table.find("tbody")}
    assert rows["SE-ResNet-50"][1] == "28,071,976"
    assert rows["SE-ResNet-50"][4:] == ["26.77", "23.29", "6.62", "Hu et al. 2018"]
    assert rows["ECA-ResNet-50"][4:] == ["24.37", "22.52", "6.32", None]
    note = table.find("caption/small").text
    assert "printed counts leave out the state of batch normalization and are rounded, in units of 1,048,576" in note


def test_regnets_table_prints_one_decimal_and_no_empty_column():
    table = next(
        each for each in parsed(published(RESNEXT)).iter("table") if each.find("caption").text.startswith("RegNetY")
    )
    heads = [head.text for head in table.find("thead").iter("th")]
    assert heads[-4:] == ["Printed GMACs", "Printed params (M)", "Printed activations (M)", "Top-1 error (%)"]
    rows = {row[0].text: [cell.text for cell in row] for row in table.find("tbody")}
    assert "printed activations are those of convolutions and dense layers alone" in table.find("caption/small").text
    assert rows["RegNetY-32GF"][1:] == ["145,046,770", "158,288", "32,279,552,832", "32.3", "145.0", "30.3", "19.0"]


def test_the_published_tables_have_counts_and_printed_figures_and_mark_the_present_network():
    page = parsed(published(Architecture()))
    assert "3.86 G) or in its 3\u00d73 (4.09 G)" in "".join(page.itertext())
    marked = [row[0].text for row in page.iter("tr") if row.get("class") == "sn-present"]
    of_timm = [f"seresnet50.{recipe}_in1k" for recipe in ("a1", "a2", "a3", "ra2")]
    of_papers = ["ResNet-50", "SE-ResNet-50", "SE-ResNet-50, ratio 16", "SE-ResNet-50"]
    assert marked == [*of_papers, *of_timm, "legacy_seresnet50.in1k"]
    rows = {row[0]: row[1:] for row in cells(list(page.iter("table"))[1])}
    assert rows["SE-ResNet-50"] == ["28,088,024", "53,120", "3,860,488,192", "3.87", "23.29", "6.62"]
    assert "appears in \u201cSqueeze-excite in five networks\u201d, \u201cSE-ResNet-50 by ratio\u201d, " in published(
        Architecture()
    )
    assert "not in any of these tables" in published(Architecture(ratio=12))


def test_timms_weights_are_listed_with_accuracy_and_source_and_marked():
    page = parsed(published(Architecture("resnext", 50, convention="timm")))
    table = next(each for each in page.iter("table") if "timm" in "".join(each.find("caption").itertext()))
    assert "timm, results/results-imagenet.csv" in "".join(table.find("caption").itertext())
    rows = {row[0].text: [cell.text for cell in row] for row in table.find("tbody")}
    assert rows["seresnext50_32x4d.racm_in1k"][3:] == ["82.20", "96.15", "288", "95", "by\u00a0name"]
    assert rows["legacy_seresnet50.in1k"][3:] == ["77.64", "93.76", "224", "87.5", "as a\u00a0file"]
    assert rows["seresnet50.a3_in1k"][2] == "4.09 G"
    marked = [row[0].text for row in table.find("tbody") if row.get("class") == "sn-present"]
    assert marked == ["seresnext50_32x4d.gluon_in1k", "seresnext50_32x4d.racm_in1k", "legacy_seresnext50_32x4d.in1k"]


def test_another_convention_explains_its_difference_from_a_published_count():
    main_table, ratio_table = main().rows, ratios().rows
    assert explain_counts(main_table[1].architecture, Architecture()) == (
        "Your network, highlighted, has 28,071,976 parameters (\u221216,048 compared with the paper: no SE biases)."
    )
    assert explain_counts(ratio_table[3].architecture, Architecture()) == ""
    assert explain_counts(main_table[0].architecture, Architecture(ratio=None, convention="timm")) == (
        "Your network, highlighted, has 4,089,184,256 multiply-adds (+231,211,008 compared with the paper: stride in the 3x3)."
    )
    page = published(Architecture("resnext"))
    assert (
        "Your network, highlighted, has 27,543,848 parameters (\u221216,048 compared with the paper: no SE biases)."
        in page
    )
    assert "Yours" not in published(Architecture(ratio=12))


def test_each_published_table_says_how_it_is_counted():
    notes = [table.find("caption/small").text for table in parsed(published(RESNEXT)).iter("table")][1:]
    assert "counted with biases in squeeze-excite" in notes[0]
    assert "counted with biases in squeeze-excite" in se_table(None)
    assert (
        "counted without biases in squeeze-excite; printed counts include the state of batch normalization" in notes[1]
    )
    assert notes[1].endswith("30.64 M with state, where the paper prints 30.7")
    assert "squeeze-excite" not in notes[2]


def test_columns_of_errors_say_that_they_are_errors():
    heads = [head.text for head in parsed(published(RESNEXT)).iter("th") if head.get("scope") == "col"]
    assert {"Top-1 error (%)", "Top-5 error (%)", "Change (points)"} <= set(heads)
    assert not {"Top-1, %", "Top-5, %", "Points"} & set(heads)
