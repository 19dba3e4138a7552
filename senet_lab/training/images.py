"""Images of a run: what its config says that it is trained on, the same files each time that it is resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from senet_lab import data
from senet_lab.files import written_whole
from senet_lab.image_folder import printable, some_of
from senet_lab.training.run import Run

FILE = "skipped.json"  # in the folder of a run: the files that were left out, and why


def images_of(run: Run) -> data.Images:
    """Load the images of a run.

    A file that was skipped once stays skipped, even if it is repaired: with another number of images the others would
    come in another order. A run that was made before suffixes were kept reads what Keras reads.

    Raises:
        ValueError: they cannot be loaded; says which file cannot be read.
    """
    config, size = run.config, run.architecture.input_shape[0]
    if config["data"] in ("sample", "cifar10"):
        return data.named(config["data"])
    before, suffixes = _skipped(run.folder), config.get("suffixes")
    images = data.folder(config["data"], size, skip_bad=run.skips_bad, skipped=before, suffixes=suffixes)
    return replace(images, skipped=before | dict(images.skipped))


def keep_skipped(run: Run, images: data.Images) -> None:
    """Keep which files were left out, for when the run is resumed."""
    if dict(images.skipped) != _skipped(run.folder):
        with written_whole(run.folder / FILE, overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(dict(images.skipped), indent=1) + "\n")


def _skipped(folder: Path) -> dict[str, str]:
    path = folder / FILE
    try:
        return {str(name): str(why) for name, why in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        raise ValueError(f"'{path}', which names the files to skip, is damaged; start a new run.") from None


def left_out(images: data.Images) -> str:
    """Say which files of a folder are not trained on, in a sentence; "" where there are none."""
    parts = []
    if images.skipped:
        each = [f"{printable(name)} ({why})" for name, why in images.skipped.items()]
        parts.append(f"skipped {_files(len(each))} that cannot be read: {some_of(each)}")
    if images.ignored:
        each = [printable(name) for name in images.ignored]
        are = "is" if len(each) == 1 else "are"
        named = "an image" if len(each) == 1 else "images"
        what = f"{_files(len(each))} that {are} not in the folder of a class or not named as {named}"
        parts.append(f"ignored {what}: {some_of(each)}")
    return "; ".join(parts)


def _files(count: int) -> str:
    return f"{count:,} file{'s' if count > 1 else ''}"
