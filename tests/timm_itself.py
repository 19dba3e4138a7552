"""timm itself, in a separate Python without Keras and this package, which `make peers` creates.

`python tests/timm_itself.py asked` answers each line of JSON that it reads, [function, arguments...], with another;
arrays go through files. `python tests/timm_itself.py recorded NAME...` rewrites timm_answers.json, which now has the
answers of timm 1.0.31 and PyTorch 2.13.
"""

import json
import sys
from pathlib import Path

import numpy as np
from timm_draws import ANSWERS, EVEN, draw, fingerprint, images, probed, sides

sys.path.append(str(Path(__file__).parent.parent / "tools"))
import torch
from safetensors.torch import save_file
from timm_imported import timm

torch.set_num_threads(1)  # with two threads, small layers take six times the processor time


def stage(model, number):
    """Return a group of blocks of a network, by its number from 1."""
    return getattr(model, f"s{number}" if hasattr(model, "s1") else f"layer{number}")


def _gate(block):
    """Return what computes the gates of a block; None without squeeze-excite."""
    if hasattr(block, "se_module"):
        return block.se_module.sigmoid
    return block.se.gate if block.se else None


def seen(model, side):
    """Return logits, maps after each group and the gates of every block for an image of a size; (1, ..., channels)."""
    kept = {}

    def keep(name):
        return lambda _, __, out: kept.update({name: out.movedim(1, -1).clone()})

    hooks = []
    for number in range(1, 5):
        group = stage(model, number)
        hooks.append(group.register_forward_hook(keep(f"group{number}")))
        for block, module in enumerate(group.children(), 1):
            gate = _gate(module)
            if gate is None:
                continue
            hooks.append(gate.register_forward_hook(keep(f"group{number}_block{block}_gate")))
    with torch.no_grad():
        kept["logits"] = model(torch.from_numpy(images(side)).movedim(-1, 1))
    for hook in hooks:
        hook.remove()
    return {name: tensor.numpy() for name, tensor in kept.items()}


def network(name):
    """Return a network of timm by its name; "resnext50_32x4d+eca" is one with another attention module."""
    plain, _, attention = name.partition("+")
    return timm.create_model(plain, **({"block_args": {"attn_layer": attention}} if attention else {}))


def answers(name, folder=None):
    """Return timm's outputs for the draws: log probabilities, maps after each group, gates of its last block.

    With a folder, save the weights in timm's format and the network's inputs there. For a network without images,
    return only the names and shapes of its tensors.
    """
    with torch.device("meta"):  # no initial weights: they would be replaced anyway
        model = network(name).eval()
    theirs = {key: tuple(value.shape) for key, value in model.state_dict().items() if "num_batches" not in key}
    told = {"names": fingerprint(theirs)}
    if not sides(name):
        return told
    model.load_state_dict({key: torch.from_numpy(array) for key, array in draw(theirs).items()}, assign=True)
    _fill_filters(model)
    if folder:
        save_file(model.state_dict(), f"{folder}/model.safetensors")
    for side in sides(name):
        found = seen(model, side)
        if folder:
            np.savez(f"{folder}/{side[0]}.npz", **found)
        parts = {"log": torch.log_softmax(torch.from_numpy(found["logits"]), -1)}
        for number in range(1, 5):
            last = len([*stage(model, number).children()])
            parts |= {f"group{number}": found[f"group{number}"]}
            if (gate := f"group{number}_block{last}_gate") in found:
                parts |= {f"gate{number}": found[gate]}
        told["x".join(map(str, side))] = {part: probed(array) for part, array in parts.items()}
    return told


def _fill_filters(model):
    """Compute the filters of blur pooling, which are constants that no state dict contains."""
    for module in model.modules():
        if hasattr(module, "init_non_persistent_buffers"):
            module.filt = torch.empty_like(module.filt, device="cpu")
            module.init_non_persistent_buffers()


def logits(name, file, classes, out):
    """Return timm's logits for the even image with the weights in a file, which must match exactly."""
    model = timm.create_model(name, num_classes=classes, checkpoint_path=file).eval()
    np.save(out, seen(model, EVEN)["logits"])


def _configuration(tag):
    from timm.data import resolve_data_config

    return resolve_data_config(pretrained_cfg=timm.models.get_pretrained_cfg(tag).to_dict())


def preparation(tag):
    """Return timm's preprocessing for the weights of a tag."""
    how = _configuration(tag)
    return [how["input_size"][1], how["crop_pct"], how["interpolation"], how["mean"], how["std"]]


def prepare(tag, picture, out):
    """Prepare a picture as timm does for the weights of a tag."""
    from PIL import Image
    from timm.data import create_transform

    pixels = create_transform(**_configuration(tag))(Image.open(picture))
    np.save(out, pixels.movedim(0, -1)[None].numpy())


def published():
    """Return every tag for ImageNet's 1,000 classes of networks like ours, and the weights' place on the hub, if any."""
    names = [name for kind in ("*resne*", "*senet154", "regnety_*") for name in timm.list_models(kind)]
    configurations = {tag: timm.models.get_pretrained_cfg(tag) for name in names for tag in timm.list_pretrained(name)}
    return {tag: each.hf_hub_id for tag, each in configurations.items() if each.num_classes == 1000}


CALLS = {call.__name__: call for call in (answers, logits, preparation, prepare, published)}

if __name__ == "__main__":
    if sys.argv[1] == "recorded":
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answers(name))}" for name in sys.argv[2:])
        ANSWERS.write_text(f"{{\n{lines}\n}}\n")
    for line in sys.stdin if sys.argv[1] == "asked" else ():
        what, *arguments = json.loads(line)
        print(json.dumps(CALLS[what](*arguments)), flush=True)
