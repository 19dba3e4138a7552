"""What the pictures of gates show, in a sentence or two, computed from the numbers; and how it compares to the paper.

The paper is Hu et al., Squeeze-and-Excitation Networks, arXiv:1709.01507, its section on the role of excitation:
gates of SE-ResNet-50 on ImageNet, 50 images a class, the last block of each stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from senet_lab.ablation import Ablation
from senet_lab.moments import Moment
from senet_lab.views.gates import Reading, stages
from senet_lab.views.gates_ablation import HOW_WORDS, savings, signed_points
from senet_lab.views.gates_close import close_pairs, ranked
from senet_lab.views.gates_curves import sorted_means
from senet_lab.views.gates_heat import specific_first
from senet_lab.views.gates_image import Passage, raised_and_lowered
from senet_lab.views.gates_strip import brief
from senet_lab.views.units import counted
from senet_lab.views.words import title

PARTED = 0.05  # of the classes' means: less is what the paper calls alike
RISING = 2.0  # times as specific at the end as at the beginning, to count as rising
TOO_FEW = "An F ratio needs at least two classes, and more images than classes: give labels, or more images."


def curves_words(reading: Reading, chosen: Sequence[int], block: str = "") -> str:
    """Whether classes part from the first stage to the last, and whether the paper found so."""
    drawn = stages(tuple(reading.gates), block)
    if len(reading.present(chosen)) < 2:
        return "Choose at least two classes to compare their curves."
    apart = {path: float(np.ptp(sorted_means(reading, path, chosen)[0], axis=0).mean()) for path in drawn}
    first, last = drawn[0], drawn[-1]
    told = "; ".join(f"{apart[path]:.2f} in {title(path)}" for path in dict.fromkeys((first, last)))
    parts = f"How far apart the mean gates of these classes are, over all channels: {told}."
    if len(drawn) < 2:
        return parts
    if apart[first] < PARTED and apart[last] > RISING * apart[first]:
        return f"{parts} As in the paper on ImageNet: early gates serve all classes alike, late ones each its own."
    if apart[last] > RISING * apart[first]:
        return f"{parts} Classes part with depth, as in the paper on ImageNet; but here the first stage already tells them apart."
    return f"{parts} The paper found on ImageNet that classes part with depth: this network on these images does not show it."


def heat_words(reading: Reading, path: str, chosen: Sequence[int]) -> str:
    """The channel that tells classes apart most, and for which classes it opens and shuts."""
    present = reading.present(chosen)
    if not reading.comparable or len(present) < 2:
        return TOO_FEW if not reading.comparable else "Choose at least two classes to compare."
    order, ratios = specific_first(reading, path)
    channel = int(order[0])
    means = reading.means(path)[present, channel]
    most, least = present[int(means.argmax())], present[int(means.argmin())]
    many = int((ratios > 10).sum())
    tell = "one channel tells" if many == 1 else f"{many} of {len(order)} channels tell"
    return (
        f"In {title(path)} {tell} classes apart clearly (F ratio above 10). Channel {channel} most (F {brief(ratios[channel])}): "
        f"open at {means.max():.2f} for {reading.classes[most]}, at {means.min():.2f} for {reading.classes[least]}."
    )


def spread_words(reading: Reading, path: str) -> str:
    """Where the middle half of the gates lies, and whether the last stage saturates, as the paper's did."""
    low, middle, high = np.quantile(reading.gates[path], (0.25, 0.5, 0.75))
    shut, opened = reading.saturation[path]
    last = list(reading.gates)[-1]
    its = reading.saturation[last][1]
    here = f"In {title(path)} half of all gates lie between {low:.2f} and {high:.2f}, around {middle:.2f}; {shut:.0%} of the channels are always below 0.05, {opened:.0%} always above 0.95."
    paper = (
        f"The last block saturates, {its:.0%} of it always above 0.95, as the paper found of its last stage."
        if its >= 0.5
        else f"The paper\u2019s last stage saturates near 1; here it does not: {its:.0%} of the last block is always above 0.95."
    )
    return f"{here} {paper}"


