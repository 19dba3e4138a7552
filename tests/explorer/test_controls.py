"""The Explorer's controls: every stop can be reached, and they stand at what the network is."""

from dataclasses import replace

import pytest
from panel_driver import ask

from senet_lab import Architecture, Explorer
from senet_lab.drawing.network.summary import heading
from senet_lab.explorer import page as pages
from senet_lab.explorer.building import Building
from senet_lab.explorer.controls import controls
from senet_lab.explorer.hints import attention_hint
from senet_lab.explorer.moves import COST_PAIR
from senet_lab.explorer.updates import apply_moves, first_state

OWN = {
    "own groups": (Architecture(groups=((64, 2), (128, 2))), {"depth": "set by Groups; empty that field first"}),
    "stated widths": (
        Architecture("resnext", groups=((96, 256, 2),)),
        {"depth": "set by Groups; empty that field first", "base_width": "set by Groups; empty that field first"},
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_controls_without_effect_on_custom_groups_give_the_reason(name):
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
    "eca": Architecture(attention="eca", ratio=(16, None, 16, 16)),
    "cbam": replace(Architecture.preset("cifar_se_resnet20"), attention="cbam"),
    "a RegNet": Architecture.preset("regnety_400mf"),
    "a RegNet's own groups": Architecture("regnet", groups=((48, 1), (96, 2)), ratio=4),
}


@pytest.fixture(scope="module")
def drawn():
    """The networks and batches whose pages were drawn: presets are stops of every network."""
    return set()


def assert_each_can_be_reached(start, offered, drawn):
    for control in offered:
        stops = [control.stops[:1], control.stops] if control.kind == "checks" else control.stops
        for stop in stops if not control.disabled else ():
            moved = apply_moves(start, {control.name: list(stop) if isinstance(stop, tuple) else stop}, f"{stop}")
            assert moved.refused == {}, (control.name, stop)
            if (shown := (moved.architecture, moved.batch, moved.keep_cost)) not in drawn:
                drawn.add(shown)
                page = pages.render_page(moved, Building(lambda: None))
                assert heading(moved.architecture) == page["heading"] or control.name == "batch"


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_every_stop_of_every_control_can_be_reached(name, drawn):
    """All details shown; the page is that of the stop."""
    start = replace(first_state(SHAPES[name]), details=True)
    offered = controls(start.architecture, details=True)
    assert {control.kind for control in offered} == {"choice", "slider", "select", "check", "checks", "text"}
    assert len({control.name for control in offered}) == len(offered)
    assert all(len(control.stops) == len(control.labels) for control in offered)
    assert_each_can_be_reached(start, offered, drawn)


@pytest.mark.parametrize("name", SHAPES)
def test_where_the_cost_is_kept_every_stop_of_its_two_sliders_can_be_reached_and_others_are_as_before(name, drawn):
    start = replace(first_state(SHAPES[name]), keep_cost=True, details=True)
    offered = controls(start.architecture, keep_cost=True, details=True)
    usual = {control.name: control for control in controls(start.architecture, details=True)}
    pair = [control for control in offered if control.name in COST_PAIR]
    assert [control.name for control in offered] == list(usual)
    assert {control.name for control in offered if control != usual[control.name]} <= {*COST_PAIR, "keep_cost"}
    assert all(len(control.stops) == len(control.labels) for control in pair)
    assert_each_can_be_reached(start, pair, drawn)


def test_a_regnet_has_the_sliders_of_its_rule_in_the_place_of_cardinality_and_base_width():
    shown = {control.name: control for control in controls(Architecture.preset("regnety_400mf"))}
    assert not {"cardinality", "base_width", "keep_cost"} & set(shown)
    assert not any(control.disabled for control in shown.values())
    values = [shown[name].value for name in ("depth", "w0", "wa", "wm", "group_width", "ratio")]
    assert values == [16, 48, 27.89, 2.09, 8, 4]
    assert shown["wm"].hint == "wm: 48 \u2192 104 \u2192 208 \u2192 440"
    assert shown["group_width"].hint == "6, 13, 26, 55 paths"
    assert shown["place"].labels[0] == "standard (3x3)"
    others = {control.name for control in controls(Architecture("resnext"))}
    assert not {"w0", "wa", "wm", "group_width"} & others


def test_custom_groups_of_a_regnet_disable_its_rule_but_not_its_group_width():
    shown = {control.name: control for control in controls(SHAPES["a RegNet's own groups"])}
    off = {name for name, control in shown.items() if control.disabled}
    assert off == {"depth", "w0", "wa", "wm"}
    assert shown["depth"].value == 3


def test_fields_show_values_in_the_notation_that_they_accept():
    shown = Explorer(SHAPES["a ratio per group"]).shown["controls"]
    assert next(control["text"] for control in shown if control["name"] == "ratio") == "16, none, 8, 4"
    hints = {control.name: control.hint for control in controls(SHAPES["not square"])}
    assert hints["image_size"] == "pixels per side; last map 2\u00d73"


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
    ("attention", "eca", lambda made: made == Architecture("resnext", attention="eca")),
    ("attention", None, lambda made: made.ratio is None),
    ("eca_kernel", "formula", lambda made: made.eca_kernel == "formula"),
    ("groups", "(64, 2), (128, 2)", lambda made: made.groups == ((64, 2), (128, 2))),
    ("ratio", "none", lambda made: made.ratio is None),
    ("ratio", "16, none, 8, 4", lambda made: made.ratio == (16, None, 8, 4)),
    ("image_size", "64x96", lambda made: made.input_shape == (64, 96, 3)),
    ("image_size", " 64 \u00d7 96 ", lambda made: made.input_shape == (64, 96, 3)),
    ("cardinality", "8", lambda made: made.cardinality == 8),
    ("classes", " 10 ", lambda made: made.classes == 10),
    ("classes", "1e2", lambda made: made.classes == 100),
    ("dropout", "0.2", lambda made: made.dropout == 0.2),
    ("family", "regnet", lambda made: made == Architecture("regnet", 16, ratio=4)),
    ("w0", "56", lambda made: made.w0 == 56),
    ("wa", "30.5", lambda made: made.wa == 30.5),
    ("se_bias", True, lambda made: made.se_bias is True),
    ("stem", "tiered", lambda made: made.layers == 52),
    ("stem_width", "32", lambda made: made.stem_width == 32),
    ("projection_pooling", True, lambda made: made.style.projection_pooling),
    ("downsampling", "average", lambda made: made.style.downsampling == "average"),
    ("downsampling", "blur", lambda made: made.name == "SE-ResNeXtBlur-50 32x4d"),
    ("token", f" {Architecture(depth=101, ratio=4).token()}\n", lambda made: made == Architecture(depth=101, ratio=4)),
])  # fmt: skip
def test_a_value_that_is_selected_or_typed_is_set_on_the_network(explorer, name, new, read):
    assert ask(explorer, details=True, **{name: new})["error"] == ""
    assert read(explorer.architecture)
    assert explorer.shown["token"] == explorer.architecture.token()


