"""The Explorer without a browser: moves, answers, errors, what is stored."""

import random
import re
import threading
import time
from dataclasses import replace
from functools import partial

import ipywidgets
import pytest
from jupyter_client.manager import start_new_kernel
from messages import VIEW, post

from senet_lab import Architecture, Explorer, memory
from senet_lab.architecture.presets import PRESETS
from senet_lab.drawing.network.summary import heading, picture
from senet_lab.explorer import page as pages
from senet_lab.explorer import state
from senet_lab.explorer import widget as explorer_module
from senet_lab.explorer.building import reason
from senet_lab.explorer.controls import controls
from senet_lab.explorer.moves import MOVES, TIMM, moved
from senet_lab.explorer.state import TABS, after, begun
from senet_lab.export import FORMS, text_of
from senet_lab.ledger.build_memory import data_to_build
from senet_lab.weights import pretrained
from senet_lab.weights.timm.networks import architecture_of


@pytest.fixture
def explorer():
    made = Explorer(Architecture("resnext", 50))
    yield made
    assert made.failure is None


def ask(explorer, **moves):
    post(explorer, moves)
    return explorer.shown


def test_a_move_changes_the_network_the_page_and_the_sentence(explorer):
    shown = ask(explorer, ratio=8)
    assert explorer.architecture == Architecture("resnext", 50, ratio=8)
    assert "30,058,792" in shown["heading"]
    assert "30,058,792" in shown["body"]
    assert shown["said"].startswith("Ratio 16 \u2192 8: parameters +2.51 M")
    assert shown["error"] == ""


def test_each_answer_names_the_message_that_it_answers(explorer):
    assert ask(explorer, ratio=8)["answered"] == {VIEW: 1}
    assert ask(explorer, ratio="x")["answered"] == {VIEW: 2}


def test_several_moves_in_one_message_are_all_made(explorer):
    ask(explorer, ratio=4, cardinality=8, image_size=128)
    assert explorer.architecture == Architecture("resnext", 50, ratio=4, cardinality=8, input_shape=(128, 128, 3))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"ratio": "abc"}, "Ratio must be a whole number, not 'abc'; it stays 16."),
        ({"ratio": 4096}, "leaves no channel of 256"),
        ({"cardinality": None}, "Cardinality must be a whole number"),
        ({"base_width": ""}, "Base width must be a whole number, and the field is empty; it stays 4."),
        ({"cardinality": "1e9"}, "Cardinality (1e9) must be at most 16384; try 16384."),
        ({"cardinality": "abc"}, "Cardinality must be a whole number, not 'abc'; it stays 32."),
        ({"base_width": "3.5"}, "Base width must be a whole number, not 3.5; try 4."),
        (
            {"groups": "(64, 1), " * 9 + "(64, 1)"},
            "Groups (10 of them) must be at most 6 for images of 224 pixels; try fewer",
        ),
        ({"groups": "(64, 1), (x, 1)"}, "Groups must be a tuple of 1 to 12 rows (filters, blocks)"),
        ({"cardinality": 0}, "must be at least 1; try 1."),
        ({"image_size": 8}, "Image size (8) must be at least 32; try 32."),
        ({"image_size": "abc"}, "Image size must be a whole number, not 'abc'; it stays 224."),
        ({"depth": 51}, "try 50."),
        ({"cardinalty": 8}, "try 'cardinality'"),
        ({"opened": 5}, "Control (opened) must be one of"),
        ({"ratio": "16, 8"}, "Ratio (16, 8) must have one entry per group (4); try (16, 8, 8, 8)."),
        ({"ratio": "16, none, 8, x"}, "Ratio must be a whole number, not '16, none, 8, x'"),
        ({"ratio": "1" * 5000}, f"Ratio must be a whole number, not '{40 * '1'}\u2026'; it stays 16."),
        ({"ratio": "[" * 5000}, "Ratio must be a whole number"),
        ({"depth": "fifty"}, "Depth must be one of 26, 50, 101, 152 or 154, not 'fifty'; it stays 50."),
        ({"image_size": "64x"}, "Image size must be a whole number, not '64x'"),
        ({"image_size": "8x96"}, "Image size (8) must be at least 32; try 32."),
        (
            {"groups": "64, 3"},
            "Groups must have rows (filters, blocks) or (in, out, blocks), all alike, not 64; it stays",
        ),
        ({"groups": "(64, 3), (128,)"}, "Groups must have rows"),
        ({"dropout": "1"}, "Dropout (1) must be at least 0 and below 1"),
        ({"dropout": "much"}, "Dropout must be a number, not 'much'; it stays 0."),
        ({"bn_epsilon": "1e999"}, "BN epsilon (1e999) must be at least"),
        ({"in_groups": 3}, "In groups must be a list of groups, not 3; try [1, 2, 3, 4]."),
        ({"in_groups": [5]}, "In groups (5) must be one of 1, 2, 3 or 4; try 4."),
        ({"preset": "vgg16"}, "must be one of 'se_resnet18'"),
        ({"token": "no token"}, "Token (no token) must begin with 'senet1'"),
        ({"tab": "Netwrk"}, "try 'Network'."),
        ({"form": "spaghetti"}, "Form (spaghetti) must be one of 'procedural'"),
        ({"batch": 0}, "Batch (0) must be at least 1; try 1."),
        ({"batch": "many"}, "Batch must be a whole number, not 'many'"),
        ({"keep_cost": 1}, "Keep cost must be True or False, not 1; try True."),
        ({"details": "yes"}, "Details must be True or False"),
        ({"source": None}, "Source must be True or False"),
        ({"pin": "A"}, "Pin must be True or False"),
        ({"build": "now"}, "Build must be True or False"),
        ({"save": ".exe"}, "Save (.exe) must be one of '.py', '.keras', '.csv', '.svg' or '.txt'"),
    ],
)
def test_a_bad_value_is_answered_in_the_page_and_loses_nothing(explorer, moves, words):
    before = explorer.architecture
    shown = ask(explorer, **moves)
    assert words in shown["error"]
    assert explorer.architecture == before
    assert "27,543,848" in shown["heading"]
    assert ask(explorer, ratio=8)["error"] == ""


