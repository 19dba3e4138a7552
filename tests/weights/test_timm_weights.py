"""Weights of timm: the same networks, the same numbers, every tensor once. What timm computes was recorded before."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from timm_draws import DEEPER, LARGER, draw, fingerprint, sides
from timm_recorded import TIMM, UNNAMED, assert_as_timm, legacy, ported

from senet_lab import Architecture
from senet_lab.export.forms import code
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.weights.timm import hub
from senet_lab.weights.timm.classes import imagenet_classes, most_likely
from senet_lab.weights.timm.keys import key, to_keras_layout, to_timm_layout
from senet_lab.weights.timm.networks import NAMES, PICKLED, PUBLISHED, architecture_of, differences, name_of
from senet_lab.weights.timm.preprocessing import Preprocessing
from senet_lab.weights.timm.results import RESULTS
from senet_lab.weights.timm.weights import convert, save_timm, shapes, to_timm

RECORDED = [name for name in NAMES if name not in DEEPER]
SMALL = Architecture("resnet", 18, convention="timm", classes=10, input_shape=(64, 64, 3))


def test_every_network_has_one_name():
    assert len({*NAMES}) == len(NAMES)
    cbam = replace(SMALL, attention="cbam").build()
    with pytest.raises(ValueError, match="timm has no network like the model"):
        name_of(cbam)


@pytest.mark.parametrize("name", NAMES)
def test_names_and_shapes_of_all_tensors_are_those_of_timm(name):
    assert fingerprint(shapes(architecture_of(name), legacy=legacy(name))) == TIMM[name]["names"]


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_known_again_by_what_timm_calls_it(name):
    odd = replace(architecture_of(name), input_shape=(96, 64, 3), classes=7)
    assert name_of(odd) == name


@pytest.mark.slow
@pytest.mark.parametrize("name", UNNAMED)
def test_a_network_with_eca_has_the_tensors_of_timm_s_and_computes_the_same(name):
    architecture = UNNAMED[name]
    assert fingerprint(shapes(architecture)) == TIMM[name]["names"]
    model, _ = ported(name)
    assert_as_timm(name, model)


def test_the_kernel_of_eca_goes_to_timm_and_back():
    kernel = np.arange(5.0).reshape(1, 1, 5)
    ours = to_keras_layout(kernel, "group2_block1_eca_gate_conv", 3)
    assert (ours.shape, ours[:, 0, 0].tolist()) == ((5, 1, 1), [0, 1, 2, 3, 4])
    assert (to_timm_layout(ours, "group2_block1_eca_gate_conv") == kernel).all()
    assert key("group2_block1_eca_gate_conv", "kernel") == "layer2.0.se.conv.weight"


def test_weights_of_eca_do_not_fit_squeeze_excite_nor_another_kernel():
    with_eca = draw(shapes(replace(SMALL, attention="eca")))
    with pytest.raises(ValueError, match=r"are unknown to the architecture: layer1\.0\.se\.conv\.weight"):
        convert(with_eca, SMALL)
    with pytest.raises(ValueError, match=r"layer2\.0\.se\.conv\.weight is \(1, 1, 5\), and .* wants \(1, 1, 3\)"):
        convert(with_eca, replace(SMALL, attention="eca", eca_kernel="released"))


UNLIKE = {
    "cardinality": ({"cardinality": 16}, "group1_block1_conv2"),
    "place": ({"place": "post"}, "order of layers"),
    "epsilon": ({"bn_epsilon": 1e-3}, "epsilon"),
    "gate": ({"gate": "tanh"}, "gates"),
    "squeeze": ({"squeeze": "max"}, "squeezes"),
    "stride": ({"stride_place": "1x1"}, "group2_block1_conv1"),
    "padding": ({"padding": "same"}, "group2_block1_conv2_pad"),
    "squeezed channels": ({"squeeze_from": "input"}, "group1_block1_se_reduce"),
}


@pytest.mark.parametrize("what", UNLIKE)
def test_what_timm_does_not_have_has_no_name_there(what):
    """Whether it is asked of an architecture or of its model, and even where all tensors have the same shapes."""
    change, where = UNLIKE[what]
    unlike = replace(architecture_of("seresnext50_32x4d"), input_shape=(32, 32, 3), classes=3, **change)
    assert where in differences(unlike, "seresnext50_32x4d")
    with pytest.raises(ValueError, match=r"timm has no network like .*; its '\w+' has other "):
        name_of(unlike)


@pytest.mark.parametrize("what", ["epsilon", "gate", "squeeze"])
def test_no_model_goes_to_timm_that_would_compute_something_else_there(what):
    with blank_weights():
        model = replace(SMALL, **UNLIKE[what][0]).build()
    with pytest.raises(
        ValueError, match=f"timm has no network like the model `.*`; its 'seresnet18' has other .*{UNLIKE[what][1]}"
    ):
        to_timm(model)


@pytest.mark.parametrize("name", DEEPER)
def test_a_deeper_network_is_a_recorded_one_in_all_but_its_sizes_and_squeeze_excite(name):
    """So it computes what timm does if that one does: its tensors, block for block, are those of timm."""
    recorded = architecture_of(DEEPER[name])
    assert sides(DEEPER[name])
    ratio = architecture_of(name).ratio and recorded.ratio
    sizes = {field: getattr(recorded, field) for field in ("depth", "groups", "w0", "wa", "wm", "group_width")}
    assert replace(architecture_of(name), **sizes) == replace(recorded, ratio=ratio)
    assert architecture_of(name).style == recorded.style


@pytest.fixture(scope="module")
def network(request):
    """A network of timm by its name, its model, and the weights in it, which were drawn for it; one at a time."""
    name = request.param
    return name, *ported(name)


@pytest.mark.slow
@pytest.mark.parametrize("network", RECORDED, indirect=True)
def test_probabilities_maps_and_gates_are_those_of_timm(network):
    name, model, _ = network
    assert_as_timm(name, model)


@pytest.mark.slow
@pytest.mark.parametrize("network", [name for name in RECORDED if not LARGER.search(name)], indirect=True)
def test_there_and_back_no_number_changes(network):
    _, model, drawn = network
    back = to_timm(model)
    assert back.keys() == drawn.keys()
    assert all(np.array_equal(back[key], drawn[key]) for key in drawn)


@pytest.fixture(scope="module")
def drawn():
    return draw(shapes(SMALL))


@pytest.fixture(scope="module")
def small(drawn):
    """A model with these weights, which no test changes."""
    return convert(drawn, SMALL)


@pytest.fixture(scope="module")
def saved(small, tmp_path_factory):
    """Its weights, as a file for timm."""
    return save_timm(small, tmp_path_factory.mktemp("saved") / "net.safetensors")


def test_a_file_of_safetensors_is_read_and_written(small, saved):
    again = convert(saved, SMALL)
    assert name_of(again) == "seresnet18"
    assert all(np.array_equal(a, b) for a, b in zip(again.get_weights(), small.get_weights(), strict=True))
    with pytest.raises(FileExistsError):
        save_timm(again, saved)
    assert [saved] == list(saved.parent.iterdir())


def test_a_weight_that_timm_does_not_have_does_not_go_there():
    with pytest.raises(ValueError, match=r"timm has no weight like `kernel` of `group1_block1_extra`"):
        key("group1_block1_extra", "kernel")


SPOILT = {
    "one missing": (lambda w: w.pop("fc.bias"), r"1 are missing: fc.bias \(10,\) for `classifier_dense/bias`"),
    "one more": (lambda w: w.update({"layer9.bn1.weight": np.ones(3)}), r"1 are unknown .* layer9.bn1.weight \(3,\)"),
    "another shape": (
        lambda w: w.update({"conv1.weight": np.ones((64, 1, 7, 7), "float32")}),
        r"conv1.weight is \(64, 1, 7, 7\), and `stem_conv/kernel` wants \(64, 3, 7, 7\)",
    ),
    "no numbers": (
        lambda w: w.update({"bn1.bias": np.full(64, np.nan, "float32")}),
        r"`bn1.bias` has 64 values that are not finite; download",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_weights_that_do_not_fit_are_refused_with_both_sides(drawn, name):
    spoil, words = SPOILT[name]
    weights = dict(drawn)
    spoil(weights)
    with pytest.raises(ValueError, match=words):
        convert(weights, SMALL)


@pytest.mark.parametrize(
    "other", ["seresnet34", "seresnet50", "seresnext50_32x4d", "senet154", "legacy_seresnet18", "regnety_002"]
)
def test_weights_of_another_network_are_refused_and_known(drawn, other):
    architecture = replace(architecture_of(other), classes=10)
    words = r"do not fit the architecture\. .* They are those of 'seresnet18'; try replace\(.*'seresnet18'\), classes=10\)\."
    with pytest.raises(ValueError, match=words):
        convert(drawn, architecture)


def test_weights_of_as_large_a_network_that_computes_otherwise_are_refused():
    """The strides of a ResNet-50 and the padding of its pool are in no tensor's shape."""
    weights = {name: np.zeros(shape, "float32") for name, shape in shapes(architecture_of("seresnet50")).items()}
    words = r"does not compute what timm's network does: it has other .*group2_block1_conv1.*; try architecture_of\('seresnet50'\)\."
    with pytest.raises(ValueError, match=words):
        convert(weights, Architecture("resnet", 50, convention="paper"))


