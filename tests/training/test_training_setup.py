"""Training setup: a checkpoint of another network or optimizer is refused, with what differs and what to do."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from runs import MINI, TINY

from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.training_setup import KEY, OtherNetworkError, TrainingSetup

DO = " Put the file back as it was, or create a new run."


def variables(*shapes):
    return [SimpleNamespace(path=f"layer{at}/kernel", shape=shape) for at, shape in enumerate(shapes)]


def setup(network=TINY, recipe=Recipe()):  # noqa: B008 - frozen
    return TrainingSetup("config.json", network.token(), recipe.to_dict())


@pytest.mark.parametrize(
    ("now", "shapes", "words"),
    [
        (
            setup(replace(TINY, ratio=8)),
            [(3, 2)],
            "another network than 'config.json' describes: `ratio` was 4 and is 8.",
        ),
        (setup(replace(TINY, gate="tanh")), [(3, 4)], "`gate` was 'sigmoid' and is 'tanh'."),  # same shapes
        (
            setup(recipe=Recipe(optimizer="sgd")),
            [(3, 4), (1,)],
            "another optimizer than 'config.json' describes: `optimizer` was 'adam' and is 'sgd'.",
        ),
        (
            setup(replace(TINY, ratio=8), Recipe(optimizer="sgd", accumulate=2)),
            [(3, 2)],
            "another network and optimizer than 'config.json' describes: `ratio` was 4 and is 8; `optimizer` was "
            "'adam' and is 'sgd'; `accumulate` was 1 and is 2.",
        ),
    ],
)
def test_a_checkpoint_of_another_network_or_optimizer_is_refused_with_what_differs(now, shapes, words):
    with pytest.raises(OtherNetworkError) as refused:
        now.must_fit(variables(*shapes), [np.ones((3, 4))], setup().about())
    assert str(refused.value).endswith(words + DO)
    assert str(refused.value).startswith("The checkpoint is of another ")


@pytest.mark.parametrize("about", [{}, {KEY: 3}, {KEY: {}}, {KEY: {"architecture": 3, "recipe": []}}])
def test_checkpoint_without_its_setup_is_refused_by_its_shapes(about):
    with pytest.raises(OtherNetworkError) as refused:
        setup().must_fit(variables((3, 2), (1,)), [np.ones((3, 4))], about)
    assert str(refused.value) == (
        "The checkpoint is of another network or optimizer than 'config.json' describes: `layer0/kernel` has shape "
        "(3, 2), and (3, 4) in the checkpoint; there are 2 variables, and 1 in the checkpoint." + DO
    )


def test_more_arrays_than_variables_are_refused_where_the_optimizer_has_its_own():
    arrays = [np.ones((3, 4)), np.ones(1)]
    setup().must_fit(variables((3, 4)), arrays, {})
    with pytest.raises(OtherNetworkError, match="there are 1 variables, and 2 in the checkpoint"):
        setup().must_fit(variables((3, 4)), arrays, {}, exactly=True)


def test_recipe_may_change_while_the_optimizer_has_the_same_variables():
    longer = setup(recipe=Recipe(epochs=20, learning_rate=1e-4, precision="mixed_bfloat16"))
    longer.must_fit(variables((3, 4)), [np.ones((3, 4))], setup().about(), exactly=True)


@pytest.mark.slow
def test_a_run_whose_config_was_edited_is_not_resumed_nor_saved_and_says_why(unbroken, forked, tmp_path):
    run = Run(shutil.copytree(unbroken.folder, tmp_path / "edited"))
    config = run.folder / "config.json"
    as_it_was = config.read_text()
    described = json.loads(as_it_was)
    described["architecture"] = replace(MINI, ratio=2).token()
    config.write_text(json.dumps(described))
    words = f"The checkpoint is of another network than '{config}' describes: `ratio` was 4 and is 2.{DO}"
    with pytest.raises(OtherNetworkError) as refused:
        run.model()
    assert str(refused.value) == words
    status = forked(run).wait(120)
    assert (status.state, status.reason) == ("failed", words.rstrip("."))
    described = json.loads(as_it_was)
    described["recipe"]["optimizer"] = "adam"
    config.write_text(json.dumps(described))
    reason = forked(run).wait(120).reason
    assert reason.startswith(f"The checkpoint is of another optimizer than '{config}' describes: `optimizer` was 'sgd'")
    config.write_text(as_it_was)
    assert forked(run).wait(120).state == "finished"
