"""Hostile input: every value of every public door is taken, or answered by one of our own errors, within a second.

An error of ours has the name of what is wrong, the value or the rule, and what to try; and it repeats no more than a
line of what was given. Python's own errors have none of that, so they fail here, as does whatever else is raised.
"""

import re
import time
from dataclasses import fields, replace
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senet_lab import Architecture, Sketch
from senet_lab.architecture.style import STYLE_FIELDS, style_of
from senet_lab.checks import quoted
from senet_lab.cli import main
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.record import Record
from senet_lab.explorer import page as pages
from senet_lab.explorer.address import open_address, write_address
from senet_lab.explorer.building import Building
from senet_lab.explorer.moves import COST_PAIR, MOVES
from senet_lab.explorer.state import TABS
from senet_lab.explorer.updates import apply_moves, first_state
from senet_lab.gatelens import state as lens_state
from senet_lab.ledger import budget
from senet_lab.nets import blocks, layers, se_resnet, se_resnext
from senet_lab.sweepboard import state as sweepboard_state
from senet_lab.sweepboard.snapshot import Board, BoardArm, BoardCell
from senet_lab.trainer import state as trainer_state
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe

LONG = 10**5


class FailingRepr:
    """Cannot be shown."""

    def __repr__(self):
        raise RuntimeError("no repr")

    __str__ = __repr__


class HugeIndex:
    """A whole number that no float can hold."""

    def __index__(self):
        return 10**400


class FailingNumber:
    """Raises what nobody expects when it is taken for a number or a truth."""

    def __index__(self):
        raise ZeroDivisionError

    __float__ = __bool__ = __len__ = __index__


class Held:
    """A value that Hypothesis, which writes out all that it tries, need not write out."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Held({quoted(self.value)})"


def nested(depth):
    found = []
    for _ in range(depth):
        found = [found]
    return found


def one(values):
    """One of some values, of which Hypothesis sees only the place."""
    return st.integers(0, len(values) - 1).map(tuple(values).__getitem__)


EDGES = (0, 1, -1, 2**16, 2**16 + 1, 2**31, 2**63, 10**18, 10**307, 10**308, 10**309, 10**400, 10**5000)


def numbers():
    return st.one_of(
        one([*EDGES, *(-edge for edge in EDGES)]),
        st.integers(-(2**20), 2**20),
        st.floats(),
        st.booleans(),
        st.none(),
    )


TEXTS = ("", " ", "none", "None", "nan", "inf", "-inf", "1e999", "1_0", "0x10", "16.0", "\u0661\u0662", "\ud800", "\0", "~", "=",
         "yes", "x", "64x", "64x3", "64x3,128x4", "(", "[" * 5000, "{[]}", "-" * 5000, "9" * 350, "9" * 5000, "-" + "9" * 350,
         "a" * LONG, "9" * LONG, "\u00e9" * LONG, "1," * 300, "(1, 1), " * 12 + "(1, 1)", "2**999", "1e5")  # fmt: skip
texts = st.one_of(one(TEXTS), st.text(max_size=20))
# What JSON can hold: a page's messages have no more.
sent = st.recursive(
    st.one_of(numbers(), texts),
    lambda each: st.one_of(st.lists(each, max_size=4), st.dictionaries(texts, each, max_size=2)),
    max_leaves=8,
)
OBJECTS = (FailingRepr(), HugeIndex(), FailingNumber(), nested(1000), (1,) * LONG, [0] * LONG, {}, set(), b"16", b"x" * LONG, object(),
           np.int64(16), np.int64(2**62), np.float32(0.5), np.float64("nan"), np.bool_(True), np.zeros(0), np.zeros(3),
           np.zeros((300, 300)), int, range(3), lambda: 0, 1j, Architecture)  # fmt: skip
messages = sent.map(Held)
hostile = st.one_of(sent, one(OBJECTS), st.tuples(numbers(), numbers()), st.lists(st.tuples(numbers(), numbers()), max_size=13).map(tuple)).map(Held)  # fmt: skip


def settled(examples):
    """The same examples on each run, and time is taken by ourselves: other work on the machine must not count."""
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None)


def must_be_ours(message):
    """See that a message names what is wrong and what to do, and is short."""
    assert re.search("`[^`]+`|must|cannot|[Cc]ouldn\u2019t|leaves|empty|needs", message), message[:300]
    assert re.search(r"; |\btry\b", message), message[:300]
    assert len(message) < 1200, message[:300]


def answered(call):
    """What a call gives, or None where it was refused in our own words; within a second of this process's time."""
    start = time.process_time()
    try:
        found = call()
    except (ValueError, TypeError) as error:
        must_be_ours(str(error))
        found = None
    assert time.process_time() - start < 1
    return found