def test_the_stem_says_its_channels_and_whether_its_width_applies(explorer):
    ask(explorer, details=True)
    assert control_of(explorer, "stem")["hint"] == "7\u00d77 with 64 channels"
    width = control_of(explorer, "stem_width")
    assert (width["disabled"], width["hint"]) == (True, "for deep and tiered stems")
    ask(explorer, stem="tiered", stem_width="32")
    assert control_of(explorer, "stem")["hint"] == "3\u00d73 with 24 \u2192 32 \u2192 64 channels"
    assert not control_of(explorer, "stem_width")["disabled"]
    refused = ask(explorer, stem_width="30")["error"]
    assert "Stem width (30) must be divisible by 4 in a tiered stem" in refused


def test_a_shortcut_of_3x3_is_not_offered_pooling(explorer):
    ask(explorer, details=True, preset="senet154")
    assert True not in control_of(explorer, "projection_pooling")["stops"]
    ask(explorer, projection_kernel=1)
    assert True in control_of(explorer, "projection_pooling")["stops"]


def control_of(explorer, name):
    return next(control for control in explorer.shown["controls"] if control["name"] == name)


def test_eca_has_no_ratio_and_states_its_kernels(explorer):
    ask(explorer, attention="eca", in_groups=[1, 3, 4])
    ratio, attention, groups = (control_of(explorer, name) for name in ("ratio", "attention", "in_groups"))
    assert (ratio["disabled"], ratio["hint"]) == (True, "ECA reduces nothing")
    assert attention["hint"] == "a convolution over channels; kernel 3, 5, 7"
    assert groups["label"] == "ECA groups"
    ask(explorer, attention=None)
    assert (control_of(explorer, "attention")["value"], control_of(explorer, "ratio")["disabled"]) == (None, False)
    ask(explorer, attention="se")
    assert explorer.architecture == Architecture("resnext")


