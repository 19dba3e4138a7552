"""Views that a notebook's cell shows by itself: a picture with words, a table behind it, and only the styles it needs."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from senet_lab import Architecture, Ledger, SEResNet, Sketch
from senet_lab.drawing.network.notebook import as_code, compared, curves, drawn, printed, where_it_goes
from senet_lab.drawing.sheet import style_sheet
from senet_lab.ledger.ledger import beside
from senet_lab.papers import ablations, main, paths, ratios

NETWORK = Architecture("resnext", 50)
PARTS = ("", "stem", "group2", "group2/block1", "group2/block1/se", "classifier")
VIEWS = {
    **{f"drawn {path}": lambda path=path: drawn(NETWORK, path) for path in PARTS},
    "where": lambda: where_it_goes(NETWORK),
    "compared": lambda: compared(NETWORK, Architecture()),
    "ratio": lambda: curves(NETWORK, "ratio"),
    "cardinality": lambda: curves(NETWORK, "cardinality"),
    **{table.title: lambda table=table: printed(table, NETWORK) for table in (main(), ratios(), paths(), *ablations())},
    "code": lambda: as_code("x = 1\n"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_words_a_table_and_the_styles_of_its_classes(name):
    view = VIEWS[name]()
    html = view._repr_html_()
    assert repr(view) == f"<Drawn: {view.words}>"
    assert html.startswith("<style>")
    assert ("<table" in html) is (name != "code")
    assert all('role="img"' in each and 'aria-label="' in each for each in re.findall("<svg[^>]*>", html))
    styles = re.search("<style>(.*?)</style>", html, re.DOTALL)[1]
    for used in {each for value in re.findall('class="([^"]*)"', view.body) for each in value.split()}:
        needed = re.search(rf"\.{used}(?![\w-])", style_sheet())
        assert not needed or re.search(rf"\.{used}(?![\w-])", styles), used
    assert len(styles) < len(style_sheet())


@pytest.mark.parametrize("path", ["stem", "group2/block1", "group2/block2", "classifier"])
@pytest.mark.parametrize("network", [NETWORK, Architecture(ratio=None), Architecture("resnext", 50, ratio=None)])
def test_a_drawing_of_a_lesson_is_cropped_to_what_is_drawn(network, path):
    """In the Explorer all drawings of a level have one height; without sliders that would be empty paper."""
    body = drawn(network, path).body
    height = float(re.search(r'viewBox="0 0 690 ([\d.]+)"', body)[1])
    shift = float(re.search(r"translate\(0 (-?[\d.]+)\)", body)[1])
    foots = [float(y) + shift for y in re.findall(r'<text[^>]* y="([\d.]+)"', body)]
    boxes = [
        (float(y) + shift, float(y) + shift + float(h))
        for y, h in re.findall(r' y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', body)
    ]
    assert min(foots) >= 10
    assert max(foots) + 4 <= height
    assert all(top >= 0 and foot <= height for top, foot in boxes)
    assert height <= 206 if network.ratio and "/" in path else height < 190


def test_a_printed_table_states_its_source_above_its_chart_and_only_in_its_caption_without_one():
    assert all((table.source in printed(table).body.partition("<table")[0]) is (table is main()) for table in
               (main(), *ablations()))  # fmt: skip


def test_a_sketch_of_blocks_composed_by_hand_can_be_drawn():
    x = SEResNet.group(Sketch((32, 32, 3)), n_blocks=2, n_filters=16, ratio=4)
    assert drawn(x).words == drawn(Ledger.of(x)).words
    assert "identity block" in drawn(x, "group1/block2").words


def test_a_drawing_has_the_style_of_its_architecture():
    assert drawn(Architecture(place="identity"), "group1/block2") != drawn(Architecture(), "group1/block2")
    assert "tanh" in drawn(Architecture(gate="tanh"), "group1/block1/se").body


def test_drawing_something_unknown_raises_an_error_with_a_suggestion():
    with pytest.raises(ValueError, match="must be one of"):
        drawn(NETWORK, "group9")
    with pytest.raises(TypeError, match="made of an Architecture"):
        drawn("resnet")
    with pytest.raises(ValueError, match="try 'ratio'"):
        curves(NETWORK, "depth")


def test_networks_stand_beside_each_other_with_their_sums():
    frame = beside({"a": NETWORK, "b": NETWORK.ledger()})
    assert frame.loc["a"].equals(frame.loc["b"])
    assert frame.params["a"] == NETWORK.ledger().params


def test_ablations_have_the_errors_of_the_paper_and_the_counts_of_the_ledger():
    """Hu et al. 2018, sec. 6.2 to 6.5; parameters without biases in squeeze-excite, as other counts have them."""
    places, groups, parts = ablations()
    assert {row.what[:4]: row.top1 for row in places.rows} == {
        "stan": 22.28, "pre:": 22.23, "post": 22.78, "iden": 22.20, "afte": 22.48,
    }  # fmt: skip
    assert [row.architecture.ledger().params for row in groups.rows] == [
        25_557_032, 25_581_608, 25_688_104, 26_343_464, 28_071_976,
    ]  # fmt: skip
    assert [row.top1 for row in parts.rows] == [22.28, 22.57, 23.00, 23.47]
    assert places.rows[-1].architecture.ledger().params == 25_714_216


def test_a_library_is_quiet_where_it_is_asked_to_be_and_only_there():
    code = (
        "import os\nfrom senet_lab.nets.on_keras.quiet import quietly\n"
        "with quietly():\n    os.write(2, b'greeting')\n"
        "try:\n    with quietly():\n        raise KeyError\nexcept KeyError:\n    os.write(2, b'heard')"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True).stderr == b"heard"


def seen_on_white(element, inherited):
    """What an element sets without any sheet, and what it has from those around it."""
    return {**inherited, **{name: element.get(name) for name in ("fill", "stroke", "font-size") if element.get(name)}}


def contrast_with_white(colour):
    linear = [(c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for c in
              (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))]  # fmt: skip
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def readable(element, inherited):
    """Each text and mark of a drawing, and whether it can be read on white by its attributes alone."""
    has = seen_on_white(element, inherited)
    tag = element.tag.rpartition("}")[2]
    if tag == "text":
        yield contrast_with_white(has.get("fill", "#ffffff")) >= 4.5 and "font-size" in has
    elif tag in ("rect", "path", "circle", "line", "polyline", "polygon"):
        yield "fill" in has or "stroke" in has
    for child in element:
        yield from readable(child, has)


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "code" and "SE-ResNet-50 by" not in name])
def test_a_drawing_without_its_style_sheet_is_readable_on_white(name):
    """As GitHub does (nbviewer issue 450): without it, every mark would be black."""
    html = re.sub("<style>.*?</style>", "", VIEWS[name]()._repr_html_(), flags=re.DOTALL)
    drawings = [ElementTree.fromstring(each) for each in re.findall("<svg.*?</svg>", html, re.DOTALL)]
    assert drawings
    for each in drawings:
        assert (each[0].get("width"), each[0].get("height"), each[0].get("fill")) == ("100%", "100%", "#ffffff")
        assert all(readable(each, {}))
    assert "</span><strong>" not in html  # words would run together