@pytest.mark.parametrize(
    ("before", "moves", "words"),
    [
        (
            Architecture("resnext", 152),
            {"depth": 154},
            "Depth 152 \u2192 154 (also sets: stem deep, projection kernel 3, first 1\u00d71 halved yes, dropout 0.2): parameters",
        ),
        (
            Architecture("resnext", 154),
            {"depth": 152},
            "Depth 154 \u2192 152 (also sets: stem imagenet, projection kernel 1, first 1\u00d71 halved no, dropout 0): parameters",
        ),
        (Architecture(depth=50), {"depth": 20}, "Depth 50 \u2192 20 (also sets: block basic, stem cifar): parameters"),
        (Architecture(depth=50, stem="deep"), {"depth": 18}, "Depth 50 \u2192 18 (also sets: block basic): parameters"),
        (Architecture(depth=50), {"depth": 101}, "Depth 50 \u2192 101: parameters"),
        (Architecture(depth=50), {"convention": "timm"}, "Convention seed \u2192 timm: parameters"),
    ],
)
def test_a_move_that_brings_another_style_says_what_else_has_changed(before, moves, words):
    assert state.after(state.begun(before), moves, "one").said.startswith(words)


def test_a_refused_move_keeps_the_others_and_names_itself(explorer):
    shown = ask(explorer, ratio="x", cardinality=8)
    assert explorer.architecture == Architecture("resnext", 50, cardinality=8)
    assert shown["refused"] == ["ratio"]
    assert shown["said"].startswith("Cardinality 32 \u2192 8:")


def test_a_drag_is_told_from_where_it_began(explorer):
    for ratio in (8, 4, 2):
        post(explorer, {"ratio": ratio}, "one drag")
    assert explorer.shown["said"].startswith("Ratio 16 \u2192 2: parameters +17.60 M (27.54 M \u2192 45.15 M)")
    post(explorer, {"ratio": 16}, "one drag")
    assert explorer.shown["said"] == explorer_module.FIRST_WORDS


def test_what_a_move_took_along_is_told(explorer):
    ask(explorer, family="resnet", depth=18)
    shown = ask(explorer, family="resnext")
    assert shown["said"].startswith(
        "Family ResNet \u2192 ResNeXt, Depth 18 \u2192 26 (also sets: block bottleneck): parameters"
    )


@pytest.mark.parametrize("ratio", [16, None])
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_the_family_is_named_alike_with_squeeze_excite_and_without(family, ratio):
    architecture = Architecture(family, 50, ratio=ratio)
    control = next(each for each in controls(architecture) if each.name == "family")
    label = dict(zip(control.stops, control.labels, strict=True))[family]
    assert architecture.name.removeprefix("SE-").startswith(f"{label}-50")


def test_a_network_that_ships_can_be_chosen_and_says_how_to_have_it_trained(explorer):
    card = pretrained.card("cifar_se_resnext17")
    shown = ask(explorer, preset="ours/cifar_se_resnext17")
    assert explorer.architecture == Architecture.from_token(card.token)
    choice = shown["controls"][0]
    assert (choice["value"], choice["hint"]) == ("ours/cifar_se_resnext17", f"trained: pretrained.load('{card.name}')")
    assert choice["labels"][0] == "SE-ResNeXt-17 8 paths (ships)"
    assert None not in choice["stops"]
    assert [name for name in choice["stops"] if name.startswith("ours/")] == ["ours/cifar_se_resnext17"]
    assert "ours/" not in " ".join(PRESETS)


def test_no_card_is_read_when_a_slider_moves(explorer, monkeypatch):
    monkeypatch.setattr(pretrained, "card", lambda _: 1 / 0)
    assert ask(explorer, ratio=8)["error"] == ""


def test_moves_are_made_in_the_order_of_the_page(explorer):
    shown = ask(explorer, family="resnet", depth=18)
    assert (explorer.architecture.depth, shown["error"]) == (18, "")


@pytest.mark.parametrize(("module", "broken"), [(state, "moved"), (pages, "picture")])
def test_an_error_of_our_own_is_shown_and_kept_and_the_next_move_works(monkeypatch, module, broken):
    explorer = Explorer()
    monkeypatch.setattr(module, broken, lambda *_, **__: 1 / 0)
    assert "ZeroDivisionError" in ask(explorer, ratio=8)["error"]
    assert isinstance(explorer.failure, ZeroDivisionError)
    monkeypatch.undo()
    assert ask(explorer, ratio=4)["error"] == ""
    assert explorer.architecture.ratio == 4


def test_an_architecture_set_from_python_clears_what_was_said_of_moves(explorer):
    ask(explorer, ratio="x")
    explorer.architecture = Architecture("resnext", 101, ratio=4)
    assert (explorer.shown["error"], explorer.shown["refused"]) == ("", [])
    assert explorer.shown["said"] == explorer_module.FIRST_WORDS


