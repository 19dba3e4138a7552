"""Pretrained: the bundled networks, trained by this project, each with a card of its training and accuracy.

model, card = load("cifar_se_resnet20"), card("cifar_se_resnet20")
model.predict(prepared(images, card))
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.architecture.architecture import Architecture
from senet_lab.array_checks import Array
from senet_lab.checks import instance, one_of, path_of, quoted
from senet_lab.extras import require
from senet_lab.files import written_whole
from senet_lab.ledger.build_memory import check_build
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Card:
    """The card of a bundled network: its architecture, training and accuracy.

    Attributes:
        name: the name that `load` takes.
        token: the token of its architecture.
        recipe: the recipe of its training, including seed and epochs.
        data: the training data: "sample", "cifar10" or a folder's name.
        checkpoint: which checkpoint of the run was used, "last" or "best".
        accuracy: share of the full test set that the bundled weights classify correctly, from 0 to 1.
        images: the number of images in that test set.
        sample_accuracy: the same for the 1,000 test images in the package.
        device: the device that it was trained on.
        seconds: time spent in training steps.
        versions: the versions of the packages that trained it.
        command: the shell command that trains it again.
        metrics: one row per epoch, as in the run's metrics.csv.
    """

    name: str
    token: str
    recipe: dict[str, Any]
    data: str
    checkpoint: str
    accuracy: float
    images: int
    sample_accuracy: float
    device: str
    seconds: float
    versions: dict[str, str]
    command: str
    metrics: tuple[dict[str, float], ...]

    @property
    def architecture(self) -> Architecture:
        """The architecture that was trained."""
        return Architecture.from_token(self.token)

    def to_json(self) -> str:
        """Return the card as text, with one line per field."""
        return json.dumps({**asdict(self), "metrics": list(self.metrics)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Return the card that `to_json` wrote; raise ValueError for missing or unknown fields."""
        try:
            values = json.loads(instance("text", text, str, "card(name).to_json()"))
        except (RecursionError, ValueError) as error:
            raise ValueError(f"`text` must be a card as JSON: {error}; try card(name).to_json().") from error
        field_names, keys = {field.name for field in fields(cls)}, set(values) if isinstance(values, dict) else set()
        if field_names != keys:
            missing, unknown = sorted(field_names - keys), sorted(keys - field_names)
            raise ValueError(f"A card must have the fields of `Card`; it lacks {missing} and has {unknown} besides.")
        return cls(**{**values, "metrics": tuple(values["metrics"])})


def names(folder: Path = WEIGHTS) -> tuple[str, ...]:
    """Return the names of the bundled networks, in alphabetical order."""
    return tuple(sorted(path.stem for path in path_of("folder", folder, "pretrained.WEIGHTS").glob("*.json")))


def card(name: str, folder: Path = WEIGHTS) -> Card:
    """Return the card of a bundled network; the error for an unknown name suggests the nearest one."""
    return Card.from_json(_path(name, ".json", folder).read_text())


def twin(card: Card, folder: Path = WEIGHTS) -> Card | None:
    """Return the card of the bundled network that differs only in squeeze-excite, with the same recipe; or None."""
    folder = path_of("folder", folder, "pretrained.WEIGHTS")
    instance("card", card, Card, "card('cifar_se_resnet20')")
    bare = replace(card.architecture, ratio=None)
    for name in names(folder):
        other = Card.from_json((folder / f"{name}.json").read_text())
        same = (other.recipe, other.data, replace(other.architecture, ratio=None)) == (card.recipe, card.data, bare)
        if same and (other.architecture == bare) != (card.architecture == bare):
            return other
    return None


def load(name: str, folder: Path = WEIGHTS) -> keras.Model:
    """Return a bundled network with its weights, rounded to 16 bits; it takes images as `prepared` returns them.

    Args:
        name: one of `names()`; or a name such as "timm/seresnet50.ra2_in1k", whose weights are downloaded, see
            `senet_lab.weights.timm.hub`; its preprocessing is in `senet_lab.weights.timm.networks.PUBLISHED`.

    Raises:
        ValueError, TypeError: there is no such network, its file is damaged, or it does not fit into memory.
        FileNotFoundError: weights of timm are not on this machine and could not be downloaded.
        MissingExtraError: Keras is not installed.
    """
    require("keras", "safetensors", by="loading a network with its weights")
    if isinstance(name, str) and name.startswith("timm/"):
        from senet_lab.weights.timm import hub

        return hub.load(name.removeprefix("timm/"))
    architecture = card(name, folder).architecture
    check_build(architecture)
    with blank_weights():
        model = architecture.build(name)
    assign(model, _path(name, ".safetensors", folder))
    return model


def prepared(images: Array, card: Card) -> Array:
    """Prepare uint8 pixels for the network of a card: float32, standardised if it was trained that way."""
    require("numpy", by="preparing images")
    from senet_lab.training.batches import prepare_images

    instance("card", card, Card, "card('cifar_se_resnet20')")
    return prepare_images(array_checks.images("images", images), Recipe.from_dict(card.recipe))


def write(model: keras.Model, path: Path) -> None:
    """Write the weights of a model as safetensors, rounded to 16 bits, by the paths of their variables.

    The file is written whole or not at all; raise ValueError if a weight is too large for 16 bits, or not finite.
    """
    array_checks.model("model", model)
    path = path_of("path", path, "'weights.safetensors'")
    import numpy as np
    from safetensors.numpy import save_file

    with np.errstate(over="ignore"):
        arrays = (array.astype("float16") for array in model.get_weights())
        tensors = dict(zip((weight.path for weight in model.weights), arrays, strict=True))
    bad = next((name for name, tensor in tensors.items() if not np.isfinite(tensor).all()), None)
    if bad:
        raise ValueError(f"`{bad}` must have numbers that 16 bits can hold, up to 65504; look at how it was trained.")
    with written_whole(path, overwrite=True) as unfinished:
        save_file(tensors, unfinished)


def assign(model: keras.Model, path: Path) -> None:
    """Assign the weights that `write` wrote to a model, each tensor to the variable with its path.

    Raise ValueError and change nothing if the file is damaged or its weights do not match the model's.
    """
    array_checks.model("model", model)
    path = path_of("path", path, "'weights.safetensors'")
    from safetensors import SafetensorError
    from safetensors.numpy import load as parse

    try:
        tensors = parse(path.read_bytes())
    except SafetensorError as error:
        raise ValueError(f"'{path.name}' is damaged: {error}; download it again.") from error
    variables = {weight.path: weight for weight in model.weights}
    misfits = [f"{name} is missing" for name in sorted(set(variables) - set(tensors))]
    misfits += [f"{name} is unknown to the model" for name in sorted(set(tensors) - set(variables))]
    misfits += [
        f"{name} is {tensor.shape}, not {tuple(variables[name].shape)}"
        for name, tensor in sorted(tensors.items())
        if name in variables and tensor.shape != tuple(variables[name].shape)
    ]
    if misfits:
        more = f", and {len(misfits) - 6} more" if len(misfits) > 6 else ""
        raise ValueError(f"'{path.name}' does not fit `{model.name}`: {'; '.join(misfits[:6])}{more}.")
    for name, variable in variables.items():
        variable.assign(tensors[name].astype("float32"))


def _path(name: str, suffix: str, folder: Path) -> Path:
    folder = path_of("folder", folder, "pretrained.WEIGHTS")
    if not (bundled := names(folder)):
        raise ValueError(f"`name` (={quoted(name)}) is not there: no network ships in '{folder.name}'.")
    return folder / f"{one_of('name', name, bundled)}{suffix}"
