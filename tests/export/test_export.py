"""Export: code that gives the network it was made from, and files that are there whole or not at all."""

import ast
import csv
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from architecture_grid import GRID, architectures
from hypothesis import given, settings

from senet_lab import Architecture, Ledger, SEResNet, SEResNeXt, Sketch
from senet_lab.architecture.presets import PRESETS
from senet_lab.architecture.style import style_of
from senet_lab.export.forms import FORMS, code, style_call
from senet_lab.export.parts import part_code
from senet_lab.export.save import UNITS, layer_csv, save
from senet_lab.files import written_whole
from senet_lab.nets import layers, ops
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.nets.sketch import Row
from senet_lab.training.runs.run import Run
from senet_lab.weights.timm.networks import architecture_of

RESNEXT = Architecture("resnext", 50)
# 101 and 152 layers differ from 50, and RegNets from the first one, in the numbers of the table alone.
OF_EACH_KIND = [name for name in PRESETS if not re.search("101|152|regnety_(?!200mf)", name)]
SMALL = {"groups": ((16, 1), (32, 2)), "input_shape": (32, 32, 3), "classes": 10, "ratio": 4}
NET, NEXT = Architecture("resnet", **SMALL), Architecture("resnext", **SMALL, cardinality=8)
REG = Architecture("regnet", 3, **SMALL | {"groups": None}, w0=16, wa=12, wm=2)

# Between them: each place, squeeze, gate, convention, stem and block, a ratio per group, biases, no top.
EXECUTED = [
    NEXT,
    replace(NEXT, convention="paper", place="pre", squeeze="max"),
    replace(NEXT, convention="timm", place="post", gate="tanh"),
    replace(NEXT, base_width=16, halve_reduction=True, stem="deep", projection_kernel=3, dropout=0.2),
    replace(NEXT, ratio=(None, 8), place="identity", input_shape=(33, 47, 1)),
    replace(NEXT, groups=((16, 64, 1),), cardinality=1, conv_bias=True),
    replace(NET, include_top=False, gate="relu", place="3x3"),
    replace(NET, ratio=(4, None), convention="timm", zero_gamma=False),
    replace(NET, ratio=None, convention="paper"),
    replace(NET, ratio=(2, 8), place="post", conv_bias=True, padding="symmetric"),
    replace(NET, block="basic", stem="cifar", se_bias=True),
    replace(NET, block="basic", place="3x3", convention="timm", bn_epsilon=1e-4),
    replace(NEXT, attention="eca", eca_kernel="formula"),
    Architecture(groups=((64, 1), (128, 1)), attention="eca", eca_kernel="formula", input_shape=(32, 32, 3), classes=4),
    replace(NET, attention="cbam", convention="paper", ratio=(4, None)),
    replace(NET, attention="scse", place="pre"),
    replace(NET, stem="tiered", stem_width=32, projection_pooling=True, input_shape=(33, 47, 3)),
    replace(NEXT, stem="deep", stem_width=12, projection_pooling=True, downsampling="average", convention="timm"),
    replace(NET, block="basic", downsampling="average", place="3x3"),
    replace(NEXT, stem="deep", downsampling="blur", convention="timm", input_shape=(33, 47, 3)),
    replace(REG, convention="timm"),
    replace(REG, groups=((24, 1), (48, 2)), group_width=24, ratio=(None, 8), place="identity"),
    replace(NET, squeeze_from="input", stem="simple"),
]


def without_keras(text):
    """The ledger of what code draws up: the names that it imports from Keras stand for their reading on sketches."""
    names = {name: getattr(layers, name) for name in layers.__all__}
    names |= {"ops": ops, "Input": Sketch, "Model": lambda _inputs, outputs, name=None: outputs}  # noqa: ARG005
    body = re.sub(r"^from keras(\.layers)? import (\([^)]*\)|.*)$", "", text, flags=re.MULTILINE)
    exec(compile(body, "code", "exec"), names)
    return Ledger.of(names["model"])


def measured(ledger):
    """The rows of a ledger; without the names of operations, which plain Keras chooses itself."""
    chosen = re.compile(r"pad(_\d+)?|.*_blur_pad")
    return [row._replace(name="", group="", block="") if chosen.fullmatch(row.name) else row for row in ledger.rows]


