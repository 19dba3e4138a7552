"""Recording: findings about a network as JSON, for pages that have neither Keras nor NumPy.

One file describes the network: {"about", "twin", "pictures", "trained", "untrained", "ablations"}; one file per
recorded image has its passage through every block and where the network looks; one file per block has the images that
open and close the gates of some channels. Numbers are stored in full precision, so a page drawn from a
recording equals the page drawn from the gates, character by character.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.gatelens.findings import Findings, Network
from senet_lab.gatelens.passage import ChannelExamples, ChannelMaps, Example, Look, Looks, Passage, PixelGates
from senet_lab.gatelens.reading import Reading
from senet_lab.gatelens.results import (
    LOAD,
    READ,
    UNTRAINED,
    Key,
    Results,
    ablation_key,
    channel_key,
    image_key,
    looks_key,
)
from senet_lab.gatelens.sources.recorded_reading import Json, RecordedReading, reading_json
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.moments import Moment

if TYPE_CHECKING:
    from senet_lab.gatelens.sources.source import Source

# Why a result is missing, by the first part of its key.
NOT_RECORDED = {
    "image": "this image was not recorded; choose one of those shown",
    "looks": "where the network looks was not recorded for this image; choose one of those shown",
    "channel": "this channel was not recorded; choose one of those shown",
    "ablation": "this combination of blocks was not recorded; hold at most two blocks, or consecutive ones",
}
FETCHING = "Loading the recording \u2026"


def network_file(network: str) -> str:
    """Return the name of the file of a network."""
    return f"{network}.json"


def image_file(network: str, image: int) -> str:
    """Return the name of the file of an image's passages through a network."""
    return f"{network}-{image}.json"


def block_file(network: str, path: str) -> str:
    """Return the name of the file of a block's channels."""
    return f"{network}-{path.replace('/', '-')}.json"


class RecordedNetwork(NamedTuple):
    """Stands for the recorded network, see `Loaded`.

    Attributes:
        pictures: the recorded images by number, each a PNG in a data URI.
    """

    about: str
    twin: str
    pictures: Mapping[int, str]
    outputs: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()

    def thumbnail(self, number: int) -> str:
        """Return an image as a PNG in a data URI."""
        return self.pictures[number]


class RecordedFindings(Findings):
    """The recorded findings about a network, from the files that have arrived so far.

    Attributes:
        awaited: the files to load, by name, each with the keys of the results that need it.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.awaited: dict[str, list[Key]] = {}
        self._taken: set[str] = set()
        self._missed: dict[str, str] = {}  # why a file could not be loaded, by its name

    def aim(self, keys: Sequence[Key]) -> None:
        """Await the files that contain these results, and no others; results without a file were not recorded.

        A file that could not be loaded is awaited again only after `retry`.
        """
        self.awaited, self.failed = {}, {}
        for key in keys:
            file = self._file_of(key)
            if key in self.results:
                continue
            if file in self._missed:
                self.failed[key] = self._missed[file]
            elif file in self._taken:
                self.failed[key] = NOT_RECORDED[key[0]]
            else:
                self.awaited.setdefault(file, []).append(key)
        self.can_retry = any(reason in self._missed.values() for reason in self.failed.values())
        self.busy = bool(self.awaited)
        self.words = FETCHING if self.busy else ""

    def _file_of(self, key: Key) -> str:
        """Return the file of a result; for an image or a channel that was not recorded, the file of the network."""
        kind, *which = key
        if kind in ("image", "looks") and self.reading and which[0] in self.reading.images:
            return image_file(self.source.name, which[0])
        if kind == "channel" and self.reading and which[1] in self.reading.channels(which[0]):
            return block_file(self.source.name, which[0])
        return network_file(self.source.name)

    def take(self, file: str, text: str) -> None:
        """Read an awaited file; ignore any other file.

        Raises:
            ValueError, KeyError, TypeError: the file is not a recording.
        """
        if file not in self.awaited:
            return
        values = json.loads(text)
        read = READERS.get(self.awaited[file][0][0], read_network)
        self.results |= read(values)
        self._taken.add(file)
        del self.awaited[file]

    def miss(self, file: str, why: str) -> None:
        """Record why a file could not be loaded, for all results that need it."""
        if keys := self.awaited.pop(file, ()):
            self._missed[file] = f"Couldn't load {file}: {why}"
            self.failed |= dict.fromkeys(keys, self._missed[file])
            self.can_retry = True

    def retry(self) -> None:
        """Let the next `aim` await again the files that could not be loaded."""
        self._missed.clear()


def network_json(
    loaded: Network, trained: Reading, untrained: Reading, ablations: Sequence[Ablation], images: Sequence[int]
) -> Json:
    """Return the file of a network.

    Args:
        images: the numbers of the images whose passages are recorded, each in a separate file.
    """
    return {
        "about": f"{loaded.about} \u00b7 recorded",
        "twin": loaded.twin,
        "pictures": {str(image): loaded.thumbnail(image) for image in images},
        "trained": reading_json(trained, images),
        "untrained": reading_json(untrained, images, is_drawn=False),
        "ablations": ablations_json(ablations, trained.paths),
    }


def ablations_json(ablations: Sequence[Ablation], paths: Sequence[str]) -> Json:
    """Return ablations of the same network and images: shared values once, then one row per ablation."""
    first = ablations[0]
    return {
        "before": first.before,
        "classes": [int(number) for number in first.classes],
        "class_before": [float(share) for share in first.class_before],
        "images": first.images,
        "paths": list(paths),
        "rows": [
            [each.how, [paths.index(path) for path in each.blocks], each.after, each.flipped, each.params, each.macs]
            for each in ablations
        ],
        "class_after": [[float(share) for share in each.class_after] for each in ablations],
    }


def _read_ablations(values: Mapping[str, Any]) -> Results:
    paths, results = values["paths"], {}
    shared = {name: values[name] for name in ("before", "classes", "class_before", "images")}
    for row, class_after in zip(values["rows"], values["class_after"], strict=True):
        how, places, after, flipped, params, macs = row
        blocks = tuple(paths[at] for at in places)
        results[ablation_key(how, blocks)] = Ablation(
            blocks, how, after=after, class_after=class_after, flipped=flipped, params=params, macs=macs,
            predictions=None, **shared,
        )  # fmt: skip
    return results


def read_network(values: Mapping[str, Any]) -> Results:
    """Return the results in the file of a network, by key."""
    pictures = {int(number): picture for number, picture in values["pictures"].items()}
    return {
        LOAD: RecordedNetwork(values["about"], values["twin"], pictures),
        READ: RecordedReading(values["trained"]),
        UNTRAINED: RecordedReading(values["untrained"]),
        **_read_ablations(values["ablations"]),
    }


def image_json(image: int, passages: Mapping[str, Passage], looks: Mapping[str, Looks]) -> Json:
    """Return the file of an image: its passages through blocks, and where the network looks, by the blocks' paths."""
    return {
        "image": image,
        "passages": {path: asdict(each) for path, each in passages.items()},
        "looks": {path: list(each.by_class.items()) for path, each in looks.items()},
    }


