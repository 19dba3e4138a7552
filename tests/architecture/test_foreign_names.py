"""Names of timm and torchvision lead to the networks that they stand for."""

import pytest

from senet_lab import Architecture
from senet_lab.architecture.foreign_names import fields_of
from senet_lab.architecture.presets import PRESETS
from senet_lab.cli import main
from senet_lab.weights.timm.networks import NAMES, architecture_of


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_timm_is_read_as_the_network_that_timm_has(name):
    assert Architecture(**fields_of(f"timm/{name}")) == architecture_of(name)


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("regnety_004", "'regnety_400mf' with convention='timm'"),
        ("regnet_y_1_6gf", "'regnety_1_6gf'"),
        ("RegNetY-8GF", "'regnety_8gf'"),
        ("timm/seresnet50.a1_in1k", "'se_resnet50'"),
        ("SE-ResNeXt50-32x4d", "'se_resnext50_32x4d'"),
        ("ecaresnet50d", "Architecture(stem_width=32, convention='timm', attention='eca', stem='deep', projection_pooling=True)"),
        ("regnet_y_8gf", "Architecture(family='regnet', groups=((224, 2), (448, 4), (896, 10), (2016, 1)), group_width=56"),
    ],
)  # fmt: skip
def test_a_name_from_elsewhere_is_refused_with_the_network_that_it_stands_for(name, fit):
    with pytest.raises(ValueError, match="must be one of") as refused:
        Architecture.preset(name)
    assert f"; try {fit}" in str(refused.value)


@pytest.mark.parametrize("name", ["regnetx_016", "vgg16", "seresnet19", "resnet50_32x4d", "resnext18", "", "." * 100])
def test_an_unknown_name_stands_for_nothing(name):
    assert fields_of(name) is None


def test_each_preset_is_its_own_name():
    assert {name: fields_of(name) for name in PRESETS} == PRESETS


@pytest.mark.parametrize("name", ["resnet50", "regnety_400mf"])
def test_a_preset_has_timms_convention_if_the_name_says_so(name):
    assert "convention" not in fields_of(name)
    assert fields_of(f"torchvision/{name}") == fields_of(f"timm/{name}") == {**PRESETS[name], "convention": "timm"}


@pytest.mark.parametrize("name", ["regnety_004", "ecaresnet26t", "timm/ecaresnet50d", "legacy_seresnet18"])
def test_a_name_of_timm_is_counted_as_timm_counts(name, capsys):
    network = architecture_of(name.removeprefix("timm/"))
    assert main(["count", name]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == f"{network.name}, {network.convention} convention, {network.token()}"
    assert f"{network.ledger().params:,}" in last


@pytest.mark.parametrize(("name", "fit"), [("vgg16", "regnety_160"), ("ecaresnet50dd", "ecaresnet50d")])
def test_count_suggests_the_nearest_name(name, fit, capsys):
    assert main(["count", name]) == 2
    assert f"try {fit}." in capsys.readouterr().err
