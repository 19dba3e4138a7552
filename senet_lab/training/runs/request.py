"""Request: a file with one word that tells a run's process what to do."""

from __future__ import annotations

from pathlib import Path

from senet_lab.checks import listed, one_of, quoted
from senet_lab.files import DamagedFileError, read_text, written_whole

REQUESTS = ("run", "pause", "stop")  # of several requests, the last one counts
FILE = "wanted"  # in the folder of a run


def read_request(folder: Path) -> str:
    """Return the request to a run; raise DamagedFileError if the file contains anything else.

    White space, which an editor may have added, is ignored.
    """
    path = folder / FILE
    advice = f"write {listed(REQUESTS)} into it, or delete it"
    try:
        word = read_text(path, advice, at_most=1000).strip()
    except FileNotFoundError:
        return "run"
    if word not in REQUESTS:
        raise DamagedFileError(path, f"it must hold {listed(REQUESTS)}, not {quoted(word)}", advice)
    return word


def write_request(folder: Path, word: str) -> None:
    """Ask a run to do one of `REQUESTS`."""
    with written_whole(folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(one_of("wanted", word, REQUESTS))
