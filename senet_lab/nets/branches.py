"""Branches: find where blocks end in a network that does not name them, by how its layers are connected."""

from __future__ import annotations

from senet_lab.nets.on_keras.entries import SUMS
from senet_lab.nets.sketch import Sketch

POOLS = ("pool", "global pool")


def block_ends(network: Sketch) -> list[Sketch]:
    """Return the maps after which squeeze-excite belongs, in order (Hu et al. 2018, sec. 3.3).

    - Where a branch is added to a shortcut, or concatenated with the map from which it starts: the end of the branch.
    - In a network that only concatenates several branches, such as Inception: the result.
    - In a network without branches: each map that is pooled, or flattened without being pooled.

    Branches that contain squeeze-excite already are left out.
    """
    graph = _Graph(network)
    branches = [branch for each in graph.sketches if (branch := graph.branch(each))]
    ends = [end for end, is_scaled in branches if not is_scaled]
    if not branches:
        ends = graph.modules() or [each.inputs[0] for each in graph.sketches if _ends_a_map(each)]
    return list({id(end): end for end in ends if len(end.shape) == 4}.values())


def _ends_a_map(sketch: Sketch) -> bool:
    is_flattened = sketch.kind == "reshape" and len(sketch.shape) == 2 and sketch.inputs[0].kind not in POOLS
    return sketch.kind in POOLS or is_flattened


class _Graph:
    """The layers of a network, with all those on which each depends, as the bits of a number."""

    def __init__(self, network: Sketch) -> None:
        self.sketches = network.ordered()
        self._before: dict[int, int] = {}
        self._squeeze_excite = 0
        for at, sketch in enumerate(self.sketches):
            before = 1 << at
            for each in sketch.inputs:
                before |= self._before[id(each)]
            self._before[id(sketch)] = before
            self._squeeze_excite |= any(row.in_se for row in sketch.written) << at

    def branch(self, sketch: Sketch) -> tuple[Sketch, bool] | None:
        """Return the end of the branch that joins its shortcut here, and whether squeeze-excite is in the branch."""
        if sketch.kind not in (*SUMS, "concatenate") or len(sketch.inputs) != 2:
            return None
        # Layers that lead to one of the two only; none lead only to a shortcut that is the start of the branch.
        a, b = sketch.inputs
        only_a, only_b = self._only(a, b), self._only(b, a)
        if sketch.kind == "concatenate" and only_a and only_b:
            return None
        end, layers = (a, only_a) if only_a.bit_count() > only_b.bit_count() else (b, only_b)
        return end, bool(layers & self._squeeze_excite)

    def _only(self, a: Sketch, b: Sketch) -> int:
        return self._before[id(a)] & ~self._before[id(b)]

    def modules(self) -> list[Sketch]:
        """Return the concatenations of maps, apart from those that are concatenated again."""
        results = [each for each in self.sketches if each.kind == "concatenate" and len(each.shape) == 4]
        inner = {id(each) for sketch in results for each in sketch.inputs}
        return [each for each in results if id(each) not in inner]
