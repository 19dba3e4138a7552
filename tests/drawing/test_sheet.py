"""The style sheet as a value: what it says of a mark, in attributes, in an excerpt and in a file."""

import xml.etree.ElementTree as ElementTree

import pytest

from senet_lab import Architecture
from senet_lab.drawing.html import classes_in, html
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.poster import poster_svg
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.drawing.standalone import standalone_svg
from senet_lab.drawing.svg import Drawing, Group, Node, Shape, text
from senet_lab.gatelens.views.classes import gates_sheet

SHEET = parse_sheet(
    ".sn { --sn-ink: var(--theme, #111111); } .sn-drawing text { fill: red } .sn-a { fill: blue; stroke: var(--sn-ink) }"
    " .sn-drawing .sn-b, .sn-drawing .sn-c { fill: green } .sn-a:hover { fill: pink } /* .sn-a { fill: gray } */"
)


def test_a_styled_drawing_repeats_the_sheet_in_attributes_but_keeps_a_style_of_its_own():
    marks = (
        Shape("text", "c", "", "x"),
        Shape("path", "a sn-b", ""),
        Shape("rect", "a", "", style=(("fill", "none"),)),
        Group("scale(2)", (Shape("text", "d", "", "y"),)),
    )
    drawing = Drawing(2, "a label", marks, width=4)
    head = drawing.attributes
    assert drawing.svg(SHEET) == (
        f'<svg {head} width="4" font-family="system-ui, sans-serif"><rect class="sn-ground" width="100%" height="100%"/>'
        '<text class="sn-c" fill="green">x</text><path class="sn-a sn-b" fill="green" stroke="#111111"/>'
        '<rect class="sn-a" fill="none" stroke="#111111"/>'
        '<g transform="scale(2)"><text class="sn-d" fill="red">y</text></g></svg>'
    )
    assert str(drawing) == (
        f'<svg {head}><text class="sn-c">x</text><path class="sn-a sn-b"/><rect class="sn-a" fill="none"/>'
        '<g transform="scale(2)"><text class="sn-d">y</text></g></svg>'
    )
    assert ".sn .sn-ground { fill: none; }" in style_sheet()


def test_html_remembers_its_drawings_through_every_composition():
    drawing = Drawing(2, "", (text(1, 1, "x", "c"),), width=4)
    page = html("<p>one</p>", html("<div>", drawing, "</div>"))
    assert page == f"<p>one</p><div>{drawing}</div>"
    assert page.styled(SHEET) == f"<p>one</p><div>{drawing.svg(SHEET)}</div>"
    assert html("<p>no drawing</p>").styled(SHEET) == "<p>no drawing</p>"
    assert classes_in(page) == {"sn-drawing", "sn-c"}


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("var(--sn-ink)", "#111111"),
        ("color-mix(in srgb, var(--a, #5b6472) 80%, var(--sn-ink))", "color-mix(in srgb, #5b6472 80%, #111111)"),
        ("var(--unknown)", "currentColor"),
        ("12px", "12px"),
    ],
)
def test_a_value_is_resolved_to_the_light_theme(value, resolved):
    assert SHEET.resolve(value) == resolved


def test_an_excerpt_has_the_rules_of_which_a_selector_names_only_the_given_classes():
    assert SHEET.excerpt({"sn-drawing", "sn-c"}) == (
        ".sn-drawing text {fill: red;}\n.sn-drawing .sn-b, .sn-drawing .sn-c {fill: green;}"
    )


def test_an_excerpt_has_a_rule_about_marks_that_lack_a_class():
    sheet = parse_sheet(".sn-a:not(.sn-b) { fill: red; } .sn-a.sn-b { fill: blue; }")
    assert sheet.excerpt({"sn-a"}) == ".sn-a:not(.sn-b) {fill: red;}"


@pytest.mark.parametrize("css", [style_sheet(), style_sheet() + gates_sheet()], ids=["senet", "gates"])
def test_the_rules_about_marks_need_no_css_engine(css):
    rules = [rule for rule in parse_sheet(css).rules if {"fill", "stroke"} & dict(rule.declarations).keys()]
    assert len(rules) > 60
    assert not [rule.prelude for rule in rules if ":is(" in rule.prelude]
    assert not [rule.prelude for rule in parse_sheet(css).rules if "@" in rule.prelude]


def test_a_file_has_the_rules_of_its_marks_and_no_variable():
    drawing = draw_network(Architecture("resnext").ledger())
    file = standalone_svg(drawing, "a <title>")
    root = ElementTree.fromstring(file.partition("?>")[2])
    assert (root.get("width"), root.get("height")) == ("690", "138")
    assert root[0].text == "a <title>"
    assert "var(" not in root[1].text
    assert ".sn-projection { fill: #832db6; }" in root[1].text
    assert ".sn-node" not in root[1].text
    assert str(drawing).partition(">")[2] == file.partition('fill="#ffffff"/>')[2].rstrip()
    ElementTree.fromstring(poster_svg(Architecture()).partition("?>")[2])


def test_only_the_node_in_focus_can_be_reached_with_tab_and_the_first_one_without_focus():
    nodes = [Node([], (0, 0, 1, 1), [path], path, path) for path in ("a", "b")]
    for focus, stop in (("b", "b"), ("", "a"), ("c", "a")):
        root = ElementTree.fromstring(str(Drawing(1, "", tuple(nodes), interactive=True, focus=focus)))
        assert [mark.get("data-path") for mark in root if mark.get("tabindex") == "0"] == [stop]


def test_a_node_that_switches_something_says_whether_it_is_on():
    switch = Node([], (0, 0, 1, 1), [], "", "<a>", pressed=True)
    mark = ElementTree.fromstring(str(Drawing(1, "", (switch,), interactive=True)))[0]
    assert (mark.get("role"), mark.get("aria-pressed"), mark.get("data-hold")) == ("button", "true", "<a>")
    assert mark.get("data-path") is None
