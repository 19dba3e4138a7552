"""Outlines: which groups and blocks a network was divided into, to compare with those that it is known for."""

from itertools import groupby


def outline(rows):
    """Return the groups in order, each with the number of its blocks: "stem group1:3"."""
    blocks = {}
    for row in rows:
        blocks.setdefault(row.group, set()).add(row.block)
    return " ".join(name + (f":{len(names)}" if names != {""} else "") for name, names in blocks.items()
                    if name != "input")  # fmt: skip


def is_contiguous(rows):
    """Return whether the rows of each block follow one another."""
    runs = [place for place, _ in groupby((row.group, row.block) for row in rows)]
    return len(runs) == len(set(runs))


def without_names(sketch):
    """Give the layers of a sketch the names that Keras gives, which say nothing; return the sketch."""
    for at, each in enumerate(sketch.ordered()):
        each.written = tuple(
            row._replace(name=f"conv2d_{at}", group="input" if row.kind == "input" else "", block="")
            for row in each.written
        )
    return sketch
