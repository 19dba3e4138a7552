"""Two networks compared: differences that add up, in bars and in words."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from drawn_ledgers import ALL, RESNEXT, cells, parsed, within

from senet_lab import Architecture
from senet_lab.drawing.network.breakdown import draw_breakdown
from senet_lab.drawing.network.compare import compare, difference_table, draw_waterfall, list_changes, sentence
from senet_lab.drawing.papers.tables import published


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
        "squeeze-excite accounts for +2.51 M."
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
            marks = list(ElementTree.fromstring(str(draw_waterfall(difference, measure))))
            bars = [m for m in marks if m.get("class") in ("sn-rise", "sn-fall", "sn-whole")]
            changed_groups = [part for part in difference.by_group if getattr(part, measure)]
            assert len(bars) == len(changed_groups) + 1
            ends = [(float(b.get("x")), float(b.get("x")) + float(b.get("width"))) for b in bars]
            *_, last, whole = ends
            assert min(abs(a - b) for a in last for b in whole) < 2
            assert within(marks)


def test_meta_parameters_that_differ_are_listed_in_words():
    paths = ("family", "resnext", "resnet"), ("cardinality", "32", "1")
    assert list_changes(RESNEXT, Architecture()) == list_changes(RESNEXT, Architecture(cardinality=8)) == paths
    wide = replace(RESNEXT, cardinality=64)
    assert list_changes(wide, Architecture(cardinality=8))[1] == ("cardinality", "64", "1")
    assert list_changes(Architecture(), Architecture(cardinality=8)) == ()
    assert list_changes(RESNEXT, replace(RESNEXT, base_width=8, include_top=False)) == (
        ("base width", "4", "8"), ("classifier", "yes", "no"),
    )  # fmt: skip
    assert list_changes(Architecture(), Architecture(groups=((64, 3), (128, 4)), ratio=(None, 8))) == (
        ("groups", "set by the depth", "64\u00d73, 128\u00d74"), ("ratio", "16", "none, 8"),
    )  # fmt: skip


def test_networks_of_one_name_are_told_apart_by_what_differs():
    page = compare(Architecture(), Architecture(ratio=8))
    assert all(f"</b> SE-ResNet-50, ratio {ratio}</figcaption>" in page for ratio in (16, 8))
    assert "</b> SE-ResNeXt-50 32x4d</figcaption>" in compare(RESNEXT, Architecture())


def test_comparing_equal_networks_says_that_they_are_equal():
    assert "A and B are the same network: SE-ResNeXt-50 32x4d." in compare(RESNEXT, RESNEXT)
    assert "same layers, shapes and counts. They differ in: gate sigmoid \u2192 tanh." in compare(
        RESNEXT, replace(RESNEXT, gate="tanh")
    )


def test_activations_have_their_unit():
    page = compare(RESNEXT, replace(RESNEXT, ratio=8))
    assert "<span>Activations (values per image)</span> <strong>+" in page
    assert "activations (values per image) = " in page
    assert "values per image" in str(draw_breakdown(RESNEXT.ledger()))


def test_a_comparison_of_attention_modules_says_what_they_do_differently():
    words = " ".join(parsed(compare(Architecture(), Architecture(attention="eca"))).find("p").itertext())
    assert words == (
        "From A to B: attention SE \u2192 ECA. SE computes each gate from all channels, after squeezing them to fewer. "
        "ECA computes each gate from its channel and the nearest ones, with one small convolution and no reduction."
    )


@pytest.mark.parametrize(
    ("a", "b", "changes"),
    [
        ({"ratio": None}, {}, (("ratio", "none", "16"),)),
        ({"ratio": None}, {"attention": "eca"}, (("attention", "none", "ECA"), ("ratio", "none", "16"))),
        ({"attention": "eca", "ratio": 4}, {"attention": "eca", "ratio": 8}, ()),
        (
            {"attention": "cbam"},
            {"attention": "scse", "ratio": 8},
            (("ratio", "16", "8"), ("attention", "CBAM", "scSE")),
        ),
    ],
)
def test_only_what_an_attention_module_uses_is_listed(a, b, changes):
    assert set(list_changes(Architecture(**a), Architecture(**b))) == set(changes)


def test_the_difference_between_attention_modules_is_that_of_attention():
    from senet_lab.ledger.differences import Difference

    se, eca, none = (Architecture(**each).ledger() for each in ({}, {"attention": "eca"}, {"ratio": None}))
    assert sentence(Difference(none, eca), "params").endswith("; ECA accounts for +80.")
    assert sentence(Difference(se, eca), "params").endswith("; attention accounts for \u22122.51 M.")