@pytest.mark.parametrize("field", [field.name for field in fields(Architecture)])
@settled(30)
@given(held=hostile)
def test_any_value_of_any_field_makes_an_architecture_that_is_counted_or_one_of_our_errors(field, held):
    base = {"family": "resnext"} if field in ("cardinality", "base_width") else {}
    network = answered(lambda: Architecture(**base | {field: held.value}))
    if network is not None:
        assert answered(lambda: network.ledger().macs)
        assert Architecture.from_token(network.token()) == network


@settled(100)
@given(given_=st.dictionaries(st.sampled_from([field.name for field in fields(Architecture)]), hostile, max_size=5))
def test_several_hostile_fields_at_once_are_answered_too(given_):
    answered(lambda: Architecture(**{name: held.value for name, held in given_.items()}))


@pytest.mark.parametrize("field", STYLE_FIELDS)
@settled(20)
@given(held=hostile)
def test_any_value_of_any_style_field_is_taken_or_answered(field, held):
    answered(lambda: style_of("timm", **{field: held.value}))


@settled(300)
@given(field=st.sampled_from([*(field.name for field in fields(Architecture)), "nothing"]), text=texts)
def test_any_text_in_a_token_is_taken_or_answered(field, text):
    answered(lambda: Architecture.from_token(f"senet1~{field}={text}"))


@settled(30)
@given(held=hostile)
def test_any_token_is_taken_or_answered(held):
    answered(lambda: Architecture.from_token(held.value))
    answered(lambda: Architecture.preset(held.value))


@pytest.mark.parametrize("field", [field.name for field in fields(Recipe)])
@settled(20)
@given(held=hostile)
def test_any_value_of_any_recipe_field_is_taken_or_answered(field, held):
    answered(lambda: Recipe(**{field: held.value}))


MAP = Sketch((56, 56, 64))
DOORS = {
    "Sketch": Sketch,
    "Sketch's channels": lambda value: Sketch((56, 56, value)),
    "learner groups": lambda value: se_resnet.learner(MAP, value, 16),
    "learner row": lambda value: se_resnet.learner(MAP, (value, (64, 1)), 16),
    "paths learner row": lambda value: se_resnext.learner(MAP, (value,), 32, 16),
    "group filters": lambda value: se_resnet.group(MAP, value, 1, 16),
    "group blocks": lambda value: se_resnet.group(MAP, 8, value, None),
    "group ratio": lambda value: se_resnet.group(MAP, 64, 1, value),
    "group strides": lambda value: se_resnet.group(MAP, 64, 1, 16, value),
    "identity filters": lambda value: se_resnet.identity_block(MAP, value),
    "projection strides": lambda value: se_resnet.projection_block(MAP, 64, value),
    "learner ratio": lambda value: se_resnet.learner(MAP, ((64, 1), (64, 2)), value),
    "paths": lambda value: se_resnext.projection_block(MAP, 64, 64, value),
    "filters in": lambda value: se_resnext.projection_block(MAP, value, 64),
    "filters out": lambda value: se_resnext.projection_block(MAP, 64, value),
    "paths ratio": lambda value: se_resnext.identity_block(MAP, 64, 64, ratio=value),
    "paths blocks": lambda value: se_resnext.group(MAP, value, 64, 64, 32, 16),
    "squeeze": lambda value: blocks.squeeze_excite_block(MAP, value),
    "squeeze of cbam": lambda value: blocks.cbam_block(MAP, value),
    "squeeze of scse": lambda value: blocks.scse_block(MAP, value),
    "classes": lambda value: blocks.classifier(MAP, value),
    "stem": lambda value: blocks.stem(Sketch((224, 224, 3)), value),
    "filters": lambda value: layers.Conv2D(value, 3)(MAP),
    "kernel": lambda value: layers.Conv2D(8, value)(MAP),
    "strides": lambda value: layers.Conv2D(8, 3, value)(MAP),
    "padding": lambda value: layers.Conv2D(8, 3, padding=value)(MAP),
    "paths of a convolution": lambda value: layers.Conv2D(64, 3, groups=value)(MAP),
    "units": lambda value: layers.Dense(value)(MAP),
    "rate": lambda value: layers.Dropout(value)(MAP),
    "zeros": lambda value: layers.ZeroPadding2D(value)(MAP),
    "crop": lambda value: layers.Cropping2D(value)(MAP),
    "axis": lambda value: layers.Concatenate(value)([MAP, MAP]),
    "steps": lambda value: layers.Conv1D(4, value)(Sketch((56, 64))),
    "filters of steps": lambda value: layers.Conv1D(value, 3)(Sketch((56, 64))),
    "order of axes": lambda value: layers.GlobalAveragePooling1D(value)(Sketch((56, 64))),
    "pool": lambda value: layers.MaxPooling2D(value)(MAP),
    "reshape": lambda value: layers.Reshape(value)(MAP),
    "cardinality at cost": lambda value: budget.at_constant_cost(Architecture("resnext"), cardinality=value),
    "width at cost": lambda value: budget.at_constant_cost(Architecture("resnext"), base_width=value),
    "sweep": lambda value: budget.sweep(Architecture("resnext"), "ratio", [value]),
    "swept field": lambda value: budget.sweep(Architecture("resnext"), value, [1]),
    "host index": lambda value: Placement.checked("one", ("a:1", "b:2"), value),
    "hosts": lambda value: Placement.checked("one", (value, value)),
}


