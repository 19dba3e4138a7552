"""Places: find the groups and blocks of a network that does not name them as ours do.

`find_places` gives each layer a group ("stem", "group1", "transition1", "classifier") and a block ("block1") in four
steps:

1. **Names.** The numbers in a name say where a layer belongs: `block2a_expand_conv` has the indices 2 and a,
   `conv2_block1_1_conv` has 2, 1 and 1. Layers with the same first d indices are a run. Of all d, the largest counts
   at which most runs are blocks: several layers with kernels, which end where all paths lead through one layer. Layers
   that Keras named, such as `conv2d_17`, and names whose pattern occurs once, such as `conv1`, say nothing.
2. **Structure**, if names cover less than half of the network: a block is what lies between two layers through which
   all paths lead, if there are several paths, and if these are not only those of squeeze-excite. Of a sequence of
   different blocks that repeats, such as attention and a feed-forward network, one period is one block.
3. **Groups.** Blocks that share all indices but the last are a group. Without these, neighbors with maps of the same
   size are. A network without blocks, such as VGG, is divided where the size of its maps changes. A cell of NASNet
   depends on the two before it, so no layer divides them; there, a group is all layers with maps of about one size.
4. **The rest.** Layers before the first block are the stem, those after the last the classifier, or the head if the
   network does not end in features. Layers with kernels between two blocks are a transition.

The result depends on names, kinds, shapes and connections only. Inputs belong to no group, and their names say nothing.
Of paths that are side by side all along the network, such as two towers that meet in the classifier, all but the first
are divided only after the others have ended: no layer of theirs is one through which all paths lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from math import log2

from senet_lab.nets.named_blocks import named_blocks
from senet_lab.nets.on_keras.entries import SUMS
from senet_lab.nets.sketch import MODULES, Row, Shape, Sketch
from senet_lab.nets.wiring import Span, Wiring

TAILS = ("batch norm", "norm", "activation", "dropout", "identity", "stochastic depth")  # belong to what they follow
MAX_PERIOD = 4  # blocks that repeat together


def find_places(sketch: Sketch) -> tuple[tuple[Row, ...], dict[str, tuple[str, ...]]]:
    """Return the rows of a network with their groups and blocks, and the names of the rows on which each is called.

    The rows of this package's own networks name their groups and blocks; only an operation that Keras named gets those
    of the layers around it.
    """
    wiring = Wiring.of(sketch)
    rows = _with_unnamed(wiring) if _is_named(wiring.rows) else _with_shortcuts(wiring, _with_places(wiring))
    return tuple(rows), wiring.names


def _is_named(rows: Sequence[Row]) -> bool:
    """Return whether a network has the names of this package: of a residual block, or of composed attention."""
    return any(row.role == "output" or re.fullmatch(MODULES, row.group) for row in rows)


def _with_unnamed(wiring: Wiring) -> list[Row]:
    """Return the rows with a place for each that states none and lies between layers of one and the same place."""
    rows = list(wiring.rows)
    unnamed = {at: {rows[source][1:3] for source in wiring.sources[at]} for at, row in enumerate(rows) if not row.group}
    for at, row in enumerate(rows):
        for source in unnamed.keys() & set(wiring.sources[at]):
            unnamed[source].add((row.group, row.block))
    for at, places in unnamed.items():
        if len(places) == 1:
            group, block = places.pop()
            rows[at] = rows[at]._replace(group=group, block=block)
    return rows


def _with_places(wiring: Wiring) -> list[Row]:
    blocks = named_blocks(wiring)
    if not _has_most(wiring, blocks):
        blocks = _modules(wiring)
    if len(blocks) < 2:
        return _by_size(wiring)
    groups = _groups(wiring, blocks)
    if all(len(group) == 1 and not wiring.has_paths(group[0].places) for group in groups):
        return _place_blocks(wiring, [(f"group{at}", "", block) for at, (block,) in enumerate(groups, 1)])
    return _place_blocks(
        wiring,
        [
            (f"group{at}", f"block{number}", block)
            for at, group in enumerate(groups, 1)
            for number, block in enumerate(group, 1)
        ],
    )


def _has_most(wiring: Wiring, blocks: Sequence[Span]) -> bool:
    """Return whether there are blocks, and at least half of the layers with kernels are in them."""
    inside = sum(wiring.kernels(block.places) for block in blocks)
    return len(blocks) > 1 and 2 * inside >= wiring.kernels(range(len(wiring.rows)))


def _modules(wiring: Wiring) -> list[Span]:
    """Return the blocks that connections state; none if one of them is most of the network."""
    ends = [-1, *(at for at, is_cut in enumerate(wiring.is_cut) if is_cut)]
    spans = [Span(a + 1, b) for a, b in pairwise(ends) if wiring.has_paths(range(a + 1, b + 1))]
    rooms = pairwise([*spans, Span(len(wiring.rows), len(wiring.rows))])
    blocks = [_with_tail(wiring, span, following.first) for span, following in rooms]
    longest = max((len(block.places) for block in blocks), default=0)
    return [] if 2 * longest > len(wiring.rows) else _join_periods(wiring, blocks)


def _with_tail(wiring: Wiring, span: Span, end: int) -> Span:
    """Return a block with the normalization and activation that follow its sum."""
    last = span.last
    while last + 1 < end and wiring.is_cut[last + 1] and wiring.rows[last + 1].kind in TAILS:
        last += 1
    return span._replace(last=last)


def _join_periods(wiring: Wiring, blocks: list[Span]) -> list[Span]:
    """Return one block for each period of a sequence of different blocks that repeats, if maps keep their size."""
    kinds = [tuple(wiring.rows[at].kind for at in block.places) for block in blocks]
    sizes = {_sides(wiring.rows[block.last].output_shape) for block in blocks}
    if len(sizes) > 1 or len(set(kinds)) == 1:
        return blocks
    for period in range(2, MAX_PERIOD + 1):
        is_whole = len(blocks) % period == 0 and len(blocks) > period
        if is_whole and all(a == b for a, b in zip(kinds, kinds[period:], strict=False)):
            return [Span(blocks[at].first, blocks[at + period - 1].last) for at in range(0, len(blocks), period)]
    return blocks


def _groups(wiring: Wiring, blocks: Sequence[Span]) -> list[list[Span]]:
    """Return the blocks in groups: by all indices but the last, or else by the size of their maps."""
    parents = [block.indices[:-1] for block in blocks]
    sizes = [_sides(wiring.rows[block.last].output_shape) for block in blocks]
    keys = parents if all(parents) and len(set(parents)) > 1 else sizes
    pairs = groupby(zip(keys, blocks, strict=True), key=lambda pair: pair[0])
    return [[block for _, block in members] for _, members in pairs]


def _sides(shape: Shape) -> Shape:
    return shape[1:-1]


def _place_blocks(wiring: Wiring, blocks: Iterable[tuple[str, str, Span]]) -> list[Row]:
    """Return the rows with the groups and blocks of spans, and with those of what is before, between and after."""
    rows, start, transitions = list(wiring.rows), 0, 0
    for group, block, span in blocks:
        between = range(start, span.first)
        if not start:
            _place(rows, between, "stem")
        elif wiring.kernels(between):
            transitions += 1
            _place(rows, between, f"transition{transitions}")
        else:
            _place(rows, between, group, block)
        _place(rows, span.places, group, block)
        start = span.last + 1
    _place(rows, range(start, len(rows)), _tail(rows))
    return rows


def _place(rows: list[Row], places: Iterable[int], group: str, block: str = "") -> None:
    for at in places:
        if rows[at].kind != "input":
            rows[at] = rows[at]._replace(group=group, block=block)


def _tail(rows: Sequence[Row]) -> str:
    return "classifier" if _is_flat(rows[-1]) else "head"


def _is_flat(row: Row) -> bool:
    return len(row.output_shape) == 2


def _by_size(wiring: Wiring) -> list[Row]:
    """Return the rows of a network without blocks, in groups of layers whose maps have about the same size."""
    rows = list(wiring.rows)
    end = next((at for at, row in enumerate(rows) if _is_flat(row) and all(map(_is_flat, rows[at:]))), len(rows))
    scales = _scales(wiring, end)
    if len(set(scales.values())) < 2:
        has_tail = 0 < end < len(rows) and bool(scales)
        _place(rows, range(len(rows)), "body" if has_tail else "layers")
        _place(rows, range(end, len(rows) if has_tail else 0), _tail(rows))
    elif _only_shrinks(wiring, scales):  # its groups need not be ranges: a cell of NASNet begins in the one before
        order = {scale: f"group{at}" for at, scale in enumerate(sorted(set(scales.values())), 1)}
        for at, scale in scales.items():
            _place(rows, [at], order[scale])
        _place(rows, range(end, len(rows)), _tail(rows))
    else:
        runs = [[at for at, _ in members] for _, members in groupby(scales.items(), key=lambda each: each[1])]
        return _place_blocks(wiring, [(f"group{at}", "", Span(run[0], run[-1])) for at, run in enumerate(runs, 1)])
    return rows


def _scales(wiring: Wiring, end: int) -> dict[int, int]:
    """Return how often each map up to `end` has been halved, rounded; a pooling layer counts as the map it pools."""
    scales: dict[int, int] = {}
    largest = max((row.output_shape[1] for row in wiring.rows if not _is_flat(row)), default=1)
    for at, row in enumerate(wiring.rows[:end]):
        known = [scales[source] for source in wiring.sources[at] if source in scales]
        if known and (row.in_se or _is_flat(row) or row.kind in ("pool", "pad", "crop")):
            scales[at] = known[0]
        elif row.kind != "input":
            scales[at] = 0 if _is_flat(row) else round(log2(largest / row.output_shape[1]))
    return scales


def _only_shrinks(wiring: Wiring, scales: dict[int, int]) -> bool:
    return all(scales.get(source, 0) <= scale for at, scale in scales.items() for source in wiring.sources[at])


def _with_shortcuts(wiring: Wiring, rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the role "shortcut" for the layers beside a branch, if they have weights.

    The shortcut is the path to a block's sum that has fewer layers.
    """
    marked = list(rows)
    for at, row in enumerate(rows):
        if row.kind in SUMS and len(wiring.sources[at]) == 2 and row.block:
            a, b = (_before(wiring, rows, source, row) for source in wiring.sources[at])
            shorter = min((a - b, b - a), key=lambda each: (len(each), sorted(each)))
            if any(rows[each].params for each in shorter):
                for each in shorter:
                    marked[each] = marked[each]._replace(role=marked[each].role or "shortcut")
    return marked


def _before(wiring: Wiring, rows: Sequence[Row], at: int, end: Row) -> set[int]:
    """Return a layer and those before it, as far as they are in the block of `end`."""
    layers, stack = set[int](), [at]
    while stack:
        each = stack.pop()
        if each not in layers and (rows[each].group, rows[each].block) == (end.group, end.block):
            layers.add(each)
            stack += wiring.sources[each]
    return layers
