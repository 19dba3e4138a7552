"""Hub: published weights of timm, downloaded on request, checked, and stored as Keras weights.

Repositories on the hub may change. timm publishes no hashes of these files, and none can be looked up offline. So the
first download of a file records its commit and SHA-256 in a file next to the converted weights; later downloads request
that commit and reject a different file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.checks import instance, nearest, one_of, quoted
from senet_lab.extras import require
from senet_lab.files import DamagedFileError, read_json, written_whole
from senet_lab.ledger.build_memory import check_build
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.weights.timm.networks import EARLIER, NAMES, PICKLED, PUBLISHED, architecture_of

if TYPE_CHECKING:
    import keras

VARIABLE = "SENET_LAB_CACHE"
CACHE = Path("~/.cache/senet_lab")
FILE = "model.safetensors"


def load(tag: str) -> keras.Model:
    """Return a network of timm with the weights that its authors published, such as "seresnet50.ra2_in1k".

    The first time, `huggingface_hub` downloads the file from huggingface.co, with its cache, token and offline mode
    (HF_HUB_OFFLINE=1). The converted weights are then stored in ~/.cache/senet_lab, or in the folder that
    SENET_LAB_CACHE names, with the commit and SHA-256 of the original file in `seresnet50.ra2_in1k.pin.json`.

    Raises:
        ValueError, TypeError: no weights of that name are published, or they are damaged or have changed.
        FileNotFoundError: the weights are not on this machine and could not be downloaded.
        MissingExtraError: Keras is not installed; or the weights must be downloaded without `huggingface_hub`.
    """
    require("keras", "safetensors", by="loading weights")
    from senet_lab.weights.timm.weights import convert

    architecture, path = architecture_of(check_tag(tag)), weights_path(tag)
    check_build(architecture)
    if path.is_file():
        with blank_weights():
            model = architecture.build()
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"'{path}' is damaged: {error}; remove it to convert the weights again.") from error
        return model
    model = convert(fetch(tag), architecture)
    if all(weight.dtype == "float32" for weight in model.weights):  # under another dtype policy they are rounded
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, overwrite=True) as unfinished:
            model.save_weights(unfinished)
    return model


def weights_path(tag: str) -> Path:
    """Return the path of the converted weights, which exists after a download."""
    return Path(os.environ.get(VARIABLE) or CACHE).expanduser() / "timm" / f"{tag}.weights.h5"


class Pin(NamedTuple):
    """The commit and hash of the file that was downloaded first."""

    commit: str  # of the repository, 40 hexadecimal digits; "" if the hub's client does not report it
    sha256: str

    @classmethod
    def read(cls, path: Path) -> Pin | None:
        """Return the pin in a file, None before the first download; raise DamagedFileError for any other content."""
        advice = "delete it to take the file as it is published now"
        try:
            values = read_json(path, dict, advice)
        except FileNotFoundError:
            return None
        pin = cls(*(str(values.get(name)) for name in cls._fields))
        if not (re.fullmatch("([0-9a-f]{40})?", pin.commit) and re.fullmatch("[0-9a-f]{64}", pin.sha256)):
            rule = "it must have a `commit` of 40 hexadecimal digits and a `sha256` of 64"
            raise DamagedFileError(path, rule, advice)
        return pin

    @classmethod
    def of(cls, path: Path) -> Pin:
        """Return the pin of a file in the cache of the hub's client, which has one folder per commit."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(name if re.fullmatch("[0-9a-f]{40}", name := path.parent.name) else "", digest)


def pin_path(tag: str) -> Path:
    """Return the path of the weights' pin."""
    return weights_path(tag).with_name(f"{tag}.pin.json")


def check_tag(tag: str) -> str:
    """Return a tag if weights are published under it; otherwise, the error suggests alternatives."""
    network = instance("name", tag, str, repr(next(iter(PUBLISHED)))).partition(".")[0]
    tags = [each for each in PUBLISHED if PUBLISHED[each].network == network]
    if tag not in PUBLISHED and tags:
        fit = tags[0] if tag == network else nearest(tag, tags)
        raise ValueError(f"`name` (={quoted(tag)}) must say which weights; try {fit!r} ({len(tags)} are known).")
    if tag not in PUBLISHED and network in NAMES:
        there = "only pickles" if f"{network}.in1k" in PICKLED else "no weights"
        raise ValueError(
            f"`name` (={quoted(tag)}) cannot be downloaded: for {network!r}, timm publishes {there}. Save a state dict "
            f"with timm as .safetensors, and use convert(path, architecture_of({network!r}))."
        )
    if network in EARLIER:
        architecture_of(tag)  # raises an error with the present name
    return str(one_of("name", tag, tuple(PUBLISHED), "senet_lab.weights.timm.hub.PUBLISHED"))


def fetch(tag: str) -> Path:
    """Download the file and return its path; raise ValueError if it differs from the first download.

    Raise FileNotFoundError if it cannot be downloaded, MissingExtraError if `huggingface_hub` is not installed.
    """
    pin = Pin.read(pin_file := pin_path(tag))
    path = _download(tag, pin)
    now = Pin.of(path)
    if pin is None:
        pin_file.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(pin_file, overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(now._asdict()) + "\n")
    elif now.sha256 != pin.sha256:
        raise ValueError(
            f"{FILE} of 'timm/{tag}' is not the file that was downloaded first: its SHA-256 was {pin.sha256[:12]}... "
            f"and is now {now.sha256[:12]}...; if you expected a change, delete '{pin_file}' to accept the new file."
        )
    return path


def _download(tag: str, pin: Pin | None) -> Path:
    use = f"use convert(path, architecture_of({tag!r}))"
    by_hand = f"get {FILE} from huggingface.co/timm/{tag} in another way, and {use}"
    require("huggingface_hub", by=f"downloading 'timm/{tag}'", otherwise=by_hand)
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(f"timm/{tag}", FILE, revision=(pin and pin.commit) or None))
    except Exception as error:  # including those of its HTTP client, which differs between versions
        commit = pin.commit if pin else ""
        again = f"delete '{pin_path(tag)}' to use another commit than {commit[:12]}, or " if commit else ""
        words = f"'timm/{tag}' could not be downloaded: {failure_words(error)} Or {again}{by_hand}."
        raise FileNotFoundError(words) from error


def failure_words(error: Exception) -> str:
    """Say why a download failed and what to do, without the client's long advice."""
    from huggingface_hub import constants, errors

    site = constants.ENDPOINT
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set, and it was not downloaded before; try without it."
    if isinstance(error, errors.LocalEntryNotFoundError):
        why = f" ({str(error.__cause__).splitlines()[0]})" if str(error.__cause__ or "") else ""
        return f"{site} cannot be reached{why}, and it was not downloaded before; try again with a network connection."
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code in (401, 403):
        return f"{site} requires a valid token; try `hf auth login`, or `hf auth logout`."
    return f"{str(error).strip().partition(chr(10))[0].rstrip('.') or type(error).__name__}."
