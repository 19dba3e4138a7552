"""Draw the bundled sample of CIFAR-10. `python tools/sample.py CIFAR10_NPZ`.

The draw is stratified, with a fixed seed: 500 training and 100 test images per class, in the order drawn, as lossless
WebP sheets. `senet_lab/data/samples/README.md` is the data card.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from senet_lab.data.datasets import SAMPLES, SHEET_COLUMNS, load_cifar10
from senet_lab.files import written_whole

SEED = 20171201
PER_CLASS = {"train": 500, "test": 100}


def main(source: Path) -> None:
    """Write images and labels of both parts."""
    whole = load_cifar10(source)
    for part, per_class in PER_CLASS.items():
        images, labels = getattr(whole, f"x_{part}"), getattr(whole, f"y_{part}")
        draw = np.random.default_rng(SEED)
        by_class = [draw.choice(np.flatnonzero(labels == k), per_class, False) for k in range(10)]
        indices = draw.permutation(np.concatenate(by_class))
        with written_whole(SAMPLES / f"cifar10_{part}.webp", overwrite=True) as unfinished:
            Image.fromarray(sheet(images[indices])).save(unfinished, "WEBP", lossless=True, quality=100, method=6)
        with written_whole(SAMPLES / f"cifar10_{part}.txt", overwrite=True) as unfinished:
            unfinished.write_text("".join(map(str, labels[indices])) + "\n")
        print(part, len(indices), (SAMPLES / f"cifar10_{part}.webp").stat().st_size)


def sheet(images: np.ndarray) -> np.ndarray:
    """Arrange images (count, side, side, 3) in rows of SHEET_COLUMNS."""
    count, side = images.shape[:2]
    rows = count // SHEET_COLUMNS
    grid = images.reshape(rows, SHEET_COLUMNS, side, side, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(grid.reshape(rows * side, SHEET_COLUMNS * side, 3))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
