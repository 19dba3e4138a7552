"""The Explorer without a browser: moves, answers, errors, what is stored."""

from dataclasses import replace

import pytest

from senet_lab import Architecture, Explorer
from senet_lab.panels import explorer as explorer_module
from senet_lab.panels.controls import controls, moved
from senet_lab.views.page import picture


@pytest.fixture
def explorer():
    made = Explorer(Architecture("resnext", 50))
    yield made
    assert made.failure is None


def ask(explorer, **moves):
    explorer.asked = {"moves": moves, "turn": f"test {moves}", "gesture": f"test {moves}"}
    return explorer.shown


def test_a_move_changes_the_network_the_page_and_the_sentence(explorer):
    shown = ask(explorer, ratio=8)
    assert explorer.architecture == Architecture("resnext", 50, ratio=8)
    assert "30,058,792" in shown["heading"]
    assert "30,058,792" in shown["table"]
    assert shown["said"].startswith("Ratio 16 \u2192 8: parameters +2.51 M")
    assert shown["error"] == ""


def test_each_answer_names_the_turn_it_answers(explorer):
    assert ask(explorer, ratio=8)["turn"] == "test {'ratio': 8}"
    assert ask(explorer, ratio="x")["turn"] == "test {'ratio': 'x'}"


def test_several_moves_in_one_message_are_all_made(explorer):
    ask(explorer, ratio=4, cardinality=8, image_size=128)
    assert explorer.architecture == Architecture("resnext", 50, ratio=4, cardinality=8, input_shape=(128, 128, 3))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"ratio": "abc"}, "`ratio` must be a whole number, not 'abc'"),
        ({"ratio": 4096}, "leaves no channel of 256"),
        ({"cardinality": None}, "`cardinality` must be a whole number"),
        ({"cardinality": 0}, "must be at least 1; try 1."),
        ({"image_size": 8}, "`image_size` (=8) must be at least 32; try 32."),
        ({"image_size": "abc"}, "`image_size` must be a whole number, not 'abc'; try 32."),
        ({"depth": 51}, "try 50."),
        ({"cardinalty": 8}, "try 'cardinality'"),
        ({"opened": 5}, "`opened` (=5) must be one of 1, 2, 3 or 4; try 4."),
        ({"opened": "abc"}, "`opened` must be one of 1, 2, 3 or 4"),
    ],
)
def test_a_bad_value_is_answered_in_the_page_and_loses_nothing(explorer, moves, words):
    before = explorer.architecture
    shown = ask(explorer, **moves)
    assert words in shown["error"]
    assert explorer.architecture == before
    assert "27,543,848" in shown["heading"]
    assert ask(explorer, ratio=8)["error"] == ""


def test_a_refused_move_keeps_the_others_and_names_itself(explorer):
    shown = ask(explorer, ratio="x", cardinality=8)
    assert explorer.architecture == Architecture("resnext", 50, cardinality=8)
    assert shown["refused"] == ["ratio"]
    assert shown["said"].startswith("Cardinality 32 \u2192 8:")


def test_a_drag_is_told_from_where_it_began(explorer):
    for ratio in (8, 4, 2):
        explorer.asked = {"moves": {"ratio": ratio}, "turn": f"{ratio}", "gesture": "one drag"}
    assert explorer.shown["said"].startswith("Ratio 16 \u2192 2: parameters +17.60 M (27.54 M \u2192 45.15 M)")
    explorer.asked = {"moves": {"ratio": 16}, "turn": "16", "gesture": "one drag"}
    assert explorer.shown["said"] == explorer_module.FIRST_WORDS


def test_what_a_move_took_along_is_told(explorer):
    ask(explorer, family="resnet", depth=18)
    shown = ask(explorer, family="resnext")
    assert shown["said"].startswith("Family SE-ResNet \u2192 SE-ResNeXt, Depth 18 \u2192 26: parameters")


def test_moves_are_made_in_the_order_of_the_page(explorer):
    shown = ask(explorer, family="resnet", depth=18)
    assert (explorer.architecture.depth, shown["error"]) == (18, "")


@pytest.mark.parametrize("broken", ["moved", "picture"])
def test_an_error_of_our_own_is_shown_and_kept_and_the_next_move_works(monkeypatch, broken):
    explorer = Explorer()
    monkeypatch.setattr(explorer_module, broken, lambda *_: 1 / 0)
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

    def slow(architecture, opened):
        if architecture.ratio == 8:
            explorer.architecture = Architecture(depth=18)
        return picture(architecture, opened)

    monkeypatch.setattr(explorer_module, "picture", slow)
    assert "SE-ResNet-18" in ask(explorer, ratio=8)["heading"]


def test_setting_the_architecture_from_python_moves_the_page(explorer):
    explorer.architecture = Architecture.preset("cifar_se_resnet20")
    assert "SE-ResNet-20" in explorer.shown["heading"]


def test_the_family_takes_the_depth_along_and_keeps_the_paths():
    basic = moved(Architecture("resnext", 26, cardinality=8), "family", "resnet")
    back = moved(replace(basic, depth=34), "family", "resnext")
    assert (back.depth, back.cardinality) == (26, 8)


def test_a_group_that_is_opened_stays_open(explorer):
    assert "group 3 \u00b7 block 1" in ask(explorer, opened=3)["picture"]
    assert "group 3 \u00b7 block 1" in ask(explorer, ratio=8)["picture"]


def test_controls_that_do_not_apply_say_why():
    off = {control.name: control.hint for control in controls(Architecture()) if control.disabled}
    assert off == {"cardinality": "a ResNet has one path", "base_width": "a ResNet has one path"}
    assert not any(control.disabled for control in controls(Architecture("resnext")))


OWN = {
    "own groups": (Architecture(groups=((64, 2), (128, 2))), {"depth": "these groups are your own"}),
    "stated widths": (
        Architecture("resnext", groups=((96, 256, 2),)),
        {"depth": "these groups are your own", "base_width": "these groups state their width"},
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_controls_that_ones_own_groups_leave_without_effect_say_why(name):
    architecture, reasons = OWN[name]
    off = {control.name: control.hint for control in controls(architecture) if control.disabled}
    assert reasons.items() <= off.items()


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


@pytest.mark.parametrize("name", SHAPES)
def test_every_stop_of_every_control_can_be_reached(name):
    architecture = SHAPES[name]
    explorer = Explorer(architecture)
    for control in controls(architecture):
        assert len(control.stops) == len(control.labels)
        for stop in control.stops if not control.disabled else ():
            assert ask(explorer, **{control.name: stop})["error"] == ""
            explorer.architecture = architecture
    assert explorer.failure is None


def test_values_are_shown_as_people_write_them():
    shown = Explorer(SHAPES["a ratio per group"]).shown["controls"]
    assert next(control["text"] for control in shown if control["name"] == "ratio") == "16, none, 8, 4"
    hints = {control.name: control.hint for control in controls(SHAPES["not square"])}
    assert hints["image_size"] == "pixels a side; 2\u00d73 in the last map"


def test_what_is_stored_holds_the_widget_a_picture_and_a_line(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)"
    assert "<svg" in data["text/html"]