def test_an_architecture_set_while_a_page_is_drawn_is_the_one_that_is_shown(explorer, monkeypatch):
    """JupyterLab runs widget messages on another thread than cells."""

    def slow(architecture, *args, **kwargs):
        if architecture.ratio == 8:
            explorer.architecture = Architecture(depth=18)
        return picture(architecture, *args, **kwargs)

    monkeypatch.setattr(pages, "picture", slow)
    assert "SE-ResNet-18" in ask(explorer, ratio=8)["heading"]


def test_setting_the_architecture_from_python_moves_the_page(explorer):
    explorer.architecture = Architecture.preset("cifar_se_resnet20")
    assert "SE-ResNet-20" in explorer.shown["heading"]


def test_the_family_takes_the_depth_along_and_keeps_the_paths():
    basic = moved(Architecture("resnext", 26, cardinality=8), "family", "resnet")
    back = moved(replace(basic, depth=34), "family", "resnext")
    assert (back.depth, back.cardinality) == (26, 8)


def test_a_part_that_is_entered_stays_entered(explorer):
    assert "group 3 \u00b7 block 1" in ask(explorer, path="group3/block1")["body"]
    assert "group 3 \u00b7 block 1" in ask(explorer, ratio=8)["body"]


def test_controls_that_do_not_apply_say_why():
    off = {control.name: control.hint for control in controls(Architecture()) if control.disabled}
    assert off == dict.fromkeys(("cardinality", "base_width", "keep_cost"), "a ResNet has one path")
    told = {control.name: control.value for control in controls(Architecture())}
    assert (told["cardinality"], told["base_width"]) == (1, 64)  # Xie et al. 2017, table 1: a ResNet is 1x64d
    assert not any(control.disabled for control in controls(Architecture("resnext")))


