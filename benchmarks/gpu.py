"""Measure networks on a GPU by turns: ours on Keras with JAX, timm compiled by PyTorch. Run `make bench-gpu`.

SE-ResNet-50 and SE-ResNeXt-50 at 224 pixels, training and inference, in bfloat16 and float32; images/s. After `BUDGET`
seconds no other contest begins, and what was not held is listed as missing. `--quick` tries everything with small
images on any device, and stores nothing. `python gpu.py WHO WHAT NAME BATCH SIDE DTYPE` serves one of two that take
turns.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from timing import first, machine, serve
from turns import Contest, NoResultError, Process, compare, environment

HERE = Path(__file__).parent
NAMES = {"SE-ResNet-50": ("resnet", "seresnet50"), "SE-ResNeXt-50": ("resnext", "seresnext50_32x4d")}
WAYS = {"ours": "senet_lab, JAX", "timm": "timm, torch.compile"}
STEPS = 20  # per call, so that the card's queue is always full
BUDGET = 480  # seconds; the contest that has begun may take two more minutes
ON_JAX = {"KERAS_BACKEND": "jax", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # both processes share the card's memory


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


def serve_one(who: str, what: str, name: str, batch: int, side: int, dtype: str) -> None:
    """Measure the first call, which compiles, and serve the others."""
    case = f"{what} {name}, {side} px, batch {batch}, {dtype}"
    call = {"ours": ours, "timm": timm}[who](what, name, batch, side, dtype)
    first("first steps", case, WAYS[who], "s", call)
    serve({WAYS[who]: call})


def contests(peers: str, *, quick: bool) -> Iterator[Contest]:
    """Return the contests, the most important ones first."""
    batch, side, rounds = (2, 32, 3) if quick else (128, 224, 5)
    for dtype, what, name in product(("bfloat16", "float32"), ("train", "infer"), NAMES):
        arguments = (what, name, str(batch), str(side), dtype)
        processes = [
            Process((python, str(HERE / "gpu.py"), who, *arguments), settings)
            for who, python, settings in (("ours", sys.executable, ON_JAX), ("timm", peers, {}))
        ]
        case = f"{name}, {side} px, batch {batch}, {dtype}"
        yield Contest(f"{what} on a GPU", case, "images/s", STEPS * batch, tuple(processes), rounds)


def hold(peers: str, *, quick: bool) -> dict[str, Any]:
    """Hold the contests within the budget; return the results, and why others are missing."""
    start, results, missing = time.perf_counter(), [], []
    for contest in contests(peers, quick=quick):
        name, reason = f"{contest.part}, {contest.case}", "no time was left"
        if time.perf_counter() - start < BUDGET:
            try:
                its, about = compare(contest, environment({}))
                reason = "; ".join(about["missing"])
                results += its
            except NoResultError as error:
                reason = str(error)
        missing += [f"{name}: {reason}"] if reason else []
        print(f"{time.perf_counter() - start:4.0f} s  {name}  {reason}", flush=True)
    return {"results": results, "missing": missing}


def main() -> None:
    """Hold the contests and store their results in a file named after the card."""
    import jax
    from report import write

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    device = jax.devices()[0]
    if device.platform == "cpu" and not options.quick:
        sys.exit("JAX finds no GPU; --quick tries the benchmark without one")
    measured = hold(options.peers, quick=options.quick)
    if options.quick:
        print(json.dumps(measured, indent=1))
        return
    about = {"date": date.today().isoformat(), "device": device.device_kind, "machine": machine()}
    path = HERE / "results" / f"gpu-{device.device_kind.lower().replace(' ', '-')}.json"
    write(path, json.dumps(about | measured, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        who, what, name, batch, side, dtype = sys.argv[1:]
        serve_one(who, what, name, int(batch), int(side), dtype)
    else:
        main()