def test_weights_of_a_network_that_timm_does_not_name_are_taken_all_the_same():
    """Of one that somebody made of timm's blocks: nothing says that it computes otherwise."""
    own = replace(SMALL, groups=((64, 1), (128, 1)))
    assert convert(draw(shapes(own)), own).count_params() == own.ledger().total.params + own.ledger().total.state


class Tensor:
    """What PyTorch's tensor of a number type that NumPy does not know is to NumPy."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __array__(self, *_, **__):
        raise TypeError(f"Got unsupported ScalarType {self.dtype}")


LARGE, NEGATIVE = np.ones((64, 3, 7, 7)), np.ones(64, "float32")
LARGE[0, 0, 0, 0], NEGATIVE[3] = 1e300, -0.5


@pytest.mark.parametrize(
    ("name", "tensor", "kind", "words"),
    [
        ("conv1.weight", LARGE, ValueError, "must be numbers that 32 bits can hold, up to 3.4e+38, and has one of 1e+300;"),
        ("conv1.weight", -LARGE, ValueError, "up to 3.4e+38, and has one of 1e+300; download the weights again."),
        ("bn1.running_var", NEGATIVE, ValueError, "must be variances, at least 0, and has one of -0.5; download the weights"),
        ("conv1.weight", LARGE > 0, TypeError, "must be of 'float16', 'bfloat16', 'float32' or 'float64', not 'bool';"),
        ("conv1.weight", np.ones((64, 3, 7, 7), "int64"), TypeError, "not 'int64'; try float32, by `tensor.float()` in PyTorch."),
        ("conv1.weight", np.ones((64, 3, 7, 7), "complex64"), TypeError, "not 'complex64'"),
        ("conv1.weight", Tensor("torch.float8_e4m3fn"), TypeError, "or 'float64', not 'float8_e4m3fn'; try float32"),
        ("conv1.weight", Tensor("torch.bfloat16"), TypeError, "NumPy cannot read it: Got unsupported ScalarType torch."),
        ("conv1.weight", None, TypeError, "must be a tensor or an array, not None; try float32, by `tensor.float()`"),
        ("conv1.weight", "w" * 1000, TypeError, "must be a tensor or an array, not 'wwwwww"),
        ("conv1.weight", [[1.0], [1.0, 2.0]], TypeError, "must be a tensor, and NumPy cannot read it: "),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_tensor_that_no_network_can_have_is_refused_by_its_name(drawn, name, tensor, kind, words):
    with pytest.raises(kind) as refused:
        convert({**drawn, name: tensor}, SMALL)
    assert str(refused.value).startswith(f"`{name}` must be ")
    assert words in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_file_with_a_number_type_that_numpy_does_not_know_is_refused_by_the_tensor(tmp_path):
    header = json.dumps({"conv1.weight": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"12")
    with pytest.raises(
        TypeError, match=r"`conv1\.weight` must be of 'float16', .* or 'float64', not 'F8_E4M3'; try float32"
    ):
        convert(path, SMALL)


@pytest.mark.parametrize(
    ("source", "architecture", "words"),
    [
        ({}, None, "`architecture` must be an Architecture, not None; try architecture_of('seresnet50')."),
        (None, SMALL, "`source` must be a path, not None; try 'model.safetensors', or a state dict."),
        (3, SMALL, "`source` must be a path, not 3; try 'model.safetensors', or a state dict."),
    ],
)
def test_what_is_no_source_of_weights_and_no_architecture_is_refused(source, architecture, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        convert(source, architecture)


def test_a_pipe_in_the_place_of_a_file_of_weights_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"it is a named pipe and not a file; name a \.safetensors file"):
        convert(tmp_path / "model.safetensors", SMALL)


def test_a_counter_of_pytorchs_is_no_weight(drawn):
    convert({**drawn, "bn1.num_batches_tracked": np.array(3)}, SMALL)


@pytest.mark.parametrize("start", [b"PK\x03\x04rest", b"\x80\x02rest"])
def test_a_pickle_is_refused_before_it_is_read(start, tmp_path):
    (tmp_path / "net.pth").write_bytes(start)
    with pytest.raises(ValueError, match=r"net.pth' is a pickle, .* safetensors.torch.save_file"):
        convert(tmp_path / "net.pth", SMALL)


@pytest.mark.parametrize("left", [0, 3, 200, 10_000])
def test_a_file_that_was_cut_off_is_refused(saved, tmp_path, left):
    path = tmp_path / "net.safetensors"
    path.write_bytes(saved.read_bytes()[:left])
    with pytest.raises(ValueError, match="is no safetensors file, or is damaged"):
        convert(path, SMALL)


def test_an_earlier_name_of_timm_is_answered_with_the_present_one():
    with pytest.raises(
        ValueError, match=r"\(='seresnext26tn_32x4d.some'\) is an earlier name of timm; try 'seresnext26t"
    ):
        architecture_of("seresnext26tn_32x4d.some")


@pytest.mark.parametrize(
    "pair",
    [("seresnext101d_32x8d", "seresnextaa101d_32x8d"), ("resnet50d", "resnetaa50d"), ("resnet50d", "resnetblur50d")],
)
def test_networks_with_the_same_tensors_each_take_them(pair, monkeypatch):
    """What is pooled is in no tensor's shape; a third network that computes otherwise is still refused."""
    first, second = map(architecture_of, pair)
    weights = {name: np.zeros(shape, "float32") for name, shape in shapes(first).items()}
    assert shapes(first) == shapes(second)

    def build(self):
        raise InterruptedError(self.name)  # everything is checked before, and the networks are large

    monkeypatch.setattr(Architecture, "build", build)
    for architecture in (first, second):
        with pytest.raises(InterruptedError, match=architecture.name):
            convert(weights, architecture)
    with pytest.raises(ValueError, match=r"does not compute what timm's network does: it has other .*stem_pool"):
        convert(weights, replace(first, pool_padding="ceil"))