OWN = {
    "own groups": (Architecture(groups=((64, 2), (128, 2))), {"depth": "the groups are listed one by one"}),
    "stated widths": (
        Architecture("resnext", groups=((96, 256, 2),)),
        {"depth": "the groups are listed one by one", "base_width": "these groups state their width"},
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_controls_that_ones_own_groups_leave_without_effect_say_why(name):
    architecture, reasons = OWN[name]
    off = {control.name: control.hint for control in controls(architecture) if control.disabled}
    assert reasons.items() <= off.items()


def test_base_width_shows_the_channels_in_a_path_of_groups_that_state_their_width():
    architecture = Architecture("resnext", groups=((64, 128, 1), (128, 256, 1)), cardinality=8)
    shown = {control.name: control.text for control in controls(architecture)}
    assert (shown["base_width"], shown["cardinality"]) == ("8, 16", "")


SHAPES = {
    "se_resnext50_32x4d": Architecture("resnext"),
    "senet154": Architecture.preset("senet154"),
    "cifar_se_resnet20": Architecture.preset("cifar_se_resnet20"),
    **{name: architecture for name, (architecture, _) in OWN.items()},
    "no SE, spelt out": Architecture(ratio=(None,) * 4),
    "a ratio per group": Architecture("resnext", ratio=(16, None, 8, 4)),
    "not square": Architecture(input_shape=(64, 96, 1), convention="paper"),
    "without top": Architecture(include_top=False),
}


@pytest.mark.parametrize("keep_cost", [False, True])
@pytest.mark.parametrize("name", SHAPES)
def test_every_stop_of_every_control_can_be_reached(name, keep_cost):
    """All details shown; at the end, the page is that of the last stop."""
    begin = replace(begun(SHAPES[name]), keep_cost=keep_cost, details=True)
    offered = controls(begin.architecture, keep_cost=keep_cost, details=True)
    assert {control.kind for control in offered} == {"choice", "slider", "select", "check", "checks", "text"}
    assert len({control.name for control in offered}) == len(offered)
    for control in offered:
        assert len(control.stops) == len(control.labels)
        stops = [control.stops[:1], control.stops] if control.kind == "checks" else control.stops
        for stop in stops if not control.disabled else ():
            made = after(begin, {control.name: list(stop) if isinstance(stop, tuple) else stop}, f"{stop}")
            assert made.refused == {}, (control.name, stop)
            page = pages.shown(made, explorer_module.Building(lambda: None))
            assert heading(made.architecture) == page["heading"] or control.name == "batch"


def test_values_are_shown_as_people_write_them():
    shown = Explorer(SHAPES["a ratio per group"]).shown["controls"]
    assert next(control["text"] for control in shown if control["name"] == "ratio") == "16, none, 8, 4"
    hints = {control.name: control.hint for control in controls(SHAPES["not square"])}
    assert hints["image_size"] == "pixels a side; last map 2\u00d73"


def value_of(explorer, name):
    return next(control["value"] for control in explorer.shown["controls"] if control["name"] == name)


@pytest.mark.parametrize(("name", "new", "read"), [
    ("preset", "senet154", lambda made: made == Architecture.preset("senet154")),
    ("family", "resnet", lambda made: made.family == "resnet"),
    ("depth", 101, lambda made: made.depth == 101),
    ("include_top", False, lambda made: not made.include_top),
    ("in_groups", [1, 3], lambda made: made.ratio == (16, None, 16, None)),
    ("convention", "timm", lambda made: made.convention == "timm"),
    ("place", "pre", lambda made: made.place == "pre"),
    ("squeeze", "max", lambda made: made.squeeze == "max"),
    ("gate", "tanh", lambda made: made.gate == "tanh"),
    ("groups", "(64, 2), (128, 2)", lambda made: made.groups == ((64, 2), (128, 2))),
    ("ratio", "none", lambda made: made.ratio is None),
    ("ratio", "16, none, 8, 4", lambda made: made.ratio == (16, None, 8, 4)),
    ("image_size", "64x96", lambda made: made.input_shape == (64, 96, 3)),
    ("image_size", " 64 \u00d7 96 ", lambda made: made.input_shape == (64, 96, 3)),
    ("cardinality", "8", lambda made: made.cardinality == 8),
    ("classes", " 10 ", lambda made: made.classes == 10),
    ("classes", "1e2", lambda made: made.classes == 100),
    ("dropout", "0.2", lambda made: made.dropout == 0.2),
    ("se_bias", True, lambda made: made.se_bias is True),
    ("token", f" {Architecture(depth=101, ratio=4).token()}\n", lambda made: made == Architecture(depth=101, ratio=4)),
])  # fmt: skip
def test_what_is_chosen_or_typed_is_what_the_network_becomes(explorer, name, new, read):
    assert ask(explorer, details=True, **{name: new})["error"] == ""
    assert read(explorer.architecture)
    assert explorer.shown["token"] == explorer.architecture.token()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_is_selected_is_named_and_leaving_it_makes_it_ones_own(explorer, name):
    ask(explorer, preset=name)
    assert explorer.architecture == Architecture.preset(name)
    assert value_of(explorer, "preset") == name
    ask(explorer, ratio=3)
    assert value_of(explorer, "preset") is None
    ask(explorer, preset=None)
    assert explorer.architecture == replace(Architecture.preset(name), ratio=3)


@pytest.mark.parametrize(("cardinality", "base_width"), [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)])
def test_keeping_the_cost_is_table_2_of_resnext_both_ways(explorer, cardinality, base_width):
    """Xie et al. 2017, table 2."""
    ask(explorer, keep_cost=True)
    ask(explorer, cardinality=cardinality)
    assert (explorer.architecture.cardinality, explorer.architecture.base_width) == (cardinality, base_width)
    ask(explorer, reset=True)
    ask(explorer, keep_cost=True)
    ask(explorer, base_width=base_width)
    assert (explorer.architecture.cardinality, explorer.architecture.base_width) == (cardinality, base_width)


def test_a_drag_that_keeps_the_cost_keeps_that_of_where_it_began(explorer):
    """Else each stop would round what the one before has rounded."""
    ask(explorer, keep_cost=True)
    for cardinality in (16, 8, 4, 2, 1, 2, 4, 8, 16, 32):
        post(explorer, {"cardinality": cardinality}, "one drag")
    assert explorer.architecture == Architecture("resnext", 50)


def test_a_group_that_gets_squeeze_excite_back_gets_the_ratio_of_the_others(explorer):
    ask(explorer, ratio=8)
    ask(explorer, in_groups=[2, 3])
    ask(explorer, ratio=4)
    assert explorer.architecture.ratio == (None, 4, 4, None)
    ask(explorer, in_groups=[])
    assert explorer.architecture.ratio is None
    ask(explorer, in_groups=[1, 2, 3, 4])
    assert explorer.architecture.ratio == 16


def test_pinning_swapping_and_unpinning(explorer):
    first = explorer.architecture
    assert ask(explorer, pin=True)["said"].startswith(f"{first.name} is A now")
    second = replace(first, ratio=8)
    shown = ask(explorer, ratio=8)
    assert (explorer.pinned, explorer.architecture) == (first, second)
    assert shown["pinned"] is True
    assert "+2.51 M vs A" in shown["heading"]
    shown = ask(explorer, swap=True)
    assert shown["said"].startswith("A and B have changed places")
    assert (explorer.pinned, explorer.architecture) == (second, first)
    assert "\u22122.51 M vs A" in shown["heading"]
    shown = ask(explorer, pin=False)
    assert (explorer.pinned, shown["pinned"]) == (None, False)
    assert "vs A" not in shown["heading"]


def test_a_network_is_pinned_from_python_as_well_and_nothing_else_is(explorer):
    explorer.pinned = Architecture("resnext", 50, ratio=8)
    assert "vs A" in explorer.shown["heading"]
    with pytest.raises(TypeError, match=r"`pinned` must be an Architecture or None, not 'senet154'"):
        explorer.pinned = "senet154"
    assert explorer.pinned == Architecture("resnext", 50, ratio=8)


WITHIN = {
    "Network": "sn-drawing",
    "Layers": "sn-layers",
    "Where it goes": "By group",
    "Trade-offs": "ratio",
    "Compare": "Pin as A",
    "Published": "Hu et al. 2018",
    "Code": "sn-code",
    "Build": "Build with Keras",
}


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_shows_its_view_of_the_present_network_alone(explorer, tab):
    shown = ask(explorer, tab=tab)
    assert (shown["tab"], shown["error"]) == (tab, "")
    assert WITHIN[tab] in shown["body"]
    before = shown["body"]
    after_ = ask(explorer, ratio=8)["body"]
    assert (after_ == before) == (tab in ("Compare", "Build"))


def test_a_part_that_a_move_takes_away_gives_way_and_comes_back(explorer):
    assert "group 3 \u00b7 block 6 \u00b7 " in ask(explorer, path="group3/block6/se")["body"]
    assert "group 3 \u00b7 block 6</h3>" in ask(explorer, ratio=None)["body"]
    assert "group 3 \u00b7 block 3" in ask(explorer, preset="cifar_se_resnet20")["body"]
    assert "group 3 \u00b7 block 6 \u00b7 " in ask(explorer, preset="se_resnext50_32x4d")["body"]


@pytest.mark.parametrize("path", ["", "nonsense", "group9/block9/se", "/", "group1/block1/se/se", "classifier", 5])
def test_a_path_that_leads_nowhere_leads_to_the_nearest_part(explorer, path):
    assert ask(explorer, path=path)["error"] == ""
    assert "<h3>" in explorer.shown["body"]


def test_the_source_of_the_part_is_shown_when_asked_for(explorer):
    assert "<pre" not in explorer.shown["body"]
    assert "<pre" in ask(explorer, source=True, path="group2/block1")["body"]
    assert "<pre" not in ask(explorer, source=False)["body"]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_the_code_is_shown_and_saved(explorer, form):
    shown = ask(explorer, tab="Code", form=form)
    assert re.search(rf'data-value="{form}" aria-pressed="true"', shown["body"])
    download = ask(explorer, save=".py")["download"]
    assert download["text"] == text_of(explorer.architecture, ".py", form=form)
    assert download["name"] == f"se_resnext_50_32x4d_{form}.py"


@pytest.mark.parametrize("suffix", [".py", ".csv", ".svg", ".txt"])
def test_what_the_browser_is_to_save_is_in_that_answer_and_in_no_other(explorer, suffix):
    download = ask(explorer, save=suffix)["download"]
    assert download["name"] == f"se_resnext_50_32x4d{'_procedural' if suffix == '.py' else ''}{suffix}"
    assert download["name"] in explorer.shown["said"]
    assert download["text"] == text_of(explorer.architecture, suffix, **{"form": FORMS[0]} if suffix == ".py" else {})
    assert {download["view"]: download["number"]} == explorer.shown["answered"]
    assert ask(explorer, ratio=8)["download"] == {}
    explorer.architecture = Architecture()
    assert explorer.shown["download"] == {}


def test_the_batch_multiplies_the_activations_alone(explorer):
    one, many = (re.findall("<strong>(.*?)</strong>", ask(explorer, batch=batch)["heading"]) for batch in (1, 64))
    assert [old == new for old, new in zip(one, many, strict=True)] == [True, True, False, True, True, True]
    assert "batch 64, float32" in explorer.shown["heading"]


def gesture(explorer, name, **moves):
    post(explorer, moves, name)
    return explorer.shown


def test_one_drag_is_one_step_to_undo_and_redo(explorer):
    first = explorer.architecture
    for ratio in (8, 4, 2):
        gesture(explorer, "one drag", ratio=ratio)
    shown = gesture(explorer, "another", cardinality=8)
    assert (shown["undo"], shown["redo"]) == (True, False)
    shown = gesture(explorer, "back", undo=True)
    assert explorer.architecture == replace(first, ratio=2)
    assert shown["said"].startswith("Cardinality 8 \u2192 32: parameters")
    shown = gesture(explorer, "further back", undo=True)
    assert explorer.architecture == first
    assert (shown["undo"], shown["redo"]) == (False, True)
    gesture(explorer, "too far back", undo=True)
    assert explorer.architecture == first
    gesture(explorer, "forward", redo=True)
    assert explorer.architecture == replace(first, ratio=2)
    shown = gesture(explorer, "to the end", redo=True)
    assert explorer.architecture == replace(first, ratio=2, cardinality=8)
    assert (shown["undo"], shown["redo"]) == (True, False)


def test_a_new_move_after_an_undo_leaves_nothing_to_redo_and_a_refused_one_does(explorer):
    gesture(explorer, "move", ratio=8)
    gesture(explorer, "back", undo=True)
    assert gesture(explorer, "refused", depth=51)["redo"]
    assert not gesture(explorer, "another", cardinality=8)["redo"]
    gesture(explorer, "back again", undo=True)
    assert explorer.architecture == Architecture("resnext", 50)


def test_what_moves_no_network_is_no_step(explorer):
    moved_to = replace(explorer.architecture, ratio=8)
    gesture(explorer, "move", ratio=8)
    gesture(explorer, "look", tab="Layers", path="group2", pin=True, batch=16)
    gesture(explorer, "slip", ratio="nonsense")
    for ratio in (4, 8):
        gesture(explorer, "there and back", ratio=ratio)
    shown = gesture(explorer, "back", undo=True)
    assert explorer.architecture == Architecture("resnext", 50)
    assert (shown["undo"], shown["tab"], explorer.pinned) == (False, "Layers", moved_to)


def test_starting_over_and_what_python_sets_can_be_undone(explorer):
    first, moved_to = explorer.architecture, replace(explorer.architecture, ratio=8)
    explorer.architecture = moved_to
    gesture(explorer, "over", reset=True)
    assert explorer.architecture == first
    gesture(explorer, "back", undo=True)
    assert explorer.architecture == moved_to
    gesture(explorer, "further back", undo=True)
    assert explorer.architecture == first


def test_as_many_steps_are_kept_as_anybody_goes_back():
    now = begun(Architecture())
    for number in range(3 * state.STEPS):
        now = after(now, {"ratio": 2 + number % 2}, f"{number}")
    assert len(now.past) == state.STEPS


def test_starting_over_is_as_at_first(explorer):
    first = dict(explorer.shown)
    ask(explorer, ratio=8, pin=True, tab="Code", details=True, keep_cost=True, path="group2", batch=1)
    shown = ask(explorer, reset=True)
    assert {**shown, "answered": {}, "undo": False} == first
    assert explorer.pinned is None


NONSENSE = [
    None, True, 0, -1, 3, 1e9, 2.5, "", "x", "none", "8", "16, 8", "64x96", [], [1], [[1]], {}, "\u0663", "(", "9" * 99,
]  # fmt: skip


def test_after_1000_random_events_the_page_is_that_of_the_last_state():
    """Legal ones and nonsense, under every name; no event makes a widget or leaves anything behind."""
    chance = random.Random(4)
    explorer = Explorer()
    names = (
        *MOVES,
        "tab",
        "tab",
        "form",
        "path",
        "source",
        "keep_cost",
        "details",
        "batch",
        "pin",
        "swap",
        "undo",
        "undo",
        "redo",
        "token",
        "reset",
        "save",
        "nobody",
    )
    tokens = [Architecture.preset(name).token() for name in PRESETS]
    alive = len(ipywidgets.widgets.widget._instances)
    for number in range(1000):
        offered = {control["name"]: control["stops"] for control in explorer.shown["controls"]}
        moves = {}
        for name in chance.sample(names, chance.choice((1, 1, 1, 2, 4))):
            extra = {"tab": TABS, "form": FORMS, "token": tokens, "save": (".py", ".csv", ".svg", ".txt")}.get(
                name, (False, True)
            )
            moves[name] = chance.choice((chance.choice(offered.get(name) or extra), chance.choice(NONSENSE)))
        sent = post(explorer, moves, f"{number // 3}")
        assert explorer.failure is None, (moves, explorer.failure)
        assert explorer.architecture is explorer._state.architecture
        drawn = pages.shown(explorer._state, explorer._building) if number % 5 == 4 else explorer.shown
        assert {**explorer.shown, "answered": 0, "download": 0} == {**drawn, "answered": 0, "download": 0}
        assert explorer.shown["heading"] == heading(explorer.architecture, explorer.pinned, explorer._state.batch)
        assert explorer.shown["answered"] == {VIEW: sent} == {VIEW: number + 1}
        assert len(ipywidgets.widgets.widget._instances) == alive
    assert explorer_module._left_at == {}


def test_moves_on_other_threads_end_with_the_last_state_on_the_page():
    """JupyterLab runs a widget's messages on the main thread, on a subshell, or on one after the other."""
    explorer = Explorer()
    begin = threading.Barrier(3)

    def drag(ratios):
        begin.wait()
        for number in range(60):
            post(explorer, {"ratio": ratios[number % 3]}, f"{ratios}", view=f"{ratios}")

    threads = [threading.Thread(target=drag, args=(ratios,)) for ratios in ((2, 4, 8), (16, 32, 64))]
    for thread in threads:
        thread.start()
    begin.wait()
    for number in range(60):
        explorer.architecture = Architecture(depth=(18, 34, 50)[number % 3])
    for thread in threads:
        thread.join()
    assert explorer.failure is None
    assert explorer.architecture is explorer._state.architecture
    assert explorer.shown["heading"] == heading(explorer.architecture)
    assert explorer.shown["answered"] == {"(2, 4, 8)": 60, "(16, 32, 64)": 60}
    assert ask(explorer, ratio=7)["heading"] == heading(explorer.architecture)
    assert explorer.architecture.ratio == 7


def test_one_widget_serves_the_main_thread_and_another_by_turns(explorer):
    for number, ratio in enumerate((8, 4, 2, 32)):
        move = partial(ask, explorer, ratio=ratio)
        if number % 2:
            thread = threading.Thread(target=move)
            thread.start()
            thread.join()
        else:
            move()
        assert explorer.architecture.ratio == ratio
        assert explorer.shown["heading"] == heading(explorer.architecture)


@pytest.mark.slow
def test_running_the_cell_again_shows_what_was_left_and_another_cell_does_not():
    """A real kernel, told the cells' names as JupyterLab tells them."""
    cells = [
        "from senet_lab import Architecture, Explorer\nexplorer = Explorer()\nexplorer",
        "moves = {'ratio': 8, 'tab': 'Code', 'pin': True}\n"
        "explorer._handle_custom_msg({'view': 'a', 'number': 1, 'moves': moves}, [])",
        "explorer.architecture.ratio, explorer.shown['tab'], explorer.pinned is None",
        "explorer.architecture = Architecture(depth=18)",
        "from senet_lab.explorer.widget import _left_at\nlen(_left_at)",
        "explorer._building.model, explorer._building.architecture = 'built', explorer.architecture\nexplorer.model",
        "explorer.model, explorer._building.changed == explorer._built",
    ]
    make, move, tell, put, count, build, built = enumerate(cells)
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for cell in (make, move, make):
            run_cell(client, *cell)
        assert run_cell(client, *tell) == "(8, 'Code', False)"
        for cell in (put, make):
            run_cell(client, *cell)
        assert run_cell(client, *tell) == "(16, 'Code', False)"
        run_cell(client, *build)
        run_cell(client, *make)
        assert run_cell(client, *built) == "('built', True)"
        run_cell(client, "another", make[1])
        assert run_cell(client, *built) == "(None, True)"
        assert run_cell(client, *tell) == "(16, 'Network', True)"
        run_cell(client, *move)
        assert run_cell(client, *count) == "2"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(client, name, code):
    """As JupyterLab runs it, with the name of the cell; what it returns, as text."""
    message = client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True})
    message["metadata"]["cellId"] = str(name)
    client.shell_channel.send(message)
    told = ""
    while True:
        reply = client.get_iopub_msg(timeout=60)
        if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        assert reply["msg_type"] != "error", reply["content"]
        told = reply["content"].get("data", {}).get("text/plain", told)
        if reply["content"].get("execution_state") == "idle":
            return told


