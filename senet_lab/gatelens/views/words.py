"""What the pictures of gates show, in a sentence or two, computed from the numbers; and how it compares to the paper.

The paper is Hu et al., Squeeze-and-Excitation Networks, arXiv:1709.01507, its section on the role of excitation:
gates of SE-ResNet-50 on ImageNet, 50 images a class, the last block of each stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from senet_lab.drawing.network.words import title
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.ablation import HOW_BRIEF, HOW_WORDS, savings, signed_points
from senet_lab.gatelens.views.curves import sorted_means
from senet_lab.gatelens.views.heat_map import specific_first
from senet_lab.gatelens.views.history import LINES, telling
from senet_lab.gatelens.views.image import Passage, raised_and_lowered
from senet_lab.gatelens.views.reading import Reading, share, signed, stages
from senet_lab.gatelens.views.similarity import ranked, similar_pairs
from senet_lab.gatelens.views.strip import brief
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.moments import Moment

PARTED = 0.05  # of the classes' means: less is what the paper calls alike
STILL = 0.02  # deviation over images of the channel that moves most: less tells nobody anything
CLEAR = 10  # an F ratio that no one doubts
MOSTLY = 0.5  # of the channels, to call a block saturated
LITTLE = 0.005  # of accuracy
RISING = 2.0  # times as specific at the end as at the beginning, to count as rising
TOO_FEW = "An F ratio needs at least two classes, and more images than classes: give labels, or more images."


def curves_words(reading: Reading, chosen: Sequence[int], block: str = "", untrained: Reading | None = None) -> str:
    """Whether classes part from the first stage to the last, also untrained, and whether the paper found so."""
    drawn = stages(tuple(reading.gates), block)
    if len(reading.present(chosen)) < 2:
        return "Choose at least two classes to compare their curves."
    still = [path for path in drawn if float(reading.gates[path].std(0).max()) < STILL]
    moving = [path for path in drawn if path not in still] or drawn
    apart = {path: _apart(reading, path, chosen) for path in moving}
    first, last = moving[0], moving[-1]
    before = {
        path: f" (untrained {_apart(untrained, path, chosen):.2f})" if untrained else "" for path in (first, last)
    }
    told = "; ".join(f"{apart[path]:.2f} in {title(path)}{words}" for path, words in before.items())
    parts = f"How far apart the mean gates of these classes are, over all channels: {told}.{_still(reading, still)}"
    if len(moving) < 2:
        return parts
    if apart[last] <= RISING * apart[first]:
        return f"{parts} On ImageNet the paper found that classes part with depth: here this network does not show it."
    if apart[first] < PARTED:
        return f"{parts} As in the paper on ImageNet: early gates serve all classes alike, late ones each its own."
    return f"{parts} Classes part with depth, as in the paper; but here the first stage tells them apart, too."


def _apart(reading: Reading, path: str, chosen: Sequence[int]) -> float:
    """How far apart the mean gates of these classes are, on average over the channels."""
    return float(np.ptp(sorted_means(reading, path, chosen)[0], axis=0).mean())


def _still(reading: Reading, still: Sequence[str]) -> str:
    """Which blocks have gates that are the same for every image: what is squeezed never gets through their ReLU."""
    if not still:
        return ""
    level = float(reading.gates[still[0]].mean())
    where = " and ".join(map(title, still))
    return f" In {where} gates stand still, at {level:.2f} whatever the image: they tell nothing."


def heat_words(reading: Reading, path: str, chosen: Sequence[int], untrained: Reading | None = None) -> str:
    """How many channels tell classes apart, also untrained; for which classes the best of them opens and shuts."""
    present = reading.present(chosen)
    if not reading.comparable or len(present) < 2:
        return TOO_FEW if not reading.comparable else "Choose at least two classes to compare."
    order, ratios = specific_first(reading, path)
    channel = int(order[0])
    means = reading.means(path)[present, channel]
    most, least = present[int(means.argmax())], present[int(means.argmin())]
    many = int((ratios > CLEAR).sum())
    before = f"; untrained {int((specific_first(untrained, path)[1] > CLEAR).sum())}" if untrained else ""
    tell = f"{many} of {counted(len(order), 'channel')} tell{'s' * (many == 1)}"
    return (
        f"In {title(path)} {tell} classes apart clearly (F ratio above {CLEAR}{before}). "
        f"Channel {channel} most (F {brief(ratios[channel])}): open at {means.max():.2f} for "
        f"{reading.classes[most]}, at {means.min():.2f} for {reading.classes[least]}."
    )


def spread_words(reading: Reading, path: str) -> str:
    """Where the middle half of the gates lies, and whether the last stage saturates, as the paper's did."""
    low, middle, high = np.quantile(reading.gates[path], (0.25, 0.5, 0.75))
    shut, opened = reading.saturation[path]
    its = reading.saturation[list(reading.gates)[-1]][1]
    verdict = "as the paper found of its last stage" if its >= MOSTLY else "while the paper\u2019s last stage saturates"
    return (
        f"In {title(path)} half of the gates lie between {low:.2f} and {high:.2f}, around {middle:.2f}; of its "
        f"channels {share(shut, 0)} are always below 0.05, {share(opened, 0)} always above 0.95. "
        f"In the last block {share(its, 0)} are always above 0.95, {verdict}."
    )


