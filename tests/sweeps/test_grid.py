"""Grid: the arms of a sweep, and what is refused before anything starts."""

from dataclasses import replace

import pytest
from runs import TINY

from senet_lab import Sweep
from senet_lab.sweeps import storage
from senet_lab.training.recipe import Recipe


def of(tmp_path, grid, **options):
    return Sweep(TINY, grid, folder=tmp_path / "sweep", **options)


def test_arms_are_all_combinations_and_cells_all_arms_with_each_seed_in_turn(tmp_path):
    sweep = of(tmp_path, {"ratio": (None, 4), "batch": (32, 64)}, seeds=2)
    assert [arm.label for arm in sweep.arms] == [
        "ratio none, batch 32", "ratio none, batch 64", "ratio 4, batch 32", "ratio 4, batch 64"
    ]  # fmt: skip
    assert [cell.seed for cell in sweep.cells] == [0] * 4 + [1] * 4
    assert sweep.cells[0].arm.architecture == replace(TINY, ratio=None)
    assert sweep.cells[-1].recipe == replace(sweep.recipe, batch=64, seed=1)
    assert sweep.cells[-1].folder == tmp_path / "sweep" / "ratio-4-batch-64-seed-1"


def test_a_tuple_of_names_varies_them_together(tmp_path):
    sweep = of(tmp_path, {("ratio", "place"): ((None, "standard"), (4, "pre"))})
    assert [arm.label for arm in sweep.arms] == ["ratio none, place standard", "ratio 4, place pre"]


@pytest.mark.parametrize(
    ("grid", "options", "words"),
    [
        ({"rato": (1, 2)}, {}, "parameter of the grid.*'rato'.*try 'ratio'"),
        ({"seed": (1, 2)}, {}, "parameter of the grid"),
        ({"precision": ("float32", "auto")}, {}, "precision auto: `precision` .*cannot be compared; try 'float32'"),
        ({"ratio": (None, 4)}, {"recipe": Recipe(precision="auto")}, "cannot be compared"),
        ({"ratio": ()}, {}, "`ratio` .* must have a sequence of values"),
        ({"ratio": "16"}, {}, "`ratio` .* must have a sequence of values"),
        ({"ratio": (None, 0)}, {}, "^ratio 0: `ratio`"),
        ({"ratio": (None, 4), "batch": (1, 0)}, {}, "^ratio none, batch 0: `batch`"),
        ({("ratio", "place"): ((4,),)}, {}, "a value for each of ratio, place"),
        ({"ratio": (4,), ("ratio", "place"): ((4, "pre"),)}, {}, "'ratio' twice"),
        ({"ratio": (4, 4)}, {}, "same network and recipe twice"),
        ({"classes": (10, 11)}, {}, "^classes 11: `classes`"),
        ({"ratio": (4,)}, {"seeds": 0}, "`seeds`"),
        ({"ratio": (4,)}, {"seeds": (1, 1)}, "different numbers"),
        ({"ratio": (4,)}, {"seeds": 20_000}, "`seeds`"),
        ({"ratio": (2, 4)}, {"seeds": 9_000}, "gives 18,000 runs"),
        ({"ratio": (4,)}, {"threads": 0}, "`threads`"),
    ],
)
def test_an_invalid_sweep_is_refused_with_the_combination_at_fault(tmp_path, grid, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        of(tmp_path, grid, **options)
    assert not (tmp_path / "sweep").exists()


def test_a_stored_sweep_opens_as_it_was(tmp_path):
    grid = {"ratio": (None, (4, None)), ("batch", "learning_rate"): ((32, 1e-3), (64, 2e-3))}
    sweep = of(tmp_path, grid, seeds=(3, 5), recipe=Recipe(epochs=2), threads=1)
    storage.write(sweep, 1)
    opened = Sweep.open(sweep.folder)
    assert storage.describe(opened) == storage.describe(sweep)
    assert [cell.folder for cell in opened.cells] == [cell.folder for cell in sweep.cells]
    assert opened.grid == sweep.grid
    assert opened.threads == 1


def test_another_sweep_in_the_folder_is_refused_and_more_seeds_are_not(tmp_path):
    storage.write(of(tmp_path, {"ratio": (None, 4)}, seeds=2), 1)
    with pytest.raises(FileExistsError, match="has another sweep, with a different grid"):
        of(tmp_path, {"ratio": (None, 8)}, seeds=2)
    with pytest.raises(FileExistsError, match="a different recipe and seeds"):
        of(tmp_path, {"ratio": (None, 4)}, seeds=1, recipe=Recipe())
    more = of(tmp_path, {"ratio": (None, 4)}, seeds=3)
    storage.write(more, 2)
    opened = Sweep.open(more.folder)
    assert (len(opened.cells), opened.threads) == (6, 1)


@pytest.mark.parametrize("content", ["{}", "[]", '{"base": 1}', "no json"])
def test_a_damaged_sweep_is_named(tmp_path, content):
    (tmp_path / "sweep.json").write_text(content)
    with pytest.raises(ValueError, match=r"sweep\.json' is damaged"):
        Sweep.open(tmp_path)


def test_a_folder_without_a_sweep_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no sweep: it has no sweep\.json"):
        Sweep.open(tmp_path)
