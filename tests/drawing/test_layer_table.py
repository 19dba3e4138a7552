"""The table of all layers: the rows of the ledger, with its numbers; tests/js/layers.test.js draws them."""

import json

import pytest
from drawn_ledgers import LEDGERS, RESNEXT, listed_layers, parsed

from senet_lab import Architecture
from senet_lab.drawing.network.layer_table import COLUMNS, LayerBlock, LayerRow, layer_blocks, layer_table, layer_totals
from senet_lab.drawing.tables import listing
from senet_lab.drawing.units import short, size


@pytest.mark.parametrize("name", LEDGERS)
def test_the_rows_of_the_layer_table_have_each_layer_of_the_ledger_with_its_numbers(name):
    ledger = LEDGERS[name]
    for row, layer in zip(listed_layers(ledger), ledger.rows, strict=True):
        for field in ("name", "group", "block", "kind", "groups", "params", "state", "macs", "activations"):
            assert getattr(row, field) == getattr(layer, field)
        assert (row.shape, row.size) == (layer.output_shape[1:], size(layer.output_shape))
        assert (row.macs_text, row.activations_text) == (short(layer.macs), short(layer.activations))
        assert row.field == layer.receptive_field
        has_window = layer.kind in ("conv", "grouped conv", "pool", "global pool")
        assert (row.kernel, row.stride) == ((layer.kernel, layer.stride) if has_window else (0, 0))
    assert sum(row.params for row in listed_layers(ledger)) == ledger.params


def test_the_rows_of_the_layer_table_travel_as_lists():
    blocks, distinct = json.loads(json.dumps(layer_blocks(RESNEXT.ledger(), 100)))
    assert {len(block) for block in blocks} == {len(LayerBlock._fields)}
    assert {len(row) for rows in distinct for row in rows} == {len(LayerRow._fields)}


def test_the_rows_of_equal_blocks_travel_once():
    blocks, distinct = layer_blocks(Architecture("resnext", 152).ledger(), 1000)
    assert len(blocks) == 53  # 50 blocks, the input, the stem and the classifier
    assert len(distinct) == 3 + 2 * 4  # of each group, the first block and the others


def test_layers_beyond_the_limit_are_left_out_from_the_end():
    ledger = RESNEXT.ledger()
    assert [row.name for row in listed_layers(ledger, 10)] == [row.name for row in ledger.rows[:10]]


def test_the_heads_of_the_layer_table_are_buttons_that_name_their_column():
    table = parsed(layer_table()).find(".//table")
    heads = table.findall("./thead/tr/th")
    assert {head.get("aria-sort") for head in heads} == {"none"}
    assert [head[0].get("data-key") for head in heads] == [key for key, *_ in COLUMNS]
    assert {len(row) for row in table.find("tfoot")} == {len(heads)}


def test_the_totals_of_the_layer_table_have_a_cell_for_each_column_but_the_first():
    totals = dict(zip([key for key, *_ in COLUMNS][1:], layer_totals(RESNEXT.ledger()), strict=True))
    assert (totals["params"], totals["state"]) == ("27,543,848", f"{RESNEXT.ledger().total.state:,}")


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
    rows = {row.name: row for row in listed_layers(RESNEXT.ledger())}
    for name in ("se_squeeze", "se_reduce", "se_gate"):
        assert rows[f"group1_block1_{name}"].sees_all
    assert (rows["group1_block1_se_scale"].sees_all, rows["group1_block1_se_scale"].field) == (False, 19)
    assert rows["classifier_dense"].sees_all


def test_gate_per_pixel_is_listed_with_its_window_and_field():
    rows = {row.name: row for row in listed_layers(LEDGERS["cbam"])}
    mean, conv = (rows[f"group1_block1_cbam_spatial_{name}"] for name in ("squeeze_mean", "gate_conv"))
    assert (mean.window, mean.sees_all, mean.field) == ("1\u00d71", False, 19)
    assert (conv.window, conv.sees_all, conv.field) == ("7\u00d77", False, 19 + 6 * 4)
