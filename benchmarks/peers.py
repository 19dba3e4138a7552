"""Measure the peers: timm's networks and grouped convolution in PyTorch, torchinfo and fvcore; needs no Keras.

`python peers.py limit REPEATS | table REPEATS`, and, by turns with our own (see `turns.py`), `python peers.py grouped
WHAT SHAPE | train NAME BATCH SIDE HOW | infer NAME BATCH SIDE HOW`, where HOW is one of `HOW`.
"""

from __future__ import annotations

import json
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import torch
from timing import emit, first, machine, peak_memory, run_command, serve, timed

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from timm_imported import timm

resnet = timm.models.resnet

TORCH = "torch, channels_last"
# How timm's networks compute, always with channels_last.
HOW = {
    "eager": "timm, torch eager", "eager-bfloat16": "timm, torch eager, bfloat16",
    "compiled": "timm, torch.compile", "compiled-bfloat16": "timm, torch.compile, bfloat16",
}  # fmt: skip
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


def grouped(part: str, shape: str) -> None:
    """Serve ten grouped convolutions, 3x3, 32 groups, on (batch, height, width, channels): "forward" or "gradients"."""
    batch, height, width, channels = map(int, shape.split("x"))
    layers = [torch.nn.Conv2d(channels, channels, 3, padding=1, groups=32, bias=False) for _ in range(10)]
    model = torch.nn.Sequential(*layers).to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, height, width).to(memory_format=torch.channels_last).requires_grad_()

    def gradients() -> None:
        model.zero_grad()
        x.grad = None
        model(x).sum().backward()

    def forward() -> None:
        with torch.no_grad():
            model(x)

    serve({TORCH: forward if part == "forward" else gradients})


def network(name: str) -> Any:
    """Return a network of timm, or one for CIFAR-10 built from timm's blocks: SE-ResNet-20, the original lesson's."""
    if name in NAMES:
        return timm.create_model(NAMES[name])
    return _cifar() if name == "SE-ResNet-20" else _mini()


def _cifar() -> Any:
    groups = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]  # channels in and out, stride
    blocks = [
        _block(resnet.BasicBlock, *sizes) for i, o, stride in groups for sizes in ((i, o, stride), (o, o, 1), (o, o, 1))
    ]
    stem = (torch.nn.Conv2d(3, 16, 3, padding=1, bias=False), torch.nn.BatchNorm2d(16), torch.nn.ReLU())
    head = (torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(64, 10))
    return torch.nn.Sequential(*stem, *blocks, *head)


def _mini() -> Any:
    sizes = ((32, 128, 2), (512, 128, 1), (512, 256, 2), (1024, 256, 1))
    blocks = [_block(resnet.Bottleneck, *each) for each in sizes]
    stem = (torch.nn.Conv2d(3, 32, 3, padding=1), torch.nn.ReLU())
    return torch.nn.Sequential(*stem, *blocks, torch.nn.Flatten(), torch.nn.Linear(8 * 8 * 1024, 10))


def _block(kind: Any, channels: int, filters: int, stride: int) -> Any:
    same = stride == 1 and channels == kind.expansion * filters
    shortcut = None if same else resnet.downsample_conv(channels, kind.expansion * filters, 1, stride)
    return kind(channels, filters, stride, shortcut, attn_layer=timm.layers.get_attn("se"))


def train(name: str, batch: int, side: int, how: str) -> None:
    """Serve Adam steps; before, measure the first one."""
    model = network(name).to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, side, side).to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.Adam(model.parameters())
    forward = torch.compile(model) if how.startswith("compiled") else model

    def step() -> float:
        optimizer.zero_grad()
        with _precision(how):
            loss = torch.nn.functional.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    case = f"{name}, {side} px, batch {batch}"
    first("first step", case, HOW[how], "s", step)
    timed(step, 2, 0)
    emit("memory", case, HOW[how], "MiB", [peak_memory()])
    serve({HOW[how]: step})


def infer(name: str, batch: int, side: int, how: str) -> None:
    """Serve forward passes in evaluation mode."""
    model = network(name).eval().to(memory_format=torch.channels_last)
    x = torch.randn(batch, 3, side, side).to(memory_format=torch.channels_last)
    forward = torch.compile(model) if how.startswith("compiled") else model

    def call() -> None:
        with torch.inference_mode(), _precision(how):
            forward(x).float().numpy()

    serve({HOW[how]: call})


def _precision(how: str) -> Any:
    """Return the context in which a network computes."""
    return torch.autocast("cpu", torch.bfloat16, enabled=how.endswith("bfloat16"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps({"machine": machine()}))
    run_command({"limit": limit, "table": table, "grouped": grouped, "train": train, "infer": infer})