def assert_alike(architecture):
    ledger = architecture.ledger()
    assert without_keras(code(architecture, "procedural")) == ledger, code(architecture, "procedural")
    text = code(architecture, "standalone")
    assert measured(without_keras(text)) == measured(ledger), text
    names = {}
    exec(code(architecture, "composable").replace("model = senet.model", ""), names)
    assert names["senet"].architecture.ledger() == ledger


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_the_code_of_every_kind_of_preset_draws_up_its_ledger(name):
    assert_alike(Architecture.preset(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["seresnet50t", "seresnext26d_32x4d", "seresnextaa101d_32x8d", "resnet18d", "resnetaa34d", "resnetblur18"],
)
def test_the_code_of_every_kind_of_variant_draws_up_its_ledger(name):
    assert_alike(architecture_of(name))


@pytest.mark.slow
@pytest.mark.parametrize("architecture", GRID[::6], ids=range(len(GRID[::6])))
def test_the_code_of_a_moved_meta_parameter_draws_up_its_ledger(architecture):
    assert_alike(architecture)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(architectures())
def test_the_code_of_a_random_network_draws_up_its_ledger(architecture):
    assert_alike(architecture)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", EXECUTED, ids=range(len(EXECUTED)))
def test_all_three_forms_run_to_the_same_model_as_is_built(architecture):
    """Same names, same counts, and the same output under the same weights, none of which is at its start."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(0)
    model, random = architecture.build(), np.random.default_rng(0)
    # Biases and batch normalization begin alike everywhere, some of it at 0: what is mixed up would not show.
    weights = [random.uniform(0.5, 1.5, w.shape) if w.ndim == 1 else w for w in model.get_weights()]
    model.set_weights(weights)
    images = random.normal(size=(2, *architecture.input_shape)).astype("float32")
    expected = np.asarray(model(images, training=False))
    assert np.isfinite(expected).all()
    assert np.ptp(expected) > 1e-3
    for form in FORMS:
        names = {}
        with blank_weights():  # as far as it is senet_lab that makes the layers
            exec(code(architecture, form), names)
        made = names["model"]
        assert [layer.name for layer in made.layers] == [layer.name for layer in model.layers]
        assert made.count_params() == model.count_params()
        assert [_set_up(each) for each in made.layers] == [_set_up(each) for each in model.layers]
        made.set_weights(weights)
        np.testing.assert_allclose(
            np.asarray(made(images, training=False)), expected, rtol=1e-3, atol=1e-6 * np.ptp(expected)
        )


def _set_up(layer):
    """What a layer is configured as, initializers and strides included, whatever Keras writes beside it."""
    config = layer.get_config()
    return {name: str(value) for name, value in config.items() if name not in ("dtype", "module", "registered_name")}


def imported(text):
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {getattr(node, "module", None) or node.names[0].name for node in nodes}


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_a_standalone_script_imports_keras_alone_and_fits_a_page(name):
    convention = ("original", "paper", "timm")[OF_EACH_KIND.index(name) % 3]
    text = code(Architecture.preset(name, convention), "standalone")
    assert imported(text) == {"keras", "keras.layers"}
    assert "style" not in text.partition('"""\n\n')[2]
    assert len(text.splitlines()) <= 140
    for form in FORMS:
        lines = code(Architecture.preset(name, convention), form).splitlines()
        assert max(map(len, lines)) <= 120
        assert all(line == line.rstrip() for line in lines)


def test_a_standalone_script_says_what_it_is():
    text = code(RESNEXT, "standalone")
    for words in ("SE-ResNeXt-50 32x4d", "27,543,848", "68,224", "4,232,994,816", "senet1~family=resnext", "XLA"):
        assert words in text
    assert "XLA" not in code(Architecture(), "standalone")


def test_a_standalone_script_holds_only_what_its_network_needs():
    text = code(RESNEXT, "standalone")
    assert "groups=32" in text
    assert "filters // 16" in text
    for absent in ("if ratio", "GlobalMaxPooling2D", "Dropout", "place", "unique_name", "raise"):
        assert absent not in text
    assert "GlobalMaxPooling2D" in code(replace(RESNEXT, squeeze="max"), "standalone")
    assert "squeeze_excite" not in code(replace(RESNEXT, ratio=None), "standalone")
    assert "ratio is not None" in code(replace(RESNEXT, ratio=(None, 8, 8, 8)), "standalone")


@pytest.mark.parametrize("form", FORMS)
def test_formatting_code_again_changes_nothing_in_its_tree(form):
    text = code(Architecture.preset("senet154"), form)
    assert ast.dump(ast.parse(ast.unparse(ast.parse(text)))) == ast.dump(ast.parse(text))


@pytest.mark.slow
def test_a_standalone_script_runs_where_senet_lab_is_not(monkeypatch):
    pytest.importorskip("keras")
    script, names, ledger = code(NEXT, "standalone"), {}, NEXT.ledger()
    for module in [name for name in sys.modules if name.partition(".")[0] == "senet_lab"]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError):
        exec("from senet_lab.nets import se_resnext", {})
    exec(script, names)
    assert names["model"].count_params() == ledger.params + ledger.state


