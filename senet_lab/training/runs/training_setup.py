"""Training setup: the network and recipe that a checkpoint belongs to; its arrays mean nothing without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import first_few, quoted

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

KEY = "origin"  # the name of the setup in a checkpoint
# Recipe fields that determine the variables of the optimizer; all others may change before a run is resumed.
OPTIMIZER_FIELDS = ("optimizer", "schedule", "accumulate", "precision")
MAX_NAMED = 3  # differences in one message


class OtherNetworkError(ValueError):
    """Raised if a checkpoint is from another network or optimizer than the config of its run describes."""


class TrainingSetup(NamedTuple):
    """The network and recipe in the config of a run."""

    config: Path  # the path of the file
    architecture: str  # a token
    recipe: Mapping[str, Any]  # the fields of a recipe

    @classmethod
    def of(cls, run: Run) -> TrainingSetup:
        """Return the setup of a run."""
        return cls(run.folder / "config.json", run.architecture.token(), run.recipe.to_dict())

    def about(self) -> dict[str, Any]:
        """Return the setup as a checkpoint stores it."""
        return {KEY: {"architecture": self.architecture, "recipe": dict(self.recipe)}}

    def must_fit(
        self, variables: Sequence[Any], arrays: Sequence[Any], about: Mapping[str, Any], *, exactly: bool = False
    ) -> None:
        """Raise OtherNetworkError, with the known differences, if arrays of a checkpoint do not fit the variables.

        Args:
            variables: those of a network, optionally followed by its optimizer's; arrays are in the same order.
            exactly: whether the number of arrays must equal the number of variables.
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
        """Describe each field whose value has changed since the checkpoint was written."""
        recipe = original.get("recipe")
        pairs = [*_architectures(str(original.get("architecture")), self.architecture)]
        pairs += [
            (name, recipe.get(name), self.recipe.get(name)) for name in OPTIMIZER_FIELDS if isinstance(recipe, dict)
        ]
        for name, before, now in pairs:
            if before != now:
                yield name, f"`{name}` was {quoted(before)} and is {quoted(now)}"


def _architectures(before: str, now: str) -> Iterator[tuple[str, Any, Any]]:
    """Return each field of two architectures, given as tokens, with both values."""
    try:
        first, second = Architecture.from_token(before), Architecture.from_token(now)
    except (ValueError, TypeError):  # a token of another version
        return
    for field in fields(Architecture):
        yield field.name, *(_value(each, field.name) for each in (first, second))


def _value(architecture: Architecture, name: str) -> Any:
    """Return the value of a field, or the convention's value if the field is unset."""
    value = getattr(architecture, name)
    return getattr(architecture.style, name, None) if value is None and name != "ratio" else value


def _misfits(variables: Sequence[Any], arrays: Sequence[Any], exactly: bool) -> Iterator[str]:
    """Say which arrays differ in shape from their variables."""
    for variable, array in zip(variables, arrays, strict=False):
        if tuple(variable.shape) != tuple(array.shape):
            yield f"`{variable.path}` has shape {tuple(variable.shape)}, and {tuple(array.shape)} in the checkpoint"
    if len(arrays) < len(variables) or (exactly and len(arrays) > len(variables)):
        yield f"there are {len(variables)} variables, and {len(arrays)} in the checkpoint"