def depth_words(reading: Reading, untrained: Reading | None = None) -> str:
    """Which block knows most of the class, whether that grows with depth, and what training added."""
    if not reading.comparable:
        return TOO_FEW
    paths, ratios = list(reading.specificity), list(reading.specificity.values())
    at = int(np.argmax(ratios))
    told = (
        f"{title(paths[at]).capitalize()} knows most of the class: F ratio {brief(ratios[at])}, "
        f"{share(reading.explained(paths[at]), 0)} of what moves its gates."
    )
    if len(ratios) >= 3:
        told += f" {_rise(ratios)}"
    if untrained is not None:
        before = max(untrained.specificity.values())
        why = ", since images of a class look alike" if before > 2 else ""
        told += f" Untrained, the most is {brief(before)}{why}."
    return told


def _rise(ratios: Sequence[float]) -> str:
    """Whether F ratios grow with depth (by rank correlation, Spearman 1904), beside what the paper found."""
    ranks = np.argsort(np.argsort(ratios))
    if float(np.corrcoef(ranks, np.arange(len(ratios)))[0, 1]) <= 0.5:
        return "It does not grow with depth, as it did in the paper on ImageNet."
    if np.argmax(ratios) == len(ratios) - 1:
        return "It grows with depth, as the paper found on ImageNet."
    return "It grows with depth, as the paper found on ImageNet, and is less again in the last block, as there."


def similarity_words(reading: Reading, path: str, chosen: Sequence[int], untrained: Reading | None = None) -> str:
    """The most similar classes and the least similar ones, and how similar these are untrained."""
    present, alike = similar_pairs(reading, path, chosen)
    if len(present) < 3:
        return "Choose at least three classes."
    names = [reading.classes[number] for number in present]
    pairs = ranked(names, alike)
    (a, b, most), (c, d, least) = pairs[0], pairs[-1]
    beside = {(a, b): "", (c, d): ""}
    if untrained is not None:
        before = {pair[:2]: pair[2] for pair in ranked(names, similar_pairs(untrained, path, chosen)[1])}
        beside = {pair: f", untrained {signed(before[pair])}" for pair in beside}
    return (
        f"By the gates of {title(path)}, {a} and {b} are most similar (correlation {signed(most)}{beside[a, b]}), {c} "
        f"and {d} least ({signed(least)}{beside[c, d]}). What all classes have in common is taken away first."
    )


