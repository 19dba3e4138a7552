"""The published networks: what each depth stands for, and the presets by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from senet_lab.architecture.regnet import PUBLISHED


class Skeleton(NamedTuple):
    """Blocks and filters of each group, and the fields of `Style` that the depth brings along."""

    n_blocks: tuple[int, ...]
    n_filters: tuple[int, ...]
    style: dict[str, Any]

    @property
    def table(self) -> tuple[tuple[int, int], ...]:
        """Number of filters and blocks of each group."""
        return tuple(zip(self.n_filters, self.n_blocks, strict=True))


_IMAGENET, _CIFAR = (64, 128, 256, 512), (16, 32, 64)
_BOTTLENECK, _BASIC = {"block": "bottleneck"}, {"block": "basic"}
_SENET154 = {"stem": "deep", "projection_kernel": 3, "halve_reduction": True, "dropout": 0.2} | _BOTTLENECK

# He et al. 2016, table 1, and sec. 4.2 for CIFAR (6n + 2 layers); 26 as in timm; Hu et al. 2018, appendix, for 154.
DEPTHS = {
    18: Skeleton((2, 2, 2, 2), _IMAGENET, _BASIC),
    26: Skeleton((2, 2, 2, 2), _IMAGENET, _BOTTLENECK),
    34: Skeleton((3, 4, 6, 3), _IMAGENET, _BASIC),
    50: Skeleton((3, 4, 6, 3), _IMAGENET, _BOTTLENECK),
    101: Skeleton((3, 4, 23, 3), _IMAGENET, _BOTTLENECK),
    152: Skeleton((3, 8, 36, 3), _IMAGENET, _BOTTLENECK),
    154: Skeleton((3, 8, 36, 3), _IMAGENET, _SENET154),
    20: Skeleton((3, 3, 3), _CIFAR, {"stem": "cifar"} | _BASIC),
    56: Skeleton((9, 9, 9), _CIFAR, {"stem": "cifar"} | _BASIC),
    110: Skeleton((18, 18, 18), _CIFAR, {"stem": "cifar"} | _BASIC),
}


# Channels that leave a block, for each filter of its 3x3 in a ResNet (He et al. 2016, table 1).
EXPANSION = {"bottleneck": 4, "basic": 1}


def depths(family: str) -> tuple[int, ...]:
    """Return the depths that a family has: those for ImageNet, then those for CIFAR.

    >>> depths("resnext")
    (26, 50, 101, 152, 154)
    """
    if family == "resnext":  # grouped convolution needs bottleneck blocks
        return tuple(depth for depth, skeleton in DEPTHS.items() if skeleton.style["block"] == "bottleneck")
    return tuple(depth for depth in DEPTHS if depth != 154)


def _presets() -> dict[str, dict[str, Any]]:
    """Return every preset's meta-parameters, SE first, then each again without."""
    nets: dict[str, dict[str, Any]] = {f"resnet{d}": {"depth": d} for d in (18, 34, 50, 101, 152)}
    for depth, cardinality, base_width in ((26, 32, 4), (50, 32, 4), (101, 32, 4), (101, 64, 4), (152, 32, 4)):
        sizes = {"depth": depth, "cardinality": cardinality, "base_width": base_width}
        nets[f"resnext{depth}_{cardinality}x{base_width}d"] = {"family": "resnext"} | sizes
    cifar = {f"resnet{depth}": {"depth": depth, "input_shape": (32, 32, 3), "classes": 10} for depth in (20, 56, 110)}
    return (
        {f"se_{name}": net for name, net in nets.items()}
        | {"senet154": {"family": "resnext", "depth": 154, "cardinality": 64, "base_width": 4}}
        | {f"cifar_se_{name}": net for name, net in cifar.items()}
        | {name: net | {"ratio": None} for name, net in nets.items()}
        | {f"cifar_{name}": net | {"ratio": None} for name, net in cifar.items()}
        | {_regnet_name(cost): {"family": "regnet", "ratio": 4} | sizes._asdict() for cost, sizes in PUBLISHED.items()}
    )


def _regnet_name(cost: str) -> str:
    """Return the name of a preset: regnety_1_6gf for 1.6GF."""
    return f"regnety_{cost.lower().replace('.', '_')}"


PRESETS = _presets()
