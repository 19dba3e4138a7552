"""Estimate the memory needed to build and save a network, and what would fit, before Keras is loaded.

>>> from senet_lab import Architecture
>>> size_words(bytes_to_save(Architecture(classes=10**7)))
'152.8 GiB'
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from senet_lab import memory
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import Bare, InvalidValueError, Setting
from senet_lab.ledger.budget import rows_by_frequency
from senet_lab.memory import size_words

# Fitted to the peaks that `memory.peak()` reported for `Architecture.build()` and a subsequent `.save()`, in a process
# that had already built an SE-ResNet-20 (Keras 3, TensorFlow 2.21 on the CPU, 2 cores x86_64, Linux, 2026-11-29).
# tests/ledger/test_build_memory.py lists the six networks and measures one of them again. Building keeps all weights,
# needs 2.25 times the size of the largest layer to draw its random values, and creates Python objects for each layer.
# Saving copies all weights once, and the largest ones twice. The largest error was 8%, except for a network of 4,000
# tiny layers.
IMPORTS = 850_000_000  # bytes for Keras, TensorFlow and a first model
FLOAT_BYTES = 4  # of a float32; with mixed precision, weights are stored as float32 as well
RANDOM_VALUES = 2.25  # bytes per byte of the largest layer's weights, while they are drawn
LAYER_OBJECTS = 120_000  # bytes per layer
SAVE_OVERHEAD = 20_000_000  # bytes
Table = tuple[tuple[int, ...], ...]


class _Sizes(NamedTuple):
    """Bytes of all weights, bytes of the largest layer's weights, and the number of layers."""

    weights: int
    largest: int
    layers: int


def weight_bytes(architecture: Architecture) -> int:
    """Return the size of all weights."""
    return _sizes(architecture).weights


def bytes_to_build(architecture: Architecture, *, fresh: bool = False) -> int:
    """Return the peak memory of `architecture.build()`, including Keras if it is not loaded yet.

    Args:
        fresh: whether to build in a new process, which must load Keras.
    """
    sizes = _sizes(architecture)
    imports = IMPORTS if fresh or not _is_keras_loaded() else 0
    return imports + int(sizes.weights + RANDOM_VALUES * sizes.largest + LAYER_OBJECTS * sizes.layers)


def _is_keras_loaded() -> bool:
    return "keras" in sys.modules


def data_to_build(architecture: Architecture) -> int:
    """Return how many bytes of a data limit (RLIMIT_DATA) a process that has loaded Keras may need to build a network.

    Nine networks of 1 to 3,000 MB needed up to 2.3 times the size of their weights, and up to 5.2 times if one layer
    has most of the weights (TensorFlow 2.21 without its own pool): random values are drawn in several steps, and
    reserved memory counts even if it is not used. The factors leave a margin.
    """
    sizes = _sizes(architecture)
    return 5 * sizes.weights // 2 + 5 * sizes.largest + (32 << 20)


def bytes_to_save(architecture: Architecture) -> int:
    """Return the peak memory of saving a model, in addition to the model itself."""
    sizes = _sizes(architecture)
    return sizes.weights + sizes.largest + SAVE_OVERHEAD


def bytes_to_build_and_save(architecture: Architecture, *, fresh: bool = False) -> int:
    """Return the peak memory of building a network and saving it; `fresh` as in `bytes_to_build`."""
    return bytes_to_build(architecture, fresh=fresh) + bytes_to_save(architecture)


def check_build(architecture: Architecture, *, pooled: int = 0) -> None:
    """Check that there is enough memory to build a network.

    Args:
        pooled: bytes that TensorFlow keeps for reuse in this process, and that the system counts as used.

    Raises:
        ValueError: memory is short; the message says what would fit.
    """
    _check(architecture, bytes_to_build, "build", memory.available() + pooled)


