"""Named blocks: find the blocks of a network by the numbers in the names of its layers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from senet_lab.nets.on_keras.entries import NAMES_BY_KIND
from senet_lab.nets.wiring import Indices, Span, Wiring

INDEX = re.compile(r"(\d+)([a-z]?)(?![a-zA-Z0-9])")
DIMENSIONS = re.compile(r"(?<=conv|ling|ding|ping|pout)[123]d")  # in conv2d, pooling2d and so on, not an index
# The names that Keras gives to its layers, without their numbers: conv2d, batch_normalization and so on.
AUTOMATIC = {
    re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()
    for names in NAMES_BY_KIND.values()
    for name in names.split()
}


class Index(NamedTuple):
    """A number, or the letter behind it, in a name; `pattern` is the name up to there without numbers.

    A number that a letter and another number follow belongs to that one, such as 3 in s3b0, which has the value "3.0".
    """

    pattern: str
    value: str


def named_blocks(wiring: Wiring) -> list[Span]:
    """Return the blocks that names state, at the deepest level of indices at which most runs are blocks."""
    names = [_indices(row.name) if row.kind != "input" else [] for row in wiring.rows]
    for level in range(max(map(len, names), default=0), 0, -1):
        shallower, named = (sum(len(each) >= depth for each in names) for depth in (max(1, level - 1), level))
        if 2 * named < shallower:  # such as the two convolutions in each squeeze-excite
            continue
        runs = [run for run in _widen(wiring, _runs(names, level)) if wiring.is_cut[run.last]]
        blocks = [run for run in runs if wiring.kernels(run.places) > 1]
        if len(blocks) > 1 and 2 * len(blocks) > len(_runs(names, level)):
            patterns = {block.pattern for block in blocks}  # by its name, one convolution can be a block, too
            blocks = [run for run in runs if run.pattern in patterns and wiring.kernels(run.places)]
            before_last = [_close_gap(wiring, *pair) for pair in pairwise(blocks)]
            return _with_first(wiring, [*before_last, blocks[-1]])
    return []


def _is_automatic(name: str) -> bool:
    """Return whether a name is one that Keras gave."""
    return re.sub(r"_\d+$", "", name) in AUTOMATIC


def _indices(name: str) -> list[Index]:
    """Return the indices in a name; none in a name that Keras gave.

    >>> [[index.value for index in _indices(name)] for name in ("block2a_expand_conv", "s3b0_1_conv", "conv2d_17")]
    [['2', 'a'], ['3.0', '1'], []]
    """
    if _is_automatic(name):
        return []
    indices, name, start = [], DIMENSIONS.sub("Nd", name), 0
    for match in INDEX.finditer(name):
        pattern = re.sub(r"\d+", "#", name[: match.end(1)])
        indices.append(Index(pattern, ".".join(re.findall(r"\d+", name[start : match.end(1)]))))
        start = match.end(1)
        if match[2]:
            indices.append(Index(f"{pattern}a", match[2]))
    return indices


def _runs(names: Sequence[Sequence[Index]], level: int) -> list[Span]:
    """Return the runs of layers with the same indices up to a level, in patterns that occur more than once."""
    keys = [
        (at, each[level - 1].pattern, tuple(index.value for index in each[:level]))
        for at, each in enumerate(names)
        if len(each) >= level
    ]
    times = Counter(pattern for pattern, _ in {(pattern, indices) for _, pattern, indices in keys})
    patterns = {pattern for pattern in times if times[pattern] > 1 and _is_in_order(keys, pattern)}
    used = [key for key in keys if key[1] in patterns]
    runs = []
    for indices, members in groupby(used, key=lambda key: key[2]):
        (first, pattern, _), *others = members
        runs.append(Span(first, others[-1][0] if others else first, indices, pattern))
    return runs


def _is_in_order(keys: Sequence[tuple[int, str, Indices]], pattern: str) -> bool:
    """Return whether a pattern numbers parts of the network, one after the other, rather than parts of each block."""
    runs = [indices for indices, _ in groupby(indices for _, each, indices in keys if each == pattern)]
    return len(runs) == len(set(runs))


def _widen(wiring: Wiring, runs: Sequence[Span]) -> list[Span]:
    """Return runs with the layers around them whose names say nothing, as far as a layer through which all paths lead.

    A run without such an end stops at the last such layer in it: `mixed9_1` of InceptionV3 is in block `mixed10`.
    """
    wide: list[Span] = []
    for at, run in enumerate(runs):
        start = wide[-1].last + 1 if wide else 0
        end = runs[at + 1].first if at + 1 < len(runs) else len(wiring.rows)
        first = next((i + 1 for i in range(run.first - 1, start - 1, -1) if _is_border(wiring, i)), start)
        ends = [*range(run.last, end), *range(run.last - 1, run.first, -1)]
        last = next((i for i in ends if wiring.is_cut[i]), run.last)
        wide.append(run._replace(first=first, last=last))
    return wide


def _is_border(wiring: Wiring, at: int) -> bool:
    return wiring.is_cut[at] or wiring.rows[at].kind == "input"


def _close_gap(wiring: Wiring, run: Span, following: Span) -> Span:
    """Return a run with the layers without kernels between it and the following one, apart from padding."""
    between = range(run.last + 1, following.first)
    if wiring.kernels(between) or not all(wiring.is_cut[at] for at in between):
        return run
    pads = [at for at in between if wiring.rows[at].kind == "pad"]
    return run._replace(last=min([*pads, following.first]) - 1)


def _with_first(wiring: Wiring, blocks: list[Span]) -> list[Span]:
    """Add the block before the first, if its names have their first words in common but no index, as in MobileNetV2."""
    start, words = blocks[0].first, ""
    for at in (at for at in range(blocks[0].first - 1, -1, -1) if wiring.rows[at].kind != "input"):
        name = wiring.rows[at].name
        words = words or "_".join(name.split("_")[:2]) + "_"
        if not name.startswith(words) and not _is_automatic(name):
            break
        if name.startswith(words) and (at == 0 or _is_border(wiring, at - 1)):
            start = at
    first = Span(start, blocks[0].first - 1)
    return [first, *blocks] if wiring.kernels(first.places) > 1 else blocks
