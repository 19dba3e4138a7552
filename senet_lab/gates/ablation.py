"""Ablation: the accuracy that a trained network loses when gates are held, and the cost of these gates.

switchable = ablation.switchable(model)  # traced once, so each ablation needs only one forward pass
ablation.ablation(switchable, images, labels, ["group3/block3"], "one")
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import MAX_SEED, instance, one_of, quoted, whole
from senet_lab.extras import require
from senet_lab.gates.observe import BATCH, gates
from senet_lab.ledger.ledger import Ledger

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array

HOWS = ("one", "mean", "shuffled", "own")


@dataclass(frozen=True, eq=False)
class Ablation:
    """Accuracy before and after gates are held.

    Attributes:
        blocks: the blocks whose gates were held, by path, in the order of the network.
        how: one of `HOWS`.
        before, after: the accuracy, from 0 to 1.
        classes: the classes that occur among the labels, ascending.
        class_before, class_after: the accuracy on the images of each class, (classes,).
        flipped: the number of predictions that change, for better or worse.
        images: the number of images.
        params, macs: the cost of these blocks' squeeze-excite, which a network without it would save; macs are per
            image. None if no ledger can count the model, see `Ledger.of`.
        predictions: the model's output with the gates held, (images, classes); None for a recorded ablation.
    """

    blocks: tuple[str, ...]
    how: str
    before: float
    after: float
    classes: Sequence[int] | Array = field(repr=False)
    class_before: Sequence[float] | Array = field(repr=False)
    class_after: Sequence[float] | Array = field(repr=False)
    flipped: int
    images: int
    params: int | None
    macs: int | None
    predictions: Array | None = field(repr=False)

    @property
    def change(self) -> float:
        """The change in accuracy, such as -0.02 for a loss of two percentage points."""
        return self.after - self.before

    @property
    def max_standard_error(self) -> float:
        """An upper bound on the standard error of `change`, from the predictions that change.

        Both accuracies are measured on the same images, so only images that are right in one case and wrong in the
        other count (McNemar 1947). These are among the changed predictions, some of which are wrong in both cases.
        """
        return sqrt(max(0.0, self.flipped / self.images - self.change**2) / self.images)

    @property
    def class_changes(self) -> dict[int, float]:
        """The change in accuracy for each class, by class number."""
        return {
            int(number): float(after - before)
            for number, before, after in zip(self.classes, self.class_before, self.class_after, strict=True)
        }


def switchable(model: keras.Model) -> keras.Model:
    """Return the model with a switch after each gate: same layers, same weights, all switches open.

    It is compiled once, at its first prediction; holding other gates later does not recompile it.

    Raises:
        ValueError: the model has no gates.
    """
    require("keras", "numpy", by="holding gates")
    array_checks.model("model", model)
    from senet_lab.gates.switches import Switched

    return model if isinstance(model, Switched) else Switched(model)


def ablated(
    model: keras.Model,
    blocks: Collection[str] | str,
    how: str,
    values: Mapping[str, Array] | None = None,
    *,
    seed: int = 0,
) -> keras.Model:
    """Return a model with the gates of some blocks held; it shares layers and weights with the given model.

    Args:
        model: a functional model with gates, or the result of `switchable` or `ablated`, whose switches are then reset.
        blocks: one or several paths such as "group3/block1", or none.
        how: "one" leaves the channels unscaled, as without squeeze-excite or ECA; the gates per pixel of CBAM and
            scSE remain. "mean" holds each channel at its mean over `values`, the same for every image; "shuffled"
            gives each channel the gate of another channel for the same image; "own" changes nothing. "one" also makes
            the maps larger than those that later layers were trained on; "mean" isolates the value of responding to
            the image.
        values: gates by path, (images, channels), as `gates` returns them; only "mean" needs them.
        seed: random seed of the order of "shuffled".

    Raises:
        ValueError, TypeError: the model has no gates, no such block, an unknown `how`, or there are no values to
            take a mean of.
    """
    switched, paths = _check_blocks(model, blocks, how)
    if values is not None:
        instance("values", values, Mapping, "gates(model, images)")
    if how == "mean" and (missing := [path for path in paths if path not in (values or {})]):
        raise ValueError(
            f"`values` must have the gates of {quoted(missing[0])} for how='mean'; try values=gates(model, images)."
        )
    for index, (path, switch) in enumerate(switched.switches.items()):
        switch.open()
        if path in paths and how == "shuffled":
            switch.shuffle(_derangement(switch.order.shape[0], [whole("seed", seed, 0, MAX_SEED), index]))
        elif path in paths and how != "own":
            switch.hold(1.0 if how == "one" or values is None else _mean(values[path], path, switch))
    return switched


def ablation(
    model: keras.Model,
    images: Array,
    labels: Array,
    blocks: Collection[str] | str,
    how: str,
    *,
    values: Mapping[str, Array] | None = None,
    before: Array | None = None,
    seed: int = 0,
) -> Ablation:
    """Measure accuracy on images before and after the gates of some blocks are held.

    Args:
        model, blocks, how, values, seed: as in `ablated`; without `values`, "mean" uses the gates of the images.
        images: ready for the model, (images, height, width, channels).
        labels: the classes, (images,).
        before: the model's predictions for the images, as in `Observed.predictions`, if known; this saves a pass.

    Raises:
        ValueError, TypeError: as in `ablated`; or the numbers of images and labels differ.
    """
    require("keras", "numpy", by="holding gates")
    import numpy as np

    images, labels = _check_images(images, labels)
    switched, paths = _check_blocks(model, blocks, how)
    if how == "mean" and values is None:
        values = gates(switched.network, images)
    if before is None:
        first = _predict(ablated(switched, (), "own"), images)
    else:
        first = _check_predictions(before, len(labels))
    after = _predict(ablated(switched, paths, how, values, seed=seed), images)
    right = np.stack([first.argmax(-1) == labels, after.argmax(-1) == labels])
    classes = np.unique(labels)
    by_class = np.stack([right[:, labels == number].mean(1) for number in classes], 1)
    params, macs = cost(switched.network, paths)
    return Ablation(
        blocks=paths,
        how=how,
        before=float(right[0].mean()),
        after=float(right[1].mean()),
        classes=classes,
        class_before=by_class[0],
        class_after=by_class[1],
        flipped=int((first.argmax(-1) != after.argmax(-1)).sum()),
        images=len(labels),
        params=params,
        macs=macs,
        predictions=after,
    )


def cost(model: keras.Model, blocks: Collection[str]) -> tuple[int | None, int | None]:
    """Return parameters and multiply-adds per image of the blocks' squeeze-excite; None if no ledger counts them."""
    array_checks.model("model", model)
    blocks = array_checks.names("blocks", blocks, "'group1/block1'")
    try:
        rows = Ledger.of(model).rows
    except (TypeError, ValueError):  # a layer that no ledger counts
        return None, None
    se_rows = [row for row in rows if row.in_se and "/".join(filter(None, (row.group, row.block))) in blocks]
    if blocks and not se_rows:  # squeeze-excite with custom layer names
        return None, None
    return sum(row.params for row in se_rows), sum(row.macs for row in se_rows)