def wait_for(explorer):
    deadline = time.monotonic() + 120
    while explorer._building.running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not explorer._building.running


SMALL = Architecture("resnet", 20, input_shape=(32, 32, 3), classes=10)


@pytest.mark.slow
def test_a_model_that_is_built_agrees_with_the_ledger_and_is_saved_under_a_free_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(SMALL)
    assert explorer.model is None
    ask(explorer, tab="Build", build=True)
    assert explorer._building.running
    assert "<progress" in explorer.shown["body"]
    wait_for(explorer)
    ledger = SMALL.ledger()
    assert explorer.model.count_params() == ledger.params + ledger.total.state
    assert f"All {len(ledger.rows)} layers are as in the ledger" in explorer.shown["body"]
    assert "<progress" not in explorer.shown["body"]
    for name in ("se_resnet_20.keras", "se_resnet_20_2.keras"):
        post(explorer, {"save": ".keras"})
        wait_for(explorer)
        assert f"Saved as {name}" in explorer.shown["body"]
    import keras

    saved = keras.models.load_model(tmp_path / "se_resnet_20_2.keras")
    assert saved.count_params() == explorer.model.count_params()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["se_resnet_20.keras", "se_resnet_20_2.keras"]
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert "explorer.model" not in ask(explorer, ratio=4)["body"]
    assert "The model that was built is SE-ResNet-20" in explorer.shown["body"]
    monkeypatch.delenv("SERVER_SOFTWARE")
    ask(explorer, ratio=16)
    post(explorer, {"save": ".keras"})
    assert "Saving se_resnet_20_3.keras \u2026" in explorer.shown["body"] or not explorer._building.running
    wait_for(explorer)
    shown = ask(explorer, ratio=8)["body"]
    assert "All " not in shown
    assert "explorer.model is SE-ResNet-20, ratio 16" in shown
    assert "another one (Ratio 16 \u2192 8): build it again." in shown
    assert explorer.failure is None


