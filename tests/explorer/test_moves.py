"""Moves in the Explorer: the network that they make, the sentence about it, and what they are refused for."""

from dataclasses import replace

import pytest
from messages import VIEW, post
from panel_driver import ask

from senet_lab import Architecture, Explorer
from senet_lab.drawing.network.summary import heading
from senet_lab.explorer import page as pages
from senet_lab.explorer import updates
from senet_lab.explorer.controls import controls
from senet_lab.explorer.moves import apply_move
from senet_lab.explorer.state import FIRST_MESSAGE
from senet_lab.explorer.updates import apply_moves, first_state


def test_a_move_changes_the_network_the_page_and_the_message(explorer):
    shown = ask(explorer, ratio=8)
    assert explorer.architecture == Architecture("resnext", 50, ratio=8)
    assert "30,058,792" in shown["heading"]
    assert "30,058,792" in shown["body"]
    assert shown["said"].startswith("Ratio 16 \u2192 8: parameters +2.51 M")
    assert shown["error"] == ""


def test_each_answer_has_the_number_of_its_message(explorer):
    assert ask(explorer, ratio=8)["answered"] == {VIEW: 1}
    assert ask(explorer, ratio="x")["answered"] == {VIEW: 2}


def test_several_moves_in_one_message_are_all_made(explorer):
    ask(explorer, ratio=4, cardinality=8, image_size=128)
    assert explorer.architecture == Architecture("resnext", 50, ratio=4, cardinality=8, input_shape=(128, 128, 3))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"ratio": "abc"}, "Ratio must be a whole number, not 'abc'; it remains 16."),
        ({"ratio": 4096}, "leaves no channel of 256"),
        ({"cardinality": None}, "Cardinality must be a whole number"),
        ({"base_width": ""}, "Base width must be a whole number, and the field is empty; it remains 4."),
        ({"cardinality": "1e9"}, "Cardinality (1e9) must be at most 16,384; try 16384."),
        ({"cardinality": "abc"}, "Cardinality must be a whole number, not 'abc'; it remains 32."),
        ({"base_width": "3.5"}, "Base width must be a whole number, not 3.5; try 4."),
        (
            {"groups": "(64, 1), " * 9 + "(64, 1)"},
            "Groups (10 of them) must be at most 6 for images of 224 pixels; try fewer",
        ),
        ({"groups": "(64, 1), (x, 1)"}, "Groups must be a tuple of 1 to 12 rows (filters, blocks)"),
        ({"cardinality": 0}, "must be at least 1; try 1."),
        ({"image_size": 8}, "Image size (8) must be at least 32; try 32."),
        ({"image_size": "abc"}, "Image size must be a whole number, not 'abc'; it remains 224."),
        ({"depth": 51}, "try 50."),
        ({"cardinalty": 8}, "try 'cardinality'"),
        ({"opened": 5}, "Control (opened) must be one of"),
        ({"ratio": "16, 8"}, "Ratio (16, 8) must have one entry per group (4); try (16, 8, 8, 8)."),
        ({"ratio": "16, none, 8, x"}, "Ratio must be a whole number, not '16, none, 8, x'"),
        ({"ratio": "1" * 5000}, f"Ratio must be a whole number, not '{40 * '1'}\u2026'; it remains 16."),
        ({"ratio": "[" * 5000}, "Ratio must be a whole number"),
        ({"depth": "fifty"}, "Depth must be one of 26, 50, 101, 152 or 154, not 'fifty'; it remains 50."),
        ({"image_size": "64x"}, "Image size must be a whole number, not '64x'"),
        ({"image_size": "8x96"}, "Image size (8) must be at least 32; try 32."),
        (
            {"groups": "64, 3"},
            "Groups must have rows (filters, blocks) or (in, out, blocks), all of the same length, not 64; it remains",
        ),
        ({"groups": "(64, 3), (128,)"}, "Groups must have rows"),
        ({"dropout": "1"}, "Dropout (1) must be at least 0 and below 1"),
        ({"dropout": "much"}, "Dropout must be a number, not 'much'; it remains 0."),
        ({"bn_epsilon": "1e999"}, "BN epsilon (1e999) must be at least"),
        ({"in_groups": 3}, "SE groups must be a list of groups, not 3; try [1, 2, 3, 4]."),
        ({"in_groups": [5]}, "SE groups (5) must be one of 1, 2, 3 or 4; try 4."),
        (
            {"preset": "vgg16"},
            "Name (vgg16) must be one of 39 names; try 'regnety_16gf', 'regnety_1_6gf' or 'regnety_8gf'; Architecture.presets() lists all.",
        ),
        ({"token": "no token"}, "Token (no token) must begin with 'senet1'"),
        ({"tab": "Netwrk"}, "try 'Network'."),
        ({"form": "spaghetti"}, "Form (spaghetti) must be one of 'procedural'"),
        ({"batch": 0}, "Batch size (0) must be at least 1; try 1."),
        ({"batch": "many"}, "Batch size must be a whole number, not 'many'"),
        ({"keep_cost": 1}, "Keep cost must be on or off, not 1; try on."),
        ({"details": "yes"}, "Details must be on or off"),
        ({"source": None}, "Source must be on or off"),
        ({"pin": "A"}, "Pin must be on or off"),
        ({"build": "now"}, "Build must be on or off"),
        (
            {"save": ".exe"},
            "Save (.exe) must be one of '.py', '.csv', '.svg', '.txt', '.keras', '.onnx', '.tflite' or '.xml'",
        ),
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
        (Architecture(depth=50), {"convention": "timm"}, "Convention original \u2192 timm: parameters"),
    ],
)
def test_a_move_that_sets_another_style_lists_what_else_changed(before, moves, words):
    assert apply_moves(first_state(before), moves, "one").message.startswith(words)


