"""The Trainer's state: what is typed into its fields, and what the recipe says of it."""

import re

import pytest

from senet_lab.trainer.controls import NUMBERS, trainer_controls
from senet_lab.trainer.state import FIELDS, after, begun
from senet_lab.training.recipe import RECIPES


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["1e9", "1e400", "-1e400", "-3", "0", "2.5", "1e-400", "True"])
def test_what_the_answer_to_a_bad_number_says_to_try_will_do(name, typed):
    answer = after(begun(), {name: typed}).refused.get(name)
    if answer and (name, typed) != ("warmup", "1e400"):  # its bound is that of the epochs, which comes second
        assert typed in answer
        assert after(begun(), {name: re.search(r"try (?:\S+ )?(\S+)\.$", answer)[1]}).refused == {}


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["abc", "", "nan", "1,000", "1j"])
def test_what_is_no_number_leaves_what_there_is(name, typed):
    field = next(control for control in trainer_controls(begun()) if control.name == name)
    assert after(begun(), {name: typed}).refused[name].endswith(f"; it stays {field.value}.")


@pytest.mark.parametrize("name", [name for name in FIELDS if name in NUMBERS])
@pytest.mark.parametrize("base", RECIPES)
@pytest.mark.parametrize(
    "moves", [{}, {"seed": "20261122", "learning_rate": "0.12345678", "weight_decay": "1.2345678e-05"}]
)
def test_what_a_field_shows_changes_nothing_when_it_is_sent_back(name, base, moves):
    state = after(begun(), {"recipe": base, **moves})
    field = next(control for control in trainer_controls(state) if control.name == name)
    assert after(state, {name: field.value}) == state
    assert moves.get(name, field.value) == field.value


def test_a_seed_of_many_digits_is_shown_and_told_with_all_of_them():
    state = after(begun(), {"seed": "20261122"})
    assert state.recipe.seed == 20261122
    assert "seed 20261122 instead of 0" in next(each for each in trainer_controls(state) if each.name == "recipe").hint
    assert after(state, {"seed": "many"}).refused["seed"].endswith("; it stays 20261122.")


def test_a_whole_number_may_be_written_as_another():
    assert after(begun(), {"batch": "1e3"}).recipe.batch == 1000


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({}, "modern, but epochs 10 instead of 30"),
        ({"epochs": "30"}, "all as in the modern recipe"),
        ({"recipe": "original"}, "all as in the original recipe"),
        ({"recipe": "original", "augment": True}, "original, but augment yes instead of no"),
        (
            {"epochs": "1", "learning_rate": "0.05"},
            "modern, but epochs 1 instead of 30, learning rate 0.05 instead of 0.1, warm-up 0 instead of 2",
        ),
    ],
)
def test_the_recipe_says_in_a_sentence_what_is_not_as_it_has_it(moves, said):
    controls = trainer_controls(after(begun(), moves))
    assert next(control.hint for control in controls if control.name == "recipe") == said


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_of_the_recipe_has_its_control_with_words_about_it(name):
    control = next(control for control in trainer_controls(begun()) if control.name == name)
    assert control.label
    assert control.hint
