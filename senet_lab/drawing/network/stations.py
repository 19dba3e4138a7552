"""Stations: read a block as a few boxes with lines between them, from what its layers are called on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from senet_lab.drawing.network.words import AFTER
from senet_lab.nets.on_keras.entries import SUMS
from senet_lab.nets.sketch import Row

FOLDED = (*AFTER, "activation", "dropout")  # written into the box of the layer that they follow
SKIPPED = ("pad", "crop")
ORDER = {"pass": 0, "shortcut": 2}  # who chooses a lane first: what passes goes straight on
JOINS = (*SUMS, "concatenate", "scale")


@dataclass
class Station:
    """A box in the drawing of a block.

    Attributes:
        kind: "input", "se", the kind of its first layer; "pass" or, from the input, "shortcut" for a line that only
            passes through a column.
        rows: its layers: one with those that are written into it, or those of squeeze-excite.
        before: the stations from which lines lead here.
        column: the number of stations on the longest path to it.
        lane: its place in the column, from top to bottom; 0 is that of the input.
    """

    kind: str
    rows: list[Row] = field(default_factory=list)
    before: list[Station] = field(default_factory=list)
    column: int = 0
    lane: int = 0


def stations_of(rows: Sequence[Row], sources: Mapping[str, Sequence[str]]) -> list[Station]:
    """Return the stations of a block, each after those before it; the first is the input."""
    stations = [Station("input")]
    owners: dict[str, Station] = {}  # of the outputs of layers, by name
    uses = Counter(source for row in rows for source in sources[row.name])
    for row in rows:
        names = sources[row.name]
        before = list({id(each): each for each in (owners.get(name, stations[0]) for name in names)}.values())
        if row.in_se and (excitation := _find_excitation(stations, before)):
            owner = excitation
        elif row.kind in SKIPPED or (row.kind in FOLDED and _takes(before, uses[names[0]])):
            owner = before[0]
        else:
            owner = Station("se" if row.in_se else row.kind, [], before, 1 + max(each.column for each in before))
            stations.append(owner)
        owners[row.name] = owner
        owner.rows += [] if row.kind in SKIPPED else [row]
    return _in_lanes(stations)


def _find_excitation(stations: Sequence[Station], before: Sequence[Station]) -> Station | None:
    """Return the squeeze-excite to which a layer belongs: one before it, or one of the same map; None if it begins."""
    ids = {id(each) for each in before}
    for each in stations:
        has_same_map = {id(start) for start in each.before} == ids  # such as a second pooling
        if each.kind == "se" and each.rows[-1].role != "scale" and (id(each) in ids or has_same_map):
            return each
    return None


def _takes(before: Sequence[Station], uses: int) -> bool:
    """Return whether a layer can be written into the box before it: nothing else is called on that one's output."""
    return len(before) == 1 and uses == 1 and before[0].kind not in ("input", "se", *JOINS)


def _in_lanes(stations: list[Station]) -> list[Station]:
    """Give each station a lane, and add one to every column through which a line passes."""
    passes: dict[tuple[int, int], Station] = {}
    for station in stations:
        station.before = [_last_pass(each, station.column, passes) for each in station.before]
    every = sorted([*stations, *passes.values()], key=lambda each: (each.column, ORDER.get(each.kind, 1)))
    taken: set[tuple[int, int]] = set()
    for station in every:
        wish = min((each.lane for each in station.before), key=abs, default=0)
        first = -1 if station.kind == "shortcut" else 1  # above if possible; branches go below and above in turn
        steps = (step for distance in range(len(every)) for step in (first * distance, -first * distance))
        station.lane = next(wish + step for step in steps if (station.column, wish + step) not in taken)
        taken.add((station.column, station.lane))
    return every


def _last_pass(start: Station, column: int, passes: dict[tuple[int, int], Station]) -> Station:
    """Return the station in the column before, through which a line from `start` passes."""
    for at in range(start.column + 1, column):
        key = (id(start), at)
        before = passes.get((id(start), at - 1), start)
        passes.setdefault(key, Station("shortcut" if start.kind == "input" else "pass", [], [before], at))
    return passes.get((id(start), column - 1), start)
