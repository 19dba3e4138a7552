"""`senet-lab count`: the ledger of a file, a preset or a token as a table."""

import shutil

import keras
import pytest

from senet_lab import Architecture
from senet_lab.cli import main

NETWORK = Architecture(groups=((8, 1),), stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A saved model of open size, with a layer of no known cost."""
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", name="first")(inputs)
    path = tmp_path_factory.mktemp("count") / "open.keras"
    keras.Model(inputs, keras.layers.RandomErasing(name="erase")(x)).save(path)
    return str(path)


def test_preset_and_token_are_counted_like_their_ledger(capsys):
    assert main(["count", NETWORK.token()]) == 0
    lines = capsys.readouterr().out.splitlines()
    ledger = NETWORK.ledger()
    assert lines[0] == f"{NETWORK.name}, original convention, {NETWORK.token()}"
    assert lines[2].split() == ["kind", "layers", "parameters", "state", "multiply-adds", "activations"]
    assert lines[-1].split()[1:5] == [f"{n:,}" for n in (len(ledger.rows), ledger.params, ledger.state, ledger.macs)]
    assert main(["count", "se_resnet50", "--layers"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3 + len(Architecture.preset("se_resnet50").ledger().rows)


def test_file_is_counted_at_the_given_size_and_names_layers_of_unknown_cost(capsys, file):
    assert main(["count", file, "--input-shape", "10x10x3", "--layers"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[2].split() == ["first", "conv", "10x10x4", "112", "0", "10,800", "400"]
    assert "Multiply-adds unknown, and in no sum: erase." in out


@pytest.mark.parametrize("name", ["senet1_mine.keras", "resnet50.keras", "regnety_004.keras"])
def test_file_whose_name_begins_like_a_network_is_a_file(capsys, file, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    shutil.copy(file, name)
    assert main(["count", name, "--input-shape", "10x10x3"]) == 0
    assert "10,800" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["nonsense"], "must be a .keras file, a preset, a token or a name of timm or torchvision; try "),
     (["missing.keras"], "must be an existing file"),
     (["se_resnet50", "--input-shape", "8x8x3"], "is for saved models"),
     (["FILE"], "size of its input open; state one, as in --input-shape 224x224x3"),
     (["FILE", "--input-shape", "8,8"], "must be sides separated by x; try 224x224x3"),
     (["FILE", "--input-shape", "0x8x3"], "at least 1")],
)  # fmt: skip
def test_what_cannot_be_counted_is_explained(capsys, file, arguments, problem):
    assert main(["count", *(file if each == "FILE" else each for each in arguments)]) == 2
    assert problem in capsys.readouterr().err
