"""An Explorer of a network without meta-parameters: what it shows, leaves out, refuses, saves and compares with."""

import json
import re
import xml.etree.ElementTree as ElementTree

import keras
import pytest
from drawing.test_foreign_networks import MODELS
from panel_driver import ask

from senet_lab import Architecture, Explorer, Ledger, Sketch
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.explorer.model import counterpart, open_model
from senet_lab.explorer.model_page import MAX_DISTINCT_LAYERS, MODEL_TABS, OTHER_TABS, render_model
from senet_lab.explorer.state import State
from senet_lab.nets import layers as ours

layers = keras.layers


def small_model(name="mine"):
    x = inputs = keras.Input((64, 64, 3))
    x = layers.Conv2D(8, 3, 2, padding="same", name="stem_conv")(x)
    for at in range(3):
        y = layers.DepthwiseConv2D(3, padding="same", name=f"block_{at}_depthwise")(x)
        x = layers.Add(name=f"block_{at}_add")([x, layers.Conv2D(8, 1, name=f"block_{at}_project")(y)])
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)), name=name)


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture
def panel(model):
    panel = Explorer(model)
    yield panel
    assert panel.failure is None


def test_model_ledger_and_file_are_shown_alike(model, tmp_path):
    model.save(tmp_path / "mine.keras")
    bodies = [Explorer(thing).shown["body"] for thing in (model, tmp_path / "mine.keras", str(tmp_path / "mine.keras"))]
    assert bodies[0] == bodies[1] == bodies[2] == Explorer(Ledger.of(model)).shown["body"]
    assert repr(Explorer(model)) == f"Explorer(mine: {model.count_params():,} parameters, 0.001 G multiply-adds)"


@pytest.mark.parametrize("tab", MODEL_TABS)
def test_tabs_that_apply_show_the_model_and_the_others_are_absent_with_the_reason(panel, tab):
    shown = ask(panel, tab=tab)
    assert (shown["tab"], shown["error"]) == (tab, "")
    assert set(shown["absent"]) >= {*OTHER_TABS, "pin", "swap", "token"}
    assert ("controls" in shown["absent"]) is (tab != "Compare")
    assert all(other in shown["said"] for other in OTHER_TABS)
    assert "need meta-parameters" in shown["said"]
    assert "<h2>mine</h2>" in shown["heading"]
    assert bool(shown["layers"]) is (tab == "Layers")


def test_absent_tab_is_not_opened(panel):
    assert ask(panel, tab="Build")["tab"] == "Network"


def test_parts_of_a_model_are_opened_like_those_of_an_architecture(panel):
    assert 'data-path="group1/block2"' in ask(panel, path="group1")["body"]
    assert "group 1 \u00b7 block 2</h3>" in ask(panel, path="group1/block2")["body"]
    assert "classifier</h3>" in ask(panel, path="classifier")["body"]


def test_model_is_compared_with_a_network_of_ours_that_can_be_changed(panel):
    before = ask(panel, tab="Compare")
    assert panel.architecture == Architecture("resnext", 50, input_shape=(64, 64, 3), classes=10)
    assert "A is mine, B is SE-ResNeXt-50" in before["body"]
    after = ask(panel, ratio=8)
    assert panel.architecture.ratio == 8
    assert after["said"].startswith("Ratio 16 \u2192 8")
    assert after["body"] != before["body"]
    assert ask(panel, tab="Network")["said"].startswith("Trade-offs")
    assert ask(panel, tab="Compare", reset=True)["tab"] == "Compare"
    assert panel.architecture.ratio == 16
    assert "<h2>mine</h2>" in panel.shown["heading"]


def test_layers_of_a_model_are_saved_as_csv(panel, model):
    download = ask(panel, save=".csv")["download"]
    assert download["name"] == "mine.csv"
    assert len(download["text"].splitlines()) == len(Ledger.of(model).rows) + 1


def test_name_of_a_model_is_shown_as_text_and_makes_a_safe_file_name():
    panel = Explorer(small_model("a_b"))
    panel._session.state.model.__dict__["name"] = "<b>../x"
    shown = ask(panel, save=".csv", tab="Compare")
    assert "<h2>&lt;b&gt;../x</h2>" in shown["heading"]
    assert "<b>../x" not in shown["heading"] + shown["body"]
    assert shown["download"]["name"] == "_b_.._x.csv"


def test_stored_notebook_shows_the_model_without_the_widget(panel):
    data, _ = panel._repr_mimebundle_()
    assert "<h2>mine</h2>" in data["text/html"]
    assert "depthwise" in data["text/html"]
    assert data["text/plain"] == repr(panel)


