"""Weights and images drawn at random, alike in every Python: what timm made of them is in timm_answers.json.

`python tests/timm_draws.py` writes that file anew; it needs timm and torch (here: 1.0.31 and 2.13).
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

ANSWERS = Path(__file__).with_name("timm_answers.json")
SIDES = ((224, 224), (193, 257))  # the second one tells where zeros are padded
PROBES = 48  # numbers kept of each output, evenly spread


def draw(shapes, seed=0):
    """A state dict: for each name in alphabetical order numbers of its shape, of a size that keeps maps in bounds."""
    rng = np.random.default_rng(seed)
    return {name: _numbers(rng, name, shapes[name]) for name in sorted(shapes)}


def _numbers(rng, name, shape):
    numbers = rng.standard_normal(shape, dtype="float32")
    if name.endswith("running_var"):
        return np.float32(0.5) + np.abs(numbers)
    if len(shape) > 1:
        return numbers * np.float32(np.prod(shape[1:]) ** -0.5)
    return numbers * np.float32(0.1) + np.float32(name.endswith(".weight"))


def images(side, seed=1):
    """One image, (1, height, width, 3), float32."""
    return np.random.default_rng(seed).standard_normal((1, *side, 3), dtype="float32")


def probed(array):
    """Spread of an output, and some of its numbers."""
    flat = np.asarray(array, "float64").ravel()
    chosen = flat[np.linspace(0, flat.size - 1, min(PROBES, flat.size)).astype(int)]
    return {"size": flat.size, "spread": float(f"{flat.std():.6g}"), "some": [float(f"{each:.6g}") for each in chosen]}


def fingerprint(shapes):
    """Of all names and shapes together."""
    lines = "\n".join(f"{name} {tuple(shape)}" for name, shape in sorted(shapes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _answers(name):
    """What timm makes of the draws: log probabilities, maps behind each group, gates of each group's last block."""
    import timm
    import torch

    model = timm.create_model(name).eval()
    theirs = {key: tuple(value.shape) for key, value in model.state_dict().items() if "num_batches" not in key}
    state = {key: torch.from_numpy(array) for key, array in draw(theirs).items()}
    model.load_state_dict(state, strict=False)
    told, kept = {"names": fingerprint(theirs)}, {}
    for number in range(1, 5):
        group = getattr(model, f"layer{number}")
        group.register_forward_hook(lambda _, __, out, at=f"group{number}": kept.update({at: out.permute(0, 2, 3, 1)}))
        gate = next(module for part, module in group[-1].named_modules() if part.endswith("fc2"))
        gate.register_forward_hook(lambda _, __, out, at=f"gate{number}": kept.update({at: torch.sigmoid(out)}))
    for side in SIDES:
        with torch.no_grad():
            logits = model(torch.from_numpy(images(side)).permute(0, 3, 1, 2))
        parts = {"log": torch.log_softmax(logits, -1), **kept}
        told["x".join(map(str, side))] = {part: probed(array.numpy()) for part, array in parts.items()}
    return told


if __name__ == "__main__":
    sys.path.insert(0, str(ANSWERS.parents[1]))
    from senet_lab.ported.networks import NAMES

    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(_answers(name))}" for name in NAMES)
    ANSWERS.write_text(f"{{\n{lines}\n}}\n")
