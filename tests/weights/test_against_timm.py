"""Beside timm itself, while it runs in a Python of its own (`make peers`): the same numbers, there and back.

All that `test_timm_weights.py` holds is held against what timm was recorded to say; here it is asked.
"""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from answering import answering
from servers import ROOT
from timm_draws import EVEN, images
from timm_recorded import TIMM, UNNAMED, seen_by

from senet_lab import Architecture
from senet_lab.weights.timm.networks import NAMES, PICKLED, PUBLISHED, architecture_of
from senet_lab.weights.timm.weights import convert, save_timm, to_timm

pytestmark = pytest.mark.slow  # timm answers in another process

# Small ones, of both conventions, with basic blocks and with bottlenecks of several paths, of each variant; the numbers
# of the others are those that were recorded, see `test_recorded_values_are_those_of_timm`.
KINDS = (
    "seresnet18", "seresnext50_32x4d", "legacy_seresnet18", "legacy_seresnext26_32x4d", "seresnext26d_32x4d",
    "seresnext26t_32x4d", "seresnetaa50d", "resnet18d", "resnetblur18", "ecaresnet26t", "regnety_002",
)  # fmt: skip


@pytest.fixture(scope="module")
def timm(tmp_path_factory):
    """Calls a function of `timm_itself.py` in the other Python."""
    python = os.environ.get("PEERS") or str(ROOT / ".peers" / "bin" / "python")
    if "PEERS" not in os.environ and not (ROOT / ".peers" / "ready").exists():
        pytest.skip("timm itself is not here to be asked; `make peers` installs it")
    command = [python, str(ROOT / "tests" / "timm_itself.py"), "asked"]
    with answering(command, tmp_path_factory.mktemp("timm") / "log") as ask:
        yield ask


def seen(model, architecture, side):
    """What `timm_itself.seen` sees of timm: logits, maps behind each group and the gates of every block."""
    import keras

    dense = model.get_layer("classifier_dense")
    wanted = {"probabilities": model.outputs[0], "pooled": dense.input}
    for number, group in enumerate(architecture.plan, 1):
        blocks = [f"group{number}_block{block + 1}" for block in range(group.n_blocks)]
        wanted[f"group{number}"] = model.get_layer(f"{blocks[-1]}_relu").output
        gated = blocks if group.ratio else []
        wanted |= {f"{block}_gate": model.get_layer(f"{block}_{architecture.attention}_gate").output for block in gated}
    found = seen_by(keras.Model(model.inputs, list(wanted.values())), keras.ops.convert_to_tensor(images(side)))
    arrays = dict(zip(wanted, map(keras.ops.convert_to_numpy, found), strict=True))
    kernel, bias = map(keras.ops.convert_to_numpy, (dense.kernel, dense.bias))
    logits = arrays.pop("pooled") @ kernel + bias
    odds = np.exp(logits - logits.max())
    assert arrays.pop("probabilities") == pytest.approx(odds / odds.sum(), abs=1e-6)
    return {**arrays, "logits": logits}


def apart(ours, theirs):
    """The largest difference, in parts of the spread of what timm has."""
    assert ours.size == theirs.size
    return np.abs(ours.ravel() - theirs.ravel()).max() / theirs.std()


@pytest.fixture(scope="module")
def asked(timm, request, tmp_path_factory):
    """A network of timm by its name, what timm says of it, and the folder with its file and all that it sees."""
    folder = tmp_path_factory.mktemp(request.param) if request.param in KINDS else None
    yield request.param, timm("answers", request.param, folder), folder
    if folder:
        shutil.rmtree(folder)  # up to half a gigabyte