def test_an_error_that_too_little_memory_caused_is_said_with_the_limit_and_any_other_as_it_is(monkeypatch):
    monkeypatch.setattr(memory, "limit", lambda: 2500 << 20)
    closed = ValueError("I/O operation on closed file.")
    closed.__context__ = MemoryError()
    said = "not enough memory. This kernel may use 2,500 MB; choose a smaller network."
    assert reason(closed) == said
    monkeypatch.setattr(memory, "limit", lambda: None)
    assert reason(MemoryError()) == "not enough memory. Choose a smaller network."
    assert reason(KeyError("gone")) == "KeyError: 'gone'"


@pytest.mark.slow
def test_a_network_that_needs_more_memory_than_the_kernel_has_left_is_not_built(monkeypatch):
    explorer = Explorer(SMALL)
    monkeypatch.setattr(memory, "left", lambda: data_to_build(SMALL) - 1)
    ask(explorer, tab="Build", build=True)
    wait_for(explorer)
    assert re.search(
        r"It could not be built: the network \(.*\) needs about .* of memory to build", explorer.shown["body"]
    )


@pytest.mark.slow
def test_a_build_that_fails_says_so_and_the_next_one_works(monkeypatch):
    import keras

    explorer = Explorer(SMALL)
    monkeypatch.setattr(keras, "Model", lambda *_, **__: 1 / 0)
    ask(explorer, tab="Build", build=True)
    wait_for(explorer)
    assert "It could not be built: ZeroDivisionError: division by zero" in explorer.shown["body"]
    assert explorer.model is None
    monkeypatch.undo()
    post(explorer, {"build": True})
    wait_for(explorer)
    assert "as in the ledger" in explorer.shown["body"]