@pytest.mark.parametrize(
    "change", [{"downsampling": "average"}, {"downsampling": "blur"}, {"stem": "tiered"}, {"projection_pooling": False}]
)
def test_each_field_of_a_variant_counts_for_its_name_in_timm(change):
    unlike = replace(architecture_of("seresnet152d"), input_shape=(64, 64, 3), **change)
    assert differences(unlike, "seresnet152d")
    with pytest.raises(ValueError, match="timm has no network like"):
        name_of(unlike)


def test_a_network_that_takes_the_maximum_where_timm_takes_the_mean_has_no_name_there():
    """Counts and shapes of both are the same."""
    import keras

    architecture = replace(architecture_of("resnet18d"), input_shape=(32, 32, 3), classes=3)
    with blank_weights():
        model = architecture.build()
    assert name_of(model) == "resnet18d"

    def with_maximum(layer):
        name = layer.name
        return keras.layers.MaxPooling2D(2, padding="same", name=name) if "shortcut_pool" in name else layer

    other = keras.models.clone_model(model, clone_function=with_maximum)
    assert differences(other, "resnet18d") == ["pooling"]


def test_a_network_whose_blurred_maps_have_edges_of_zeros_has_no_name_there():
    import keras

    architecture = replace(architecture_of("resnetblur18"), input_shape=(32, 32, 3), classes=3)
    names: dict = {}
    exec(code(architecture, "standalone"), names)
    assert name_of(names["model"]) == "resnetblur18"  # although Keras named its operations
    exec(code(architecture, "standalone").replace('mode="reflect"', 'mode="constant"'), names)
    assert isinstance(names["model"], keras.Model)
    assert differences(names["model"], "resnetblur18") == ["edges of blurred maps"]


