"""Names of timm and torchvision lead to the networks that they stand for."""

import argparse

import pytest

from senet_lab import Architecture
from senet_lab.architecture.foreign_names import fields_of
from senet_lab.architecture.presets import PRESETS
from senet_lab.cli.counting import count
from senet_lab.papers import canonical_form
from senet_lab.weights.timm.networks import NAMES, architecture_of


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_timm_is_read_as_the_network_that_timm_has(name):
    assert canonical_form(Architecture(**fields_of(name))) == canonical_form(architecture_of(name))


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("regnety_004", "'regnety_400mf'"),
        ("regnet_y_1_6gf", "'regnety_1_6gf'"),
        ("RegNetY-8GF", "'regnety_8gf'"),
        ("timm/seresnet50.a1_in1k", "'se_resnet50'"),
        ("SE-ResNeXt50-32x4d", "'se_resnext50_32x4d'"),
        ("ecaresnet50d", "Architecture(stem_width=32, attention='eca', stem='deep', projection_pooling=True)"),
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


@pytest.mark.parametrize(("name", "fit"), [("regnety_004", "regnety_400mf"), ("vgg16", "se_resnet50")])
def test_count_suggests_the_preset(name, fit):
    with pytest.raises(ValueError, match=f"try {fit}\\.$"):
        count(argparse.Namespace(network=name, input_shape=None, layers=False))


def test_count_suggests_a_token_that_it_accepts_for_a_network_without_a_preset(capsys):
    with pytest.raises(ValueError, match="try senet1") as refused:
        count(argparse.Namespace(network="ecaresnet26t", input_shape=None, layers=False))
    token = str(refused.value).partition("; try ")[2].removesuffix(".")
    count(argparse.Namespace(network=token, input_shape=None, layers=False))
    assert "16,011,91" in capsys.readouterr().out
