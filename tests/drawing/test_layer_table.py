"""The table of all layers: the rows of the ledger, with its numbers."""

import re

import pytest
from drawn_ledgers import LEDGERS, RESNEXT, cells, number, parsed

from senet_lab.drawing.network.layer_table import layer_table
from senet_lab.drawing.tables import listing


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


def test_no_gate_is_said_to_see_more_than_what_comes_after_it():
    rows = {row[0]: row[-1] for row in cells(parsed(layer_table(RESNEXT.ledger())).find(".//table"))}
    for name in ("se_squeeze", "se_reduce", "se_gate"):
        assert rows[f"group1_block1_{name}"] == "whole"
    assert rows["group1_block1_se_scale"] == "19"
    assert rows["classifier_dense"] == "whole"
