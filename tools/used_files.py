"""Used files: those that Python reads while every panel of a web page is used to its last corner, printed as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

OPENED: set[str] = set()


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each file that is opened."""
    if event == "open" and isinstance(arguments[0], str):
        OPENED.add(arguments[0])


def use_panels() -> None:
    """Open a panel of each kind and every exercise, and make every kind of move there."""
    from senet_lab.exercises.catalogue import MAKERS
    from senet_lab.explorer.messages import TABS
    from senet_lab.export import FORMS, SUFFIXES
    from senet_lab.trainer.messages import COMMANDS
    from senet_lab.web.host import Host

    host = Host()
    explorer: list[tuple[str, object]] = [("tab", tab) for tab in TABS]
    explorer += [("form", form) for form in FORMS] + [("save", suffix) for suffix in SUFFIXES]
    explorer += [("pin", True), ("tab", "Compare"), ("swap", True), ("source", True), ("tab", "Network")]
    explorer += [("path", "group1/block1/se"), ("details", True), ("ratio", "nonsense"), ("keep_cost", True)]
    explorer += [("cardinality", 8), ("undo", True), ("redo", True), ("reset", True)]
    host.open("explorer", "{}")
    host.visit(0, "network=senet1~ratio=0")
    send(host, 0, explorer)
    host.open("trainer", "{}")
    settings: list[tuple[str, object]] = [("epochs", 3), ("data", "sample"), ("path", "images"), ("drawn", [])]
    send(host, 1, [("network", "resnet50"), *((name, True) for name in COMMANDS), *settings])
    host.tick(1, 1)
    host.open("gates", "{}")
    for number, name in enumerate(MAKERS, 3):
        host.open("exercise", json.dumps({"name": name}))
        send(host, number, [("check", "1"), ("hint", ""), ("reveal", "")])


def send(host: Any, number: int, moves: list[tuple[str, object]]) -> None:
    """Send each move in a message of its own."""
    for count, (name, value) in enumerate(moves, 1):
        host.receive(number, json.dumps({"view": "a", "number": count, "moves": {name: value}}))


if __name__ == "__main__":
    sys.addaudithook(note)
    use_panels()
    modules = {str(file) for each in list(sys.modules.values()) if (file := getattr(each, "__file__", None))}
    print(json.dumps(sorted(modules | OPENED)))
