"""A reading of gates: what a network's squeeze-excite blocks said of labelled images. What all pictures of it share."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from typing import Any

import numpy as np

from senet_lab.assets import read_assets
from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing
from senet_lab.gates.statistics import class_means, saturation, specificity

Array = np.ndarray[Any, Any]

STYLES = 10  # of lines that can be told apart, by colour and by dash
DRAWN = 4  # classes at first: more curves than that hide each other
STAGES = 4  # whose curves fit beside each other


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What the gates of a network said of some images.

    Attributes:
        gates: for each block, by its path, the gate of each image and channel: (images, channels).
        labels: the class of each image, by its number.
        classes: the names of the classes.
        predictions: (images, classes), probabilities; None where there is no classifier.
        given: whether the labels were given; else they are what the network predicted.
    """

    gates: Mapping[str, Array]
    labels: Array
    classes: tuple[str, ...]
    predictions: Array | None = None
    given: bool = True

    def __repr__(self) -> str:
        return f"<Reading of {len(self.gates)} gates, {len(self.labels):,} images, {len(self.classes)} classes>"

    @cached_property
    def specificity(self) -> dict[str, float]:
        """For each block, the variance of its gates between classes over that within, see `gates.specificity`.

        0 for all where it cannot be said, see `comparable`.
        """
        if not self.comparable:
            return dict.fromkeys(self.gates, 0.0)
        return {path: specificity(values, self.labels) for path, values in self.gates.items()}

    @cached_property
    def comparable(self) -> bool:
        """Whether there are two classes, and more images than classes, as an F ratio needs."""
        return 2 <= len(np.unique(self.labels)) < len(self.labels)

    @cached_property
    def saturation(self) -> dict[str, tuple[float, float]]:
        """For each block, the shares of channels that are always near 0, and always near 1."""
        return {path: saturation(values) for path, values in self.gates.items()}

    @cached_property
    def accuracy(self) -> float | None:
        """The share of images whose most probable class is their label; None where nobody can say."""
        if self.predictions is None or not self.given:
            return None
        return float((self.predictions.argmax(1) == self.labels).mean())

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """What the axes of gates run from and to: 0 and 1, or wider for a gate that is no sigmoid."""
        least = min((float(values.min()) for values in self.gates.values()), default=0.0)
        most = max((float(values.max()) for values in self.gates.values()), default=1.0)
        return min(0.0, least), max(1.0, most)

    @cached_property
    def first_classes(self) -> tuple[int, ...]:
        """The classes that are drawn until others are chosen: those that the last block's mean gates part most.

        The one that is furthest from the mean of all, then each time the one that is furthest from all before it.
        """
        present = self.present(range(len(self.classes)))
        if len(present) <= DRAWN:
            return tuple(present)
        means = np.nan_to_num(self.means(list(self.gates)[-1])[present])
        found = [int(np.abs(means - means.mean(0)).mean(1).argmax())]
        near = np.full(len(means), np.inf)  # how far each is from the nearest of those that are found
        while len(found) < DRAWN:
            near = np.minimum(near, np.abs(means - means[found[-1]]).mean(1))
            near[found] = -1  # where gates are alike, none is found twice
            found.append(int(near.argmax()))
        return tuple(sorted(present[at] for at in found))

    def means(self, path: str) -> Array:
        """The mean gate of each class and channel, (classes, channels); of a class without images, nan."""
        found = np.full((len(self.classes), self.gates[path].shape[1]), np.nan)
        present = np.unique(self.labels)
        found[present] = class_means(self.gates[path], self.labels)
        return found

    def present(self, chosen: Sequence[int]) -> list[int]:
        """Those of the chosen classes that have images."""
        having = set(np.unique(self.labels).tolist())
        return [number for number in chosen if number in having]

    def explained(self, path: str) -> float:
        """What classes explain of the gates' variance, from 0 to 1: the F ratio without the number of images."""
        if not self.comparable or np.isinf(self.specificity[path]):
            return float(self.comparable)
        between, within = len(np.unique(self.labels)) - 1, len(self.labels) - len(np.unique(self.labels))
        weighed = between * self.specificity[path]
        return float(weighed / (weighed + within))