def depth_words(reading: Reading, untrained: Reading | None = None) -> str:
    """Which block knows most of the class, whether that grows with depth, and what training added."""
    if not reading.comparable:
        return TOO_FEW
    paths, ratios = list(reading.specificity), list(reading.specificity.values())
    most = paths[int(np.argmax(ratios))]
    told = f"{title(most)} knows most of the class: F ratio {brief(max(ratios))}, {reading.explained(most):.0%} of what moves its gates."
    if len(ratios) >= 3:
        order = float(np.corrcoef(np.argsort(np.argsort(ratios)), np.arange(len(ratios)))[0, 1])
        if order > 0.5:
            told += " It grows with depth, as the paper found on ImageNet"
            told += "." if np.argmax(ratios) == len(ratios) - 1 else ", but for the last: the paper\u2019s last blocks told classes apart less, too."
        else:
            told += " It does not grow with depth, as it did in the paper on ImageNet."
    if untrained is not None:
        before = max(untrained.specificity.values())
        told += f" Untrained, the most is {brief(before)}: above 1, since images of one class look alike to any network." if before > 2 else f" Untrained, the most is {brief(before)}."
    return told


def close_words(reading: Reading, path: str, chosen: Sequence[int]) -> str:
    """The closest classes, and those furthest apart."""
    present, alike = close_pairs(reading, path, chosen)
    if len(present) < 3:
        return "Choose at least three classes."
    pairs = ranked([reading.classes[number] for number in present], alike)
    (a, b, close), (c, d, far) = pairs[0], pairs[-1]
    return (
        f"By the gates of {title(path)}, {a} and {b} are closest (correlation {_minus(close)}), {c} and {d} furthest apart ({_minus(far)}). "
        "What all classes have in common is taken away first."
    )


def image_words(passage: Passage, path: str, classes: Sequence[str]) -> str:
    """What the image is taken for, and which channel of the block moved most."""
    said = ""
    if passage.probabilities is not None:
        guess = int(passage.probabilities.argmax())
        verdict = "" if passage.label is None else ", rightly" if guess == passage.label else f"; its label is {classes[passage.label]}"
        said = f"{passage.name[:1].upper()}{passage.name[1:]} is taken for {classes[guess]} with {passage.probabilities[guess]:.0%}{verdict}. "
    raised, lowered = raised_and_lowered(passage, 1)
    if not raised:
        return said.strip()
    up, down = raised[0], lowered[0]
    return (
        f"{said}In {title(path)} channel {up} is raised most, from its usual {passage.usual[up]:.2f} to {passage.gate[up]:.2f}; "
        f"channel {down} lowered most, from {passage.usual[down]:.2f} to {passage.gate[down]:.2f}."
    )


def ablation_words(alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str], how: str, total: int) -> str:
    """What is lost, in which class most, what it would save; and the block that matters most when it is held alone."""
    if together is not None:
        blocks = title(together.blocks[0]) if len(together.blocks) == 1 else counted(len(together.blocks), "block")
        changes = together.class_after - together.class_before
        worst = int(np.argmin(changes))
        lost = f"The gate of {blocks} held {HOW_WORDS[how]}: accuracy {together.before:.1%} \u2192 {together.after:.1%}"
        hit = f", {classes[int(together.classes[worst])]} hit hardest ({signed_points(float(changes[worst]))} points)" if changes[worst] < 0 else ""
        return f"{lost}{hit}. {savings(together)}"
    if len(alone) < total:
        return f"Each gate is held {HOW_WORDS[how]} in turn: {len(alone)} of {counted(total, 'block')} measured."
    worst_path = min(alone, key=lambda path: alone[path].change)
    last = list(alone)[-1]
    paper = "The paper found that its last stage could do without squeeze-excite at little cost"
    change = alone[last].change
    verdict = "as little" if abs(change) < 0.005 else "not so" if change < 0 else "it even gains"
    return (
        f"Held {HOW_WORDS[how]}, {title(worst_path)} is missed most: {signed_points(alone[worst_path].change)} points of accuracy. "
        f"{paper}; here {title(last)} alone: {signed_points(change)} points, {verdict}."
    )


def history_words(moments: Sequence[Moment]) -> str:
    """How far specificity rose, and in which block gates moved most."""
    first, last = moments[0], moments[-1]
    if len(moments) < 2:
        return f"One moment so far, after {counted(last.epoch, 'epoch')}: lines begin with the second."
    rise = max(last.specificity, key=lambda path: last.specificity[path] - first.specificity[path])
    moved = max(last.mean, key=lambda path: abs(last.mean[path] - first.mean[path]))
    return (
        f"From epoch {first.epoch} to {last.epoch}, {title(rise)} learned most of the class: F ratio {brief(first.specificity[rise])} \u2192 "
        f"{brief(last.specificity[rise])}. The mean gate moved most in {title(moved)}: {first.mean[moved]:.2f} \u2192 {last.mean[moved]:.2f}."
    )


def _minus(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")
