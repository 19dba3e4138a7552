"""Noted: what the process of a run says of its gates while it trains, read anew as epochs end. No Keras."""

from __future__ import annotations

from typing import NamedTuple

from senet_lab.gates.moments import FILE, Moment, kept
from senet_lab.training.runs.run import ENDED, Run


class Told(NamedTuple):
    """A run as its folder was last seen.

    Attributes:
        moments: its gates epoch by epoch, as far as they were noted.
        going: how far it is, in words; "" where nobody is at it.
        weights: when its best weights were written, in nanoseconds; 0 where there are none yet.
        is_outdated: whether it has better weights by now than those that were read.
        trouble: why its moments cannot be read; "" where they can.
    """

    moments: tuple[Moment, ...] = ()
    going: str = ""
    weights: int = 0
    is_outdated: bool = False
    trouble: str = ""


class Noted:
    """Looks into the folder of a run; a file that is as it was is not read again.

    Attributes:
        told: what was seen last.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.told = run, Told()
        self._written = self._read = 0  # when the moments were, and the weights that were read, in nanoseconds

    def mark(self) -> None:
        """Its weights as they are now are about to be read."""
        self._read = self.told.weights

    def look(self) -> Told:
        """The run as it is now; one that is gone has what it had, and says so."""
        try:
            written, status = written_at(self.run, FILE), self.run.status()
        except (OSError, ValueError, TypeError, KeyError):
            words = f"'{self.run.folder.name}' cannot be read any more; choose another network"
            self.told = self.told._replace(going="", trouble=words)
            return self.told
        moments, trouble = self.told.moments, self.told.trouble
        if written != self._written:
            try:
                moments, trouble = tuple(kept(self.run.folder / FILE)), ""
            except ValueError as error:
                trouble = str(error)
        self._written = written
        going = ""
        if status.at and status.state not in ENDED:
            going = f"{status.state}, epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
        weights = written_at(self.run, "checkpoints/best.npz")
        self._read = self._read or weights  # its first ones are read at once
        self.told = Told(moments, going, weights, bool(self._read) and weights != self._read, trouble)
        return self.told


def written_at(run: Run, name: str) -> int:
    """When a file of a run was written, in nanoseconds; 0 where there is none."""
    try:
        return (run.folder / name).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
