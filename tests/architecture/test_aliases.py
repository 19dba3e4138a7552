"""The convention and the recipe "original" may still be called "seed", and nothing else says so."""

import pytest

from senet_lab import Architecture, SEResNet, SEResNeXt
from senet_lab.architecture.style import CONVENTIONS, style_of
from senet_lab.cli.arguments import parser
from senet_lab.cli.training import recipe_of
from senet_lab.explorer.moves import apply_move
from senet_lab.trainer.state import after, initial_state
from senet_lab.training.recipe import RECIPES, Recipe


@pytest.mark.parametrize(
    "make",
    [
        lambda convention: Architecture("resnext", convention=convention),
        lambda convention: Architecture.preset("senet154", convention),
        lambda convention: apply_move(Architecture(convention="timm"), "convention", convention),
        lambda convention: SEResNet(50, convention=convention).architecture,
        lambda convention: SEResNeXt(50, convention=convention).architecture,
        lambda convention: Architecture.from_token(f"senet1~depth=34~convention={convention}"),
    ],
    ids=["architecture", "preset", "explorer", "resnet", "resnext", "token"],
)
def test_a_network_given_the_convention_seed_has_the_original(make):
    assert make("seed") == make("original")
    assert make("seed").convention == "original"


def test_a_style_of_seed_is_the_original():
    assert style_of("seed", "resnext") == style_of("original", "resnext")


def test_a_token_never_contains_the_original_convention():
    assert Architecture(convention="seed", ratio=8).token() == "senet1~ratio=8"


def test_recipes_give_the_original_for_seed_but_do_not_list_it():
    assert RECIPES["seed"] is RECIPES["original"] == Recipe()
    assert CONVENTIONS["seed"] is CONVENTIONS.get("seed") is CONVENTIONS["original"]
    assert "seed" in RECIPES
    assert "seed" not in list(RECIPES) + list(CONVENTIONS)
    with pytest.raises(KeyError, match="sed"):
        RECIPES["sed"]


def test_the_command_line_takes_recipe_seed():
    arguments = [parser().parse_args(["train", "--recipe", name]) for name in ("seed", "original")]
    assert recipe_of(arguments[0]) == recipe_of(arguments[1])


def test_the_trainer_takes_recipe_seed_and_shows_original():
    state = after(initial_state(), {"recipe": "seed"})
    assert (state.base, state.refusals) == ("original", {})


def test_an_error_names_the_original_only():
    with pytest.raises(ValueError, match="must be one of 'original', 'paper' or 'timm'; try 'timm'"):
        Architecture(convention="tim")