def test_a_name_that_nobody_knows_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="try 'seresnet50'"):
        architecture_of("seresnet51")


@pytest.mark.parametrize("tag", PUBLISHED)
def test_published_weights_are_of_a_network_that_there_is(tag):
    assert PUBLISHED[tag].network == tag.partition(".")[0]
    assert architecture_of(tag).input_shape == (224, 224, 3)


@pytest.mark.parametrize("tag", RESULTS)
def test_timms_table_is_of_these_networks_parameter_for_parameter(tag):
    """What is printed beside the accuracy is what the ledger counts: no row belongs to another network."""
    network, result = tag.partition(".")[0], RESULTS[tag]
    assert round(architecture_of(network).ledger().params / 1e6, 2) == result.mparams
    assert result.top1 < result.top5 < 100
    assert tag in PUBLISHED or tag in PICKLED


def test_all_published_weights_have_an_accuracy_with_its_source_if_they_are_older_than_the_table():
    newer = {"resnet18d.ra4_e3600_r224_in1k", "resnet50d.ra4_e3600_r224_in1k"}
    assert set(RESULTS) == {*PUBLISHED, *PICKLED} - newer


def test_a_picture_is_cut_and_standardised_as_timm_validates():
    """The middle of the picture is what is left: 224 of 256, whatever the longer side is."""
    from PIL import Image

    how = Preprocessing(224, 0.875, "bicubic")
    grey = Image.new("RGB", (640, 480), (128, 128, 128))
    ready = how.picture(grey)
    assert ready.shape == (1, 224, 224, 3)
    assert ready[0, 0, 0] == pytest.approx((128 / 255 - np.array(how.mean)) / np.array(how.deviation), abs=1e-5)
    halves = Image.new("RGB", (300, 256), "black")
    halves.paste("white", (150, 0, 300, 256))
    row = how.picture(halves)[0, 100, :, 0]
    assert (row[:108] < 0).all()
    assert (row[116:] > 0).all()


