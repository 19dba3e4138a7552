"""The draw: each class code and each student has other numbers than the page, and than each other."""

import os
import subprocess
import sys
from itertools import combinations
from operator import ne

import pytest

from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import RIGHT, mark
from senet_lab.exercises.task import draw_task, draw_variant, normalize

CODES = [f"class {number}" for number in range(200)]
STUDENTS = ["Anna K.", "Ben", "\u674e\u660e", *map(str, range(57))]  # a class of 60


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_no_variant_has_the_question_or_the_answer_of_the_page(maker):
    page, *others = maker.tasks()
    questions = {task.question for task in maker.tasks()}
    assert len(questions) == len(maker.variants)
    for task in others:
        assert mark(task, page.answer).verdict != RIGHT


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_an_exercise_has_at_least_five_variants_and_five_answers_unless_it_has_few_choices(maker):
    _, *others = maker.tasks()
    assert len(others) >= 5
    assert len({task.answer for task in others}) >= (2 if others[0].choices else 5)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_no_code_of_200_draws_the_question_or_the_answer_of_the_page_and_all_variants_are_drawn(maker):
    page, *others = maker.tasks()
    drawn = {variant: draw_task(maker, code) for code in CODES for variant in [draw_variant(maker, code)]}
    assert draw_task(maker) == page
    assert page.question not in [task.question for task in drawn.values()]
    assert page.answer not in [task.answer for task in drawn.values()]
    assert {*drawn} == {*maker.variants[1:]}
    assert len(drawn) == len(others)


def differing(draws):
    """Return in how many exercises two of the draws differ, for all pairs: questions, then answers."""
    answers = {maker.name: dict(zip(maker.variants, (task.answer for task in maker.tasks()), strict=True))
               for maker in MAKERS.values()}  # fmt: skip
    variants = [[draw_variant(maker, *draw) for maker in MAKERS.values()] for draw in draws]
    theirs = [[answers[name][variant] for name, variant in zip(MAKERS, row, strict=True)] for row in variants]
    return [[sum(map(ne, *pair)) for pair in combinations(table, 2)] for table in (variants, theirs)]


@pytest.mark.parametrize("draws", [[(code,) for code in CODES], [("9B-spring", name) for name in STUDENTS]],
                         ids=["codes", "students"])  # fmt: skip
def test_any_two_codes_and_any_two_students_differ_in_most_exercises(draws):
    questions, answers = differing(draws)
    assert min(questions) > len(MAKERS) / 2
    assert min(answers) >= len(MAKERS) / 2
    assert sum(questions) / len(questions) > 0.85 * len(MAKERS)
    assert sum(answers) / len(answers) > 0.8 * len(MAKERS)


def test_a_student_has_other_numbers_only_with_a_class_code():
    for name, maker in MAKERS.items():
        assert Learner("", "Anna K.").task(name) == draw_task(maker)
    both = [[Learner("9B-spring", student).task(name) for name in MAKERS] for student in ("", "Anna K.")]
    assert sum(one != other for one, other in zip(*both, strict=True)) > len(MAKERS) / 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna K.", " anna  k. "), ("J\u00fcrgen", "ju\u0308rgen"), ("Stra\u00dfe", "STRASSE"), ("\uff11\uff17", "17"), (17, "17")],
)  # fmt: skip
def test_a_name_is_the_same_however_it_is_typed(one, other):
    draws = []
    for student in (one, other):
        learner = Learner()
        learner.class_code("9B-spring", student)
        draws.append([learner.task(name) for name in MAKERS])
    assert draws[0] == draws[1]
    assert normalize(str(one)) == normalize(other)


def test_the_numbers_of_a_code_and_of_a_student_stay_what_they_were():
    """A change here gives every class new numbers, also in the middle of a term."""
    drawn = {draw: [draw_task(MAKERS[name], *draw).answer for name in ("se-neck", "paths-grouped-weights", "gates-count")]
             for draw in (("9B-spring",), ("9B-spring", "Anna K."))}  # fmt: skip
    assert drawn == {("9B-spring",): [32, 1179648, 2016], ("9B-spring", "Anna K."): [16, 663552, 1344]}


@pytest.mark.slow
def test_a_class_code_gives_all_the_same_numbers_on_any_machine():
    code = """
from senet_lab.exercises import LEARNER, class_code
class_code(' 9b-SPRING', 'anna  k.')
print(LEARNER.answer_rows())
"""
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env={"PYTHONHASHSEED": seed, "SENET_LAB_RESULTS": "", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {f"{Learner('9B-spring', 'Anna K.').answer_rows()}\n"}