@pytest.mark.parametrize("door", DOORS)
@settled(20)
@given(held=hostile)
def test_any_value_of_a_layer_a_block_or_a_budget_is_taken_or_answered(door, held):
    answered(lambda: DOORS[door](held.value))


@pytest.mark.parametrize(
    "flag", ["epochs", "batch", "accumulate", "learning-rate", "weight-decay", "validation", "seed", "host-index", "precision",
             "recipe", "preset", "token", "devices", "hosts", "data"]
)  # fmt: skip
@pytest.mark.parametrize("text", [*TEXTS, "-1", "1.5"], ids=lambda text: ascii(text)[:12])
def test_any_text_behind_a_flag_of_the_command_line_is_answered_in_a_short_line(flag, text, capsys):
    assert main(["train", "--data=no folder", f"--{flag}={text}"]) == 2
    said = capsys.readouterr().err
    assert 0 < len(said) < 1200
    assert "Traceback" not in said
    must_be_ours(said)


PINNED = Architecture(depth=20)
SIDE = 2**16
LARGEST = {
    "wide": Architecture("resnext", groups=((SIDE, 2),) * 12, cardinality=2**14, base_width=2**14, classes=10**7, ratio=2**20,
                         squeeze_divisor=SIDE, input_shape=(SIDE, SIDE, SIDE), place="3x3", conv_bias=True),
    "published": Architecture("resnext", 154, cardinality=2**14, base_width=2**14, ratio=2**20, squeeze_divisor=SIDE),
    "smallest": Architecture(groups=((1, 1),), ratio=1, stem="cifar", input_shape=(1, 1, 1), classes=2),
    "deep": Architecture(groups=((SIDE, 1000),) * 12, input_shape=(SIDE, SIDE, SIDE), ratio=None),
}  # fmt: skip


@pytest.mark.parametrize("name", [*[*LARGEST][:-1], pytest.param("deep", marks=pytest.mark.slow)])
def test_every_tab_is_drawn_of_networks_at_their_bounds(name):
    network = LARGEST[name]
    for tab in TABS:
        shown = pages.render_page(
            replace(first_state(network), tab=tab, pinned=PINNED, details=True), Building(lambda: None)
        )
        assert shown["body"]
        assert len(shown["layers"]) < 1.5e6


def refused_in_words(reasons):
    for reason in reasons.values():
        must_be_ours(reason)
        assert not re.search(r"`\w+`", reason)  # pages have labels


def begun(*, keep_cost=False):
    return replace(first_state(Architecture("resnext", 50)), keep_cost=keep_cost)


VIEW = (
    "tab", "form", "path", "source", "keep_cost", "details", "batch", "pin", "undo", "redo", "reset", "swap", "build", "save",
    "token",
)  # fmt: skip


@pytest.mark.parametrize("control", [*MOVES, *VIEW])
@settled(20)
@given(held=messages)
def test_any_message_to_the_explorer_is_a_move_or_a_short_reason(control, held):
    start = time.process_time()
    moved = apply_moves(begun(), {control: held.value}, "")
    refused_in_words(moved.refused)
    assert time.process_time() - start < 1