def test_the_layer_does_what_the_picture_does_to_within_the_resizing():
    import keras
    from PIL import Image

    how = Preprocessing(64, 0.875, "bilinear")
    rng = np.random.default_rng(0)
    smooth = Image.fromarray(rng.integers(0, 255, (6, 8, 3), "uint8")).resize((160, 120), Image.Resampling.BICUBIC)
    exact = how.picture(smooth)
    layered = keras.ops.convert_to_numpy(how.layer()(np.asarray(smooth, "float32")[None]))
    assert layered.shape == exact.shape
    assert np.abs(layered - exact).max() < 0.1


def test_a_network_is_saved_with_its_preprocessing(small, tmp_path):
    """One file for plain Keras: pixels of a picture of any size go in."""
    import keras

    how = Preprocessing(64, 0.875, "bilinear")
    whole = how.before(small)
    whole.save(tmp_path / "whole.keras")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 90, 120, 3)).astype("float32")
    expected = small(how.layer()(pixels), training=False)
    again = keras.models.load_model(tmp_path / "whole.keras")
    assert keras.ops.convert_to_numpy(again(pixels)) == pytest.approx(keras.ops.convert_to_numpy(expected), abs=1e-6)
    assert keras.ops.convert_to_numpy(again(pixels[:, ::2, ::2])).shape == (2, 10)


