"""Data fit: check whether a network fits the data, or adapt it."""

from __future__ import annotations

import os
from dataclasses import replace

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import Bare, ImageShape, InvalidValueError, instance, nearest, path_of, quoted, quoted_path
from senet_lab.data.class_folders import class_names, must_have_images
from senet_lab.data.datasets import BUILT_IN, INPUT_SHAPE
from senet_lab.data.image_folder import list_images, must_have_classes


def must_fit(architecture: Architecture, data: str) -> None:
    """Check that there are images, and that a network has their input shape and classes.

    Raises:
        ValueError: the network does not fit; the message says what would.
        FileNotFoundError: CIFAR-10 is not on this machine.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    instance("data", data, str, "'sample'")
    height, width, channels = architecture.input_shape
    built_in = BUILT_IN.get(data)
    shape = INPUT_SHAPE if built_in else (height, height, 3)
    classes = len(built_in.classes) if built_in else _classes_of(data)
    if (height, width, channels) != shape:
        rule = f"must be that of {quoted(data)}"
        raise InvalidValueError("input_shape", architecture.input_shape, rule, ImageShape(shape))
    if not architecture.include_top or architecture.classes != classes:
        rule = f"must be those of {quoted(data)}, with a classifier"
        raise InvalidValueError("classes", architecture.classes, rule, f"{classes}")
    if built_in:
        built_in.find()


def _classes_of(data: str) -> int:
    """Return the number of classes in a folder of images; raise ValueError if it is missing, or a class is empty."""
    folder = path_of("data", data, "'sample'")
    if not os.path.isdir(folder):
        fit = nearest(data, tuple(BUILT_IN))
        rule = f"must be {', '.join(map(repr, BUILT_IN))} or a folder of images"
        raise InvalidValueError("data", Bare(quoted_path(data)), rule, repr(fit))
    must_have_images("data", folder)  # first, since it is always quick
    must_have_classes(files := list_images(folder), "data")
    return len(files.classes)


def fit_to_data(architecture: Architecture, data: str) -> Architecture:
    """Return the network with the input shape and the classes of the data; all else is unchanged.

    A folder of images has one class per subfolder, at least two; its images are resized to squares with the height of
    the network's input. "" stands for a folder that is not selected yet.

    Raises:
        ValueError: the network is too deep for such small images; or `data` names the home of an unknown user.
    """
    if built_in := BUILT_IN.get(data):
        return replace(architecture, input_shape=INPUT_SHAPE, classes=len(built_in.classes), include_top=True)
    classes = len(class_names(path_of("data", data, "'sample'"))) if data else 0
    side = architecture.input_shape[0]
    return replace(architecture, input_shape=(side, side, 3), classes=max(2, classes), include_top=True)