def read_image(values: Mapping[str, Any]) -> Results:
    """Return the results in the file of an image, by key."""
    image = values["image"]
    passages = {image_key(image, path): _read_passage(each) for path, each in values["passages"].items()}
    looks = {looks_key(image, path): _read_looks(each) for path, each in values["looks"].items()}
    return {**passages, **looks}


def _read_looks(values: Sequence[Any]) -> Looks:
    return Looks({number: [Look(*each) for each in its] for number, its in values})


def block_json(path: str, examples: Mapping[int, ChannelExamples]) -> Json:
    """Return the file of a block: for some channels, the images that open and close the gate; each picture once."""
    rows = {channel: (its.opening, its.closing) for channel, its in examples.items()}
    every = [each for its in rows.values() for row in its for each in row]
    return {
        "path": path,
        "pictures": {str(each.image): each.picture for each in every},
        "channels": {
            str(channel): [[[each.image, each.gate, each.map] for each in row] for row in its]
            for channel, its in rows.items()
        },
    }


def read_block(values: Mapping[str, Any]) -> Results:
    """Return the results in the file of a block, by key."""
    pictures, results = values["pictures"], {}
    for channel, rows in values["channels"].items():
        opening, closing = (
            [Example(image, gate, pictures[str(image)], each) for image, gate, each in row] for row in rows
        )
        results[channel_key(values["path"], int(channel))] = ChannelExamples(opening, closing)
    return results


def _read_passage(values: Mapping[str, Any]) -> Passage:
    maps = {name: [ChannelMaps(*each) for each in values[name]] for name in ("raised", "lowered")}
    guesses = None if values["guesses"] is None else [(number, share) for number, share in values["guesses"]]
    others = {"guesses": guesses, "outputs": tuple(values["outputs"]), "pixels": _read_pixels(values.get("pixels"))}
    return Passage(**{**values, **maps, **others})


def _read_pixels(values: Sequence[Any] | None) -> PixelGates | None:
    """Return the gates per pixel of a block; None if it has none, as in recordings of earlier versions."""
    if values is None:
        return None
    size, *others = values
    return PixelGates(tuple(size), *others)


# How the file of a result is read, by the first part of the result's key; other results are in that of the network.
READERS: dict[str, Callable[[Mapping[str, Any]], Results]] = {
    "image": read_image,
    "looks": read_image,
    "channel": read_block,
}
