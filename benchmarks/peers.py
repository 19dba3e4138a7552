"""Measure the peers: timm's networks and grouped convolution in PyTorch, torchinfo and fvcore; needs no Keras.

`python peers.py limit | table | grouped SHAPE | train NAME BATCH SIDE | infer NAME BATCH SIDE | epoch HOW`
"""

from __future__ import annotations

import json
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import torch
from timing import emit, first, machine, peak_memory, run_command, timed

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from timm_imported import timm

TORCH = "torch, channels_last"
TIMM = "timm, torch eager, channels_last"
# The names of cases, and timm's names for them.
NAMES = {"SE-ResNet-50": "seresnet50", "SE-ResNeXt-50": "seresnext50_32x4d"}
DEEP = {"SE-ResNet-152": "seresnet152", "SE-ResNeXt-152": "seresnext101_32x4d"}
LAYERS = {"SE-ResNeXt-152": {"layers": (3, 8, 36, 3)}}  # timm has none of this depth: its 101, made deeper


def limit(repeats: int) -> None:
    """Measure the speed of large matrix products in PyTorch, in GFLOP/s."""
    a, b = torch.randn(3072, 3072), torch.randn(3072, 3072)
    times = timed(lambda: a @ b, repeats, 2)
    emit("limit", "3072 x 3072 matrix product", "torch", "GFLOP/s", [2 * 3072**3 / t / 1e9 for t in times])


def table(repeats: int) -> None:
    """Measure the time from a name to the table of its layers, including model creation."""
    from fvcore.nn import FlopCountAnalysis, flop_count_table
    from torchinfo import summary

    def by_torchinfo(name: str, options: dict[str, Any]) -> object:
        with torch.device("meta"):
            model = timm.create_model(name, **options)
            return str(summary(model, (1, 3, 224, 224), device="meta", verbose=0))

    def by_fvcore(name: str, options: dict[str, Any]) -> object:
        model = timm.create_model(name, **options).eval()
        analysis = FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224)).unsupported_ops_warnings(enabled=False)
        return flop_count_table(analysis.uncalled_modules_warnings(enabled=False))

    for case, name in (NAMES | DEEP).items():
        for way, call in (("torchinfo, meta device", by_torchinfo), ("fvcore", by_fvcore)):
            times = timed(partial(call, name, LAYERS.get(case, {})), repeats)
            emit("table", case, way, "ms", [1e3 * t for t in times])


def grouped(shape: str, repeats: int) -> None:
    """Measure a grouped convolution, 3x3, 32 groups, on (batch, height, width, channels)."""
    batch, height, width, channels = map(int, shape.split("x"))
    conv = torch.nn.Conv2d(channels, channels, 3, padding=1, groups=32, bias=False)
    conv = conv.to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, height, width).to(memory_format=torch.channels_last).requires_grad_()

    def both() -> None:
        conv.zero_grad()
        x.grad = None
        conv(x).sum().backward()

    def forward() -> None:
        with torch.no_grad():
            conv(x)

    emit("grouped forward", shape, TORCH, "ms", [1e3 * t for t in timed(forward, repeats, 3)])
    emit("grouped forward + backward", shape, TORCH, "ms", [1e3 * t for t in timed(both, repeats, 3)])


def network(name: str) -> Any:
    """Return a network of timm; "mini SE-ResNet" is the original lesson's for CIFAR-10, built from timm's blocks."""
    from timm.layers import get_attn
    from timm.models.resnet import Bottleneck, downsample_conv

    if name in NAMES:
        return timm.create_model(NAMES[name])

    def block(channels: int, filters: int, stride: int) -> Any:
        same = stride == 1 and channels == 4 * filters
        shortcut = None if same else downsample_conv(channels, 4 * filters, 1, stride)
        return Bottleneck(channels, filters, stride, shortcut, attn_layer=get_attn("se"))

    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 32, 3, padding=1), torch.nn.ReLU(),
        block(32, 128, 2), block(512, 128, 1), block(512, 256, 2), block(1024, 256, 1),
        torch.nn.Flatten(), torch.nn.Linear(8 * 8 * 1024, 10),
    )  # fmt: skip


def train(name: str, batch: int, side: int, repeats: int) -> None:
    """Measure Adam steps in float32: the first one and later ones."""
    model = network(name).to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, side, side).to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.Adam(model.parameters())

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    case = f"{name}, {side} px, batch {batch}"
    first("first step", case, TIMM, "s", step)
    emit("training", case, TIMM, "images/s", [batch / t for t in timed(step, repeats)])
    emit("memory", case, TIMM, "MiB", [peak_memory()])


def epoch(how: str, steps: int) -> None:
    """Measure an epoch of the original lesson's training, 45,000 images in batches of 32, extrapolated from `steps`."""
    way = TIMM if how == "default" else f"{TIMM}, {how}"
    model = network("mini SE-ResNet").to(memory_format=torch.channels_last)
    draw = torch.randint(0, 256, (10_000, 3, 32, 32), dtype=torch.uint8)
    optimizer = torch.optim.Adam(model.parameters())

    def batch() -> Any:
        indices = torch.randint(0, len(draw), (32,))
        return (draw[indices].float() / 255).to(memory_format=torch.channels_last), indices % 10

    def step() -> float:
        x, y = batch()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    def forward() -> None:
        with torch.inference_mode():
            model(batch()[0])

    seconds = sum(timed(step, steps, 3)) / steps
    model.eval()
    validation_seconds = sum(timed(forward, max(1, steps // 9), 3)) / max(1, steps // 9)
    case = "mini SE-ResNet, 32 px, batch 32"
    emit("epoch rate", case, way, "images/s", [32 / seconds])
    emit("epoch", case, way, "s", [(45_000 * seconds + 5_000 * validation_seconds) / 32])


def infer(name: str, batch: int, side: int, repeats: int) -> None:
    """Measure forward passes in evaluation mode."""
    model = network(name).eval().to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, side, side).to(memory_format=torch.channels_last)

    def step() -> None:
        with torch.inference_mode():
            model(x).numpy()

    case = f"{name}, {side} px, batch {batch}"
    emit("inference", case, TIMM, "images/s", [batch / t for t in timed(step, repeats, 2)])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps({"machine": machine()}))
    run_command({"limit": limit, "table": table, "grouped": grouped, "train": train, "infer": infer, "epoch": epoch})