def test_eca_states_all_kernels_of_a_group():
    """Before the branch, the first block of a group gates the channels of the group before it."""
    hint = attention_hint(Architecture(attention="eca", place="pre"))
    assert hint == "a convolution over channels; kernel 3, 3 and 5, 5, 5 and 7"


WITHOUT_EFFECT = [
    (Architecture(), set()),
    (Architecture(attention="cbam"), set()),
    (Architecture(attention="eca"), {"se_bias", "squeeze_from", "squeeze_divisor"}),
    (Architecture(ratio=None), {"se_bias", "squeeze_from", "squeeze_divisor"}),
    (Architecture(downsampling="average"), {"stride_place"}),
    (Architecture(depth=18), {"stride_place"}),
]
DETAILS = {"se_bias", "squeeze_from", "squeeze_divisor", "stride_place"}


@pytest.mark.parametrize(("architecture", "names"), WITHOUT_EFFECT)
def test_details_without_effect_are_disabled_with_a_reason_and_change_no_layer(architecture, names):
    details = {each.name: each for each in controls(architecture, details=True) if each.name in DETAILS}
    assert {name for name, control in details.items() if control.disabled} == names
    for name in names:
        assert details[name].hint
        other = {"se_bias": True, "squeeze_from": "input", "squeeze_divisor": 8, "stride_place": "3x3"}[name]
        assert replace(architecture, **{name: other}).ledger().rows == architecture.ledger().rows


def test_the_depth_of_a_regnet_is_called_blocks(explorer):
    assert control_of(explorer, "depth")["label"] == "Depth"
    ask(explorer, preset="regnety_400mf")
    assert control_of(explorer, "depth")["label"] == "Blocks"
    ask(explorer, depth=17)
    assert "Blocks 16 \u2192 17" in explorer.shown["said"]
    assert "Blocks (0) must be at least 1" in ask(explorer, depth=0)["error"]


def test_cbam_pools_in_both_ways_so_that_the_squeeze_cannot_be_moved(explorer):
    ask(explorer, attention="cbam")
    squeeze = control_of(explorer, "squeeze")
    assert (squeeze["disabled"], squeeze["hint"]) == (True, "CBAM pools both ways")


def test_the_ratio_slider_stands_at_the_ratio_of_the_groups_that_have_squeeze_excite(explorer):
    ask(explorer, in_groups=[1, 2, 3])
    ratio = control_of(explorer, "ratio")
    assert (ratio["value"], ratio["text"], ratio["hint"]) == (
        16,
        "16",
        "no SE in group 4; squeezed to 16 in group 1",
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
        assert all(isinstance(control.value, (int, float, type(None))) for control in sliders)


def test_custom_groups_show_their_depth(explorer):
    ask(explorer, groups="(64, 4), (128, 4), (256, 8), (512, 4)")
    assert explorer.architecture.name.startswith("SE-ResNeXt-62")
    assert (control_of(explorer, "depth")["text"], control_of(explorer, "depth")["disabled"]) == ("62", True)
    assert "Groups set by the depth \u2192 (64, 4), (128, 4), (256, 8), (512, 4)" in explorer.shown["said"]


def test_the_message_about_a_batch_gives_the_memory_of_the_activations(explorer):
    said = ask(explorer, batch=64)["said"]
    assert (
        said
        == "Batch size 32 \u2192 64: activation memory +6.93 GB (6.93 GB \u2192 13.85 GB); parameters and multiply-adds unchanged."
    )
    assert "13.85 GB" in explorer.shown["heading"]
    assert (
        ask(explorer, gate="tanh")["said"]
        == "Gate sigmoid \u2192 tanh: parameters, multiply-adds and activation memory unchanged."
    )
