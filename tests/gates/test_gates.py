"""Gates against NumPy for every place, squeeze and kind; what the statistics say of planted gates; ablation."""

import gc
import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
from gate_networks import IMAGES, RESNET, RESNEXT, built, stirred
from gate_readings import ablation_of

from senet_lab import Ledger, SEResNet, SEResNeXt, accelerate, se_resnet
from senet_lab.architecture.style import CHOICES, style_of
from senet_lab.gates import observe as g
from senet_lab.gates.ablation import HOWS, ablated, ablation, cost, switchable
from senet_lab.gates.sites import sites
from senet_lab.nets.on_keras.blank import blank_weights

POOLS = {"average": lambda x: x.mean((1, 2)), "max": lambda x: x.max((1, 2))}
KINDS = {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}
ENDS = {"standard": "_bn2", "pre": "_relu", "post": "_relu", "identity": "_shortcut_bn", "3x3": "_relu1"}


def by_numpy(model, site, x, squeeze="average", gate="sigmoid"):
    """Hu et al. 2018, eq. 2 and 3, from the maps that come in, in float64."""
    reduce, expand = (model.get_layer(name) for name in (site.gate.replace("_gate", "_reduce"), site.gate))

    def dense(x, layer):
        kernel, *bias = (w.astype("float64") for w in layer.get_weights())
        return x @ kernel + sum(bias)

    return KINDS[gate](dense(np.maximum(dense(POOLS[squeeze](x.astype("float64")), reduce), 0), expand))


