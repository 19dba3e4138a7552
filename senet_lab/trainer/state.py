"""The Trainer's state: the network, recipe and data to train with, the runs shown, and how settings change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from senet_lab.architecture.aliases import current_name
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import NO_VALUE, Bare, InvalidTypeError, InvalidValueError, flag, one_of, path_of, text
from senet_lab.data.class_folders import must_exist, must_have_images
from senet_lab.data.datasets import BUILT_IN
from senet_lab.trainer.messages import COMMANDS
from senet_lab.trainer.run_names import MAX_DRAWN_RUNS, nearest_recipe
from senet_lab.trainer.snapshot import Record
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.data_fit import fit_to_data
from senet_lab.widgets.labels import format_number
from senet_lab.widgets.parsing import parse_field
from senet_lab.widgets.presets import find_network
from senet_lab.widgets.refusals import refusal

FOLDER = "folder"
KINDS = (*BUILT_IN, FOLDER)
RECIPE_FIELDS = (
    "epochs", "batch", "learning_rate", "seed", "augment", "validation", "optimizer", "schedule", "warmup",
    "weight_decay", "label_smoothing", "standardise", "precision", "accumulate",
)  # fmt: skip
WORD_FIELDS = ("optimizer", "schedule", "precision")  # the others are numbers or booleans
STAYING_FIELDS = ("epochs", "seed", "validation", "precision", "accumulate")  # kept when another recipe is selected
EPOCHS = 10


@dataclass(frozen=True)
class State:
    """The settings of the page, apart from the runs."""

    architecture: Architecture  # the network as selected; `network` is its adaptation to the data
    follows: bool = False  # whether it follows an Explorer
    kind: str = "sample"  # one of `KINDS`
    path: str = ""  # of the image folder
    skip_bad: bool = False  # whether unreadable files of the folder are skipped
    trains_elsewhere: bool = False  # whether another machine would train, so that files on this one do not matter
    base: str = "modern"  # the selected recipe, one of `RECIPES`
    # The selected recipe with the changes made since.
    recipe: Recipe = field(default_factory=lambda: with_fields(RECIPES["modern"], epochs=EPOCHS))
    focus: str = ""  # the run whose progress is shown; "" for the active one, or the newest
    # The runs in the picture; None for the run in focus and comparable ones.
    picture_keys: tuple[str, ...] | None = None
    refusals: dict[str, str] = field(default_factory=dict)  # why a setting or a command was refused, by its name
    # The requirements of actions that are impossible on this page, by the name of the setting or command.
    needs: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """The images, as `Run.create` takes them."""
        return self.path if self.kind == FOLDER else self.kind

    @property
    def network(self) -> Architecture:
        """The network, with the input shape and the classes of the data."""
        return fit_to_data(self.architecture, self.data)


def initial_state(
    architecture: Architecture | None = None,
    recipe: Recipe | None = None,
    *,
    follows: bool = False,
    precision: str = "float32",
) -> State:
    """Return the initial state; `precision` does not change a recipe that is given.

    Raise ValueError if the network does not fit images of 32 pixels.
    """
    state = State(architecture or Architecture.preset("cifar_se_resnet20"), follows)
    state.network  # noqa: B018 - raises where it does not fit
    if recipe is not None:
        return replace(state, base=nearest_recipe(recipe), recipe=recipe)
    return replace(state, recipe=with_fields(state.recipe, precision=precision))


def after(state: State, settings: Mapping[str, Any]) -> State:
    """Return the state with all valid settings applied; `refusals` says why the others were not."""
    refusals = {}
    for name, value in settings.items():
        try:
            changed = _with_setting(state, name, value)
            changed.network  # noqa: B018 - raises where the data are too small for it
            state = changed
        except (ValueError, TypeError, OSError) as error:
            refusals[name] = refusal(error, value, _field_text(state, name))
    return replace(state, refusals=refusals)


def _field_text(state: State, name: str) -> str:
    """Return the current text of a number field, which stays if no number was typed; "" for other controls."""
    return format_number(getattr(state.recipe, name)) if name in RECIPE_FIELDS and name not in WORD_FIELDS else ""


def _with_setting(state: State, name: str, value: Any) -> State:
    one_of("control", name, (*_SETTERS, *RECIPE_FIELDS, *COMMANDS))
    if name in RECIPE_FIELDS:
        read = parse_field(value) if isinstance(value, str) and name not in WORD_FIELDS else value
        return replace(state, recipe=with_fields(state.recipe, **{name: read}))
    return _SETTERS[name](state, value) if name in _SETTERS else state  # a command, which the widget obeys


def follow_explorer(state: State, architecture: Architecture) -> State:
    """Return the state with the Explorer's network, or with the reason if that does not fit the data."""
    try:
        fit_to_data(architecture, state.data)
    except ValueError as error:
        return replace(state, refusals={**state.refusals, "network": refusal(error, None)})
    return replace(state, architecture=architecture)