def test_a_refused_move_is_named_and_the_others_are_made(explorer):
    shown = ask(explorer, ratio="x", cardinality=8)
    assert explorer.architecture == Architecture("resnext", 50, cardinality=8)
    assert shown["refused"] == ["ratio"]
    assert shown["said"].startswith("Cardinality 32 \u2192 8:")


def test_the_message_about_a_drag_starts_from_the_network_where_it_began(explorer):
    for ratio in (8, 4, 2):
        post(explorer, {"ratio": ratio}, "one drag")
    assert explorer.shown["said"].startswith("Ratio 16 \u2192 2: parameters +17.60 M (27.54 M \u2192 45.15 M)")
    post(explorer, {"ratio": 16}, "one drag")
    assert explorer.shown["said"] == FIRST_MESSAGE


def test_the_message_names_what_a_move_changed_in_addition(explorer):
    ask(explorer, family="resnet", depth=18)
    shown = ask(explorer, family="resnext")
    assert shown["said"].startswith(
        "Family ResNet \u2192 ResNeXt, Depth 18 \u2192 26 (also sets: block bottleneck): parameters"
    )


def test_moves_are_made_in_the_order_of_the_page(explorer):
    shown = ask(explorer, family="resnet", depth=18)
    assert (explorer.architecture.depth, shown["error"]) == (18, "")


@pytest.mark.parametrize(("module", "broken"), [(updates, "apply_move"), (pages, "heading")])
def test_an_internal_error_is_shown_and_stored_and_the_next_move_works(monkeypatch, module, broken):
    explorer = Explorer()
    monkeypatch.setattr(module, broken, lambda *_, **__: 1 / 0)
    assert "ZeroDivisionError" in ask(explorer, ratio=8)["error"]
    assert isinstance(explorer.failure, ZeroDivisionError)
    monkeypatch.undo()
    assert ask(explorer, ratio=4)["error"] == ""
    assert explorer.architecture.ratio == 4


def test_an_architecture_set_from_python_clears_messages_about_moves(explorer):
    ask(explorer, ratio="x")
    explorer.architecture = Architecture("resnext", 101, ratio=4)
    assert (explorer.shown["error"], explorer.shown["refused"]) == ("", [])
    assert explorer.shown["said"] == FIRST_MESSAGE


def test_an_architecture_set_while_a_page_is_drawn_is_the_one_that_is_shown(explorer, monkeypatch):
    """JupyterLab runs widget messages on another thread than cells."""

    def slow(architecture, *args, **kwargs):
        if architecture.ratio == 8:
            explorer.architecture = Architecture(depth=18)
        return heading(architecture, *args, **kwargs)

    monkeypatch.setattr(pages, "heading", slow)
    assert "SE-ResNet-18" in ask(explorer, ratio=8)["heading"]


def test_setting_the_architecture_from_python_moves_the_page(explorer):
    explorer.architecture = Architecture.preset("cifar_se_resnet20")
    assert "SE-ResNet-20" in explorer.shown["heading"]


def test_another_family_gets_the_nearest_depth_and_the_same_paths():
    basic = apply_move(Architecture("resnext", 26, cardinality=8), "family", "resnet")
    back = apply_move(replace(basic, depth=34), "family", "resnext")
    assert (back.depth, back.cardinality) == (26, 8)