def assert_as_by_numpy(model, squeeze="average", gate="sigmoid"):
    found = sites(model)
    seen = g.observed(model, IMAGES, also=[name for s in found for name in (s.map, s.scale)])
    assert list(seen.gates) == [site.path for site in found]
    for site in found:
        x, values = seen.also[site.map], seen.gates[site.path]
        assert values.shape == (len(IMAGES), x.shape[-1])
        assert values.dtype == np.float32
        assert values.std() > 1e-3
        wanted = by_numpy(model, site, x, squeeze, gate)
        assert np.abs(values - wanted).max() < 1e-5 * max(1, np.abs(wanted).max())
        np.testing.assert_allclose(seen.also[site.scale], x * values[:, None, None, :], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(seen.predictions, model(IMAGES), rtol=1e-5, atol=1e-6)
    return found


# Each two of their values together; the squeeze alternates, since a third has nothing to do with how two meet.
CASES = [
    (place, CHOICES["squeeze"][(row + column) % 2], gate)
    for row, place in enumerate(CHOICES["place"])
    for column, gate in enumerate(CHOICES["gate"])
]


def test_each_two_choices_meet_in_a_case():
    for first, second in ((0, 1), (0, 2), (1, 2)):
        names = "place", "squeeze", "gate"
        wanted = itertools.product(CHOICES[names[first]], CHOICES[names[second]])
        assert set(wanted) == {(case[first], case[second]) for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize(("place", "squeeze", "gate"), CASES)
def test_gates_are_what_numpy_makes_of_the_maps_that_come_in(place, squeeze, gate):
    base = RESNEXT if squeeze == "max" else RESNET  # both families, both kinds of block, with and without biases
    architecture = replace(base, place=place, squeeze=squeeze, gate=gate)
    model = built(architecture)
    found = assert_as_by_numpy(model, squeeze, gate)
    assert [site.path for site in found] == ["group1/block1", "group2/block1", "group2/block2"]
    end = ENDS[place].replace("_bn2", "_bn3").replace("_relu1", "_relu2") if base is RESNEXT else ENDS[place]
    assert found[1].map.endswith(end)


def other_gates(model, site, x):
    """The gates of ECA and CBAM from the maps that come in, in float64; those of scSE are those of squeeze-excite."""
    part, x = site.scale.rpartition("_")[0], x.astype("float64")
    if "_eca" in part:
        (kernel,) = model.get_layer(f"{part}_gate_conv").get_weights()
        padded = np.pad(x.mean((1, 2)), ((0, 0), (len(kernel) // 2,) * 2))
        return KINDS["sigmoid"](sum(w * padded[:, at : at + x.shape[-1]] for at, w in enumerate(kernel[:, 0, 0])))
    if "_cbam" not in part:
        return by_numpy(model, site, x)
    (reduce, first), (expand, second) = (
        model.get_layer(f"{part}_{name}").get_weights() for name in ("reduce", "gate_dense")
    )
    pooled = [np.maximum(pool(x) @ reduce + first, 0) @ expand + second for pool in POOLS.values()]
    return KINDS["sigmoid"](sum(pooled))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["standard", "identity"])
@pytest.mark.parametrize("attention", ["eca", "cbam", "scse"])
def test_the_channel_gates_of_other_attention_are_found_and_are_numpys(attention, place):
    model = built(replace(RESNEXT, attention=attention, place=place))
    found = sites(model)
    seen = g.observed(model, IMAGES, also=[site.map for site in found])
    assert [site.path for site in found] == ["group1/block1", "group2/block1", "group2/block2"]
    for site in found:
        assert seen.gates[site.path].std() > 1e-3
        wanted = other_gates(model, site, seen.also[site.map])
        np.testing.assert_allclose(seen.gates[site.path], wanted, atol=1e-5)
    held = ablated(model, list(seen.gates), "own").predict_on_batch(IMAGES)
    np.testing.assert_array_equal(held, model.predict_on_batch(IMAGES))


def by_hand():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    x = SEResNet.group(x, n_blocks=2, n_filters=8, ratio=4)
    x = SEResNeXt.projection_block(x, 16, 32, cardinality=4, ratio=4, strides=2)
    x = se_resnet.squeeze_excite_block(x, ratio=8, style=style_of("timm"))
    return keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(keras.layers.Flatten()(x)))


def one_by_one():
    inputs = keras.Input((8, 8, 3))
    x = se_resnet.learner(se_resnet.stem(inputs), ((4, 1), (8, 2)), 4)
    return keras.Model(inputs, se_resnet.classifier(x, 5))


WAYS = {
    "composable": lambda: SEResNet([(8, 1), (16, 1)], ratio=4, input_shape=(8, 8, 3), n_classes=5).model,
    "procedural": one_by_one,
    "by hand": by_hand,
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_gates_of_models_made_in_any_way_and_loaded_again_are_numpys(way, tmp_path):
    model = stirred(WAYS[way]())
    paths = [site.path for site in assert_as_by_numpy(model)]
    blocks = {"/".join(filter(None, (r.group, r.block))) for r in Ledger.of(model).rows if r.in_se}
    assert set(paths) == blocks
    model.save(tmp_path / "model.keras")
    loaded = accelerate(keras.models.load_model(tmp_path / "model.keras"))
    assert [site.path for site in assert_as_by_numpy(loaded)] == paths


def test_gates_of_maps_of_one_pixel_and_gates_multiplied_the_other_way_round_are_found():
    """A gate then has the shape of its map, and a swish that of a gate."""
    inputs = keras.Input((1, 1, 8))
    x = keras.layers.Multiply(name="swish")([inputs, keras.layers.Activation("hard_sigmoid")(inputs)])
    squeezed = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = keras.layers.Conv2D(8, 1, activation="sigmoid", name="excite")(squeezed)
    model = keras.Model(inputs, gate * x)
    assert [site[1:3] for site in sites(model)] == [("swish", "excite")]
    (values,) = g.gates(model, IMAGES[:, :1, :1].repeat(3, -1)[..., :8]).values()
    assert values.shape == (7, 8)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: replace(RESNET, ratio=None).build(), "has no squeeze-excite gate"),
        (lambda: keras.Sequential([keras.layers.Dense(2)]), "graph of a functional model"),
        (lambda: keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3)]), "has no squeeze-excite gate"),
    ],
)
def test_a_model_without_gates_is_refused_with_the_reason(made, words):
    model = made()
    for asked in (lambda: g.gates(model, IMAGES), lambda: ablated(model, (), "one")):
        with pytest.raises(ValueError, match=words):
            asked()


@pytest.fixture(scope="module")
def model():
    return built(RESNET)


@pytest.fixture(scope="module")
def switched(model):
    """The same network with switches, which each test moves as it likes; it is traced once."""
    return switchable(model)


def test_images_come_in_one_array_or_in_any_batches_and_nothing_changes(model):
    whole = g.observed(model, IMAGES)
    for images in (IMAGES[:4], IMAGES[4:]), (each[None] for each in IMAGES):
        apart = g.observed(model, images)
        np.testing.assert_allclose(apart.predictions, whole.predictions, rtol=1e-5)
        for path, values in apart.gates.items():
            np.testing.assert_allclose(values, whole.gates[path], rtol=1e-5)
    with pytest.raises(ValueError, match="at least one image, not 0"):
        g.gates(model, IMAGES[:0])
    with pytest.raises(ValueError, match=r"`batch` \(=0\)"):
        g.gates(model, IMAGES, batch=0)
    with pytest.raises(ValueError, match="try 'group1_block1_bn1' or 'group1_block1_bn2'"):
        g.observed(model, IMAGES, also=["group1_block1_bn"])


