"""Images of a run: those that its config names, the same files each time that it is resumed."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.checks import first_few
from senet_lab.data import datasets as data
from senet_lab.data.class_folders import printable
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.skip_list import read_skip_list


def load_images(run: Run) -> data.Images:
    """Load the images of a run.

    A run that was created before suffixes were stored reads what Keras reads.

    Raises:
        ValueError: they cannot be loaded; says which file cannot be read.
    """
    config, size = run.config, run.architecture.input_shape[0]
    if config["data"] in ("sample", "cifar10"):
        return data.named(config["data"])
    before, suffixes = read_skip_list(run.folder), config["suffixes"]
    images = data.folder(config["data"], size, skip_bad=run.skips_bad, skipped=before, suffixes=suffixes)
    return replace(images, skipped=before | dict(images.skipped))


def omission_words(images: data.Images) -> str:
    """Say which files of a folder are not trained on, in a sentence; "" where there are none."""
    parts = []
    if images.skipped:
        each = [f"{printable(name)} ({why})" for name, why in images.skipped.items()]
        parts.append(f"skipped {_files(len(each))} that cannot be read: {first_few(each)}")
    if images.ignored:
        each = [printable(name) for name in images.ignored]
        are = "is" if len(each) == 1 else "are"
        named = "an image" if len(each) == 1 else "images"
        what = f"{_files(len(each))} that {are} not in the folder of a class or not named as {named}"
        parts.append(f"ignored {what}: {first_few(each)}")
    return "; ".join(parts)


def _files(count: int) -> str:
    return f"{count:,} file{'s' if count > 1 else ''}"
