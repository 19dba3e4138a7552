"""Print as JSON the files that Python reads when all functions of a web page's panels are used.

"explorer" has the files of an Explorer, "all" those of every panel.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

OPENED: set[str] = set()
RECORDINGS = Path(__file__).parent.parent / "docs" / "recordings"


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Record each file that is opened."""
    if event == "open" and isinstance(arguments[0], str):
        OPENED.add(arguments[0])


def use_explorer(host: Any) -> None:
    """Open an Explorer and make every kind of move."""
    from senet_lab.explorer.messages import TABS
    from senet_lab.export import FORMS, SUFFIXES

    explorer: list[tuple[str, object]] = [("tab", tab) for tab in TABS]
    explorer += [("form", form) for form in FORMS] + [("save", suffix) for suffix in SUFFIXES]
    explorer += [("pin", True), ("tab", "Compare"), ("swap", True), ("source", True), ("tab", "Network")]
    explorer += [("path", "group1/block1/se"), ("details", True), ("ratio", "nonsense"), ("keep_cost", True)]
    explorer += [("cardinality", 8), ("undo", True), ("redo", True), ("reset", True)]
    host.open("explorer", "{}")
    host.visit(0, "network=senet1~ratio=0")
    send(host, 0, explorer)


def use_others(host: Any) -> None:
    """Open a panel of each other kind and every exercise, and make every kind of move."""
    from senet_lab.exercises.catalogue import LESSONS, MAKERS
    from senet_lab.gatelens.messages import TABS
    from senet_lab.sweeps.evidence import evidence_names
    from senet_lab.trainer.messages import COMMANDS

    host.open("trainer", "{}")
    settings: list[tuple[str, object]] = [("epochs", 3), ("data", "sample"), ("path", "images"), ("drawn", [])]
    send(host, 1, [("network", "resnet50"), *((name, True) for name in COMMANDS), *settings])
    host.tick(1, 1)
    host.open("gates", "{}")
    gates: list[tuple[str, object]] = [("tab", tab) for tab in TABS]
    gates += [("image", 0), ("hold group3/block3", True), ("how", "mean"), ("save", ".png"), ("classes", [0, 1])]
    for move in gates:
        for file in json.loads(host.awaited(2)):
            host.take(2, file, (RECORDINGS / file).read_text("utf-8"))
        send(host, 2, [move], gates.index(move))
    for number, name in enumerate(MAKERS, 3):
        host.open("exercise", json.dumps({"name": name}))
        send(host, number, [("check", "1"), ("hint", ""), ("reveal", "")])
    host.open("answers", "{}")
    send(host, len(MAKERS) + 3, [("show", "9B-spring")])
    for answers in (False, True):
        for lesson in LESSONS:
            host.worksheet(lesson, "9B-spring", answers)
    host.look_over(json.dumps({"a.csv": "", "b.zip": packed("c.csv")}), "", "5")
    for number, name in enumerate(evidence_names(), len(MAKERS) + 4):
        host.open("sweep", json.dumps({"name": name}))
        send(host, number, [("cost", "macs"), ("reference", "nonsense"), ("start", True)])
        host.tick(number, 1)


def packed(name: str) -> str:
    """Return an archive with an empty file, in base64."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, "")
    return b64encode(archive.getvalue()).decode()


def send(host: Any, number: int, moves: list[tuple[str, object]], before: int = 0) -> None:
    """Send each move in a separate message, numbered after earlier ones."""
    for count, (name, value) in enumerate(moves, before + 1):
        host.receive(number, json.dumps({"view": "a", "number": count, "moves": {name: value}}))


if __name__ == "__main__":
    sys.addaudithook(note)
    from senet_lab.web.host import Host

    only_host, used = Host(), {}
    for name, use in (("explorer", use_explorer), ("all", use_others)):
        use(only_host)
        modules = {str(file) for each in list(sys.modules.values()) if (file := getattr(each, "__file__", None))}
        used[name] = sorted(modules | OPENED)
    print(json.dumps(used))
