"""Breakdown: bars that add up to the ledger, and what stands out among them."""

import xml.etree.ElementTree as ElementTree

import pytest
from drawn_ledgers import LEDGERS, RESNEXT, cells, number, parsed, within

from senet_lab import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.network.breakdown import breakdown, draw_breakdown, finding


@pytest.mark.parametrize("name", LEDGERS)
def test_both_breakdowns_add_up_to_the_ledger(name):
    ledger = LEDGERS[name]
    for table in parsed(breakdown(ledger)).iter("table"):
        rows = cells(table)
        sums = [sum(number(row[column]) for row in rows) for column in (1, 3, 5)]
        assert sums == [ledger.params, ledger.macs, ledger.activations]
        assert sum(number(row[7]) for row in rows if row[7]) == ledger.se.params
        for column, whole in ((2, ledger.params), (4, ledger.macs), (6, ledger.activations)):
            shares = sum(float(row[column].removesuffix("%").removeprefix("below ")) for row in rows)
            assert shares == pytest.approx(100 if whole else 0, abs=0.1 * len(rows))  # a share below 0.1% counts as 0.1


@pytest.mark.parametrize("name", LEDGERS)
def test_bars_are_to_scale_and_stay_in_the_frame(name):
    ledger = LEDGERS[name]
    marks = list(ElementTree.fromstring(str(draw_breakdown(ledger))))
    bars = [m for m in marks if (m.get("class") or "").startswith("sn-bar-")]
    assert all(float(bar.get("x")) + float(bar.get("width")) < svg.WIDTH for bar in bars)
    assert within(marks)


def test_the_finding_names_what_stands_out():
    assert finding(RESNEXT.ledger()) == (
        "Group 4 holds 59% of the parameters but 20% of the multiply-adds; activations peak in group 1, with 39%. "
        "Squeeze-excite has 9.1% of the parameters, 0.1% of the multiply-adds and 10.3% of the activations."
    )
    total = {group.name: group for group in RESNEXT.ledger().by_group()}
    assert round(100 * total["group4"].params / 27_543_848) == 59
    assert finding(Architecture("resnext", 152).ledger()).startswith("Group 3 holds 68% of the parameters and 69%")
    assert finding(LEDGERS["nothing"]) == "No layer has parameters."