def test_a_model_is_observed_by_one_sub_model_which_goes_when_it_goes():
    model = RESNET.build()
    g.gates(model, IMAGES)
    kept = len(g._OBSERVERS)
    observer = g._observer(model, tuple(site.gate for site in sites(model)))
    g.gates(model, IMAGES)
    assert list(g._OBSERVERS[model].values()) == [observer]
    del model, observer
    gc.collect()
    assert len(g._OBSERVERS) < kept


def test_an_untrained_twin_has_the_same_layers_and_fresh_weights_the_same_for_a_seed(model):
    before = [w.copy() for w in model.get_weights()]
    twins = [g.untrained(model, IMAGES, seed=seed) for seed in (0, 0, 1)]
    assert Ledger.of(twins[0]) == Ledger.of(model)
    first, again, other = ([w for w in twin.get_weights() if w.ndim > 1] for twin in twins)
    for a, b, c, trained in zip(first, again, other, (w for w in before if w.ndim > 1), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.abs(a - c).max() > 1e-2
        assert np.abs(a - trained).max() > 1e-2
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_batch_norms_of_an_untrained_twin_know_the_images(model):
    twin = g.untrained(model, IMAGES)
    maps = g.observed(twin, IMAGES, also=["group2_block2_bn2"]).also["group2_block2_bn2"]
    np.testing.assert_allclose(maps.mean((0, 1, 2)), 0, atol=1e-3)
    assert {layer.momentum for layer in twin.layers if hasattr(layer, "momentum")} == {0.99}


def test_an_untrained_twin_prepares_images_as_the_network_does():
    normalization = keras.layers.Normalization()
    normalization.adapt(5 + 2 * IMAGES)
    inputs = keras.Input(IMAGES.shape[1:])
    model = keras.Model(inputs, keras.Sequential([normalization])(inputs))  # nested, as preprocessing often is
    expected = model.predict(IMAGES, verbose=0)
    assert np.abs(expected - IMAGES).max() > 1
    np.testing.assert_array_equal(g.untrained(model).predict(IMAGES, verbose=0), expected)


# Statistics

LABELS = np.arange(4).repeat(100)


def planted(strength=1.0):
    """Channels 2 and 5 of 8 follow the class, channel 7 never moves."""
    values = np.random.default_rng(1).normal(0.5, 0.05, (400, 8))
    values[:, 2] += strength * 0.1 * LABELS
    values[:, 5] -= strength * 0.05 * LABELS
    values[:, 7] = 0.3
    return values.astype("float32")


def test_class_means_and_deviations_are_those_of_each_classs_images():
    values = planted()
    means, deviations = g.class_means(values, LABELS), g.class_deviations(values, LABELS)
    assert means.shape == deviations.shape == (4, 8)
    np.testing.assert_allclose(means[2], values[200:300].mean(0), rtol=1e-6)
    np.testing.assert_allclose(deviations[3], values[300:].std(0), atol=1e-6)
    np.testing.assert_allclose(g.class_means(values, LABELS * 3 + 1), means)  # whatever the classes are called


def test_planted_channels_are_specific_and_the_first_and_one_that_never_moves_is_the_last():
    found = g.channel_specificity(planted(), LABELS)
    assert set(g.most_specific(planted(), LABELS, 2)) == {2, 5}
    assert list(g.most_specific(planted(), LABELS, 8))[-1] == 7
    assert found[[2, 5]].min() > 50
    assert found[[0, 1, 3, 4, 6]].max() < 5
    assert found[7] == 0
    assert g.specificity(planted(), LABELS) > 50


def test_the_f_ratio_is_that_of_the_textbook():
    """Two classes: F is the square of Student's t with pooled variance."""
    a, b = planted()[:100, :1].astype("float64"), planted()[100:200, :1].astype("float64") + 0.01
    t = (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2 * (2 / 100))
    values, labels = np.concatenate([a, b]), np.arange(2).repeat(100)
    assert g.specificity(values, labels) == pytest.approx(t**2)
    assert g.channel_specificity(values, labels)[0] == pytest.approx(t**2)


def test_shuffled_labels_have_an_f_ratio_near_1():
    draw = np.random.default_rng(0)
    ratios = [g.specificity(planted(), draw.permutation(LABELS)) for _ in range(200)]
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)
    assert max(ratios) < 5