def copy_settings(state: State, record: Record) -> State:
    """Return the state with the network, the data and the recipe of a run."""
    kind = record.data if record.data in BUILT_IN else FOLDER
    return replace(
        state,
        architecture=record.architecture,
        follows=False,
        kind=kind,
        path=record.data if kind == FOLDER else state.path,
        skip_bad=record.skip_bad,
        base=nearest_recipe(record.recipe),
        recipe=record.recipe,
    )


def with_fields(recipe: Recipe, **values: Any) -> Recipe:
    """Return a recipe with other values; the warm-up is shortened if it no longer fits."""
    epochs = values.get("epochs", recipe.epochs)
    constant = values.get("schedule", recipe.schedule) == "constant"
    if "warmup" not in values and isinstance(epochs, int) and epochs > 0:
        values["warmup"] = 0 if constant else min(recipe.warmup, epochs - 1)
    return replace(recipe, **values)


def _set_network(state: State, name: Any) -> State:
    """Select a network by its name; None keeps the current one, "explorer" follows the Explorer."""
    if name is None:
        return replace(state, follows=False)
    if name == "explorer":  # the widget knows its network
        return replace(state, follows=True)
    return replace(state, architecture=find_network(name), follows=False)


def _set_token(state: State, token: Any) -> State:
    return replace(state, architecture=Architecture.from_token(text("token", token, "senet1")), follows=False)


def _set_recipe(state: State, name: Any) -> State:
    """Select another recipe; settings of duration, randomness and device stay as they are."""
    name = one_of("recipe", current_name(name), tuple(RECIPES))
    staying = {each: getattr(state.recipe, each) for each in STAYING_FIELDS}
    return replace(state, base=name, recipe=with_fields(RECIPES[name], **staying))


def _set_data(state: State, kind: Any) -> State:
    if one_of("data", kind, KINDS) in BUILT_IN and not state.trains_elsewhere:
        BUILT_IN[kind].find()  # raises an error that says where it looks, if the images are not there
    return replace(state, kind=kind)


def _set_path(state: State, value: Any) -> State:
    if not (name := text("path", value, "images").strip()):
        rule = "must be a folder with one folder of images per class, and the field is empty"
        raise InvalidValueError("path", NO_VALUE, rule, "'pets', with 'pets/cats' and 'pets/dogs' in it")
    path = path_of("path", name, "'images'")
    must_exist("path", path)
    must_have_images("path", path)  # reads a bounded number of names; all files are listed when a run is created
    return replace(state, kind=FOLDER, path=str(path.resolve()))


def _set_skip_bad(state: State, skip: Any) -> State:
    return replace(state, skip_bad=flag("skip_bad", skip))


def _set_focus(state: State, key: Any) -> State:
    return replace(state, focus=text("focus", key, ""))


def _set_drawn(state: State, keys: Any) -> State:
    if not isinstance(keys, (list, tuple)) or not all(isinstance(key, str) for key in keys):
        raise InvalidTypeError("drawn", keys, "must be a list of runs", "[]")
    if len(keys) > MAX_DRAWN_RUNS:
        rule = f"must be at most {MAX_DRAWN_RUNS}, so that they can be distinguished"
        raise InvalidValueError("drawn", Bare(f"{len(keys)} runs"), rule, advice="deselect one first")
    return replace(state, picture_keys=tuple(dict.fromkeys(keys)))


_SETTERS: Mapping[str, Callable[[State, Any], State]] = {
    "network": _set_network,
    "token": _set_token,
    "recipe": _set_recipe,
    "data": _set_data,
    "path": _set_path,
    "skip_bad": _set_skip_bad,
    "focus": _set_focus,
    "drawn": _set_drawn,
}
