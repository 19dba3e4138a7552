"""The Trainer's state: what is to be trained, how and on what; which runs are shown. And what a move makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import NO_VALUE, Bare, InvalidTypeError, InvalidValueError, flag, one_of, path_of, text
from senet_lab.data import datasets as data_
from senet_lab.data.class_folders import must_exist, must_have_images
from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.trainer.courses import DRAWN, nearest_recipe
from senet_lab.trainer.results import Record
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.fitting import fitted
from senet_lab.widgets.labels import format_number
from senet_lab.widgets.parsing import parse_field
from senet_lab.widgets.presets import find_network
from senet_lab.widgets.refusals import refusal

FOLDER = "folder"
KINDS = (*TRAINING_IMAGES, FOLDER)
FIELDS = (
    "epochs", "batch", "learning_rate", "seed", "augment", "validation", "optimizer", "schedule", "warmup",
    "weight_decay", "label_smoothing", "standardise", "precision", "accumulate",
)  # fmt: skip
CHOSEN = ("epochs", "seed", "validation", "precision", "accumulate")  # what stays when another recipe is taken
NAMED = ("optimizer", "schedule", "precision")  # whose values are words
ACTIONS = ("start", "pause", "resume", "stop", "like", "gates", "take", "hello")  # done to runs, not to the state
EPOCHS = 10


@dataclass(frozen=True)
class State:
    """What the page shows, the runs aside.

    Attributes:
        architecture: the network as it was chosen; `network` is that which fits the data.
        follows: whether it is the Explorer's, and changes with it.
        kind, path: "sample", "cifar10", or FOLDER and where that is.
        skip_bad: whether files of the folder that cannot be read are left out.
        base: the recipe that was taken, one of `RECIPES`.
        recipe: what has become of it.
        focus: the run whose progress is shown; "" for the one at work, or the newest.
        drawn: the runs in the picture; None for the focus and those to compare it with.
        refused: the moves that could not be made, with the reason.
    """

    architecture: Architecture
    follows: bool = False
    kind: str = "sample"
    path: str = ""
    skip_bad: bool = False
    base: str = "modern"
    recipe: Recipe = field(default_factory=lambda: with_fields(RECIPES["modern"], epochs=EPOCHS))
    focus: str = ""
    drawn: tuple[str, ...] | None = None
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """As `Run.create` takes it."""
        return self.path if self.kind == FOLDER else self.kind

    @property
    def network(self) -> Architecture:
        """The network with the input and the classes of the data."""
        return fitted(self.architecture, self.data)


def after(state: State, moves: dict[str, Any]) -> State:
    """The state after the moves that can be made; why the others cannot is in `refused`."""
    refused = {}
    for name, value in moves.items():
        try:
            moved = _moved(state, name, value)
            moved.network  # noqa: B018 - raises where the data are too small for it
            state = moved
        except (ValueError, TypeError, OSError) as error:
            refused[name] = refusal(error, value, _present(state, name))
    return replace(state, refused=refused)


def _present(state: State, name: str) -> str:
    """What stays in a field where what was typed is no number; "" for other controls."""
    return format_number(getattr(state.recipe, name)) if name in FIELDS and name not in NAMED else ""


def begun(
    architecture: Architecture | None = None,
    recipe: Recipe | None = None,
    *,
    follows: bool = False,
    precision: str = "float32",
) -> State:
    """What is shown before anything was moved; a recipe that is given is taken as it is.

    Raises:
        ValueError: the network does not fit images of 32 pixels.
    """
    state = State(architecture or Architecture.preset("cifar_se_resnet20"), follows)
    state.network  # noqa: B018 - raises where it does not fit
    if recipe is not None:
        return replace(state, base=nearest_recipe(recipe), recipe=recipe)
    return replace(state, recipe=with_fields(state.recipe, precision=precision))


def followed(state: State, architecture: Architecture) -> State:
    """With the network that the Explorer has moved to; if the data do not fit it, with the reason and not with it."""
    try:
        fitted(architecture, state.data)
    except ValueError as error:
        return replace(state, refused={**state.refused, "network": refusal(error, None)})
    return replace(state, architecture=architecture)


def _moved(state: State, name: str, value: Any) -> State:
    one_of("control", name, (*_MOVES, *FIELDS, *ACTIONS))
    if name in FIELDS:
        read = parse_field(value) if isinstance(value, str) and name not in NAMED else value
        return replace(state, recipe=with_fields(state.recipe, **{name: read}))
    return _MOVES[name](state, value) if name in _MOVES else state


def with_fields(recipe: Recipe, **values: Any) -> Recipe:
    """A recipe with other values; a warm-up that they leave no room for becomes shorter."""
    epochs = values.get("epochs", recipe.epochs)
    constant = values.get("schedule", recipe.schedule) == "constant"
    if "warmup" not in values and isinstance(epochs, int) and epochs > 0:
        values["warmup"] = 0 if constant else min(recipe.warmup, epochs - 1)
    return replace(recipe, **values)


def _network(state: State, name: Any) -> State:
    """A network by its name; None for the one there is, "explorer" for the Explorer's."""
    if name is None:
        return replace(state, follows=False)
    if name == "explorer":  # which one that is, the widget knows
        return replace(state, follows=True)
    return replace(state, architecture=find_network(name), follows=False)