@settled(30)
@given(text=texts, name=st.sampled_from(["network", "pinned", "tab", "part", "batch", "form", "source", "details"]))
def test_any_link_opens_a_network_or_says_why_not(text, name):
    for address in (urlencode({name: text}), urlencode({name: f"senet1~ratio={text}"}), f"{name}={text}", text):
        state = open_address(address, Architecture())
        refused_in_words(state.refused)
        assert open_address(write_address(state), Architecture(depth=18)).refused == {}


@pytest.mark.parametrize(
    "control", [*trainer_state.RECIPE_FIELDS, "network", "token", "recipe", "data", "path", "focus", "drawn"]
)
@settled(20)
@given(held=messages)
def test_any_message_to_the_trainer_is_a_move_or_a_short_reason(control, held):
    refused_in_words(trainer_state.after(trainer_state.initial_state(), {control: held.value}).refusals)


@pytest.mark.parametrize("control", ["reference", "cost", "run", "seeds", "other"])
@settled(20)
@given(held=messages)
def test_any_message_to_the_sweepboard_is_a_move_or_a_short_reason(control, held):
    arms = (BoardArm("ratio none", "none", 5, 6), BoardArm("ratio 16", "16", 6, 7))
    cells = (BoardCell("a", 0, 0), BoardCell("b", 1, 0))
    board = Board("Ratio", "", "", "ratio", (), arms, (0,), cells)
    refused_in_words(sweepboard_state.after(sweepboard_state.State(), {control: held.value}, board).refusals)


@pytest.mark.parametrize(
    "value", [*TEXTS, *EDGES], ids=lambda value: ascii(value if isinstance(value, str) else quoted(value))[:12]
)
def test_any_text_or_edge_in_a_field_of_the_panels_is_a_move_or_a_short_reason(value):
    for control in (*MOVES, *VIEW):
        refused_in_words(apply_moves(begun(), {control: value}, "").refused)
    for control in COST_PAIR:
        refused_in_words(apply_moves(begun(keep_cost=True), {control: value}, "").refused)
    for control in trainer_state.RECIPE_FIELDS:
        refused_in_words(trainer_state.after(trainer_state.initial_state(), {control: value}).refusals)


OFFER = lens_state.Offer(("a", "b"), ("group1/block1", "group1/block2"), 10, 100)


@pytest.mark.parametrize(
    "control", ["tab", "network", "path", "classes", "image", "page", "wrong", "how", "figure", "load", "free", "own", "save",
                "again", "hold group1/block1", "hold nothing"]
)  # fmt: skip
@settled(20)
@given(held=messages)
def test_any_message_to_the_lens_is_a_move_or_a_short_reason(control, held):
    state, _ = lens_state.after(lens_state.State("a"), {control: held.value}, OFFER)
    refused_in_words(state.refused)


@settled(100)
@given(held=hostile)
def test_any_answer_to_an_exercise_and_any_class_code_is_answered_in_words(held):
    value = held.value
    learner = Learner(record=Record(None))
    replies = (learner.check(name, value) for name in ("ratio-4-params", "paths-loop-share", "paths-late-loop"))
    choices = (learner.class_code(value), learner.class_code("9B", value), learner.check(value))
    for reply in (*replies, *choices):
        assert 0 < len(reply.words) < 3000


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10**5000, "1e+5000"),
        (-(10**400) * 7, "-7e+400"),
        (9999 * 10**300, "1e+304"),
        (10**24 - 1, "9" * 24),
        ("a" * LONG, f"'{'a' * 80}\u2026'"),
        (FailingRepr(), "<FailingRepr instance at 0x"),
        (np.float64(0.5), "0.5"),
        ((64, 3), "(64, 3)"),
    ],
    ids=["huge", "negative", "carried", "long", "text", "failing", "numpy", "tuple"],
)
def test_a_quoted_value_is_short_whatever_it_is(value, said):
    assert quoted(value).startswith(said)
    assert len(quoted(value)) < 90


BOUNDS = {
    "cardinality": 2**14,
    "base_width": 2**14,
    "classes": 10**7,
    "squeeze_divisor": 2**16,
    "input_shape": (2**16,) * 3,
}


@pytest.mark.parametrize("field", BOUNDS)
def test_the_largest_value_is_taken_and_the_next_names_it(field):
    network = Architecture("resnext", **{field: BOUNDS[field]})
    assert network.ledger().params > 0
    more = (2**16 + 1,) * 3 if field == "input_shape" else BOUNDS[field] + 1
    with pytest.raises(ValueError, match=r"must be at most [\d,]+; try \d+"):
        replace(network, **{field: more})
