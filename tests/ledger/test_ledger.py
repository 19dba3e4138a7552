"""The ledger: sums that add up, groups and kinds, networks composed by hand; without Keras."""

import gc
from dataclasses import replace

import pytest

from senet_lab import Architecture, Ledger, SEResNet, SEResNeXt, Sketch
from senet_lab.ledger.ledger import MAX_KEPT_ROWS, SUMMED
from senet_lab.nets.layers import Add, Conv2D, Dense, Flatten, Multiply, Reshape

LEDGER = Architecture("resnext", 50).ledger()


def mini(x):
    """The original lesson's composed network for CIFAR-10, on a sketch."""
    x = Conv2D(32, (3, 3), strides=1, padding="same", activation="relu")(x)
    x = SEResNet.group(x, n_blocks=2, n_filters=128, ratio=16)
    x = SEResNet.projection_block(x, n_filters=256)
    x = SEResNet.identity_block(x, n_filters=256)
    return Dense(10, activation="softmax")(Flatten()(x))


@pytest.mark.parametrize("totals", [LEDGER.by_group(), LEDGER.by_kind()], ids=["by group", "by kind"])
@pytest.mark.parametrize("name", SUMMED)
def test_what_is_split_adds_up(totals, name):
    assert sum(getattr(total, name) for total in totals) == getattr(LEDGER.total, name)
    assert getattr(LEDGER.total, name) == sum(getattr(row, name) for row in LEDGER.rows)


def test_groups_come_in_the_order_of_the_network():
    names = [total.name for total in LEDGER.by_group()]
    assert names == ["input", "stem", "group1", "group2", "group3", "group4", "classifier"]


