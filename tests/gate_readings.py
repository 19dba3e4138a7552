"""Gate readings: synthetic gates, for which the correct display in the GateLens is known."""

import base64
import io

import numpy as np
from PIL import Image

from senet_lab import Architecture
from senet_lab.drawing.raster import heat_png, png, shade
from senet_lab.gatelens.array_reading import ArrayReading
from senet_lab.gatelens.passage import ChannelExamples, Example, Looks, Passage
from senet_lab.gatelens.passage_maps import best_guesses, extreme_channels, look
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.moments import Moment

PATHS = ("group1/block1", "group1/block2", "group2/block1", "group3/block1")
NAMES = ("cat", "<b>dog</b>", "a & b", "never seen")
SMALL = Architecture(
    groups=((8, 1), (16, 2)), block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10
)  # fmt: skip
ONE_GATE = Architecture(
    groups=((4, 1),), block="basic", stem="cifar", ratio=2, input_shape=(32, 32, 3), classes=10
)  # fmt: skip


def drawn_reading(seed=0, images=60, rising=True):
    """Draw gates that separate three classes better with depth, or gates that are all equal."""
    draw = np.random.default_rng(seed)
    labels = np.arange(images) % 3
    found = {}
    for index, path in enumerate(PATHS):
        effect = draw.uniform(-1, 1, (3, 8 * (index + 1)))[labels] * (0.02 + 0.12 * index * rising)
        found[path] = np.clip(0.5 + effect + 0.03 * draw.standard_normal((images, 8 * (index + 1))), 0, 1).astype("f4")
    return ArrayReading(found, labels, NAMES, np.eye(4)[(labels + (np.arange(images) < 6)) % 3])


READING = drawn_reading()
# The gates of the last block depend only on the class: its F ratio is infinite.
PERFECT = ArrayReading(
    {**READING.gates, PATHS[-1]: np.eye(3, 8, dtype="f4")[READING.labels]}, READING.labels, NAMES, READING.predictions
)


def pixels(uri):
    image = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))
    return np.asarray(image.convert("RGB") if image.mode == "P" else image)


def ablation_of(path, after=0.8, params=512):
    classes = np.array([0, 1, 2])
    return Ablation(
        (path,),
        "one",
        0.9,
        after,
        classes,
        np.array([0.9, 0.9, 0.9]),
        np.array([0.9, 0.5, 1.0]),
        7,
        60,
        params,
        params,
        np.eye(4),
    )


GATE = np.linspace(0, 1, 12)


def maps_of():
    """Draw feature maps before and after scaling."""
    before = np.random.default_rng(1).random((8, 8, len(GATE)))
    return before, before * GATE


def passage_of(label=1):
    picture = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype="uint8")
    probabilities = np.array([0.1, 0.6, 0.3, 0])
    usual = np.full(len(GATE), 0.5)
    raised, lowered = extreme_channels(GATE, usual, *maps_of())
    guesses = best_guesses(probabilities)
    return Passage(png(shade(picture)), "<mine>.png", label, guesses, GATE.tolist(), usual.tolist(), raised, lowered)


PLACES = np.arange(16.0).reshape(4, 4)
LOOKS = Looks(
    {
        1: [
            look("own", PLACES, PLACES, 0.6),
            look("one", 0 * PLACES, PLACES, 0.2),
            look("mean", PLACES**2, PLACES, 0.5),
        ],
        0: [look(how, PLACES.T, PLACES.T, 0.1) for how in ("own", "one", "mean")],
    }
)
PICTURE, MAP = png(np.zeros((2, 2, 3), "uint8")), heat_png(PLACES, 0, 15)
EXAMPLES = ChannelExamples(
    [Example(image, gate, PICTURE, MAP) for image, gate in ((1, 0.9), (4, 0.8), (2, 0.7))],
    [Example(image, gate, PICTURE, MAP) for image, gate in ((0, 0.1), (3, 0.2))],
)

MOMENTS = [
    Moment(epoch, dict.fromkeys(PATHS, 0.5 + 0.01 * epoch), dict.fromkeys(PATHS, 1.0 + 3 * epoch), 0.1 * epoch)
    for epoch in range(4)
]