def check_data(architecture: Architecture, room: int) -> None:
    """Check that a process with a data limit has room to build a network; TensorFlow would crash at the limit.

    Args:
        room: bytes remaining below the limit.

    Raises:
        ValueError: memory is short; the message says what would fit.
    """
    _check(architecture, data_to_build, "build", room)


def check_save(architecture: Architecture, *, built: bool = False) -> None:
    """Check that there is enough memory to build a network and save it, or only to save it if it is `built`.

    Raises:
        ValueError: memory is short; the message says what would fit.
    """
    _check(architecture, bytes_to_save if built else bytes_to_build_and_save, "save", memory.available())


def warn_of_build(architecture: Architecture) -> None:
    """Warn the caller's caller if memory seems too short to build a network."""
    if shortage := _shortage(architecture, bytes_to_build, "build", memory.available()):
        warnings.warn(f"{shortage} Building anyway.", RuntimeWarning, stacklevel=3)


def _check(architecture: Architecture, needed: Callable[[Architecture], int], verb: str, free: int) -> None:
    if shortage := _shortage(architecture, needed, verb, free):
        raise shortage


def _shortage(
    architecture: Architecture, needed: Callable[[Architecture], int], verb: str, free: int
) -> InvalidValueError | None:
    """Return an error that states the needed and the free memory and what would fit; None if the network fits."""
    need = needed(architecture)
    if need <= free:
        return None
    fit = next(_fitting(architecture, lambda each: needed(each) <= free), "fewer or narrower blocks")
    rule = f"needs about {size_words(need)} of memory to {verb}, and {size_words(free)} are free"
    return InvalidValueError("architecture", Bare(architecture.name), rule, fit)


def _fitting(architecture: Architecture, fits: Callable[[Architecture], bool]) -> Iterator[str | Setting]:
    """Yield changes that make a network fit: fewer classes, fewer blocks, narrower blocks; then both of the latter."""

    def do(**changed: Any) -> bool:
        try:
            return fits(replace(architecture, **changed))
        except ValueError:  # there is no such network, for example because a ratio leaves no channel
            return False

    if architecture.include_top and (classes := _most(lambda count: do(classes=count), 2, architecture.classes)):
        yield Setting("classes", max(2, _rounded(classes)))
    table = architecture.table
    blocks = _most(lambda most: do(groups=_fewer(table, most)), 1, max(row[-1] for row in table))
    if blocks:
        yield Setting("groups", _fewer(table, blocks))
    for name in ("base_width", "cardinality") if architecture.family == "resnext" else ():
        halves = (getattr(architecture, name) >> times for times in range(1, 15))
        yield from (Setting(name, value) for value in halves if value and do(**{name: value}))
    for changed in (table, _fewer(table, 1)):
        narrower = (_narrower(changed, times) for times in range(1, 17))
        yield from (Setting("groups", rows) for rows in narrower if do(groups=rows))


def _most(fits: Callable[[int], bool], least: int, most: int) -> int:
    """Return the largest number that fits, by bisection; 0 if even `least` does not fit."""
    if not fits(least):
        return 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(middle) else (least, middle - 1)
    return least


def _rounded(number: int) -> int:
    """Return a number rounded down to two digits, since free memory fluctuates."""
    step = 10 ** max(0, len(str(number)) - 2)
    return int(number // step * step)


def _fewer(table: Table, most: int) -> Table:
    return tuple((*row[:-1], min(row[-1], most)) for row in table)


def _narrower(table: Table, times: int) -> Table:
    """Return the groups with all filters halved `times` times."""
    return tuple((*(max(1, filters >> times) for filters in row[:-1]), row[-1]) for row in table)


@lru_cache(maxsize=256)
def _sizes(architecture: Architecture) -> _Sizes:
    rows = rows_by_frequency(architecture)
    weights = [row.params + row.state for _, row in rows]
    total = sum(times * each for (times, _), each in zip(rows, weights, strict=True))
    return _Sizes(FLOAT_BYTES * total, FLOAT_BYTES * max(weights), sum(times for times, _ in rows))