def test_kinds_keep_squeeze_excite_apart():
    kinds = {total.name: total for total in LEDGER.by_kind()}
    assert kinds["squeeze-excite"].params == LEDGER.se.params == 2_514_944
    assert LEDGER.se_share == 2_514_944 / 27_543_848
    assert kinds["grouped conv"].params == sum(9 * g.filters_in**2 // 32 * g.n_blocks for g in ARCHITECTURE.plan)
    assert kinds["dense"].params == 2048 * 1000 + 1000


ARCHITECTURE = Architecture("resnext", 50)


def test_a_row_says_all_there_is_to_say_of_a_layer():
    row = next(row for row in LEDGER.rows if row.name == "group2_block1_conv2")
    assert (row.group, row.block, row.kind) == ("group2", "block1", "grouped conv")
    assert (row.output_shape, row.params, row.state) == ((None, 28, 28, 256), 18_432, 0)
    assert (row.macs, row.activations, row.receptive_field) == (18_432 * 28 * 28, 28 * 28 * 256, 43)
    assert (row.kernel, row.stride, row.groups) == (3, 2, 32)


def test_names_are_unique_and_the_first_and_last_rows_are_input_and_classifier():
    names = [row.name for row in LEDGER.rows]
    assert len(set(names)) == len(names)
    assert (names[0], names[-1]) == ("inputs", "classifier_dense")


def test_blocks_that_repeat_are_copied_with_their_own_receptive_field():
    fields = [row.receptive_field for row in Architecture().ledger().rows if row.name.endswith("_add")]
    assert fields == sorted(fields)
    assert len(set(fields)) == 16


def test_what_was_worked_out_once_does_not_depend_on_what_was_counted_before():
    first = Architecture("resnext", 26, ratio=8).ledger()
    for other in (Architecture("resnext", 26), Architecture("resnet", 26), Architecture("resnext", 26, ratio=4)):
        other.ledger()
    assert Architecture("resnext", 26, ratio=8).ledger() == first


def test_without_top_the_ledger_ends_with_the_last_feature_map():
    rows = Architecture(include_top=False).ledger().rows
    assert rows[-1].output_shape == (None, 7, 7, 2048)


def test_the_seeds_composed_network_has_4_141_962_parameters():
    ledger = Ledger.of(mini(Sketch((32, 32, 3))))
    assert (ledger.params, ledger.state) == (4_129_674, 12_288)
    assert ledger.params + ledger.state == 4_141_962


def test_the_seeds_printed_count_is_that_of_128_blocks_of_2_filters():
    """2,926,298 in the original lesson: n_filters and n_blocks were swapped, and 8 // 16 = 0 squeezed channels."""
    with pytest.raises(ValueError, match="leaves no channel of 8"):
        SEResNet.group(Sketch((32, 32, 32)), n_filters=2, n_blocks=128, ratio=16)
    x = Conv2D(32, (3, 3), strides=1, padding="same", activation="relu")(Sketch((32, 32, 3)))
    x = SEResNet.group(x, n_filters=2, n_blocks=128, ratio=None)
    x = SEResNet.projection_block(x, n_filters=256)
    x = SEResNet.identity_block(x, n_filters=256)
    ledger = Ledger.of(Dense(10)(Flatten()(x)))
    assert (ledger.params, ledger.state) == (2_915_018, 11_280)


def test_parts_composed_by_hand_are_grouped_by_the_names_they_took():
    names = [total.name for total in Ledger.of(mini(Sketch((32, 32, 3)))).by_group()]
    assert names == ["input", "before", "group1", "projection", "identity", "after"]


def test_parts_can_be_named():
    x = SEResNeXt.group(Sketch((8, 8, 64)), 1, 32, 64, 8, 16, name="encoder")
    assert {row.group for row in x.rows} == {"input", "encoder"}


def test_layers_without_a_name_are_named_as_keras_names_them():
    x = Conv2D(4, 3)(Conv2D(4, 3)(Sketch((8, 8, 3))))
    assert [row.name for row in x.rows] == ["inputs", "conv2d", "conv2d_1"]


def test_the_frame_has_a_column_for_each_thing_a_row_says():
    frame = LEDGER.to_frame()
    assert list(frame.columns) == list(LEDGER.rows[0]._fields)
    assert (len(frame), frame.params.sum()) == (241, 27_543_848)


def test_the_repr_is_the_ledger_in_a_line():
    assert repr(LEDGER) == "<Ledger of 241 layers: 27,543,848 params, 68,224 state, 4.233 GMACs>"


def test_calling_a_part_again_or_in_vain_counts_nothing_twice():
    """As in a notebook where a cell is run again: the ledger is that of the network that leads to the sketch."""
    x = Sketch((8, 8, 16))
    first = Ledger.of(SEResNet.group(x, 4, 2, 4))
    with pytest.raises(ValueError, match="leaves no channel"):
        SEResNet.projection_block(x, 4, ratio=64)
    Conv2D(100, 3)(x)
    again = Ledger.of(SEResNet.group(x, 4, 2, 4))
    assert (again.params, len(again.rows)) == (first.params, len(first.rows))


def test_branches_that_meet_are_counted_once_each():
    x = Conv2D(4, 1)(Sketch((8, 8, 3)))
    y = Add()([Conv2D(4, 1)(x), Conv2D(4, 3, padding="same")(x), x])
    assert [row.name for row in y.rows] == ["inputs", "conv2d", "conv2d_1", "conv2d_2", "add"]


def test_groups_added_behind_a_learner_take_the_numbers_behind_its():
    x = SEResNet.learner(SEResNet.stem(Sketch((64, 64, 3))), [(16, 1), (32, 1)], 4)
    x = SEResNet.group(x, 32, 1, 4)
    assert [total.name for total in Ledger.of(x).by_group()][-1] == "group3"


def test_two_parts_of_one_name_are_refused_as_keras_refuses_them():
    x = SEResNet.group(Sketch((8, 8, 16)), 4, 1, 4, name="group1")
    x = SEResNet.group(x, 4, 1, 4, name="group1")
    with pytest.raises(ValueError, match="Two layers have the name 'group1_block1_shortcut_conv'"):
        Ledger.of(x)


def test_a_number_of_numpy_leaves_no_trace_in_later_counts():
    import numpy as np

    SEResNeXt.projection_block(Sketch((8, 8, 32)), np.int32(96), np.int32(64), np.int32(8), 1, np.int32(4))
    rows = SEResNeXt.projection_block(Sketch((8, 8, 32)), 96, 64, 8, 1, 4).rows
    counts = (*SUMMED, "kernel", "stride", "groups", "receptive_field")
    assert all(type(getattr(row, name)) is int for row in rows for name in counts)


def test_a_name_of_ones_own_does_not_make_squeeze_excite():
    ledger = Ledger.of(SEResNet.group(Sketch((8, 8, 16)), 4, 1, None, name="my_se_net"))
    assert ledger.se.params == 0
    named = Ledger.of(SEResNet.squeeze_excite_block(Sketch((8, 8, 16)), 4, name="attention"))
    assert named.se.params == named.params == 2 * 16 * 4


def test_the_receptive_field_of_any_network_is_that_of_its_last_map():
    assert Ledger.of(Conv2D(4, 7)(Sketch((32, 32, 3)))).receptive_field == 7
    assert Ledger.of(Conv2D(4, 3)(mini_map(Sketch((32, 32, 3))))).receptive_field == 7 + 2 * 2


@pytest.mark.parametrize(("attention", "extra"), [("se", 0), ("eca", 0), ("scse", 0), ("cbam", 6)])
@pytest.mark.parametrize("side", [32, 224])  # of 32 pixels, one is left in group 4
@pytest.mark.parametrize("place", ["standard", "post"])
def test_the_receptive_field_grows_with_attention_only_by_windows_that_compute_gates_per_pixel(
    attention, extra, side, place
):
    """CBAM's 7x7 convolution adds 6 pixels of its map in each block; jumps are 4, 8, 16 and 32."""
    network = Architecture(depth=50, attention=attention, place=place, input_shape=(side, side, 3))
    jumps = 3 * 4 + 4 * 8 + 6 * 16 + 3 * 32
    assert network.ledger().receptive_field == replace(network, ratio=None).ledger().receptive_field + extra * jumps


def test_pooling_over_channels_has_a_window_of_one_pixel_and_the_field_of_its_input():
    rows = {row.name: row for row in Ledger.of(SEResNet.cbam_block(Conv2D(16, 3)(Sketch((9, 9, 3))), name="a")).rows}
    for pooled in ("mean", "max"):
        row = rows[f"a_cbam_spatial_squeeze_{pooled}"]
        assert (row.kernel, row.receptive_field, row.elementwise) == (1, 3, 7 * 7 * 16)
    assert rows["a_cbam_spatial_gate"].receptive_field == rows["a_cbam_spatial_scale"].receptive_field == 3 + 6
    assert rows["a_cbam_scale"].receptive_field == 3


def test_what_sees_a_whole_map_is_the_gate_per_channel_and_what_follows_global_pooling():
    rows = Architecture(groups=((16, 1),), attention="cbam", ratio=4).ledger().rows
    channels = ("squeeze_mean", "squeeze_max", "squeeze", "reduce", "gate_dense", "gate_mean", "gate_max", "gate_sum")
    seeing = [*(f"group1_block1_cbam_{name}" for name in (*channels, "gate")), "classifier_pool", "classifier_dense"]
    assert [row.name for row in rows if row.sees_all] == seeing


def mini_map(x):
    return Conv2D(4, 3, strides=1)(Conv2D(4, 3, strides=2)(x))


X = Sketch((32, 32, 64))
BAD_CALLS = [
    (lambda: SEResNeXt.identity_block(X, 100, 64), ValueError, "`filters_in` (=100) must be divisible by `cardinality` (=32)"),
    (lambda: SEResNeXt.projection_block(X, 128, 256, cardinality=24), ValueError, "try 120 or 144"),
    (lambda: SEResNeXt.identity_block(X, 128, 256), ValueError, "must have `filters_out` (=256) channels"),
    (lambda: SEResNet.identity_block(X, 64), ValueError, "as many channels as its output (=256); try a projection_block first, or n_filters=16."),
    (lambda: SEResNet.identity_block(X, 16, ratio=16.0), TypeError, "`ratio` must be a whole number, not 16.0"),
    (lambda: SEResNeXt.identity_block(X, 64, 64, ratio="16"), TypeError, "`ratio` must be a whole number"),
    (lambda: SEResNet.projection_block(X, 64.0), TypeError, "`n_filters` must be a whole number, not 64.0; try 64."),
    (lambda: SEResNet.projection_block(X, 64, strides=(2, 1)), ValueError, "`strides` (=(2, 1)) must be one number or a pair of equal numbers; try 2."),
    (lambda: SEResNet.identity_block(Sketch((32, 32, 3)), 64), ValueError, "(=256); try a projection_block first."),
    (lambda: Sketch(32), TypeError, "`shape` must be (height, width, channels), not 32; try (224, 224, 3)."),
    (lambda: SEResNet.projection_block(X, 64, strides=0), ValueError, "`strides` (=0) must be at least 1"),
    (lambda: SEResNet.group(X, 64, 0, 16), ValueError, "`n_blocks` (=0) must be at least 1"),
    (lambda: SEResNet.squeeze_excite_block(X, 65), ValueError, "`ratio` (=65) leaves no channel of 64"),
    (lambda: SEResNet.classifier(X, 0), ValueError, "`n_classes` (=0) must be at least 1"),
    (lambda: SEResNet.learner(X, [(64, 1), (128, 1)], (16,)), ValueError, "must have one entry per group (=2)"),
    (lambda: SEResNet(49), ValueError, "try 50."),
    (lambda: Conv2D(65, 3, groups=32)(X), ValueError, "`filters` (=65) must be divisible by `groups` (=32)"),
    (lambda: Conv2D(64, 3, group=32)(X), TypeError, "group"),
    (lambda: Add()([X, Sketch((16, 16, 64))]), ValueError, "must have one shape, not (32, 32, 64) and (16, 16, 64)"),
    (lambda: Conv2D(64, 3, padding="foo")(X), ValueError, "`padding` (='foo') must be 'valid' or 'same'"),
    (lambda: Conv2D(64, 35)(X), ValueError, "`kernel_size` (=(35, 35)) must fit into the map (=(32, 32)); try 32, or 'same'."),
    (lambda: Conv2D(-4, 3)(X), ValueError, "`filters` (=-4) must be at least 1; try 1."),
    (lambda: Dense(2.5)(X), TypeError, "`units` must be a whole number, not 2.5; try 2."),
    (lambda: Reshape((-1, 7))(X), ValueError, "must hold 65536 numbers"),
    (lambda: Multiply()([X, Sketch((16, 16, 64))]), ValueError, "or sides of 1, not (32, 32, 64) and (16, 16, 64)"),
    (lambda: SEResNet("50"), TypeError, "not '50'; try 50."),
    (lambda: Sketch((32, 32, None)), TypeError, "`shape` must be a whole number, not None"),
    (lambda: Ledger.of(50), TypeError, "not of 50"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), BAD_CALLS, ids=[words for *_, words in BAD_CALLS])
def test_the_parts_refuse_bad_arguments_with_the_same_words(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def test_ledgers_are_kept_up_to_a_number_of_rows_and_always_the_last_two():
    huge = [Architecture(groups=((64, 1000),) * 5, ratio=ratio, input_shape=(256, 256, 3)) for ratio in (2, 4, 8)]
    first, second, third = (architecture.ledger() for architecture in huge)
    assert sum(len(ledger.rows) for ledger in (first, second)) > MAX_KEPT_ROWS
    assert huge[2].ledger() is third
    assert huge[1].ledger() is second
    assert huge[0].ledger() is not first


def test_all_ledgers_of_the_stops_of_a_slider_are_kept():
    stops = [Architecture(depth=152, ratio=ratio) for ratio in range(1, 33)]
    ledgers = [architecture.ledger() for architecture in stops]
    assert all(architecture.ledger() is ledger for architecture, ledger in zip(stops, ledgers, strict=True))


@pytest.mark.parametrize("is_enabled", [True, False])
def test_counting_leaves_the_garbage_collector_as_it_was(is_enabled):
    was_enabled = gc.isenabled()
    try:
        (gc.enable if is_enabled else gc.disable)()
        Ledger.of(Architecture())
        assert gc.isenabled() == is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