def test_saving_what_is_not_built_does_nothing(explorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ask(explorer, save=".keras")["download"] == {}
    assert list(tmp_path.iterdir()) == []


def test_what_is_stored_holds_the_widget_a_picture_and_a_line(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)"
    assert "<svg" in data["text/html"]


def test_cost_is_kept_from_where_it_was_begun_to_be_kept_through_any_number_of_key_presses(explorer):
    ask(explorer, keep_cost=True)
    widths = []
    for number, cardinality in enumerate((16, 8, 4, 2, 1)):
        post(explorer, {"cardinality": cardinality}, f"key {number}")
        widths.append(explorer.architecture.base_width)
    assert widths[1:] == [14, 24, 40, 64]
    ask(explorer, cardinality=32)
    assert (explorer.architecture.cardinality, explorer.architecture.base_width) == (32, 4)


def test_a_network_that_is_moved_otherwise_has_its_own_cost_to_keep(explorer):
    ask(explorer, keep_cost=True)
    ask(explorer, cardinality=1)
    ask(explorer, depth=101)
    ask(explorer, base_width=4)
    assert explorer.architecture.cardinality == 32


def test_the_reason_against_a_move_is_sent_to_its_control(explorer):
    shown = ask(explorer, ratio="x")
    assert shown["reasons"] == {"ratio": "Ratio must be a whole number, not 'x'; it stays 16."}


def control_of(explorer, name):
    return next(control for control in explorer.shown["controls"] if control["name"] == name)


def test_the_ratio_slider_stands_at_the_ratio_of_the_groups_that_have_squeeze_excite(explorer):
    ask(explorer, in_groups=[1, 2, 3])
    ratio = control_of(explorer, "ratio")
    assert (ratio["value"], ratio["text"], ratio["hint"]) == (
        16,
        "16",
        "SE off in group 4; 16 channels left in group 1",
    )
    ask(explorer, ratio=32)
    assert explorer.architecture.ratio == (32, 32, 32, None)
    assert control_of(explorer, "ratio")["value"] == 32
    ask(explorer, ratio="16, none, 8, 16")
    ratio = control_of(explorer, "ratio")
    assert (ratio["value"], ratio["text"]) == (16, "16, none, 8, 16")
    ask(explorer, in_groups=[])
    assert (control_of(explorer, "ratio")["value"], control_of(explorer, "ratio")["text"]) == (None, "none")


def test_every_slider_stands_at_a_number_and_an_image_that_is_not_square_says_both_sides():
    shown = Explorer(SHAPES["not square"])
    size = control_of(shown, "image_size")
    assert (size["value"], size["text"]) == (64, "64\u00d796")
    for architecture in SHAPES.values():
        sliders = [control for control in controls(architecture) if control.kind == "slider"]
        assert all(isinstance(control.value, (int, type(None))) for control in sliders)


def test_own_groups_show_the_depth_that_they_come_to(explorer):
    ask(explorer, groups="(64, 4), (128, 4), (256, 8), (512, 4)")
    assert explorer.architecture.name.startswith("SE-ResNeXt-62")
    assert (control_of(explorer, "depth")["text"], control_of(explorer, "depth")["disabled"]) == ("62", True)
    assert "Groups as usual \u2192 (64, 4), (128, 4), (256, 8), (512, 4)" in explorer.shown["said"]


def test_a_move_of_the_batch_tells_the_memory_of_the_activations(explorer):
    said = ask(explorer, batch=64)["said"]
    assert said == "Batch 32 \u2192 64: activation memory +6.93 GB (6.93 GB \u2192 13.85 GB); parameters as before."
    assert "13.85 GB" in explorer.shown["heading"]
    assert ask(explorer, gate="tanh")["said"] == "Gate sigmoid \u2192 tanh: every count as before."


@pytest.mark.parametrize("wrong", ["resnet50", None, 50])
def test_what_is_no_architecture_is_refused_in_a_sentence(explorer, wrong):
    with pytest.raises(TypeError, match=r"`architecture` must be an Architecture, not .*; try Architecture.preset\('"):
        explorer.architecture = wrong
    assert explorer.architecture == Architecture("resnext", 50)
    if wrong:
        with pytest.raises(TypeError, match="must be an Architecture"):
            Explorer(wrong)


def test_an_attribute_that_nobody_looks_at_is_refused_with_what_was_meant(explorer):
    with pytest.raises(AttributeError, match=r"try explorer.architecture = dataclasses.replace\(.*, ratio=8\)"):
        explorer.ratio = 8
    with pytest.raises(AttributeError, match="`pined` is nothing that an Explorer has; try 'pinned'"):
        explorer.pined = Architecture()
    explorer.layout = {"width": "50%"}  # a trait of every widget
    explorer.layout.width = "60%"
    assert explorer.layout.width == "60%"


def test_the_app_shows_the_network_that_its_address_names(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "token=secret&network=senet1~family=resnext~ratio=8%2Cnone&network=twice")
    assert Explorer().architecture == Architecture("resnext", 50)  # in a notebook nobody asks for it
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("QUERY_STRING", "theme=dark&network=senet1~family=resnext~ratio=8&token=secret")
    linked = Explorer()
    assert linked.architecture == Architecture("resnext", 50, ratio=8)
    assert (linked.shown["error"], linked.shown["undo"], linked.shown["said"]) == ("", False, state.FIRST_WORDS)
    assert Explorer(Architecture()).architecture == Architecture()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("network=senet1~ratio=0", "The network in the address cannot be shown: Ratio (0) must be at least 1; try 1."),
        ("network=senet1%7Edepht=50", "try 'depth'"),
        ("network=" + "x" * 9000, f"Token ({'x' * 40}\u2026) must begin with 'senet1'"),
        ("network=%3Cscript%3E", "Token (<script>) must begin with 'senet1'"),
        ("network=&network=", ""),
        ("%%%", ""),
    ],
)
def test_an_address_that_names_no_network_is_answered_and_the_first_one_is_shown(monkeypatch, query, words):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = Explorer()
    assert explorer.architecture == Architecture("resnext", 50)
    assert words in explorer.shown["error"]
    assert ask(explorer, ratio=8)["error"] == ""
    assert ask(explorer, reset=True)["error"] == ""


