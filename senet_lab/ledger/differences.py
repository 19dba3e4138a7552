"""Break down the difference between two ledgers by group or by kind of layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from senet_lab.ledger.ledger import SUMMED, Ledger, Total


@dataclass(frozen=True)
class Difference:
    """The difference `after` minus `before`, part by part; the parts add up to the total.

    >>> from senet_lab.architecture.architecture import Architecture
    >>> Difference(Architecture(ratio=None).ledger(), Architecture().ledger()).total.params
    2514944

    Attributes:
        before, after: the two ledgers.
    """

    before: Ledger
    after: Ledger

    @cached_property
    def total(self) -> Total:
        """All layers."""
        return less(self.after.total, self.before.total)

    @cached_property
    def se(self) -> Total:
        """The squeeze-excite blocks, or other attention modules."""
        return less(self.after.se, self.before.se)

    @property
    def attention_name(self) -> str:
        """The attention modules of both networks in words: "squeeze-excite"; "attention" if they differ."""
        names = {each.se.name for each in (self.before, self.after) if each.se.layers}
        return names.pop() if len(names) == 1 else "attention"

    @cached_property
    def by_group(self) -> tuple[Total, ...]:
        """One total per group of either network, in network order."""
        return _paired(self.before.by_group(), self.after.by_group())

    @cached_property
    def by_kind(self) -> tuple[Total, ...]:
        """One total per kind of layer in either network; squeeze-excite, or other attention, counts as one kind."""
        return _paired(self.before.by_kind(), self.after.by_kind())


def less(after: Total, before: Total) -> Total:
    """Subtract all sums and the numbers of layers; the result has the name of `after`."""
    return Total(after.name, *(getattr(after, name) - getattr(before, name) for name in ("layers", *SUMMED)))


def merged(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Merge two sequences of names: shared names in the order of `before`, each new name after its neighbor.

    >>> merged(("stem", "group1", "group2", "classifier"), ("stem", "group1", "group2", "group3", "classifier"))
    ('stem', 'group1', 'group2', 'group3', 'classifier')
    """
    names = list(before)
    for index, name in enumerate(after):
        if name not in names:
            names.insert(names.index(after[index - 1]) + 1 if index else 0, name)
    return tuple(names)


def _paired(before: Sequence[Total], after: Sequence[Total]) -> tuple[Total, ...]:
    old, new = ({total.name: total for total in totals} for totals in (before, after))
    return tuple(
        less(new.get(name) or Total.over(name, ()), old.get(name) or Total.over(name, ()))
        for name in merged(tuple(old), tuple(new))
    )
