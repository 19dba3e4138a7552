"""The gate task: images whose class depends on two things far apart, for which a shallow network needs a gate.

In the middle of each image are three glyphs, one of each color, stacked in random order. The color of the stripes at
the left and right edges is the rule: it says which glyph counts. The shape of that glyph is the class. No window of a
shallow network contains stripe and glyph; squeeze-excite, which sees the whole map, can still combine them.

Without the stripes, the best guess is the shape that most glyphs have: 27/48, 56% (of the 64 triples of shapes, 4 have
three of a kind, 36 two, 24 none). A network whose evidence from stripes and glyphs only adds up reaches at most
37/48, 77%.
"""

from __future__ import annotations

from typing import NamedTuple

from senet_lab.array_checks import Array
from senet_lab.checks import MAX_SEED, whole
from senet_lab.extras import require

SIDE, GLYPH_SIDE = 32, 4  # pixels
MAX_DISTANCE = 13  # columns between stripes and glyphs
DISTANCES = {"gate-task": 12, "gate-task-8": 8, "gate-task-4": 4}  # of each data set
MAX_IMAGES = 10**6
TRAIN, TEST = (5_000, 1), (1_000, 2)  # count and seed of the parts of a data set
ROOM, JITTER = 10, 6  # rows for each glyph, and the number of rows where it can begin
NOISE = 20  # the most that is added to a value or subtracted from it
BACKGROUND = 40
COLORS = {"red": (220, 60, 60), "yellow": (220, 190, 60), "blue": (70, 120, 225)}  # distinct in color blindness as well
SHAPES = {  # the classes; mirrored, each is the same
    "ring": ("####", "#..#", "#..#", "####"),
    "cross": ("#..#", ".##.", ".##.", "#..#"),
    "disk": (".##.", "####", "####", ".##."),
    "equals": ("####", "....", "....", "####"),
}


class GateTask(NamedTuple):
    """Images of the gate task.

    Attributes:
        images: (count, 32, 32, 3), uint8.
        labels: (count,), uint8, the class of each image: an index of `SHAPES`.
        rules: (count,), uint8, the color of its stripes: an index of `COLORS`.
    """

    images: Array
    labels: Array
    rules: Array


def draw_images(count: int, seed: int = 0, distance: int = DISTANCES["gate-task"]) -> GateTask:
    """Draw images of the gate task; classes and rules are balanced.

    All arithmetic is in whole numbers, so that the images are the same on every machine.

    Args:
        distance: columns between stripes and glyphs; the stripes are the wider, the nearer they are.
    """
    require("numpy", by="drawing the gate task")
    import numpy as np

    count, seed = whole("count", count, 1, MAX_IMAGES), whole("seed", seed, 0, MAX_SEED)
    stripe = (SIDE - GLYPH_SIDE) // 2 - whole("distance", distance, 1, MAX_DISTANCE)
    colors = np.array(list(COLORS.values()), "int16")
    shapes = np.array([[[mark == "#" for mark in row] for row in rows] for rows in SHAPES.values()])
    draw, each = np.random.default_rng(seed), np.arange(count)
    numbers = draw.permutation(count)
    rules, labels = numbers % len(colors), numbers % len(shapes)  # 3 and 4: pairs of both are also balanced
    shape_of = draw.integers(len(shapes), size=(count, len(colors)))  # of the glyph of each color
    shape_of[each, rules] = labels
    order = draw.permuted(np.tile(np.arange(len(colors)), (count, 1)), axis=1)
    tops = 1 + ROOM * order + draw.integers(JITTER, size=order.shape)
    images = np.full((count, SIDE, SIDE, 3), BACKGROUND, "int16")
    images[:, :, :stripe] = images[:, :, -stripe:] = colors[rules, None, None]
    rows, columns = np.arange(GLYPH_SIDE)[:, None], (SIDE - GLYPH_SIDE) // 2 + np.arange(GLYPH_SIDE)
    for color, value in enumerate(colors):
        places = each[:, None, None], tops[:, color, None, None] + rows, columns
        images[places] = np.where(shapes[shape_of[:, color], ..., None], value, np.int16(BACKGROUND))
    images += draw.integers(-NOISE, NOISE + 1, size=images.shape, dtype="int16")
    return GateTask(images.astype("uint8"), labels.astype("uint8"), rules.astype("uint8"))
