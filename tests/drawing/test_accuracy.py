"""Accuracy over ratio and cardinality: each source in a chart of its own, with its numbers behind it."""

from dataclasses import replace

import pytest
from drawn_ledgers import RESNEXT, cells, parsed
from runs import SE_20, finished_sweep

from senet_lab import Architecture
from senet_lab.drawing.intervals import CUT
from senet_lab.drawing.network.sources import published_sources, source_of
from senet_lab.drawing.network.tradeoffs import cardinality_curves, tradeoffs
from senet_lab.papers import paths, ratios
from senet_lab.sweeps.evidence import evidence_of, with_statistics

IMAGENET, SAMPLE = "Accuracy (%), ImageNet", "Accuracy (%), CIFAR-10 sample"
CODE = 'SweepBoard("sweeps/ratio")'


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    accuracies = {None: (0.60, 0.62, 0.61), 16: (0.63, 0.66, 0.64), 4: (0.59, 0.63, 0.61)}
    return evidence_of(finished_sweep(tmp_path_factory.mktemp("sweeps") / "ratio", accuracies), "")


@pytest.fixture(scope="module")
def measured(evidence):
    return source_of(evidence, "sweeps/ratio", CODE)


def figures(page):
    """The charts by title; of two with one title, the first, which is the reader's."""
    return {figure.find("figcaption").text: figure for figure in reversed([*parsed(page).iter("figure")])}


def points(figure):
    """The names of the points of a chart."""
    return [mark.get("aria-label") for mark in figure.iter() if mark.get("class") == "sn-node"]


def test_accuracy_over_the_ratio_is_what_the_paper_prints():
    assert points(figures(tradeoffs(Architecture()))[IMAGENET]) == [
        "ratio 2: 77.7%", "ratio 4: 77.8%", "ratio 8: 77.7%", "ratio 16: 77.7%, this network", "ratio 32: 77.3%",
        "ratio none: 76.7%",
    ]  # fmt: skip


def test_accuracy_over_cardinality_has_a_line_for_each_depth():
    chart = figures(cardinality_curves(replace(RESNEXT, ratio=None), interactive=True))[IMAGENET]
    assert len(points(chart)) == len(paths().rows)
    assert [each for each in points(chart) if "this network" in each] == ["cardinality 32: 77.8%, this network"]
    names = [mark.text for mark in chart.iter() if (mark.text or "").endswith(" layers")]
    assert names == ["50 layers", "101 layers"]


def test_each_table_of_the_papers_is_shown_whole():
    for source, results in zip(published_sources(None), (ratios(), paths()), strict=True):
        assert results.source in source.about
        shown = sorted(round(100 - point.mean, 2) for _, line in source.lines for point in line)
        assert shown == sorted(row.top1 for row in results.rows)


def test_each_source_has_a_chart_of_its_own_that_names_it(measured):
    charts = figures(tradeoffs(SE_20, (measured,)))
    assert {IMAGENET, SAMPLE} <= set(charts)
    assert charts[IMAGENET].find("p").text.startswith("SE-ResNet-50 by ratio, Hu et al. 2018, sec. 6.1, table 10")
    assert charts[SAMPLE].find("p").text == "SE-ResNet-20, 2 epochs, 3 seeds: mean and 95% interval"
    assert points(charts[SAMPLE]) == [
        "ratio none: 61.0% (58.5 to 63.5)", "ratio 16: 64.3% (60.5 to 68.1), this network",
        "ratio 4: 61.0% (56.0 to 66.0)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "network", [Architecture(), replace(SE_20, gate="tanh"), replace(SE_20, input_shape=(64, 64, 3))]
)
def test_another_network_than_the_measured_one_is_not_marked(measured, network):
    assert not [each for each in points(figures(tradeoffs(network, (measured,)))[SAMPLE]) if "this network" in each]


def test_the_details_of_a_sweep_have_its_conclusion_its_numbers_and_how_to_open_it(evidence, measured):
    page = parsed(measured.details)
    assert page.find("p").text == evidence["conclusion"]
    assert [row[:6] for row in cells(page.find(".//table"))] == [
        ["ratio none", "3", "61.0", "58.5 to 63.5", "", ""],
        ["ratio 16", "3", "64.3", "60.5 to 68.1", "+3.3", "+1.3 to +5.4"],
        ["ratio 4", "3", "61.0", "56.0 to 66.0", "0.0", "\u22123.6 to +3.6"],
    ]  # fmt: skip
    assert page.find(".//code").text == CODE
    assert page.find(".//button").get("data-value") == evidence["base"]


@pytest.mark.parametrize(("widths", "parameter"), [((8,), "cardinality"), ((8, 32), "")])
def test_a_line_over_cardinality_has_one_network_for_each_value(evidence, widths, parameter):
    values = [{"cardinality": paths, "base_width": width} for paths in (2, 4, 8) for width in widths]
    arms = [evidence["arms"][0] | {"label": str(each), "values": each} for each in values]
    grid = [{"names": [name], "values": []} for name in values[0]]
    crossed = with_statistics(evidence | {"base": RESNEXT.token(), "grid": grid, "arms": arms})
    assert source_of(crossed, "sweeps/crossed", "").parameter == parameter


def test_an_interval_beyond_the_plot_has_no_mark_at_that_end_and_a_note_says_so(measured):
    (_, line), *_ = measured.lines
    wide, narrow = line[0]._replace(low=38.6, high=64.0), [point._replace(low=60.0, high=65.0) for point in line[1:]]
    for first, note, marks in ((wide, [CUT], 5), (line[0]._replace(low=60.0, high=64.0), [], 6)):
        source = measured._replace(lines=(("", (first, *narrow)),))
        chart = figures(tradeoffs(SE_20, (source,)))[SAMPLE]
        assert [each.text for each in chart.iter("p")][1:] == note
        assert len([mark for mark in chart.iter() if "sn-val" in mark.get("class", "")]) == marks + 3  # and a bar each


def test_two_arms_are_compared_in_a_sentence_and_have_no_chart(tmp_path):
    two = evidence_of(finished_sweep(tmp_path / "two", {None: (0.6, 0.61), 16: (0.6, 0.62)}), "")
    page = tradeoffs(Architecture(), (source_of(two, "sweeps/two", ""),))
    assert page.count(SAMPLE) == tradeoffs(Architecture()).count(SAMPLE)
    others = page.partition("Other measurements")[2]
    assert "<b>Ratio, SE-ResNet-20, CIFAR-10 sample.</b> Ratio 16 is not distinguishable from ratio none" in others
