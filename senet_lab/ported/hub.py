"""Hub: published weights of timm, fetched when somebody asks for them, checked, and kept as Keras weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.build_memory import check_build
from senet_lab.checks import nearest, one_of, quoted
from senet_lab.files import written_whole
from senet_lab.ported.networks import NAMES, OTHERS, PICKLED, PUBLISHED, architecture_of
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
    check_build(architecture)
    if path.is_file():
        model = architecture.build()
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"'{path}' is damaged: {error}; remove it, and it is made anew.") from error
        return model
    model = convert(_fetched(tag), architecture)
    if all(weight.dtype == "float32" for weight in model.weights):  # under another policy they are rounded
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
        raise ValueError(f"`name` (={quoted(tag)}) must say which weights; try {fit!r} ({len(known)} are known).")
    if tag not in PUBLISHED and network in NAMES:
        there = "pickles alone" if f"{network}.in1k" in PICKLED else "no weights"
        raise ValueError(
            f"`name` (={quoted(tag)}) cannot be fetched: of {network!r} timm publishes {there}. Save a state dict, "
            f"with timm, as .safetensors, and use convert(path, architecture_of({network!r}))."
        )
    if OTHERS.fullmatch(network):
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
    except Exception as error:  # also those of its client for HTTP, which is another one in other versions
        raise FileNotFoundError(f"'timm/{tag}' could not be fetched: {_plain(error)} Or {by_hand}.") from error


def _plain(error: Exception) -> str:
    """What went wrong with fetching, and what can be done about it, without the client's pages of advice."""
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set, and it was not fetched before; try without it."
    if isinstance(error, errors.LocalEntryNotFoundError):
        why = f" ({str(error.__cause__).splitlines()[0]})" if str(error.__cause__ or "") else ""
        return f"{where} cannot be reached{why}, and it was not fetched before; try again with a network."
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code in (401, 403):
        return f"{where} wants a token, or another than was sent; try `hf auth login`, or `hf auth logout`."
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.') or type(error).__name__}."
