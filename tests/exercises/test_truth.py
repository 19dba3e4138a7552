"""Truth: what a student reads in a draw of an exercise is true of this draw, whatever the lesson above it shows."""

import ast
import re
from functools import cache
from math import isclose

import pytest

import senet_lab.papers
from senet_lab import Architecture, Ledger, Sketch
from senet_lab.classroom.figures import MINI
from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.marking import mark
from senet_lab.nets import layers
from senet_lab.nets.se_resnet_composable import SEResNet

CODE = re.compile(r"\b(?:Architecture|Ledger|senet_lab)\b.*")
CALL = re.compile(r"\w\.\w+\(|\w\(\)")  # text that is code, such as network.ledger()


@cache
def names():
    """What the lessons import and define; the mini network is that of lesson 6."""
    known = {"Architecture": Architecture, "Ledger": Ledger, "Sketch": Sketch, "senet_lab": senet_lab}
    defined = {"SEResNet": SEResNet, **vars(layers)}
    exec(MINI, defined)
    return known | {"mini": defined["mini"]}


def code_in(hint):
    """Return the code in a hint: the longest expression from the first name that the lessons import."""
    found = CODE.search(hint)
    words = found[0].split(" ") if found else []
    for end in range(len(words), 0, -1):
        try:
            ast.parse(" ".join(words[:end]), mode="eval")
        except SyntaxError:
            continue
        return " ".join(words[:end])
    return ""


def numbers_of(value):
    """Return the numbers, and the names of networks, that a student reads in the value of a hint's code."""
    if isinstance(value, Ledger):
        return [value.params, value.params + value.state]
    if hasattr(value[0], "architecture"):
        return [row.architecture.name for row in value]
    return [sum(row.params for row in value), *(row.params for row in value)]


def draws():
    return [pytest.param(task, id=f"{name} {at}") for name, maker in MAKERS.items() for at, task in enumerate(maker.tasks())]  # fmt: skip


@pytest.mark.parametrize("task", draws())
def test_the_code_in_a_hint_gives_the_answer_or_the_number_of_the_next_hint(task):
    for hint, following in zip(task.hints, (*task.hints[1:], ""), strict=True):
        code = code_in(hint)
        assert not CALL.search(hint.replace(code, "")), "it needs a variable of the lesson, which may be another"
        if code:
            known = numbers_of(eval(code, dict(names())))
            assert task.answer in known or any(f"{number:,}" in following for number in known), known


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_who_gives_the_answer_of_the_page_is_not_told_a_mistake_whose_number_is_only_close(maker):
    page, *others = maker.tasks()
    for task in others:
        words = mark(task, page.answer).words
        values = [value for value, mistake in task.slips if mistake == words]
        assert all(value == page.answer or isclose(value, page.answer) for value in values), (task.question, values)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_all_draws_ask_for_the_same_quantity(maker):
    assert len({task.unit for task in maker.tasks()}) == 1
    assert all(task.answer != 1 for task in maker.tasks() if task.unit.endswith("s"))  # 1 channels


def test_the_heaviest_part_is_always_that_with_the_most_parameters():
    assert all(task.question.endswith("has the most parameters?") for task in MAKERS["macro-heaviest-group"].tasks())


@pytest.mark.parametrize("lesson", ["02_macro_architecture", "03_micro_architecture"])
def test_lessons_before_the_one_on_paths_ask_for_no_resnext(lesson):
    texts = [str(task) for maker in LESSONS[lesson].values() for task in maker.tasks()]
    assert texts
    assert not [text for text in texts if "ResNeXt" in text]


def test_a_hint_that_leans_on_the_network_of_a_lesson_would_be_found():
    assert code_in("Count: Architecture(depth=50).ledger().rows lists them.") == "Architecture(depth=50).ledger().rows"
    assert code_in("network.ledger().by_kind() has a line") == ""
    assert CALL.search("network.ledger().by_kind() has a line")
