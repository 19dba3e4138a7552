"""Hub: published weights of timm, fetched when somebody asks for them, checked, and kept as Keras weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.checks import one_of
from senet_lab.files import written_whole
from senet_lab.ported.networks import NAMES, PUBLISHED, architecture_of
from senet_lab.ported.weights import convert

if TYPE_CHECKING:
    import keras

VARIABLE = "SENET_LAB_CACHE"
CACHE = Path("~/.cache/senet_lab")
FILE = "model.safetensors"


def load(tag: str) -> keras.Model:
    """A network of timm with the weights that its authors published, such as "seresnet50.ra2_in1k".

    The first time the file comes from huggingface.co, by `huggingface_hub`: its cache, its token, its offline mode
    (HF_HUB_OFFLINE=1). After that the converted weights lie in ~/.cache/senet_lab, or where SENET_LAB_CACHE says.

    Raises:
        ValueError, TypeError: nobody published weights of that name, or they are damaged.
        FileNotFoundError: they are not here, and could not be fetched.
        ImportError: `huggingface_hub` is not installed.
    """
    architecture = architecture_of(_checked(tag))
    kept = Path(os.environ.get(VARIABLE) or CACHE).expanduser() / "timm" / f"{tag}.weights.h5"
    if kept.is_file():
        model = architecture.build()
        try:
            model.load_weights(kept)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"'{kept}' is damaged: {error}; remove it, and it is made anew.") from error
        return model
    model = convert(_fetched(tag), architecture)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(kept, overwrite=True) as unfinished:
        model.save_weights(unfinished)
    return model


def _checked(tag: str) -> str:
    """A tag that weights were published under; the error says what else can be done."""
    network = str(tag).partition(".")[0]
    if tag not in PUBLISHED and network in NAMES:
        known = [each for each in PUBLISHED if PUBLISHED[each].network == network]
        if known:
            raise ValueError(f"`name` (={tag!r}) must say which weights; try {known[0]!r} ({len(known)} are known).")
        raise ValueError(
            f"`name` (={tag!r}) has no weights at huggingface.co/timm that are no pickle; save a state dict of your "
            "own as .safetensors, and use convert(path, architecture_of(name))."
        )
    architecture_of(tag)  # one that only sounds alike says why it cannot be had
    return str(one_of("name", tag, tuple(PUBLISHED)))


def _fetched(tag: str) -> Path:
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise ImportError("`huggingface_hub` is needed to fetch weights: pip install senet-lab[hub].") from error
    try:
        return Path(hf_hub_download(f"timm/{tag}", FILE))
    except (OSError, RuntimeError) as error:  # every error of the hub's is an OSError, or one of its client's
        raise FileNotFoundError(
            f"'timm/{tag}' could not be fetched: {error}. Get {FILE} from huggingface.co/timm/{tag} by another way, "
            f"and use convert(path, architecture_of({tag!r}))."
        ) from error
