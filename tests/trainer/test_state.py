"""The Trainer's state: what is typed into its fields, and what the recipe says of it."""

import re

import pytest

from senet_lab.trainer.controls import NUMBERS, trainer_controls
from senet_lab.trainer.state import RECIPE_FIELDS, after, initial_state
from senet_lab.training.recipe import RECIPES


@pytest.mark.parametrize("name", [name for name in RECIPE_FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["1e9", "1e400", "-1e400", "-3", "0", "2.5", "1e-400", "True"])
def test_advice_after_a_bad_number_is_accepted(name, typed):
    answer = after(initial_state(), {name: typed}).refusals.get(name)
    if answer and (name, typed) != ("warmup", "1e400"):  # its bound is that of the epochs, which comes second
        assert typed in answer
        assert after(initial_state(), {name: re.search(r"try (?:\S+ )?(\S+)\.$", answer)[1]}).refusals == {}


@pytest.mark.parametrize("name", [name for name in RECIPE_FIELDS if name in NUMBERS])
@pytest.mark.parametrize("typed", ["abc", "", "nan", "1,000", "1j"])
def test_text_in_a_number_field_leaves_its_value(name, typed):
    field = next(control for control in trainer_controls(initial_state()) if control.name == name)
    assert after(initial_state(), {name: typed}).refusals[name].endswith(f"; it remains {field.value}.")


@pytest.mark.parametrize("name", [name for name in RECIPE_FIELDS if name in NUMBERS])
@pytest.mark.parametrize("base", RECIPES)
@pytest.mark.parametrize(
    "moves", [{}, {"seed": "20261122", "learning_rate": "0.12345678", "weight_decay": "1.2345678e-05"}]
)
def test_value_that_a_field_shows_changes_nothing_when_it_is_sent_back(name, base, moves):
    state = after(initial_state(), {"recipe": base, **moves})
    field = next(control for control in trainer_controls(state) if control.name == name)
    assert after(state, {name: field.value}) == state
    assert moves.get(name, field.value) == field.value


def test_seed_of_many_digits_is_shown_with_all_of_them():
    state = after(initial_state(), {"seed": "20261122"})
    assert state.recipe.seed == 20261122
    assert "seed 0 \u2192 20261122" in next(each for each in trainer_controls(state) if each.name == "recipe").hint
    assert after(state, {"seed": "many"}).refusals["seed"].endswith("; it remains 20261122.")


def test_a_whole_number_may_be_written_as_another():
    assert after(initial_state(), {"batch": "1e3"}).recipe.batch == 1000


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({}, "modern, with changes: epochs 30 \u2192 10"),
        ({"epochs": "30"}, "modern, unchanged"),
        ({"recipe": "original"}, "original, unchanged"),
        ({"recipe": "original", "augment": True}, "original, with changes: augment no \u2192 yes"),
        (
            {"epochs": "1", "learning_rate": "0.05"},
            "modern, with changes: epochs 30 \u2192 1, learning rate 0.1 \u2192 0.05, warm-up 2 \u2192 0",
        ),
    ],
)
def test_changed_recipe_lists_its_differences_in_a_sentence(moves, said):
    controls = trainer_controls(after(initial_state(), moves))
    assert next(control.hint for control in controls if control.name == "recipe") == said


@pytest.mark.parametrize("name", RECIPE_FIELDS)
def test_each_field_of_the_recipe_has_a_control_with_label_and_hint(name):
    control = next(control for control in trainer_controls(initial_state()) if control.name == name)
    assert control.label
    assert control.hint