class Hub(BaseHTTPRequestHandler):
    """What huggingface.co answers for a file, as far as its client asks: of one, 200; of others, what `answers` says."""

    content, tokens, answers = b"", set(), {"seresnet50.ra2_in1k": 200, "seresnet50.a1_in1k": 401}

    def do_HEAD(self, body=False):
        self.tokens.add(self.headers["Authorization"])
        known = re.sub(r"/resolve/(main|0{40})/model\.safetensors$", "", self.path.removeprefix("/timm/"))
        status = self.answers.get(known, 404)
        found = status == 200
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.content) if found else 0))
        self.send_header("ETag", '"abc"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.end_headers()
        if found and body:
            self.wfile.write(self.content)

    def do_GET(self):
        self.do_HEAD(body=True)

    def log_message(self, *_):
        pass


@pytest.fixture
def served():
    """Address of a `Hub`, and what takes it away."""
    Hub.tokens.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def gone():
        server.shutdown()
        server.server_close()

    yield f"http://127.0.0.1:{server.server_port}", gone
    gone()


FETCH = """
import sys
from senet_lab import pretrained
for _ in sys.argv[2:]:
    model = pretrained.load(f"timm/{sys.argv[1]}")
    print(float(sum(abs(weight).sum() for weight in model.get_weights())), flush=True)
    sys.stdin.readline()
"""


def settings(folder, **environment):
    return {
        **os.environ, "HF_HOME": str(folder / "hub"), "SENET_LAB_CACHE": str(folder / "cache"),
        "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1", **environment,
    }  # fmt: skip


@pytest.mark.slow
def test_published_weights_are_fetched_once_and_then_are_at_hand_without_a_network(served, tmp_path):
    """The server goes away between the two; so does what the hub's client has kept."""
    pytest.importorskip("huggingface_hub")
    weights = draw(shapes(architecture_of("seresnet50")))
    file = tmp_path / "model.safetensors"
    from safetensors.numpy import save_file

    save_file(weights, file)
    Hub.content = file.read_bytes()
    address, gone = served
    env = settings(tmp_path, HF_ENDPOINT=address, HF_TOKEN="hf_of_mine")
    with subprocess.Popen(
        [sys.executable, "-c", FETCH, "seresnet50.ra2_in1k", "once", "again"], env=env, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        first = process.stdout.readline()
        gone()
        shutil.rmtree(tmp_path / "hub")
        second, _ = process.communicate("\n\n", timeout=300)
    whole = sum(float(np.abs(array).sum(dtype="float64")) for array in weights.values())
    assert float(first or 0) == pytest.approx(whole, rel=1e-4)
    assert second == first
    assert Hub.tokens == {"Bearer hf_of_mine"}
    cached = tmp_path / "cache" / "timm"
    assert {path.name for path in cached.iterdir()} == {
        f"seresnet50.ra2_in1k.{end}" for end in ("weights.h5", "pin.json")
    }
    assert json.loads((cached / "seresnet50.ra2_in1k.pin.json").read_text()) == {
        "commit": "0" * 40, "sha256": hashlib.sha256(Hub.content).hexdigest(),
    }  # fmt: skip


def test_without_the_hubs_client_it_is_said_how_to_get_it_and_what_else_can_be_done(monkeypatch):
    from senet_lab.weights import pretrained

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # as where it is not installed
    with pytest.raises(ImportError, match=r'pip install "senet-lab\[hub\]"; or get model.safetensors'):
        pretrained.load("timm/seresnet50.ra2_in1k")


def refused(tag, env):
    """The last line of what is said when weights are loaded."""
    command = [sys.executable, "-c", FETCH, tag, "once"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=env, check=False)
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("seresnet50.a1_in1k", "requires a valid token; try `hf auth login`, or `hf auth logout`"),
        ("seresnet50.a2_in1k", "404"),
    ],
)
def test_what_the_hub_does_not_give_is_said_with_the_reason(served, tag, words, tmp_path):
    pytest.importorskip("huggingface_hub")
    last = refused(tag, settings(tmp_path, HF_ENDPOINT=served[0]))
    assert f"'timm/{tag}' could not be downloaded: " in last
    assert words in last