def _check_images(images: Any, labels: Any) -> tuple[Array, Array]:
    images, labels = array_checks.images("images", images), array_checks.labels("labels", labels)
    if len(labels) != len(images) or not len(labels):
        raise ValueError(
            f"`labels` (={len(labels)}) must be one for each of the images (={len(images)}); "
            f"try an array of shape ({max(1, len(images))},)."
        )
    return images, labels


def _check_blocks(model: Any, blocks: Collection[str] | str, how: str) -> tuple[Any, tuple[str, ...]]:
    """Return the model with switches, and the blocks in network order."""
    one_of("how", how, HOWS)
    switched = switchable(model)
    paths = set(array_checks.names("blocks", blocks, repr(next(iter(switched.switches)))))
    for path in paths:
        one_of("block", path, tuple(switched.switches))
    return switched, tuple(path for path in switched.switches if path in paths)


def _derangement(channels: int, seed: list[int]) -> Any:
    """Return an order in which no channel keeps its place (Sattolo 1986)."""
    import numpy as np

    draw, order = np.random.default_rng(seed), np.arange(channels)
    for last in range(channels - 1, 0, -1):
        other = int(draw.integers(last))
        order[last], order[other] = order[other], order[last]
    return order


def _check_predictions(before: Any, count: int) -> Any:
    """Return `before` as an array, if it has a row for each of `count` images."""
    predictions = array_checks.numbers("before", before, "observed(model, images).predictions", rank=2)
    if len(predictions) != count:
        raise ValueError(
            f"`before` (of shape {predictions.shape}) must have a row for each of the images (={count}); try "
            "observed(model, images).predictions."
        )
    return predictions


def _mean(values: Any, path: str, switch: Any) -> Any:
    channels = switch.order.shape[0]
    gates_ = array_checks.numbers(f"values[{path!r}]", values, f"an array of shape (images, {channels})", rank=2)
    if gates_.shape[1] != channels or not len(gates_):
        raise ValueError(
            f"`values[{path!r}]` (of shape {gates_.shape}) must be (images, {channels}); try gates(model, images)."
        )
    return gates_.mean(0, dtype="float64")


def _predict(model: Any, images: Array) -> Any:
    import numpy as np

    starts = range(0, len(images), BATCH)
    return np.concatenate([model.predict_on_batch(images[start : start + BATCH]) for start in starts])