@pytest.mark.parametrize(("depth", "blocks", "back"), [(26, 8, 26), (50, 16, 50), (101, 33, 101), (152, 50, 152)])
def test_a_regnet_gets_as_many_blocks_as_the_network_before_and_gives_them_back(depth, blocks, back):
    moved = apply_move(Architecture("resnext", depth, input_shape=(256, 256, 3)), "family", "regnet")
    assert moved.depth == blocks == sum(group.n_blocks for group in moved.plan)
    assert apply_move(moved, "family", "resnext").depth == back


def test_moving_a_slider_of_the_rule_forms_other_groups(explorer):
    ask(explorer, preset="regnety_400mf")
    assert "form 4 groups" in explorer.shown["body"]
    ask(explorer, wm=3.0)
    assert "form 3 groups" in explorer.shown["body"]
    assert explorer.architecture.table == ((48, 2), (144, 6), (432, 8))
    assert "Width factor 2.09 \u2192 3" in explorer.shown["said"]


def test_a_refused_width_is_explained_with_labels(explorer):
    ask(explorer, preset="regnety_400mf")
    assert ask(explorer, w0="50")["error"] == "Initial width (50) must be a multiple of 8; try 48 or 56."
    assert (
        ask(explorer, groups="(20, 2), (40, 2)")["error"]
        == "Filters (20) must be divisible by Group width (8); try 16 or 24."
    )


def test_a_selected_part_stays_selected_after_a_move(explorer):
    assert "group 3 \u00b7 block 1" in ask(explorer, path="group3/block1")["body"]
    assert "group 3 \u00b7 block 1" in ask(explorer, ratio=8)["body"]


def test_disabled_controls_give_the_reason():
    off = {control.name: control.hint for control in controls(Architecture()) if control.disabled}
    assert off == dict.fromkeys(("cardinality", "base_width", "keep_cost"), "a ResNet has one path")
    values = {control.name: control.value for control in controls(Architecture())}
    assert (values["cardinality"], values["base_width"]) == (1, 64)  # Xie et al. 2017, table 1: a ResNet is 1x64d
    assert not any(control.disabled for control in controls(Architecture("resnext")))


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


def test_a_drag_at_constant_cost_returns_to_the_network_where_it_began(explorer):
    """Else each stop would round what the one before has rounded."""
    ask(explorer, keep_cost=True)
    for cardinality in (16, 8, 4, 2, 1, 2, 4, 8, 16, 32):
        post(explorer, {"cardinality": cardinality}, "one drag")
    assert explorer.architecture == Architecture("resnext", 50)


def test_a_group_that_regains_squeeze_excite_gets_the_ratio_of_the_others(explorer):
    ask(explorer, ratio=8)
    ask(explorer, in_groups=[2, 3])
    ask(explorer, ratio=4)
    assert explorer.architecture.ratio == (None, 4, 4, None)
    ask(explorer, in_groups=[])
    assert explorer.architecture.ratio is None
    ask(explorer, in_groups=[1, 2, 3, 4])
    assert explorer.architecture.ratio == 16


def test_cost_is_that_of_the_first_network_after_any_number_of_key_presses(explorer):
    ask(explorer, keep_cost=True)
    widths = []
    for number, cardinality in enumerate((16, 8, 4, 2, 1)):
        post(explorer, {"cardinality": cardinality}, f"key {number}")
        widths.append(explorer.architecture.base_width)
    assert widths[1:] == [14, 24, 40, 64]
    ask(explorer, cardinality=32)
    assert (explorer.architecture.cardinality, explorer.architecture.base_width) == (32, 4)


def test_another_move_makes_the_cost_of_its_network_the_one_to_keep(explorer):
    ask(explorer, keep_cost=True)
    ask(explorer, cardinality=1)
    ask(explorer, depth=101)
    ask(explorer, base_width=4)
    assert explorer.architecture.cardinality == 32


def test_a_refusal_is_sent_under_the_name_of_its_control(explorer):
    shown = ask(explorer, ratio="x")
    assert shown["reasons"] == {"ratio": "Ratio must be a whole number, not 'x'; it remains 16."}


def test_ratio_field_that_was_cleared_is_refused_and_does_not_remove_squeeze_excite():
    state = apply_moves(first_state(Architecture("resnext", 50)), {"ratio": ""}, "a gesture")
    assert state.architecture.ratio == 16
    assert state.refused == {"ratio": "Ratio must be a whole number, and the field is empty; it remains 16."}
