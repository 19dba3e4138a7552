"""Truth: what a student reads in a draw of an exercise is true of this draw, whatever the lesson above it shows."""

# ruff: noqa: RUF001 - the sign for times is meant

import ast
import re
from functools import cache
from math import isclose, log, sqrt

import pytest
from lesson_files import read_lesson
from servers import ROOT

from senet_lab import Architecture, Ledger, Sketch
from senet_lab.classroom.figures import MINI
from senet_lab.drawing.units import short
from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.marking import mark
from senet_lab.exercises.tasks.resnets import resnet
from senet_lab.nets import layers
from senet_lab.nets.se_resnet_composable import SEResNet
from senet_lab.papers import main

CODE = re.compile(r"\b(?:Architecture|Ledger|main)\b.*")
CALL = re.compile(r"\w\.\w+\(|\w\(\)")  # text that is code, such as network.ledger()


@cache
def names():
    """What the lessons import and define; the mini network is that of lesson 6."""
    known = {"Architecture": Architecture, "Ledger": Ledger, "Sketch": Sketch, "main": main}
    defined = {"SEResNet": SEResNet, **vars(layers)}
    exec(MINI, defined)
    return known | {"mini": defined["mini"]}


def code_in(hint):
    """Return the code in a hint: the longest expression from the first name that the lessons import."""
    found = CODE.search(hint)
    words = found[0].split(" ") if found else []
    for end in range(len(words), 0, -1):
        code = " ".join(words[:end]).rstrip(",;.")
        try:
            ast.parse(code, mode="eval")
        except SyntaxError:
            continue
        return code
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


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_the_code_in_a_hint_names_is_imported_or_defined_in_its_lesson(lesson):
    trees = [ast.parse(cell.source) for cell in read_lesson(ROOT / f"notebooks/{lesson}.ipynb").cells
             if cell.cell_type == "code"]  # fmt: skip
    nodes = [node for tree in trees for node in ast.walk(tree)]
    known = {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    known |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    codes = [code_in(hint) for maker in LESSONS[lesson].values() for task in maker.tasks() for hint in task.hints]
    named = {node.id for code in codes if code for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    assert named <= known


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


# What the words about a common wrong number say of it, in terms of the answer and of what is written in the task.
SAYS = {
    r"one (?:path|epoch); there are (\d+)|one block; there are (\d+)": lambda slip, task, count: slip * count == task.answer,
    r"one dense layer per block|one 3×3;|one number for each channel|Those are multiply-adds": lambda slip, task: (
        isclose(2 * slip, task.answer)
    ),
    r"That includes gamma and beta, which": lambda slip, task: slip == 2 * task.answer,
    r"That is a 3×3; the projection": lambda slip, task: slip == 9 * task.answer,
    r"The ten biases are missing": lambda slip, task: slip + 10 == task.answer,
    r"the share that is lost": lambda slip, task: isclose(slip + task.answer, 100),
    r"take the inverse": lambda slip, task: isclose(slip * task.answer, 1),
    r"right for the side": lambda slip, task: isclose(slip**2, task.answer, rel_tol=0.02),
    r"to base (\d+)": lambda slip, task, base: isclose(slip * log(base), task.answer),
    r"the probability; the loss": lambda slip, task: isclose(-log(slip), task.answer),
    r"the loss for (\d+) classes": lambda slip, _, classes: isclose(slip, log(classes)),
    r"the difference between two networks": lambda slip, task: isclose(slip, sqrt(2) * task.answer),
    r"First divide the between-class sum": lambda slip, task: isclose(2 * slip, task.answer),
    r"share of the parameters": lambda slip, task: f"{slip:.1f}% of the parameters" in task.question,
    r"the total of ResNet-(\d+)": lambda slip, _, depth: slip == resnet(depth).ledger().params,
    r"the total of v1.5": lambda slip, task: f"become {short(slip)}" in task.solution,
    r"batch normalization's gamma and beta": lambda slip, task: (
        f"adds {slip - task.answer:,} parameters" in task.solution
    ),
    r"includes biases, but there are none": lambda slip, task: (
        f"adds {2 * (slip - task.answer):,} parameters" in task.solution
    ),
    r"That is everything|the whole network|that sees all channels|Those are the trainable": lambda slip, task: (
        f"{slip:,}" in task.solution
    ),
    r"for global average pooling": lambda slip, task: f"{slip:,}" in task.solution,
    r"ratio (\d+); subtract": lambda slip, task, _: f"{slip:,}" in task.solution,
    r"keeps the total width": lambda slip, task: slip > task.answer,
    r"the number of channels in one slice": lambda slip, task: f"\u00b7{slip} = " in task.solution,
    r"the 3×3's channels over the ratio": lambda slip, task: 4 * slip == task.answer,
    r"how many channels come in": lambda slip, task: task.solution.startswith(f"{slip} / "),
    r"That is ratio 16": lambda slip, task: slip * 16 == task.answer * int(re.search(r"ratio (\d+)", task.question)[1]),
    r"That is the 3×3; the last": lambda slip, task: f"n_filters={slip}," in task.question,
    r"Integer division rounds down": lambda slip, task: slip == task.answer + 1,
    r"Now round down": lambda slip, task: task.answer < slip < task.answer + 1,
    r"the images that are held out": lambda slip, task: isclose(0.9 * slip, task.answer, rel_tol=0.06),
    r"one block in each group": lambda slip, task: task.answer % slip == 0 and f"groups of {task.answer // slip} blocks" in task.question,
    r"the number of blocks; each has": lambda slip, task: f"groups of {slip // 3} blocks" in task.question,
    r"has a convolution of its own": lambda slip, task: slip == sum(
        map(int, re.findall(r"\d+", re.search(r"ResNet-\d+ it has (.+) weights in each", task.question)[1]))
    ),
    r"the parameters of squeeze-excite at": lambda slip, task: f"{slip:,}" in task.solution,
    r"The first dense layer also has biases": lambda slip, task: task.solution.startswith(f"{slip:,} + "),
}  # fmt: skip


@pytest.mark.parametrize("task", draws())
def test_the_words_about_a_wrong_number_say_what_it_is(task):
    for slip, words in task.slips:
        if isinstance(slip, str):
            continue
        said = [(holds, re.search(pattern, words)) for pattern, holds in SAYS.items()]
        said = [(holds, found) for holds, found in said if found]
        assert len(said) == 1, words
        for holds, found in said:
            assert holds(slip, task, *map(int, filter(None, found.groups()))), (slip, words)


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
