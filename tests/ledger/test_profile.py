"""A profile: each layer of a model measured, next to its multiply-adds."""

import logging

import keras
import pytest

from senet_lab import Architecture, Ledger, profile
from senet_lab.drawing.network.notebook import measured
from senet_lab.ledger.profile import Measured, Profile

NETWORK = Architecture(
    "resnext", groups=((16, 2),), cardinality=4, stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=4
)


@pytest.fixture(scope="module")
def model():
    return NETWORK.build()


@pytest.fixture
def log(caplog):
    """What is logged, also by TensorFlow, which propagates nothing to other handlers."""
    logging.getLogger("tensorflow").addHandler(caplog.handler)
    yield caplog
    logging.getLogger("tensorflow").removeHandler(caplog.handler)


@pytest.mark.slow
def test_every_layer_is_measured_without_warnings_and_squeeze_excite_is_one_kind(model, log):
    measures = profile(model, batch=2, repeats=2)
    assert not log.records
    ledger = Ledger.of(model)
    assert {row.name: row.macs for row in measures.rows} == {
        row.name: row.macs for row in ledger.rows if row.kind != "input"
    }
    assert all(row.ms >= 0 for row in measures.rows)
    assert measures.model_ms > 0
    kinds = {each.name: each for each in measures.by_kind()}
    assert kinds["squeeze-excite"].macs == ledger.se.macs
    assert sum(each.ms for each in measures.by_kind()) == pytest.approx(sum(row.ms for row in measures.rows))
    assert [*measures.to_frame().columns] == ["name", "kind", "macs", "ms", "gmacs_per_s"]


@pytest.mark.slow
def test_custom_layers_several_inputs_and_whole_numbers_are_measured():
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    words, image = keras.Input((5,), dtype="int32"), keras.Input((5, 4))
    x = keras.layers.Embedding(10, 4)(words) + image
    measures = profile(keras.Model([words, image], Doubled(name="mine")(x)), batch=2, repeats=1)
    assert {row.kind for row in measures.rows} == {"embedding", "add", "unknown"}


@pytest.mark.slow
def test_output_of_a_nested_model_that_nothing_uses_is_measured():
    x, y = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model(x, [keras.layers.Dense(3, name="a")(x), keras.layers.Dense(5, name="b")(x)], name="inner")
    assert {row.name for row in profile(keras.Model(y, inner(y)[0]), batch=1, repeats=1).rows} == {"inner/a", "inner/b"}


def test_what_is_out_of_range_is_refused(model):
    with pytest.raises(ValueError, match=r"`batch` .+ at least 1"):
        profile(model, batch=0)
    with pytest.raises(ValueError, match="must be functional, or Sequential and built"):
        profile(keras.Sequential([keras.layers.Dense(3)]))


def test_drawing_names_the_kind_that_is_slower_than_its_count_suggests():
    rows = (
        Measured("a", "conv", 900, 6.0),
        Measured("b", "grouped conv", 100, 3.0),
        Measured("c", "batch norm", 0, 1.0),
    )
    view = measured(Profile(rows, 8, 9.0))
    assert view.words == (
        "Layers of kind \u201cgrouped conv\u201d have 10.0% of the multiply-adds and take 30.0% of the time; "
        "10.0% of the time goes to layers without multiply-adds."
    )
    html = view._repr_html_()
    assert "measured, per batch of 8" in html
    assert "90.0% \u00b7 900" in html


def test_drawing_says_so_if_nothing_takes_measurable_time():
    view = measured(Profile((Measured("a", "reshape", 0, 0.0),), 1, 0.1))
    assert view.words == "No layer takes long enough to be measured; try a larger batch."
    assert "Time 0.0 ms" in view._repr_html_()
