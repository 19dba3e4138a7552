"""Run folder: what the process of a run records of its gates while it trains, read anew as epochs end. No Keras."""

from __future__ import annotations

from senet_lab.gatelens.sources.snapshot import RunSnapshot
from senet_lab.gates.moments import FILE, kept
from senet_lab.training.runs.run import ENDED, Run


class RunFolder:
    """Looks into the folder of a run; a file that is as it was is not read again.

    Attributes:
        snapshot: the run as it was last seen.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.snapshot = run, RunSnapshot()
        self._moments_time = self._read_time = 0  # when moments, and the weights that were read, were written, in ns

    def mark_read(self) -> None:
        """Note that its weights as they are now are about to be read."""
        self._read_time = self.snapshot.weights

    def look(self) -> RunSnapshot:
        """Return the run as it is now; one that is gone has what it had, and says so."""
        try:
            moments_time, status = _modification_time(self.run, FILE), self.run.status()
        except (OSError, ValueError, TypeError, KeyError):
            words = f"'{self.run.folder.name}' cannot be read any more; choose another network"
            self.snapshot = self.snapshot._replace(progress="", problem=words)
            return self.snapshot
        moments, problem = self.snapshot.moments, self.snapshot.problem
        if moments_time != self._moments_time:
            try:
                moments, problem = tuple(kept(self.run.folder / FILE)), ""
            except ValueError as error:
                problem = str(error)
        self._moments_time = moments_time
        progress = ""
        if status.at and status.state not in ENDED:
            progress = f"{status.state}, epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
        weights = _modification_time(self.run, "checkpoints/best.npz")
        self._read_time = self._read_time or weights  # its first ones are read at once
        is_outdated = bool(self._read_time) and weights != self._read_time
        self.snapshot = RunSnapshot(moments, progress, weights, is_outdated, problem)
        return self.snapshot


def _modification_time(run: Run, name: str) -> int:
    """Return when a file of a run was written, in nanoseconds; 0 where there is none."""
    try:
        return (run.folder / name).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