def test_the_procedural_and_composable_forms_are_those_of_the_readme():
    assert code(RESNEXT) == (
        "from keras import Input, Model\n"
        "from senet_lab.nets.se_resnext import classifier, groups, learner, stem\n\n"
        'inputs = Input((224, 224, 3), name="inputs")\n'
        "x = stem(inputs)\n"
        "x = learner(x, groups[50], cardinality=32, ratio=16)\n"
        "outputs = classifier(x, 1000)\n"
        "model = Model(inputs, outputs)\n"
    )
    assert (
        code(Architecture(classes=50), "composable")
        == "from senet_lab import SEResNet\n\nsenet = SEResNet(50, n_classes=50)\nmodel = senet.model\n"
    )


def test_a_style_is_written_the_shortest_way():
    assert style_call(style_of("timm", "resnext", conv_bias=True), "resnext", "timm") == (
        'style_of("timm", "resnext", conv_bias=True)'
    )
    assert style_call(style_of("timm"), "resnet", "original") == 'style_of("timm")'
    assert style_call(style_of(place="pre"), "resnet", "original") == 'style_of(place="pre")'


def test_without_top_the_learner_gives_the_outputs():
    assert "outputs = learner(" in code(replace(RESNEXT, include_top=False))
    assert "outputs = learner(" in code(replace(RESNEXT, include_top=False), "standalone")


def test_what_a_constructor_does_not_take_goes_by_an_architecture():
    text = code(replace(RESNEXT, gate="tanh"), "composable")
    assert 'SEResNeXt.of(Architecture("resnext", gate="tanh"))' in text
    assert SEResNeXt.of(RESNEXT).architecture is RESNEXT
    with pytest.raises(ValueError, match=r"`family` \(='resnext'\) must be that of SEResNet; try family='resnet'"):
        SEResNet.of(RESNEXT)


def test_the_code_of_a_published_regnet_names_it_and_a_custom_one_states_its_groups():
    preset = Architecture.preset("regnety_1_6gf")
    assert 'learner(x, groups["1.6GF"], group_width=24, ratio=4)' in code(preset)
    assert "RegNet(27, wa=20.71, wm=2.65, group_width=24)" in code(preset, "composable")
    custom = code(replace(preset, groups=((24, 1), (48, 2))))
    assert "groups = ((24, 1), (48, 2))" in custom
    assert "learner(x, groups, group_width=24, ratio=4)" in custom


def test_an_unknown_form_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"must be one of .*; try 'standalone'"):
        code(RESNEXT, "stand-alone")


def test_each_part_shows_its_call_and_the_functions_behind_it():
    block = part_code(RESNEXT, "group2", "block1")
    assert block.startswith('x = projection_block(x, 256, 512, 2, name="group2_block1")\n')
    assert re.findall(r"^def (\w+)", block, re.MULTILINE) == [
        "projection_block",
        "residual_block",
        "conv",
        "batch_norm",
    ]
    gate = part_code(RESNEXT, "group2", "block1", se=True)
    assert gate.startswith('x = squeeze_excite_block(x, name="group2_block1")\n')
    assert part_code(RESNEXT, "group2").startswith('x = group(x, 4, 256, 512, 2, name="group2")\n')
    assert part_code(RESNEXT, "stem").startswith("x = stem(inputs)\n")
    assert "model = Model(inputs, outputs" in part_code(RESNEXT)


@pytest.mark.parametrize(
    "name", ["se_resnet18", "se_resnext26_32x4d", "resnet50", "senet154", "cifar_se_resnet20", "regnety_200mf"]
)
def test_every_part_of_a_network_has_code_that_compiles(name):
    architecture = Architecture.preset(name)
    for group, block in architecture.ledger().blocks():
        if group != "input" and group:
            compile(part_code(architecture, group, block), "part", "exec")
            compile(part_code(architecture, group), "part", "exec")


def test_a_part_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(ValueError, match="no part 'group7 block1'; try one of 'stem', 'group1'"):
        part_code(RESNEXT, "group7", "block1")
    with pytest.raises(ValueError, match="no part 'group1 block1 squeeze-excite'"):
        part_code(replace(RESNEXT, ratio=None), "group1", "block1", se=True)


def test_the_table_of_layers_is_read_back_as_it_was():
    ledger = NEXT.ledger()
    head, *rows = csv.reader(layer_csv(ledger).splitlines())
    assert head == [UNITS.get(name, name) for name in Row._fields]
    assert layer_csv(ledger).count("\r\n") == len(rows) + 1 == len(ledger.rows) + 1
    column = head.index("macs_per_image")
    assert sum(int(row[column]) for row in rows) == ledger.macs
    assert rows[0][head.index("output_shape")] == "32x32x3"