def test_offline_it_is_said_in_one_line(tmp_path):
    """Without Keras: what cannot be fetched is not built."""
    pytest.importorskip("huggingface_hub")
    env = settings(tmp_path, HF_HUB_OFFLINE="1")
    last = refused("seresnet50.ra2_in1k", env)
    assert (
        "'timm/seresnet50.ra2_in1k' could not be downloaded: HF_HUB_OFFLINE is set, and it was not downloaded" in last
    )
    assert "use convert(path, architecture_of('seresnet50.ra2_in1k'))" in last
    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_only_whole_weights_in_full_precision_are_kept(monkeypatch, tmp_path):
    """An interrupt leaves nothing behind, and a damaged file is told from none."""
    import keras
    from safetensors.numpy import save_file

    tag = "seresnet50.ra2_in1k"
    monkeypatch.setenv("SENET_LAB_CACHE", str(tmp_path / "cache"))
    save_file(draw(shapes(architecture_of(tag))), tmp_path / "model.safetensors")
    monkeypatch.setattr(hub, "fetch", lambda _: tmp_path / "model.safetensors")

    def interrupted(_, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", interrupted)
        with pytest.raises(KeyboardInterrupt):
            hub.load(tag)
    assert not list((tmp_path / "cache" / "timm").iterdir())
    keras.config.set_dtype_policy("bfloat16")
    try:
        assert hub.load(tag).get_layer("stem_conv").kernel.dtype == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert not hub.weights_path(tag).exists()
    hub.weights_path(tag).write_bytes(b"half")
    with pytest.raises(ValueError, match=r"weights.h5' is damaged: .*; remove it to convert the weights again"):
        hub.load(tag)


@pytest.fixture
def fetched(monkeypatch, tmp_path):
    """A function that fetches a file of given content, as at a commit of zeros; `asked` has the revisions."""
    hugging_face = pytest.importorskip("huggingface_hub")
    monkeypatch.setenv("SENET_LAB_CACHE", str(tmp_path / "cache"))

    def fetch(content):
        def download(_repository, name, revision=None):
            fetch.asked.append(revision)
            if content is None:
                raise OSError("404 Client Error. Entry Not Found.")
            folder = tmp_path / "snapshots" / ("0" * 40)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            return str(folder / name)

        monkeypatch.setattr(hugging_face, "hf_hub_download", download)
        return hub.fetch("seresnet50.ra2_in1k")

    fetch.asked = []
    return fetch


def test_a_file_is_fetched_again_at_the_commit_of_the_first_time(fetched):
    assert fetched(b"weights").read_bytes() == fetched(b"weights").read_bytes() == b"weights"
    assert fetched.asked == [None, "0" * 40]


def test_a_file_that_has_changed_since_it_was_fetched_first_is_refused(fetched):
    fetched(b"weights")
    pin = hub.pin_path("seresnet50.ra2_in1k")
    with pytest.raises(ValueError, match="is not the file that was downloaded first") as refused:
        fetched(b"others")
    first, second = (hashlib.sha256(content).hexdigest()[:12] for content in (b"weights", b"others"))
    assert str(refused.value) == (
        "model.safetensors of 'timm/seresnet50.ra2_in1k' is not the file that was downloaded first: its SHA-256 was "
        f"{first}... and is now {second}...; if you expected a change, delete '{pin}' to accept the new file."
    )
    pin.unlink()
    assert fetched(b"others").read_bytes() == b"others"


def test_a_commit_that_is_gone_is_said_with_what_can_be_done(fetched):
    fetched(b"weights")
    with pytest.raises(FileNotFoundError, match=r"Or delete '.*pin\.json' to use another commit than 000000000000, or"):
        fetched(None)


def test_where_the_commit_is_not_known_no_other_one_is_offered(fetched):
    fetched(b"weights")
    pin = hub.pin_path("seresnet50.ra2_in1k")
    pin.write_text(json.dumps({**json.loads(pin.read_text()), "commit": ""}))
    with pytest.raises(FileNotFoundError, match=r"could not be downloaded: (?!.*another commit)"):
        fetched(None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"commit": "main", "sha256": ""}', '{"commit": 3, "sha256": 4}'])
def test_a_damaged_pin_is_named_and_nothing_is_fetched(fetched, text):
    pin = hub.pin_path("seresnet50.ra2_in1k")
    pin.parent.mkdir(parents=True)
    pin.write_text(text)
    with pytest.raises(
        ValueError, match=r"pin\.json' is damaged: .*; delete it to take the file as it is published now"
    ):
        fetched(b"weights")
    assert fetched.asked == []


def test_what_the_hubs_client_says_at_length_is_said_in_a_line(monkeypatch):
    errors = pytest.importorskip("huggingface_hub.errors")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert hub.failure_words(errors.LocalEntryNotFoundError("An error happened.\nAnd more.")).startswith(
        "https://huggingface.co cannot be reached"
    )
    assert hub.failure_words(OSError("No space left.\nAnd more.")) == "No space left."


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("seresnet50", r"must say which weights; try 'seresnet50.ra2_in1k' \(4 are known\)"),
        ("legacy_seresnet50.in1k", "cannot be downloaded: for 'legacy_seresnet50', timm publishes only pickles"),
        ("seresnet152", "cannot be downloaded: for 'seresnet152', timm publishes no weights"),
        ("seresnext26tn_32x4d.bt_in1k", "is an earlier name of timm; try 'seresnext26t_32x4d'"),
        ("resnetaa50d.sw_in12k", r"must say which weights; try 'resnetaa50d.sw_in12k_ft_in1k' \(1 are known\)"),
        ("seresnet50t", "cannot be downloaded: for 'seresnet50t', timm publishes no weights"),
        ("regnety_004", r"must say which weights; try 'regnety_004.pycls_in1k' \(2 are known\)"),
        ("seresnet50.ra3_in1k", r"must say which weights; try 'seresnet50.a3_in1k'"),
        ("seresnet50.a4_in1k", "must say which weights; try 'seresnet50.a3_in1k'"),
        ("resnet50", r"`name` \(='resnet50'\) must be one of .*; try 'resnet50d"),
        ("SERESNET50.RA2_IN1K", "try 'seresnet50.ra2_in1k'"),
        ("", "must be one of"),
    ],
)
def test_weights_that_nobody_published_are_answered(tag, words):
    from senet_lab.weights import pretrained

    with pytest.raises(ValueError, match=words):
        pretrained.load(f"timm/{tag}")


def test_classes_are_named_in_the_order_of_the_outputs():
    """Corner stones that everybody knows: ImageNet's 0, 207, 388 and 999."""
    names = [name for _, name in imagenet_classes()]
    assert [synset for synset, _ in imagenet_classes()] == sorted(synset for synset, _ in imagenet_classes())
    assert (len(names), names[207], names[388][:11], names[999][:13]) == (
        1000,
        "golden retriever",
        "giant panda",
        "toilet tissue",
    )


def test_the_likeliest_classes_come_first_with_their_probabilities():
    predictions = np.full((2, 1000), 0.0005)
    predictions[0, 207], predictions[0, 0], predictions[1, 388] = 0.5, 0.25, 0.9
    first, second = most_likely(predictions, 2)
    assert [(found.name, found.probability) for found in first] == [
        ("golden retriever", 0.5),
        ("tench, Tinca tinca", 0.25),
    ]
    assert second[0].synset == "n02510455"
    with pytest.raises(ValueError, match=r"\(of shape \(2, 10\)\) must be \(images, 1000\); try"):
        most_likely(predictions[:, :10])