@pytest.mark.slow
@pytest.mark.parametrize("asked", [*NAMES, *UNNAMED], indirect=True)
def test_recorded_values_are_those_of_timm(asked):
    name, said, _ = asked
    told = TIMM[name]
    assert said.keys() == told.keys()
    assert said["names"] == told["names"]
    for side in said.keys() - {"names"}:
        for part, found in said[side].items():
            assert found["size"] == told[side][part]["size"]
            far = np.abs(np.subtract(found["some"], told[side][part]["some"])).max()
            assert far <= 5e-5 * told[side][part]["spread"], (side, part)  # six digits were written down


@pytest.mark.slow
@pytest.mark.parametrize("asked", KINDS, indirect=True)
def test_a_file_of_timms_gives_the_numbers_of_timm_and_goes_back_unchanged(asked, timm, tmp_path):
    from safetensors.numpy import load_file

    name, _, folder = asked
    file, architecture = folder / "model.safetensors", replace(architecture_of(name), input_shape=(*EVEN, 3))
    model, theirs = convert(file, architecture), dict(np.load(folder / f"{EVEN[0]}.npz"))
    ours = seen(model, architecture, EVEN)
    assert ours.keys() == theirs.keys()
    worst = max(theirs, key=lambda part: apart(ours[part], theirs[part]))
    assert apart(ours[worst], theirs[worst]) <= 1e-4, worst
    before, back = load_file(file), to_timm(model)
    assert all(np.array_equal(back.pop(key), array) for key, array in before.items() if "num_batches" not in key)
    assert not back
    back_file = save_timm(model, tmp_path / "back.safetensors")
    timm("logits", name, back_file, 1000, tmp_path / "again.npy")
    back_file.unlink()
    assert np.array_equal(np.load(tmp_path / "again.npy"), theirs["logits"])


@pytest.mark.slow
def test_a_network_that_was_trained_here_computes_the_same_in_timm(timm, tmp_path):
    """Some steps move the statistics of batch normalization as well."""
    architecture = Architecture("resnet", 18, convention="timm", classes=10, input_shape=(*EVEN, 3))
    model = architecture.build()
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)  # tracing takes longer than four steps
    rng = np.random.default_rng(0)
    model.fit(rng.standard_normal((8, *EVEN, 3), "float32"), np.arange(8), batch_size=4, epochs=2, verbose=0)
    timm("logits", "seresnet18", save_timm(model, tmp_path / "ours.safetensors"), 10, tmp_path / "theirs.npy")
    assert apart(seen(model, architecture, EVEN)["logits"], np.load(tmp_path / "theirs.npy")) <= 1e-4


PREPARED = {tag: published.preprocessing for tag, published in (PUBLISHED | PICKLED).items()}


@pytest.mark.parametrize("tag", PREPARED)
def test_pictures_are_to_be_prepared_as_timm_says(timm, tag):
    how = PREPARED[tag]
    assert timm("preparation", tag) == [how.size, how.crop, how.interpolation, list(how.mean), list(how.deviation)]


@pytest.mark.parametrize("tag", {how: tag for tag, how in PREPARED.items()}.values())  # one of each kind
def test_a_picture_is_prepared_as_timm_prepares_it(timm, tag, tmp_path):
    from PIL import Image

    colours = np.random.default_rng(0).integers(0, 256, (301, 407, 3), "uint8")
    Image.fromarray(colours).save(tmp_path / "picture.png")
    timm("prepare", tag, tmp_path / "picture.png", tmp_path / "theirs.npy")
    with Image.open(tmp_path / "picture.png") as picture:
        assert PREPARED[tag].picture(picture) == pytest.approx(np.load(tmp_path / "theirs.npy"), abs=1e-6)


def test_all_published_weights_of_these_networks_are_available(timm):
    """By name those that are on the hub; of the others timm names a pickle elsewhere."""
    theirs = {tag: hub for tag, hub in timm("published").items() if tag.partition(".")[0] in NAMES}
    assert {tag for tag, hub in theirs.items() if hub} == set(PUBLISHED)
    assert {tag for tag, hub in theirs.items() if not hub} == set(PICKLED)
    assert all(hub == f"timm/{tag}" for tag, hub in theirs.items() if hub)