def stages(paths: Sequence[str], chosen: str = "") -> list[str]:
    """The block of each group that is drawn: its last, as in the paper, unless another one of it is chosen.

    >>> stages(["group1/block1", "group1/block2", "group2/block1"], "group1/block1")
    ['group1/block1', 'group2/block1']
    """
    last: dict[str, str] = {}
    for path in paths:
        group = path.partition("/")[0]
        if last.get(group) != chosen:
            last[group] = path
    found = list(last.values())
    if len(found) <= STAGES:
        return found
    spread = {round(index * (len(found) - 1) / (STAGES - 1)) for index in range(STAGES)}
    if chosen in found and found.index(chosen) not in spread:  # in place of the nearest inner one
        at = found.index(chosen)
        spread = {*spread - {min(sorted(spread)[1:-1], key=lambda each: abs(each - at))}, at}
    return [found[index] for index in sorted(spread)]


def share(part: float, digits: int = 1) -> str:
    r"""A share as people read it, the number tied to its sign: 79.6 % for 0.796.

    >>> share(0.796), share(0.5, 0)
    ('79.6\xa0%', '50\xa0%')
    """
    return f"{100 * part:.{digits}f}\u00a0%"


def signed(value: float, digits: int = 2) -> str:
    """A number with a real minus.

    >>> signed(-0.731), signed(0.5, 1)
    ('\u22120.73', '0.5')
    """
    return f"{value:.{digits}f}".replace("-", "\u2212")


def class_styles(drawn: Iterable[int]) -> dict[int, int]:
    """The colour and dash of each class that is drawn: of its own number, or the next that is free; after ten, again.

    >>> class_styles((5, 7, 15))
    {5: 5, 7: 7, 15: 6}
    """
    found: dict[int, int] = {}
    for number in sorted(set(drawn)):
        found[number] = free_style(number, found.values())
    return found


def free_style(number: int, taken: Container[int]) -> int:
    """What a class would be drawn as beside others."""
    own = number % STYLES
    return next((at % STYLES for at in range(own, own + STYLES) if at % STYLES not in taken), own)


def class_key(reading: Reading, chosen: Sequence[int]) -> Html:
    """Names of classes, each with a piece of its line."""
    styles = class_styles(reading.present(chosen))
    keys = (
        html(f'<span data-class="{style}">', class_line(style), f"{escape(reading.classes[at])}</span>")
        for at, style in styles.items()
    )
    more = f"<span>lines repeat after {STYLES} classes</span>" if len(styles) > STYLES else ""
    return html('<p class="sn-legend sn-class-key">', *keys, f"{more}</p>")


class LineKey(Drawing):
    """A piece of line beside the words that say what it is, in a size of its own."""

    @property
    def attributes(self) -> str:
        """The attributes of the outermost element."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        return f'class="sn-line-key" {size} aria-hidden="true"'


def class_line(style: int) -> LineKey:
    """A piece of a class's line, as it is drawn."""
    return LineKey(34, 8, "", (svg.path("M1 4H33", f"curve sn-class-{style}"),))


@cache
def gates_sheet() -> str:
    """The CSS of the pictures of gates; goes behind `style_sheet()`."""
    return read_assets("gatelens/views/gates.css") + "".join(map(_pointed_at, range(STYLES)))


def _pointed_at(style: int) -> str:
    """Whatever has the class's line as `data-class`, pointed at or reached by key, makes that line stand out."""
    where = f'.sn:has([data-class="{style}"]:is(:hover, :focus-visible)) .sn-drawing .sn-mean'
    line = f".sn-class-{style}"
    return f"{where}:not({line}) {{ opacity: 0.12; }}\n{where}{line} {{ stroke-width: 2.6; }}\n"
