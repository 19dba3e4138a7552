"""Training setup: the network and the recipe that a checkpoint was written for, without which it means nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import first_few, quoted

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

KEY = "origin"  # under which a checkpoint stores it
# Fields of a recipe that decide which variables an optimizer has; all others may be changed before a run is resumed.
OPTIMIZER_FIELDS = ("optimizer", "schedule", "accumulate", "precision")
MAX_NAMED = 3  # differences


class OtherNetworkError(ValueError):
    """Says that a checkpoint is of another network, or of another optimizer, than the config of its run describes."""


class TrainingSetup(NamedTuple):
    """What a run trains, as its config says."""

    config: Path  # the path of that file
    architecture: str  # a token
    recipe: Mapping[str, Any]  # the fields of a recipe

    @classmethod
    def of(cls, run: Run) -> TrainingSetup:
        """Return the setup of a run."""
        return cls(run.folder / "config.json", run.architecture.token(), run.recipe.to_dict())

    def about(self) -> dict[str, Any]:
        """Return what a checkpoint stores of it."""
        return {KEY: {"architecture": self.architecture, "recipe": dict(self.recipe)}}

    def must_fit(
        self, variables: Sequence[Any], arrays: Sequence[Any], about: Mapping[str, Any], *, exactly: bool = False
    ) -> None:
        """Raise OtherNetworkError if arrays of a checkpoint do not fit the variables, with what differs, if known.

        Args:
            variables: of a network, and maybe of its optimizer, which follow; arrays in the same order.
            exactly: there are no more arrays than variables.
            about: the plain values of the checkpoint.
        """
        original = about.get(KEY)
        changes = list(self._changes(original)) if isinstance(original, dict) else []
        misfits = list(_misfits(variables, arrays, exactly))
        if misfits or any(name not in OPTIMIZER_FIELDS for name, _ in changes):
            words = [words for _, words in changes] or misfits
            kinds = {"optimizer" if name in OPTIMIZER_FIELDS else "network" for name, _ in changes}
            which = " and ".join(sorted(kinds)) or "network or optimizer"
            raise OtherNetworkError(
                f"The checkpoint is of another {which} than '{self.config}' describes: "
                f"{first_few(words, MAX_NAMED, '; ')}. Put the file back as it was, or create a new run."
            )

    def _changes(self, original: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Return each field that has another value than when the checkpoint was written, with words for it."""
        recipe = original.get("recipe")
        pairs = [*_architectures(str(original.get("architecture")), self.architecture)]
        pairs += [
            (name, recipe.get(name), self.recipe.get(name)) for name in OPTIMIZER_FIELDS if isinstance(recipe, dict)
        ]
        for name, before, now in pairs:
            if before != now:
                yield name, f"`{name}` was {quoted(before)} and is {quoted(now)}"


def _architectures(before: str, now: str) -> Iterator[tuple[str, Any, Any]]:
    """Return each field of two architectures, by their tokens, with both values."""
    try:
        first, second = Architecture.from_token(before), Architecture.from_token(now)
    except (ValueError, TypeError):  # of another version
        return
    for field in fields(Architecture):
        yield field.name, *(_value(each, field.name) for each in (first, second))


def _value(architecture: Architecture, name: str) -> Any:
    """Return the value of a field; that of the convention where it is left to it."""
    value = getattr(architecture, name)
    return getattr(architecture.style, name, None) if value is None and name != "ratio" else value


def _misfits(variables: Sequence[Any], arrays: Sequence[Any], exactly: bool) -> Iterator[str]:
    """Say which arrays are not of the shape of their variables."""
    for variable, array in zip(variables, arrays, strict=False):
        if tuple(variable.shape) != tuple(array.shape):
            yield f"`{variable.path}` has shape {tuple(variable.shape)}, and {tuple(array.shape)} in the checkpoint"
    if len(arrays) < len(variables) or (exactly and len(arrays) > len(variables)):
        yield f"there are {len(variables)} variables, and {len(arrays)} in the checkpoint"