def _token(state: State, token: Any) -> State:
    return replace(state, architecture=Architecture.from_token(text("token", token, "senet1")), follows=False)


def _recipe(state: State, name: Any) -> State:
    """Another recipe; what is a matter of time, chance and device stays as it was set."""
    base = RECIPES[one_of("recipe", name, tuple(RECIPES))]
    kept = {each: getattr(state.recipe, each) for each in CHOSEN}
    return replace(state, base=name, recipe=with_fields(base, **kept))


def _data(state: State, kind: Any) -> State:
    one_of("data", kind, KINDS)
    if kind == "cifar10" and not has_cifar10():
        data_.cifar10()  # raises, and says where it is looked for
    return replace(state, kind=kind)


def has_cifar10() -> bool:
    """Whether the whole set is where it is looked for; it is not opened."""
    try:
        return data_.found_cifar10().is_file()
    except (FileNotFoundError, ValueError):
        return False


def _path(state: State, typed: Any) -> State:
    if not (given := text("path", typed, "images").strip()):
        rule = "must be a folder with a folder of images for each class, and the field is empty"
        raise InvalidValueError("path", NO_VALUE, rule, "'pets', with 'pets/cats' and 'pets/dogs' in it")
    path = path_of("path", given, "'images'")
    must_exist("path", path)
    must_have_images("path", path)  # a bounded look; all files are listed when a run is made
    return replace(state, kind=FOLDER, path=str(path.resolve()))


def like(state: State, record: Record) -> State:
    """With the network, the data and the recipe of a run."""
    kind = record.data if record.data in TRAINING_IMAGES else FOLDER
    path = record.data if kind == FOLDER else state.path
    base, recipe = nearest_recipe(record.recipe), record.recipe
    network = record.architecture
    state = replace(state, kind=kind, path=path, skip_bad=record.skip_bad)
    return replace(state, architecture=network, follows=False, base=base, recipe=recipe)


def _drawn(state: State, keys: Any) -> State:
    if not isinstance(keys, (list, tuple)) or not all(isinstance(key, str) for key in keys):
        raise InvalidTypeError("drawn", keys, "must be a list of runs", "[]")
    if len(keys) > DRAWN:
        rule = f"must be at most {DRAWN}, to be told apart"
        raise InvalidValueError("drawn", Bare(f"{len(keys)} runs"), rule, advice="take one away first")
    return replace(state, drawn=tuple(dict.fromkeys(keys)))


_MOVES: dict[str, Callable[[State, Any], State]] = {
    "network": _network,
    "token": _token,
    "recipe": _recipe,
    "data": _data,
    "path": _path,
    "skip_bad": lambda state, skip: replace(state, skip_bad=flag("skip_bad", skip)),
    "focus": lambda state, key: replace(state, focus=text("focus", key, "")),
    "drawn": _drawn,
}
