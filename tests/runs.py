"""What the tests of runs share: a network that trains in seconds, and what it is to end as another run."""

import time
from dataclasses import replace

import numpy as np
import psutil

from senet_lab import Architecture
from senet_lab.training import checkpoint
from senet_lab.training.recipe import RECIPES

TINY = Architecture(groups=((4, 1), (8, 1)), stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10)
SHORT = replace(RECIPES["modern"], epochs=2, warmup=1, batch=250, seed=3)


def process_of(run):
    """The worker of a run, or None."""
    return psutil.Process(run.status().process) if run.is_held() else None


def log_of(run):
    path = run.folder / "log.txt"
    return path.read_text()[-2000:] if path.exists() else ""


def await_state(run, states, seconds=240):
    end = time.monotonic() + seconds
    while (status := run.status()).state not in states:
        assert time.monotonic() < end, (status, log_of(run))
        time.sleep(0.02)
    return status


def killed(run):
    """Kill its worker as the system does, without a word."""
    if process := process_of(run):
        process.kill()
    while run.is_held():
        time.sleep(0.01)


def last_weights(run):
    arrays, about, damaged = checkpoint.newest(run.folder / "checkpoints")
    assert (about["epoch"], damaged) == (SHORT.epochs, [])
    return arrays


def assert_ends_as(run, unbroken):
    for a, b in zip(last_weights(run), last_weights(unbroken), strict=True):
        np.testing.assert_array_equal(a, b)
    losses = [
        [row[name] for row in each.metrics() for name in ("loss", "accuracy", "val_loss")] for each in (run, unbroken)
    ]
    np.testing.assert_allclose(*losses, rtol=1e-4)