@pytest.mark.parametrize("name", PRESETS)
def test_a_saved_picture_stands_for_itself(name, tmp_path):
    text = save(Architecture.preset(name), tmp_path / "net.svg").read_text()
    root = ElementTree.fromstring(text.encode())
    assert "var(" not in text
    assert "--" not in text
    assert (root.get("width"), root.get("height")) == tuple(root.get("viewBox").split()[2:])
    styled = set(re.findall(r"\.(sn-[\w-]+)", root.find("{*}style").text))
    used = {mark.get("class") for mark in root.iter() if mark.get("class")} - {"sn-drawing", "sn-note", "sn-fold"}
    assert used <= styled
    assert root.find("{*}title").text == Architecture.preset(name).name
    told = " ".join(root.itertext())
    ledger = Architecture.preset(name).ledger()
    for words in (
        f"{ledger.params:,} parameters",
        "projection block",
        "channels after the squeeze",
        "senet_lab: senet1",
    ):
        assert words in told


def test_each_suffix_is_saved_as_what_it_says(tmp_path):
    assert save(NEXT, tmp_path / "net.py").read_text() == code(NEXT, "standalone")
    assert save(NEXT, tmp_path / "own.py", form="procedural").read_text() == code(NEXT, "procedural")
    assert save(NEXT, tmp_path / "net.csv").read_bytes().decode() == layer_csv(NEXT.ledger())
    token = save(NEXT, str(tmp_path / "net.txt")).read_text()
    assert Architecture.from_token(token) == NEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.csv", "net.py", "net.txt", "own.py"]


@pytest.mark.slow
def test_a_saved_model_opens_in_keras(tmp_path):
    import keras

    path = save(NEXT, tmp_path / "net.keras")
    assert Ledger.of(keras.saving.load_model(path)) == NEXT.ledger()
    assert [path] == list(tmp_path.iterdir())


def test_what_cannot_be_saved_says_why(tmp_path):
    run = Run.create(NEXT, folder=tmp_path / "run")
    with pytest.raises(
        ValueError, match=r"`suffix` \(='.csv'\) is of an Architecture; a run and a Keras model are saved"
    ):
        save(run, tmp_path / "net.csv")
    with pytest.raises(
        TypeError, match=r"`network` must be an Architecture, a Run or a Keras model, not .*; try its `arch"
    ):
        save(SEResNet(50), tmp_path / "net.keras")
    with pytest.raises(TypeError, match=r"not 'se_resnet50'; try Architecture\.preset\(\.\.\.\) or"):
        save("se_resnet50", tmp_path / "net.keras")
    with pytest.raises(ValueError, match=r"`suffix` \(='.kera'\) must be one of .*; try '.keras'"):
        save(NEXT, tmp_path / "net.kera")
    with pytest.raises(ValueError, match=r"`form` .* is of a script; try 'net.py'"):
        save(NEXT, tmp_path / "net.csv", form="standalone")
    with pytest.raises(FileNotFoundError, match=r"The folder of `path` .* must exist; make '.*nowhere' first"):
        save(NEXT, tmp_path / "nowhere" / "net.csv")
    (tmp_path / "net.csv").write_text("mine")
    with pytest.raises(FileExistsError, match="is there already; try another name, or overwrite=True"):
        save(NEXT, tmp_path / "net.csv")
    assert (tmp_path / "net.csv").read_text() == "mine"
    assert save(NEXT, tmp_path / "net.csv", overwrite=True).read_text() != "mine"
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileExistsError, match="is a folder; try another name"):
        save(NEXT, tmp_path / "folder.csv", overwrite=True)


def test_what_somebody_has_put_there_meanwhile_is_kept(tmp_path):
    path = tmp_path / "net.csv"

    def put():
        with written_whole(path) as unfinished:
            unfinished.write_text("ours")
            path.write_text("theirs")

    with pytest.raises(FileExistsError, match="is there already"):
        put()
    assert path.read_text() == "theirs"
    assert [path] == list(tmp_path.iterdir())


def test_a_name_that_the_file_system_refuses_is_told_so(tmp_path):
    with pytest.raises(OSError, match=r"cannot be written: .*; try another name or folder"):
        save(NEXT, tmp_path / ("x" * 300 + ".csv"))


def _written_half(path):
    with written_whole(path, overwrite=True) as unfinished:
        unfinished.write_text("half")
        _ = 1 / 0


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError):
        _written_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with written_whole(path, overwrite=True) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
