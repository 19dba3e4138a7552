"""Record the results of the GateLens for the bundled networks, for pages without Keras.

    python tools/record_gates.py FOLDER

It writes to FOLDER one file for each network with gates, one for each of its blocks, and one for each recorded image.
This takes some minutes per network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from senet_lab.files import written_whole
from senet_lab.gatelens.jobs import run_job
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
from senet_lab.gatelens.sources.recording import (
    block_file,
    block_json,
    image_file,
    image_json,
    network_file,
    network_json,
)
from senet_lab.gatelens.sources.source import Source, bundled_sources
from senet_lab.gatelens.state import HELD_AT

WRONG_IMAGES = 4  # misclassified images, in addition to the first image of each class


def find(source: Source, results: Results, key: Key) -> Any:
    """Compute the result for a key, only once."""
    if key not in results:
        results[key] = run_job(key, source, results)
    return results[key]


def recorded_images(reading: Reading) -> list[int]:
    """Return the first image of each class, and the first misclassified images."""
    classes = range(len(reading.classes))
    first, _ = reading.image_page(classes, 0, len(classes))
    wrong, _ = reading.image_page(classes, 0, WRONG_IMAGES, misclassified=True)
    return sorted({*first, *wrong})


def held_sets(paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the sets of blocks whose ablation is recorded: all consecutive blocks, and all pairs."""
    rows = [paths[first:end] for first in range(len(paths)) for end in range(first + 1, len(paths) + 1)]
    return list(dict.fromkeys([*rows, *combinations(paths, 2)]))


def record(source: Source) -> Iterator[tuple[str, Any]]:
    """Yield the name and the content of each file of a network."""
    results: Results = {}
    loaded, reading, untrained = (find(source, results, key) for key in (LOAD, READ, UNTRAINED))
    images = recorded_images(reading)
    for image in images:
        passages = {path: find(source, results, image_key(image, path)) for path in reading.paths}
        looks = {path: find(source, results, looks_key(image, path)) for path in reading.paths}
        yield image_file(source.name, image), image_json(image, passages, looks)
    for path in reading.paths:
        channels = reading.offered_channels(path)
        examples = {channel: find(source, results, channel_key(path, channel)) for channel in channels}
        yield block_file(source.name, path), block_json(path, examples)
    keys = (ablation_key(how, blocks) for how in HELD_AT for blocks in held_sets(reading.paths))
    ablations = [find(source, results, key) for key in keys]
    yield network_file(source.name), network_json(loaded, reading, untrained, ablations, images)


def main(folder: Path) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in bundled_sources():
        for name, content in record(source):
            with written_whole(folder / name, overwrite=True) as unfinished:
                text = json.dumps(content, separators=(",", ":"), sort_keys=True, allow_nan=False)
                unfinished.write_text(f"{text}\n", "utf-8")
            print(name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
