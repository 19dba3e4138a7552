"""Differences: what lies between two ledgers, as a sum over groups or over kinds of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from senet_lab.ledger.ledger import SUMMED, Ledger, Total


@dataclass(frozen=True)
class Difference:
    """`after` minus `before`, part by part; the parts add up to the whole.

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
        """The squeeze-excite blocks."""
        return less(self.after.se, self.before.se)

    @cached_property
    def by_group(self) -> tuple[Total, ...]:
        """One total for each group that either has, in the order of the network."""
        return _paired(self.before.by_group(), self.after.by_group())

    @cached_property
    def by_kind(self) -> tuple[Total, ...]:
        """One total for each kind of layer that either has; squeeze-excite is one."""
        return _paired(self.before.by_kind(), self.after.by_kind())


def less(after: Total, before: Total) -> Total:
    """The differences of all sums, and of the number of layers, under the name of `after`."""
    return Total(after.name, *(getattr(after, name) - getattr(before, name) for name in ("layers", *SUMMED)))


def merged(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Each name once, those that both have in the order of `before`, each other one behind its neighbour.

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