def test_the_page_of_voila_names_no_notebook_and_no_variable(explorer, monkeypatch):
    assert "explorer.model" in ask(explorer, tab="Build")["body"]
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    shown = ask(explorer, path="group2")["body"]
    assert "explorer.model" not in shown
    assert "notebook" not in shown


def test_who_comes_up_goes_on_at_the_part_that_was_left(explorer):
    ask(explorer, path="group3/block2/se")
    for path, left in (("group3/block2", "group3/block2/se"), ("group3", "group3/block2"), ("", "group3")):
        card = ask(explorer, path=path)["body"].split('class="sn-card"')[1]
        assert f'tabindex="0" data-path="{left}"' in card
    card = ask(explorer, path="group2/block1")["body"].split('class="sn-card"')[1]
    assert 'tabindex="0" data-path' not in card.partition("</svg>")[0]  # the first of the block, a convolution


@pytest.mark.parametrize("name", TIMM)
def test_timms_networks_are_presets_by_the_names_that_timm_gives_them(name):
    """Each in timm's own convention, or the paper's, whatever was shown before; and it is known again."""
    network = architecture_of(name.removeprefix("timm/"))
    assert moved(Architecture("resnext", 101, classes=7), "preset", name) == network
    shown = next(control for control in controls(network) if control.name == "preset")
    assert shown.value == name
    assert shown.labels[shown.stops.index(name)] == f"timm: {name.removeprefix('timm/')}"
    assert shown.hint == f"{name.removeprefix('timm/')} in timm, whose weights fit"


def test_what_timm_calls_a_network_of_the_paper_is_said_beside_the_preset():
    said = {control.name: control.hint for control in controls(Architecture(convention="paper"))}
    assert said["preset"] == "legacy_seresnet50 in timm, whose weights fit"
    assert {control.name: control.hint for control in controls(Architecture())}["preset"] == ""
