"""Check arrays, images and Keras models, as `senet_lab.checks` does for numbers and names."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from senet_lab.checks import Bare, InvalidTypeError, quoted
from senet_lab.extras import require

if TYPE_CHECKING:
    import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"  # a string, so that the annotation does not import NumPy

CHUNK = 256  # images checked at once: as float32, all of them may not fit into memory


def numbers(name: str, value: Any, fit: str, *, rank: int | None = None, kinds: str = "biuf") -> Array:
    """Return `value` as an array of numbers; an array is returned unchanged.

    Args:
        fit: an expression for a valid array, for the message.
        rank: the required number of axes; None for any number.
        kinds: NumPy's letters for the valid kinds of dtypes.

    Raises:
        TypeError: `value` is not an array of numbers.
        ValueError: it has another number of axes.
    """
    rule = "must be an array of numbers"
    array = _as_array(name, value, rule, fit)
    if array.dtype.kind not in kinds and array.dtype.name != "bfloat16":
        raise InvalidTypeError(name, value if array.ndim == 0 else Bare(f"an array of {array.dtype.name}"), rule, fit)
    if rank is not None and array.ndim != rank:
        raise ValueError(f"`{name}` (of shape {array.shape}) must have {rank} axes; try {fit}.")
    return array


def _as_array(name: str, value: Any, rule: str, fit: str) -> Array:
    require("numpy", by="reading an array")
    import numpy as np

    try:
        return np.asarray(value)
    except Exception as error:  # lists of different lengths, or any error that a foreign class raises
        raise InvalidTypeError(name, value, rule, fit) from error


def images(name: str, value: Any) -> Array:
    """Return `value` as images, (images, height, width, channels); raises the errors of `numbers`."""
    return numbers(name, value, "an array of shape (images, height, width, channels)", rank=4)


def labels(name: str, value: Any) -> Array:
    """Return `value` as class numbers or names of images, (images,); raises the errors of `numbers`."""
    return numbers(name, value, "an array with the class of each image", rank=1, kinds="biufUS")


def model(name: str, value: Any) -> Any:
    """Return `value` if it is a Keras model.

    Raises:
        TypeError: `value` is not a Keras model.
    """
    keras = sys.modules.get("keras")  # it is loaded if there is a model
    if keras is None or not isinstance(value, keras.Model):
        has_one = hasattr(type(value), "build") and hasattr(type(value), "token")
        fit = "its `build()`" if has_one else "Architecture().build()"
        raise InvalidTypeError(name, value, "must be a Keras model", fit)
    return value


def names(name: str, value: Any, fit: str) -> Collection[str]:
    """Return `value` as a collection of strings; a single string becomes a tuple of one.

    Raises:
        TypeError: `value` is neither a string nor several strings.
    """
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Collection) or not all(isinstance(each, str) for each in value):
        raise InvalidTypeError(name, value, "must be texts", fit)
    return value


def fitting_images(images: Any, shape: Sequence[int | None], *, name: str = "images", taker: str = "model") -> Array:
    """Return images as an array, (images, height, width, channels): uint8, or finite floats.

    Args:
        shape: the input shape of the network, (height, width, channels); None for any.
        name: the name of the parameter, for the message.
        taker: the name of the network, for the message.

    Raises:
        TypeError: the images are not numbers, or are integers of another type than uint8.
        ValueError: the images have another shape or are not finite, or there are none.
    """
    array = _as_array(name, images, "must be one array (images, height, width, channels)", "numpy.stack(...)")
    import numpy as np

    fits = array.ndim == 4 and all(a in (None, b) for a, b in zip(shape, array.shape[1:], strict=False))
    if array.dtype.kind in "fuib" and not (fits and len(array)):
        takes = ", ".join("any" if side is None else str(side) for side in shape)
        raise ValueError(
            f"`{name}` (of shape {array.shape}) must be images of ({takes}), as `{taker}` takes them, at least one; "
            f"try an array of shape ({max(1, len(array) if array.ndim == 4 else 1)}, {takes})."
        )
    if array.dtype.kind != "f" and array.dtype != np.uint8:
        fit = "uint8" if array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 255 else "float32"
        rule = "must be pictures in uint8, or floats as the network takes them"
        raise InvalidTypeError(name, Bare(array.dtype), rule, f"{name}.astype('{fit}')")
    _must_be_finite(array, name)
    return array


def _must_be_finite(array: Array, name: str) -> None:
    import numpy as np

    if array.dtype.kind != "f":
        return
    for start in range(0, len(array), CHUNK):
        with np.errstate(over="ignore"):  # a number too large for float32 counts as infinite
            part = array[start : start + CHUNK].astype("float32")
        is_invalid = ~np.isfinite(part).all((1, 2, 3))
        if is_invalid.any():
            index = start + int(is_invalid.argmax())
            bad = array[index][~np.isfinite(part[index - start])]
            raise ValueError(
                f"`{name}` must be finite in float32, and image {index} has {bad.size:,} of {array[index].size:,} "
                f"numbers that are not, such as {bad[0]}; leave it out, or try numpy.nan_to_num({name})."
            )


def class_numbers(labels: Any, count: int, classes: int | None = None) -> Array:
    """Return labels as an array of int64, (images,), each from 0 to below `classes`.

    Args:
        count: the number of images.
        classes: the number of classes; None if unknown.

    Raises:
        TypeError: the labels are not integers.
        ValueError: the number of labels differs from that of the images, or a label is not a class number.
    """
    array = _as_array("labels", labels, "must be one class number per image", f"an array of shape ({count},)")
    import numpy as np

    array = array.ravel() if array.shape[1:] == (1,) else array
    if array.dtype.kind in "USO" and array.size:
        raise TypeError(
            f"`labels` must be class numbers, not {quoted(array.flat[0])}; with `classes`, the names, "
            "try [classes.index(name) for name in labels]."
        )
    if array.shape != (count,):
        fit = "of one-hot rows try labels.argmax(1)" if array.ndim == 2 else f"try an array of shape ({count},)"
        shape = f"of shape {array.shape}, {array.dtype}"
        raise ValueError(f"`labels` ({shape}) must be a class number for each of {count} images; {fit}.")
    if array.dtype.kind not in "iu":
        fraction = array[array != np.round(array)] if array.dtype.kind == "f" else array[:0]
        value = Bare(fraction[0] if len(fraction) else array.dtype)
        raise InvalidTypeError("labels", value, "must be whole numbers", "labels.astype('int64')")
    _must_be_classes(array, classes)
    numbers: Array = array.astype("int64")
    return numbers


def _must_be_classes(array: Array, classes: int | None) -> None:
    import numpy as np

    bound = np.iinfo("int64").max if classes is None else classes
    is_invalid = (array < 0) | (array >= bound)
    if not is_invalid.any():
        return
    index = int(is_invalid.argmax())
    below = "" if classes is None else f", and below {classes}, the number of classes"
    fit = str(min(max(int(array[index]), 0), bound - 1))
    if array.min() == 1 and array.max() == classes:
        fit = "labels - 1, which count from 0"
    raise ValueError(f"`labels` (={array[index]}, of image {index}) must be numbers from 0 on{below}; try {fit}.")