def image_words(passage: Passage, path: str, classes: Sequence[str]) -> str:
    """How the image is classified, and which channel of the block moved most."""
    raised, lowered = raised_and_lowered(passage, 1)
    moved = [
        f"channel {channel} is {how} most, from its usual {passage.usual[channel]:.2f} to {passage.gate[channel]:.2f}"
        for how, channels in (("raised", raised), ("lowered", lowered))
        for channel in channels
    ]
    return f"{_guess(passage, classes)}In {title(path)} {'; '.join(moved)}." if moved else _guess(passage, classes)


def _guess(passage: Passage, classes: Sequence[str]) -> str:
    if passage.probabilities is None:
        return ""
    guess = int(passage.probabilities.argmax())
    verdict = ""
    if passage.label is not None:
        right = guess == passage.label and not passage.outputs
        verdict = ", correctly" if right else f"; its label is {classes[passage.label]}"
    its = share(float(passage.probabilities[guess]), 0)
    return f"{passage.name} is classified as {passage.names(classes)[guess]} with {its}{verdict}. "


def ablation_words(
    alone: Mapping[str, Ablation], together: Ablation | None, classes: Sequence[str], how: str, total: int
) -> str:
    """What is lost, in which class most, what it would save; and the block that matters most when it is held alone.

    Args:
        total: how many blocks are to be held alone; while fewer are measured, it says how far that is.
    """
    if together is not None:
        return _held(together, classes, how)
    if len(alone) < total:
        return f"One gate after the other is held {HOW_WORDS[how]}: {len(alone)} of {counted(total, 'block')} measured."
    worst = min(alone, key=lambda path: alone[path].change)
    last = list(alone)[-1]
    change = alone[last].change
    verdict = "as little" if abs(change) < LITTLE else "not so" if change < 0 else "a gain"
    return (
        f"Held {HOW_WORDS[how]}, {title(worst)} is missed most: {signed_points(alone[worst].change)} points of "
        "accuracy. The paper found that its last stage could do without squeeze-excite at little cost; here "
        f"{title(last)} alone: {signed_points(change)} points, {verdict}."
    )


def held_words(held: Sequence[str], how: str, together: Ablation | None, otherwise: str) -> str:
    """Which gates are held, and what that does to accuracy, in half a sentence.

    Args:
        held: the blocks, at least one.
        otherwise: what is said while it is not known.
    """
    blocks = " and ".join(map(title, held)) if len(held) < 3 else counted(len(held), "block")
    effect = otherwise
    if together is not None:
        accuracy = f"{share(together.before)} \u2192 {share(together.after)}"
        effect = f"accuracy {accuracy} ({signed_points(together.change)} points)"
    return f"{blocks} held {HOW_BRIEF[how]}: {effect}"


def _held(together: Ablation, classes: Sequence[str], how: str) -> str:
    changes = together.class_after - together.class_before
    worst = int(np.argmin(changes))
    hit = ""
    if changes[worst] < 0:
        name = classes[int(together.classes[worst])]
        hit = f", {name} hit hardest ({signed_points(float(changes[worst]))} points)"
    words = held_words(together.blocks, how, together, "")
    return f"{words[:1].upper()}{words[1:]}{hit}. {savings(together)}"


def history_words(moments: Sequence[Moment]) -> str:
    """How far specificity rose, and in which block gates moved most."""
    first, last = moments[0], moments[-1]
    if len(moments) < 2:
        return f"One moment so far, after {counted(last.epoch, 'epoch')}: lines begin with the second."
    rise, moved = telling(moments)
    ratios = f"{brief(first.specificity[rise])} \u2192 {brief(last.specificity[rise])}"
    means = f"{first.mean[moved]:.2f} \u2192 {last.mean[moved]:.2f}"
    return (
        f"From epoch {first.epoch} to {last.epoch}, {title(rise)} learned most of the class: F ratio {ratios}. "
        f"The mean gate moved most in {title(moved)}: {means}.{_fewer(len(first.mean), LINES)}"
    )


def _fewer(blocks: int, lines: int) -> str:
    return f" {lines} of {blocks} blocks are drawn." if lines < blocks else ""
