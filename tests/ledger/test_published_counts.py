"""Published counts, to the last parameter. Sources: tf2cv, timm and keras-hub count the same; see each table."""

from dataclasses import replace

import pytest

from senet_lab import Architecture
from senet_lab.weights.timm.networks import architecture_of

PRESET = Architecture.preset

# Trainable parameters, parameters with BN state (None where no source gives them), 10^9 conv+dense MACs as printed.
# 1000 classes, 224 x 224 x 3. SE without and with bias differ in `se_bias`; "1x1", "3x3" say where the stride is.
COUNTS = {
    "SE-ResNet-50, stride in 1x1": (PRESET("se_resnet50"), 28_071_976, 28_125_096, "3.860"),
    "SE-ResNet-50, stride in 3x3": (replace(PRESET("se_resnet50"), stride_place="3x3"), 28_071_976, 28_125_096, "4.092"),
    "SE-ResNet-50, SE bias": (replace(PRESET("se_resnet50"), se_bias=True), 28_088_024, 28_141_144, "3.860"),
    "SE-ResNet-101": (PRESET("se_resnet101"), 49_292_328, 49_397_672, "7.575"),
    "SE-ResNet-101, SE bias": (PRESET("se_resnet101", "paper"), 49_326_872, 49_432_216, "7.575"),
    "SE-ResNet-152": (PRESET("se_resnet152"), 66_770_984, 66_922_408, "11.289"),
    "SE-ResNet-152, SE bias": (PRESET("se_resnet152", "paper"), 66_821_848, 66_973_272, "11.289"),
    "SE-ResNeXt-50": (PRESET("se_resnext50_32x4d"), 27_543_848, 27_612_072, "4.233"),
    "SE-ResNeXt-50, SE bias": (PRESET("se_resnext50_32x4d", "paper"), 27_559_896, 27_628_120, "4.233"),
    "SE-ResNeXt-50, the original lesson's conv biases": (
        replace(PRESET("se_resnext50_32x4d"), conv_bias=True), 27_577_896, 27_646_120, "4.233",
    ),
    "SE-ResNeXt-101": (PRESET("se_resnext101_32x4d"), 48_920_872, None, "7.975"),
    "SE-ResNeXt-101, SE bias": (PRESET("se_resnext101_32x4d", "timm"), 48_955_416, None, "7.975"),
    "SE-ResNeXt-152": (PRESET("se_resnext152_32x4d"), 66_529_576, None, "11.716"),
    "SE-ResNeXt-152, SE bias": (PRESET("se_resnext152_32x4d", "paper"), 66_580_440, None, "11.716"),
    "ResNet-50, stride in 1x1": (PRESET("resnet50"), 25_557_032, None, "3.858"),
    "ResNet-50, stride in 3x3": (PRESET("resnet50", "timm"), 25_557_032, None, "4.089"),
    "ResNeXt-50": (PRESET("resnext50_32x4d"), 25_028_904, None, "4.230"),
    "SE-ResNet-18, C//16": (PRESET("se_resnet18", "paper"), 11_778_592, None, "1.814"),
    "SE-ResNet-34, C//16": (PRESET("se_resnet34", "paper"), 21_958_868, None, "3.664"),
    "SE-ResNet-18, timm": (PRESET("se_resnet18", "timm"), 11_779_624, None, "1.814"),
    "SE-ResNet-34, timm": (PRESET("se_resnet34", "timm"), 21_960_416, None, "3.664"),
    "SENet-154": (PRESET("senet154", "paper"), 115_088_984, None, "20.69"),
    "SE-ResNeXt-101 64x4d": (PRESET("se_resnext101_64x4d", "paper"), 88_232_984, None, "15.47"),
    # Published as 0.0408, 0.1257, 0.2531: cut off behind the fourth digit, not rounded.
    "SE-ResNet-20 on CIFAR": (PRESET("cifar_se_resnet20", "paper"), 274_847, None, "0.040815"),
    "SE-ResNet-56 on CIFAR": (PRESET("cifar_se_resnet56", "paper"), 862_889, None, "0.125754"),
    "SE-ResNet-110 on CIFAR": (PRESET("cifar_se_resnet110", "paper"), 1_744_952, None, "0.253162"),
    "ratio 2": (Architecture(ratio=2), 45_676_584, None, None),
    "ratio 4": (Architecture(ratio=4), 35_616_808, None, None),
    "ratio 8": (Architecture(ratio=8), 30_586_920, None, None),
    "ratio 32": (Architecture(ratio=32), 26_814_504, None, None),
    "SE after the 3x3": (Architecture(place="3x3"), 25_714_216, 25_767_336, None),
    "SE in stage 2 alone": (Architecture(ratio=(16, None, None, None)), 25_581_608, 25_634_728, None),
    "SE in stage 3 alone": (Architecture(ratio=(None, 16, None, None)), 25_688_104, 25_741_224, None),
    "SE in stage 4 alone": (Architecture(ratio=(None, None, 16, None)), 26_343_464, 26_396_584, None),
    # As timm 1.0.31 prints them.
    "ResNet-26-D": (architecture_of("resnet26d"), 16_014_408, 16_045_384, None),
    "ResNet-50-D": (architecture_of("resnet50d"), 25_576_264, 25_629_512, None),
    "ResNet-50-T": (architecture_of("resnet50t"), 25_573_728, 25_626_960, None),
    "ResNeXt-50-D": (architecture_of("resnext50d_32x4d"), 25_048_136, 25_116_488, None),
    "SE-ResNeXt-26-D": (architecture_of("seresnext26d_32x4d"), 16_809_512, 16_848_168, None),
    "SE-ResNeXt-26-T": (architecture_of("seresnext26t_32x4d"), 16_806_976, 16_845_616, None),
    "SE-ResNet-50-T": (architecture_of("seresnet50t"), 28_104_720, 28_157_952, None),
    "SE-ResNet-152-D": (architecture_of("seresnet152d"), 66_841_080, 66_992_632, None),
    "SE-ResNeXt-101-D": (architecture_of("seresnext101d_32x8d"), 93_588_280, 93_791_288, None),
    "SE-ResNeXtAA-101-D": (architecture_of("seresnextaa101d_32x8d"), 93_588_280, 93_791_288, None),
    "SE-ResNetAA-50-D": (architecture_of("seresnetaa50d"), 28_107_256, 28_160_504, None),
    "ResNetBlur-50": (architecture_of("resnetblur50"), 25_557_032, 25_610_152, None),
    # Xie et al. 2017, table 2: cardinality against width at equal cost.
    "1x64d": (Architecture("resnext", cardinality=1, base_width=64, ratio=None), 25_557_032, None, "4.089"),
    "2x40d": (Architecture("resnext", cardinality=2, base_width=40, ratio=None), 25_425_000, None, "4.125"),
    "4x24d": (Architecture("resnext", cardinality=4, base_width=24, ratio=None), 25_292_968, None, "4.160"),
    "8x14d": (Architecture("resnext", cardinality=8, base_width=14, ratio=None), 25_603_016, None, "4.267"),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_the_ledger_reaches_the_published_count(name):
    architecture, params, with_state, gmacs = COUNTS[name]
    ledger = architecture.ledger()
    assert ledger.params == params
    assert with_state in (None, ledger.params + ledger.state)
    if gmacs is not None:
        digits = len(gmacs.partition(".")[2])
        assert f"{ledger.macs / 1e9:.{digits}f}" == gmacs


def test_the_papers_3_86_and_3_87_count_pooling_and_scaling_as_well():
    """Hu et al. 2018, sec. 4 and table 2: ResNet-50 3.86, SE-ResNet-50 3.87."""
    assert round(PRESET("resnet50").ledger().macs_paper / 1e9, 2) == 3.86
    assert round(PRESET("se_resnet50").ledger().macs_paper / 1e9, 3) == 3.872


@pytest.mark.parametrize("name", ["se_resnet50", "se_resnext50_32x4d"])
def test_ses_own_parameters_follow_the_papers_formula(name):
    """2/ratio * sum over stages of blocks * channels^2 (Hu et al. 2018, eq. 5)."""
    architecture = PRESET(name)
    formula = sum(2 * group.n_blocks * group.filters_out**2 // 16 for group in architecture.plan)
    assert architecture.ledger().se.params == formula == 2_514_944


@pytest.mark.parametrize(("name", "side"), [("resnet50", 483), ("resnet101", 1027), ("resnet152", 1507)])
def test_receptive_fields_are_those_of_araujo_et_al(name, side):
    """Araujo et al. 2019, Computing receptive fields of convolutional neural networks, table 1 (ResNet v1)."""
    assert PRESET(name).ledger().receptive_field == side