def test_gates_that_follow_the_class_alone_or_never_move_have_no_ratio_of_rounding():
    assert g.specificity(np.full((400, 3), 0.1, "float32"), LABELS) == 0
    assert g.specificity(LABELS[:, None] * np.float32(0.1), LABELS) > 1e6


def test_saturation_counts_channels_that_are_always_low_or_always_high():
    values = np.full((10, 4), 0.5)
    values[:, 0], values[:, 1] = 0.01, 0.99
    values[3, 1] = 0.9
    assert g.saturation(values) == (0.25, 0.0)
    assert g.saturation(values, low=0.6, high=0.85) == (0.75, 0.25)


def test_classes_with_the_same_gates_are_close_and_those_with_opposite_ones_far():
    draw = np.random.default_rng(3)
    one, other = draw.normal(size=(2, 32))
    patterns = np.stack([one, one, -one, other])
    values = 0.5 + 0.1 * patterns[LABELS] + draw.normal(0, 0.01, (400, 32))
    near = g.similarity(values, LABELS)
    assert near.shape == (4, 4)
    assert near[0, 1] > 0.95
    assert near[0, 2] < -0.8
    assert (np.diag(near) == 1).all()
    np.testing.assert_allclose(near, near.T)
    level = np.linspace(0, 5, 32)  # what every image has in common hides the classes, unless it is taken away
    assert g.similarity(values + level, LABELS, centred=False).min() > 0.9
    np.testing.assert_allclose(g.similarity(values + level, LABELS), near, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: g.specificity(planted(), np.zeros(400)), "at least 2 classes"),
        (lambda: g.specificity(planted()[:4], np.arange(4)), "more images than classes"),
        (lambda: g.class_means(planted(), LABELS[:3]), r"one for each of the images \(=400\)"),
        (lambda: g.saturation(np.zeros(3)), r"must be gates, \(images, channels\)"),
        (lambda: g.saturation(planted(), 0.9, 0.1), r"`high` \(=0.1\) must be at least 0.9"),
        (lambda: g.most_specific(planted(), LABELS, 9), "at most 8; try 8"),
    ],
)
def test_statistics_of_what_cannot_have_any_are_refused_with_the_reason(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# Ablation


def test_a_gate_held_at_its_own_value_changes_nothing_at_all(model, switched):
    first = model.predict_on_batch(IMAGES)
    held = ablated(switched, [site.path for site in sites(model)], "own")
    np.testing.assert_array_equal(held.predict_on_batch(IMAGES), first)


@pytest.mark.slow
@pytest.mark.parametrize("base", [RESNET, RESNEXT], ids=["resnet", "resnext"])
@pytest.mark.parametrize("place", CHOICES["place"])
def test_gates_held_at_1_make_the_network_without_that_squeeze_excite(base, place):
    model = built(replace(base, place=place))
    with blank_weights():
        without = replace(base, place=place, ratio=(2, None)).build()
    for layer in without.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    held = np.asarray(ablated(model, ["group2/block1", "group2/block2"], "one")(IMAGES))
    np.testing.assert_allclose(held, without(IMAGES), rtol=1e-5, atol=1e-6)
    assert np.abs(held - np.asarray(model(IMAGES))).max() > 1e-4


@pytest.mark.slow
def test_a_gate_held_at_its_mean_is_the_network_with_that_mean(model, switched):
    """Of a single image the mean is its own gate; of others it is not."""
    one = IMAGES[:1]
    own, others = g.gates(model, one), g.gates(model, IMAGES[1:])
    expected = model.predict_on_batch(one)
    np.testing.assert_allclose(ablated(switched, own, "mean", own).predict_on_batch(one), expected, rtol=1e-5)
    assert np.abs(ablated(switched, own, "mean", others).predict_on_batch(one) - expected).max() > 1e-5


def test_shuffled_gates_are_the_same_values_none_in_its_place_the_same_for_a_seed(model):
    switched = ablated(model, "group2/block1", "shuffled", seed=3)
    order = np.array(switched.switches["group2/block1"].order)
    assert sorted(order) == list(range(16))
    assert (order != np.arange(16)).all()
    assert (np.array(switched.switches["group2/block2"].order) == np.arange(16)).all()
    again = np.array(ablated(model, "group2/block1", "shuffled", seed=3).switches["group2/block1"].order)
    other = np.array(ablated(model, "group2/block1", "shuffled", seed=4).switches["group2/block1"].order)
    assert (again == order).all()
    assert (other != order).any()


def test_switches_are_moved_without_tracing_and_the_model_stays_as_it_was(model):
    ledger, first = Ledger.of(model), model.predict_on_batch(IMAGES)
    switched, values = switchable(model), g.gates(model, IMAGES)
    switched.predict_on_batch(IMAGES)
    traced = switched.predict_function.experimental_get_tracing_count()
    seen = []
    for how in HOWS:
        assert ablated(switched, values, how, values) is switched
        seen.append(switched.predict_on_batch(IMAGES))
    assert switched.predict_function.experimental_get_tracing_count() == traced
    assert all(np.abs(a - b).max() > 1e-6 for a, b in itertools.pairwise(seen))
    np.testing.assert_array_equal(ablated(switched, (), "one").predict_on_batch(IMAGES), first)
    np.testing.assert_array_equal(model.predict_on_batch(IMAGES), first)
    assert Ledger.of(model) == ledger
    assert {id(w) for w in model.weights} <= {id(w) for w in switched.weights}


@pytest.mark.slow
def test_an_ablation_counts_what_it_measured(model, switched):
    labels = model.predict_on_batch(IMAGES).argmax(-1)
    labels[0] = (labels[0] + 1) % 5
    made = ablation(switched, IMAGES, labels, ["group2/block2", "group2/block1"], "shuffled")
    assert made.blocks == ("group2/block1", "group2/block2")
    assert made.before == pytest.approx(6 / 7)
    after = ablated(switched, made.blocks, "shuffled").predict_on_batch(IMAGES).argmax(-1)
    assert made.after == pytest.approx((after == labels).mean())
    assert made.change == pytest.approx(made.after - made.before)
    assert made.flipped == (after != model.predict_on_batch(IMAGES).argmax(-1)).sum()
    weights = np.bincount(labels, minlength=5)[made.classes] / 7
    assert (made.class_after * weights).sum() == pytest.approx(made.after)
    assert (made.class_before * weights).sum() == pytest.approx(made.before)
    known = ablation(switched, IMAGES, labels, made.blocks, "shuffled", before=model.predict_on_batch(IMAGES))
    assert (known.before, known.after) == (made.before, made.after)
    assert ablation(switched, IMAGES, labels, made.blocks, "mean").images == 7
    assert "array" not in repr(made)  # a notebook shows it


@pytest.mark.parametrize(("n_classes", "is_exact"), [(2, True), (10, False)])
def test_the_error_of_a_change_is_bounded_by_the_predictions_that_changed(n_classes, is_exact):
    """Of two classes, each changed prediction is right once; of more, some are wrong before and after."""
    draw = np.random.default_rng(0)
    labels, before, after = draw.integers(n_classes, size=(3, 500))
    was, now = (before == labels), (after == labels)
    made = replace(ablation_of("a"), before=was.mean(), after=now.mean(), flipped=(before != after).sum(), images=500)
    exact = (now.astype(int) - was).std() / np.sqrt(500)
    assert made.max_standard_error == pytest.approx(exact) if is_exact else made.max_standard_error > exact > 0


def test_what_an_ablation_would_save_is_what_the_ledger_has_less_without(model):
    without = replace(RESNET, ratio=(2, None)).ledger()
    params, macs = cost(model, ["group2/block1", "group2/block2"])
    ledger = RESNET.ledger()
    assert (params, macs) == (ledger.params - without.params, ledger.macs - without.macs)
    assert cost(model, ()) == (0, 0)
    inputs = keras.Input((8, 8, 3))
    uncounted = keras.Model(inputs, keras.layers.LayerNormalization()(inputs))
    assert cost(uncounted, ["group1/block1"]) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["group2/block3"], "one"), "try 'group2/block2'"),
        ((["group2/block2"], "zero"), "must be one of 'one', 'mean', 'shuffled' or 'own'"),
        ((["group2/block2"], "mean"), "must have the gates of 'group2/block2'"),
    ],
)
def test_an_ablation_that_cannot_be_is_refused_with_what_would_do(model, arguments, words):
    with pytest.raises(ValueError, match=words):
        ablated(model, *arguments)


def test_labels_that_do_not_belong_to_the_images_are_refused(model):
    with pytest.raises(ValueError, match=r"`labels` \(=3\) must be one for each of the images \(=7\)"):
        ablation(model, IMAGES, np.zeros(3, int), ["group2/block1"], "one")
