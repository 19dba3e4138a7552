"""timm itself, in a Python of its own that has neither Keras nor this package: `make peers` makes one.

`python tests/timm_itself.py asked` answers each line of JSON that it reads, [function, arguments...], with another;
arrays go through files. `python tests/timm_itself.py recorded NAME...` writes timm_answers.json anew (here: timm 1.0.31
and PyTorch 2.13, whose answers are in it).
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

torch.set_num_threads(1)  # two wait for each other in small layers, and take six times the processor's time


def seen(model, side):
    """Logits, maps behind each group and the gates of every block, for the image of a side; (1, ..., channels)."""
    kept = {}

    def keep(name):
        return lambda _, __, out: kept.update({name: out.movedim(1, -1).clone()})

    hooks = []
    for number in range(1, 5):
        group = getattr(model, f"layer{number}")
        hooks.append(group.register_forward_hook(keep(f"group{number}")))
        for block, module in enumerate(group, 1):
            gate = module.se.gate if hasattr(module, "se") else module.se_module.sigmoid
            hooks.append(gate.register_forward_hook(keep(f"group{number}_block{block}_gate")))
    with torch.no_grad():
        kept["logits"] = model(torch.from_numpy(images(side)).movedim(-1, 1))
    for hook in hooks:
        hook.remove()
    return {name: tensor.numpy() for name, tensor in kept.items()}


def answers(name, folder=None):
    """What timm makes of the draws: log probabilities, maps behind each group, gates of each group's last block.

    With a folder, the weights as timm saves them go there, and all that the network sees. Of a network that nothing is
    shown to, no more is told than the names and shapes of its tensors.
    """
    with torch.device("meta"):  # no weights to begin with: they would be drawn for nothing
        model = timm.create_model(name).eval()
    theirs = {key: tuple(value.shape) for key, value in model.state_dict().items() if "num_batches" not in key}
    told = {"names": fingerprint(theirs)}
    if not sides(name):
        return told
    model.load_state_dict({key: torch.from_numpy(array) for key, array in draw(theirs).items()}, assign=True)
    if folder:
        save_file(model.state_dict(), f"{folder}/model.safetensors")
    for side in sides(name):
        found = seen(model, side)
        if folder:
            np.savez(f"{folder}/{side[0]}.npz", **found)
        parts = {"log": torch.log_softmax(torch.from_numpy(found["logits"]), -1)}
        for number in range(1, 5):
            last = len(getattr(model, f"layer{number}"))
            parts |= {f"group{number}": found[f"group{number}"]}
            parts |= {f"gate{number}": found[f"group{number}_block{last}_gate"]}
        told["x".join(map(str, side))] = {part: probed(array) for part, array in parts.items()}
    return told


def logits(name, file, classes, out):
    """What timm computes for the even image with the weights in a file, none of which may be missing or left over."""
    model = timm.create_model(name, num_classes=classes, checkpoint_path=file).eval()
    np.save(out, seen(model, EVEN)["logits"])


def _configuration(tag):
    from timm.data import resolve_data_config

    return resolve_data_config(pretrained_cfg=timm.models.get_pretrained_cfg(tag).to_dict())


def preparation(tag):
    """How timm prepares its images for weights of a tag."""
    how = _configuration(tag)
    return [how["input_size"][1], how["crop_pct"], how["interpolation"], how["mean"], how["std"]]


def prepare(tag, picture, out):
    """Prepare a picture as timm does it for weights of a tag."""
    from PIL import Image
    from timm.data import create_transform

    pixels = create_transform(**_configuration(tag))(Image.open(picture))
    np.save(out, pixels.movedim(0, -1)[None].numpy())


def published():
    """Every tag of weights of a network with squeeze-excite, and where on the hub they are, if there."""
    names = [*timm.list_models("*seres*"), *timm.list_models("*senet154")]
    tags = [tag for name in names for tag in timm.list_pretrained(name)]
    return {tag: timm.models.get_pretrained_cfg(tag).hf_hub_id for tag in tags}


CALLS = {call.__name__: call for call in (answers, logits, preparation, prepare, published)}

if __name__ == "__main__":
    if sys.argv[1] == "recorded":
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answers(name))}" for name in sys.argv[2:])
        ANSWERS.write_text(f"{{\n{lines}\n}}\n")
    for line in sys.stdin if sys.argv[1] == "asked" else ():
        what, *arguments = json.loads(line)
        print(json.dumps(CALLS[what](*arguments)), flush=True)
