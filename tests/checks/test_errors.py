"""Errors about parameters: their fields, the words for Python and those of a page."""

import ast
import pickle
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

from senet_lab import Architecture
from senet_lab.architecture.tokens import VERSION
from senet_lab.checks import InvalidTypeError, InvalidValueError, ParameterError, Setting
from senet_lab.data.class_folders import must_exist
from senet_lab.ledger.budget import at_constant_cost
from senet_lab.training.recipe import Recipe
from senet_lab.widgets.refusals import page_text, refusal

PACKAGE = Path(__file__).parents[2] / "senet_lab"
NEXT = Architecture("resnext")


def error_of(function, *args, **kwargs):
    with pytest.raises(ParameterError) as caught:
        function(*args, **kwargs)
    return caught.value


CASES = {
    "bound": (
        error_of(Architecture, ratio=0),
        "`ratio` (=0) must be at least 1; try 1.",
        "Ratio (0) must be at least 1; try 1.",
    ),
    "type": (
        error_of(Architecture, ratio="x"),
        "`ratio` must be a whole number, not 'x'; try 1.",
        "Ratio must be a whole number, not 'x'; try 1.",
    ),
    "element": (
        error_of(Architecture, ratio=(16, 8, 0, 4)),
        "`ratio[2]` (=0) must be at least 1; try 1.",
        "Ratio of group 3 (0) must be at least 1; try 1.",
    ),
    "length": (
        error_of(Architecture, ratio=(16, 8)),
        "`ratio` (=(16, 8)) must have one entry per group (=4); try (16, 8, 8, 8).",
        "Ratio (16, 8) must have one entry per group (4); try (16, 8, 8, 8).",
    ),
    "place": (
        error_of(Architecture, ratio=4096),
        "group 1: `ratio` (=4096) leaves no channel of 256 to squeeze into; try 256 or less.",
        "group 1: Ratio (4,096) leaves no channel of 256 to squeeze into; try 256 or less.",
    ),
    "image": (
        error_of(Architecture, input_shape=(8, 96, 3)),
        "`input_shape` (=(8, 96, 3)) must be at least 32 pixels high and wide, the product of the strides; "
        "try (32, 96, 3).",
        "Image size (8\u00d796) must be at least 32 pixels high and wide, the product of the strides; try 32\u00d796.",
    ),
    "columns": (
        error_of(Architecture, "resnext", groups=((64, 1), (64,))),
        "`groups` must have rows (n_filters, n_blocks) or (filters_in, filters_out, n_blocks), all of the same length, not (64,); "
        "try ((64, 3), (128, 4)).",
        "Groups must have rows (filters, blocks) or (in, out, blocks), all of the same length, not (64,); try ((64, 3), (128, 4)).",
    ),
    "other parameter": (
        error_of(Architecture, "resnext", groups=((50, 100, 1),)),
        "`filters_in` (=50) must be divisible by `cardinality` (=32); try 32 or 64.",
        "in (50) must be divisible by Cardinality (32); try 32 or 64.",
    ),
    "setting": (
        error_of(at_constant_cost, NEXT, cardinality=1000),
        "`cardinality` (=1000) leaves no `base_width` whose blocks cost within 25% of 32x4d; try cardinality=168.",
        "Cardinality (1,000) leaves no Base width whose blocks cost within 25% of 32x4d; try Cardinality 168.",
    ),
    "rule with a setting": (
        error_of(Recipe, warmup=5, epochs=3, schedule="cosine"),
        "`warmup` (=5) must be less than `epochs` (=3) and needs schedule='cosine'; try warmup=2.",
        "Warm-up (5) must be less than epochs (3) and needs schedule 'cosine'; try Warm-up 2.",
    ),
    "token": (
        error_of(Architecture.from_token, "no token"),
        f"`token` (='no token') must begin with '{VERSION}'; try '{VERSION}~ratio=8', or the result of `.token()`.",
        f"token (no token) must begin with '{VERSION}'; try '{VERSION}~ratio=8', or the result of .token().",
    ),
    "no value": (
        error_of(Architecture.from_token, f"{VERSION}~ratio=8~ratio=8"),
        "`ratio` must appear only once in a token; remove one of them.",
        "Ratio must appear only once in a token; remove one of them.",
    ),
    "path": (
        error_of(must_exist, "path", Path("/nowhere/pets")),
        "`path` (='/nowhere/pets') must be an existing folder; the nearest existing folder is '/'.",
        "path (/nowhere/pets) must be an existing folder; the nearest existing folder is '/'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_error_has_one_text_for_python_and_one_for_the_page(case):
    error, python, page = CASES[case]
    assert str(error) == python
    assert page_text(error) == page
    assert "`" not in page


@pytest.mark.parametrize(("case", "kind"), [("bound", ValueError), ("type", TypeError)])
def test_an_error_is_caught_as_pythons_own(case, kind):
    assert isinstance(CASES[case][0], kind)


@pytest.mark.parametrize("copied", [lambda error: pickle.loads(pickle.dumps(error)), deepcopy], ids=["pickle", "copy"])
@pytest.mark.parametrize("case", CASES)
def test_an_error_survives_another_process_and_a_copy(case, copied):
    error = CASES[case][0]
    copy = copied(error)
    assert (type(copy), str(copy), copy.args) == (type(error), str(error), (str(error),))
    assert (copy.name, copy.value, copy.place) == (error.name, error.value, error.place)


def test_an_error_about_a_value_that_cannot_be_pickled_keeps_its_text():
    error = error_of(Architecture, ratio=lambda: 16)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_error_made_of_its_text_has_that_text():
    """Keras raises what a layer raised again, as `type(error)(text)`."""
    error = InvalidValueError("Exception in MyLayer.call(). `ratio` (=0) must be at least 1; try 1.")
    assert str(error) == page_text(error).replace("Ratio (0)", "`ratio` (=0)") == error.name


def test_an_error_says_its_parameter_value_rule_and_suggestion_as_fields():
    error = error_of(at_constant_cost, NEXT, cardinality=1000)
    assert (error.name, error.value, error.suggestion) == ("cardinality", 1000, Setting("cardinality", 168))
    element = error_of(Architecture, groups=((64, 0),)).name
    assert (element.name, element.indices) == ("groups", (0, 1))


@pytest.mark.parametrize(
    ("error", "value", "present", "words"),
    [
        (InvalidTypeError("ratio", None, "must be a number", "1"), "", "4", "Ratio must be a number, and the field is empty; it remains 4."),
        (InvalidTypeError("ratio", "x", "must be a number", "1"), " x ", "4", "Ratio must be a number, not 'x'; it remains 4."),
        (InvalidTypeError("ratio", 3.5, "must be whole", "4"), "3.5", "4", "Ratio must be whole, not 3.5; try 4."),
        (InvalidValueError("ratio", 10**9, "must be less", "1"), "1e9", "4", "Ratio (1e9) must be less; try 1."),
        (InvalidValueError("ratio", (1, None), "must be less", "1"), "1, none", "4", "Ratio (1, None) must be less; try 1."),
        (InvalidValueError("preset", "a" * 50, "must be known"), "a" * 50, "", f"Preset ({'a' * 40}\u2026) must be known."),
        (ValueError("something else"), "x", "4", "Something else"),
        (OSError("lower case"), "x", "4", "lower case"),
    ],
)  # fmt: skip
def test_a_refusal_repeats_what_was_typed(error, value, present, words):
    assert refusal(error, value, present) == words


# What a move in the Explorer or a button of the Trainer may raise, apart from checks. Errors that name no parameter
# need no fields: a page shows them as they are.
SHOWN_ON_PAGES = ("architecture", "ledger", "data", "training", "explorer", "trainer", "widgets")
# Errors of calls that only Python makes, by file: placements on devices, kernels, one picture of several.
ONLY_IN_PYTHON = {
    "ledger/budget.py": 1, "ledger/ledger.py": 1, "data/pictures.py": 1, "training/devices.py": 4, "training/kernels.py": 1, "trainer/curves.py": 1,
}  # fmt: skip


def hand_made_errors():
    """The file of each ValueError or TypeError that is raised with a text that names a parameter."""
    for room in SHOWN_ON_PAGES:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                call = node.exc if isinstance(node, ast.Raise) else None
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("ValueError", "TypeError"):
                    texts = [each.value for each in ast.walk(call) if isinstance(each, ast.Constant)]
                    if any(isinstance(text, str) and "`" in text for text in texts):
                        yield str(path.relative_to(PACKAGE))


def test_errors_that_pages_show_have_fields():
    assert Counter(hand_made_errors()) == ONLY_IN_PYTHON


@pytest.mark.parametrize(
    ("make", "value", "fit"),
    [
        (lambda value: Recipe(precision=value), "float16", "'mixed_float16'"),
        (lambda value: Recipe(precision=value), "bfloat16", "'mixed_bfloat16'"),
        (lambda value: Architecture(depth=value), "101d", "101"),
        (lambda value: Architecture(attention=value), "none", "ratio=None"),
        (lambda value: Architecture(attention=value), None, "ratio=None"),
    ],
)
def test_suggestion_is_what_was_probably_meant(make, value, fit):
    assert str(error_of(make, value)).endswith(f"; try {fit}.")