def test_12000_layers_are_listed_in_part_and_the_page_stays_small():
    x = Sketch((32, 32, 4))
    for at in range(6000):
        x = ours.ReLU(name=f"stage{at // 1000}_unit{at}_relu")(
            ours.Conv2D(4, 1, name=f"stage{at // 1000}_unit{at}_conv")(x)
        )
    panel = Explorer(Ledger.of(x))
    shown = ask(panel, tab="Layers")
    assert f"the first {MAX_DISTINCT_LAYERS:,} of 12,001 layers" in shown["body"]
    assert sum(map(len, json.loads(shown["layers"])["distinct"])) == MAX_DISTINCT_LAYERS
    assert all(len(ask(panel, tab=tab)["body"]) < 500_000 for tab in MODEL_TABS)
    assert panel.failure is None


def test_all_of_168000_layers_are_listed_in_a_message_below_a_megabyte():
    huge = Architecture("resnext", groups=((64, 1000),) * 12, input_shape=(8192, 8192, 3))
    shown = ask(Explorer(huge), tab="Layers")
    table = json.loads(shown["layers"])
    listed = sum(len(table["distinct"][content]) for *_, content, _ in table["blocks"])
    assert listed == table["count"] == len(huge.ledger().rows)
    assert len(shown["layers"]) < 10**6
    assert "Showing the first" not in shown["body"]


@pytest.mark.parametrize("wrong", [50, "resnet50", [1], object()])
def test_what_is_no_network_is_refused_with_what_to_do(wrong):
    for open_it in (Explorer, open_model):
        with pytest.raises(
            TypeError, match=r"must be an Architecture, a Keras model, a Ledger, or the path of a \.keras"
        ):
            open_it(wrong)


def test_file_with_code_and_model_of_open_size_are_refused(tmp_path):
    keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: 2 * x)]).save(tmp_path / "code.keras")
    with pytest.raises(ValueError, match="Lambda"):
        Explorer(tmp_path / "code.keras")
    inputs = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match=r"try Ledger.of\(model, input_shape=\(224, 224, 3\)\)"):
        Explorer(keras.Model(inputs, layers.Conv2D(2, 3)(inputs)))
    with pytest.raises(FileNotFoundError):
        Explorer("nowhere.keras")


@pytest.mark.parametrize(
    ("shape", "size"), [((20, 4), (224, 224, 3)), ((8, 8, 3), (224, 224, 3)), ((96, 64, 3), (96, 64, 3))]
)
def test_counterpart_takes_the_image_size_if_it_can(shape, size):
    x = keras.Input(shape)
    network = open_model(keras.Model(x, layers.Flatten()(layers.Dense(3)(x))))
    assert counterpart(network).input_shape == size


def test_page_of_a_model_has_no_controls_that_change_it(panel):
    page = render_model(panel._session.state, panel._session.state.model)
    assert not re.search(r'data-ask="(?!csv)', page["body"])
    assert isinstance(panel._session.state, State)


def two_ends():
    """Two inputs, two outputs, a shared layer, a nested model, and names that are not safe in a page."""
    a, b = keras.Input((16, 16, 3), name="a"), keras.Input((16, 16, 3), name="b")
    inner = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3, name="point")], name="in<i>ner")
    shared = layers.Conv2D(4, 3, name="shared\"&'")
    x = layers.Add()([shared(a), shared(b)]) + inner(a)
    return keras.Model([a, b], [layers.Flatten()(x), layers.GlobalAveragePooling2D()(x)], name="two & more")


def channels_first():
    x = inputs = keras.Input((3, 16, 16))
    for at in range(3):
        x = layers.Conv2D(4, 3, padding="same", data_format="channels_first", name=f"block{at}_a")(x)
        x = layers.Conv2D(4, 3, padding="same", data_format="channels_first", name=f"block{at}_b")(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("build", [*MODELS, two_ends, channels_first], ids=lambda build: build.__name__)
def test_every_tab_and_part_of_any_kind_of_model_can_be_opened(build):
    panel = Explorer(build())
    for tab in MODEL_TABS:
        body = ask(panel, tab=tab)["body"]
        ElementTree.fromstring(f"<div>{body.replace('&nbsp;', ' ').replace(' hidden', '')}</div>")
    anatomy = Anatomy(panel._session.state.model.ledger)
    for path in ("", *(part.path for group in anatomy.groups.values() for part in group)):
        assert ask(panel, tab="Network", path=path)["error"] == ""
    panel._repr_mimebundle_()
    assert panel.failure is None


def test_all_inputs_and_outputs_are_in_the_heading():
    image, table = keras.Input((8, 8, 3)), keras.Input((10,))
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(image)), table])
    two = Explorer(keras.Model([image, table], [layers.Dense(3)(x), layers.Dense(1)(x)]))
    assert "8\u00b2 \u00d7 3, 10 \u2192 3, 1 \u00b7" in two.shown["heading"]
