"""Hub: published weights of timm, fetched when somebody asks for them, checked, and kept as Keras weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.checks import nearest, one_of
from senet_lab.files import written_whole
from senet_lab.ported.networks import NAMES, OTHERS, PUBLISHED, architecture_of
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
    architecture, path = architecture_of(checked(tag)), kept(tag)
    if path.is_file():
        model = architecture.build()
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"'{path}' is damaged: {error}; remove it, and it is made anew.") from error
        return model
    model = convert(_fetched(tag), architecture)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path, overwrite=True) as unfinished:
        model.save_weights(unfinished)
    return model


def kept(tag: str) -> Path:
    """Where the converted weights lie, once they were fetched."""
    return Path(os.environ.get(VARIABLE) or CACHE).expanduser() / "timm" / f"{tag}.weights.h5"


def checked(tag: str) -> str:
    """A tag that weights were published under; the error says what else can be done."""
    network = str(tag).partition(".")[0]
    known = [each for each in PUBLISHED if PUBLISHED[each].network == network]
    if tag not in PUBLISHED and known:
        fit = known[0] if tag == network else nearest(tag, known)
        raise ValueError(f"`name` (={tag!r}) must say which weights; try {fit!r} ({len(known)} are known).")
    if tag not in PUBLISHED and network in NAMES:
        raise ValueError(
            f"`name` (={tag!r}) has no weights at huggingface.co/timm that are no pickle; save a state dict of your "
            f"own as .safetensors, and use convert(path, architecture_of({network!r}))."
        )
    if network in OTHERS:
        architecture_of(tag)  # one that only sounds alike says why it cannot be had
    return str(one_of("name", tag, tuple(PUBLISHED)))


def _fetched(tag: str) -> Path:
    by_hand = (
        f"get {FILE} from huggingface.co/timm/{tag} by another way, and use convert(path, architecture_of({tag!r}))"
    )
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise ImportError(
            f"`huggingface_hub`, which fetches 'timm/{tag}', is not installed; try pip install huggingface_hub, or "
            f"{by_hand}."
        ) from error
    try:
        return Path(hf_hub_download(f"timm/{tag}", FILE))
    except (OSError, RuntimeError) as error:  # every error of the hub's is an OSError, or one of its client's
        raise FileNotFoundError(f"'timm/{tag}' could not be fetched: {_plain(error)} Or {by_hand}.") from error


def _plain(error: Exception) -> str:
    """What went wrong with fetching, and what can be done about it, without the client's pages of advice."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return "HF_HUB_OFFLINE is set, and it was not fetched before; try without it."
    if type(error).__name__ == "LocalEntryNotFoundError":
        return "huggingface.co cannot be reached, and it was not fetched before; try again with a network."
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.') or type(error).__name__}."
