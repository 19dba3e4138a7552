"""Measure networks on a GPU: ours on Keras with JAX, timm compiled by PyTorch. Run `make bench-gpu`.

SE-ResNet-50 and SE-ResNeXt-50 at 224 pixels, training and inference, float32 and bfloat16; images/s and the share of
the card's speed for matrix products. `python gpu.py limit | WHO WHAT NAME BATCH SIDE DTYPE REPEATS` measures one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from report import write
from timing import emit, first, machine, timed

HERE = Path(__file__).parent
NAMES = {"SE-ResNet-50": ("resnet", "seresnet50"), "SE-ResNeXt-50": ("resnext", "seresnext50_32x4d")}
STEPS = 20  # per timing, so that the card's queue is always full


def limit(dtype: str, repeats: int) -> None:
    """Measure the speed of large matrix products on the card, in TFLOP/s."""
    import jax

    a = jax.random.normal(jax.random.key(0), (8192, 8192), dtype)
    multiply = jax.jit(lambda a: a @ a)
    times = timed(lambda: multiply(a).block_until_ready(), repeats, 3)
    emit("limit", f"8192 x 8192, {dtype}", "jax", "TFLOP/s", [2 * 8192**3 / t / 1e12 for t in times])


def ours(what: str, name: str, batch: int, side: int, dtype: str) -> Callable[[], object]:
    """Return a function that takes STEPS steps of our network on JAX."""
    import jax
    import keras
    import numpy as np

    from senet_lab import Architecture
    from senet_lab.training.optimizers import compiled

    keras.config.set_dtype_policy("mixed_bfloat16" if dtype == "bfloat16" else "float32")
    model = Architecture(NAMES[name][0], 50, input_shape=(side, side, 3), convention="timm").build()
    x = jax.numpy.asarray(np.random.default_rng(0).normal(size=(batch, side, side, 3)), "float32")
    if what == "infer":
        state = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
        forward = jax.jit(lambda x: model.stateless_call(*state, x, training=False)[0])

        def steps() -> None:
            jax.block_until_ready([forward(x) for _ in range(STEPS)])  # type: ignore[no-untyped-call]  # jax annotates no tree

        return steps
    compiled(model, metrics=())
    y = jax.numpy.zeros(batch, "int32")

    def batches() -> Iterator[tuple[Any, Any]]:
        while True:
            yield x, y

    return lambda: model.fit(batches(), steps_per_epoch=STEPS, verbose=0)


def timm(what: str, name: str, batch: int, side: int, dtype: str) -> Callable[[], object]:
    """Return a function that takes STEPS steps of timm's network: channels last, autocast, torch.compile."""
    import timm as peer
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = peer.create_model(NAMES[name][1]).to(device, memory_format=torch.channels_last)
    x = torch.randn(batch, 3, side, side, device=device).to(memory_format=torch.channels_last)
    y = torch.zeros(batch, dtype=torch.long, device=device)
    cast = torch.autocast(device, torch.bfloat16, enabled=dtype == "bfloat16")
    optimizer = torch.optim.Adam(model.parameters())
    run = torch.compile(model.train(what == "train"))

    def step() -> None:
        with cast, torch.set_grad_enabled(what == "train"):
            out = run(x)
            if what == "train":
                torch.nn.functional.cross_entropy(out, y).backward()
        if what == "train":
            optimizer.step()
            optimizer.zero_grad()

    def steps() -> None:
        for _ in range(STEPS):
            step()
        if device == "cuda":
            torch.cuda.synchronize()

    return steps


def one(who: str, what: str, name: str, batch: int, side: int, dtype: str, repeats: int) -> None:
    """Measure the first call, including compilation, and the images/s of later calls."""
    case = f"{what} {name}, {side} px, batch {batch}, {dtype}"
    way = "senet_lab, JAX" if who == "ours" else "timm, compiled"

    def first_steps() -> Callable[[], object]:
        steps = {"ours": ours, "timm": timm}[who](what, name, batch, side, dtype)
        steps()
        return steps

    call = first("first steps", case, way, "s", first_steps)
    emit("gpu", case, way, "images/s", [STEPS * batch / t for t in timed(call, repeats)])


def main() -> None:
    """Run all measurements, each in a separate process; write a JSON under results/, named after the card."""
    import jax

    card = jax.devices()[0].device_kind
    jobs = [["limit", dtype, "10"] for dtype in ("float32", "bfloat16")]
    for what, name, batch, dtype, who in product(
        ("train", "infer"), NAMES, (128, 256), ("bfloat16", "float32"), ("ours", "timm")
    ):
        jobs.append([who, what, name, str(batch), "224", dtype, "5"])
    measured: dict[str, Any] = {"date": date.today().isoformat(), "device": card, "machine": machine(), "results": []}
    for job in jobs:
        environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        command = [sys.executable, __file__, *job]
        process = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        print(*job, process.stdout.strip() or (process.stderr.strip().splitlines() or [""])[-1], flush=True)
        measured["results"] += [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    write(HERE / "results" / f"gpu-{card.lower().replace(' ', '-')}.json", json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    words = [int(word) if word.isdigit() else word for word in sys.argv[1:]]
    if not words:
        main()
    elif words[0] == "limit":
        limit(*words[1:])  # type: ignore[arg-type]  # as the docstring says
    else:
        one(*words)  # type: ignore[arg-type]
