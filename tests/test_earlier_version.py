"""Tokens, a run, a saved model and a hand-in of earlier versions still open."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from senet_lab import Architecture, Ledger, load
from senet_lab.classroom.hand_in import read_hand_in
from senet_lab.classroom.misconceptions import doubts
from senet_lab.cli import main
from senet_lab.gates.sites import sites
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.trained_model import load_trained_model

FOLDER = Path(__file__).parent / "earlier_version"
TOKENS = json.loads((FOLDER / "tokens.json").read_text())
NETWORK = Architecture(
    "resnext", 26, groups=((4, 8, 2),), cardinality=2, ratio=2, input_shape=(32, 32, 3), classes=10, stem="cifar"
)
IMAGES = np.arange(2 * 32 * 32 * 3, dtype="float32").reshape(2, 32, 32, 3) % 7 / 7
PREDICTIONS = (  # as the version that saved it printed them
    (0.119459, 0.170227, 0.053832, 0.268678, 0.023154, 0.157980, 0.064585, 0.017688, 0.060332, 0.064064),
    (0.119474, 0.170117, 0.053870, 0.268605, 0.023179, 0.158027, 0.064586, 0.017725, 0.060358, 0.064060),
)


@pytest.fixture
def run(tmp_path):
    """The run in a folder of its own, since opening one may write into it."""
    return Run(shutil.copytree(FOLDER / "run", tmp_path / "run"))


@pytest.mark.parametrize("token", TOKENS)
def test_an_earlier_token_gives_the_same_name_and_counts(token):
    architecture = Architecture.from_token(token)
    ledger = architecture.ledger()
    assert [architecture.name, ledger.params, ledger.state, ledger.macs] == TOKENS[token]


@pytest.mark.parametrize("token", [token for token in TOKENS if "convention=seed" not in token])
def test_an_earlier_token_is_written_as_before(token):
    assert Architecture.from_token(token).token() == token


def test_an_earlier_run_has_its_network_recipe_status_and_metrics(run):
    assert run.architecture == NETWORK
    assert (run.recipe.epochs, run.recipe.batch, run.recipe.seed) == (1, 500, 3)
    assert (run.status().state, run.status().epoch) == ("finished", 1)
    assert [row["val_accuracy"] for row in run.metrics()] == [0.102]


def test_an_earlier_run_is_listed(run, capsys):
    assert main(["runs", str(run.folder.parent)]) == 0
    assert (
        "SE-ResNeXt-8 2 paths, finished, 1 of 1 epoch done, 549 images/s, best validation accuracy 0.102\n"
        in capsys.readouterr().out
    )


def test_an_earlier_run_gives_its_trained_network(run):
    model, epoch = load_trained_model(run)
    assert epoch == 1
    assert np.allclose(model.predict(IMAGES, verbose=0), PREDICTIONS, atol=1e-5)


def test_an_earlier_keras_file_opens_with_its_ledger_gates_and_predictions():
    model = load(FOLDER / "network.keras")
    assert Ledger.of(model) == NETWORK.ledger()
    assert [site.path for site in sites(model)] == ["group1/block1", "group1/block2"]
    assert np.allclose(model.predict(IMAGES, verbose=0), PREDICTIONS, atol=1e-5)


def test_an_earlier_hand_in_has_its_student_and_whose_numbers_were_drawn():
    """It lacks the column that says so: the student's name was missing from rows with the numbers of the class."""
    read = read_hand_in("results.csv", (FOLDER / "hand_in.csv").read_bytes())
    assert (read.student, read.notes) == ("J\u00fcrgen K.", ())
    assert [(work.exercise, work.code, work.student, work.answers) for work in read.work] == [
        ("se-neck", "", "j\u00fcrgen k.", ("1",)),
        ("ratio-4-params", "9b-spring", "", ("12 k", "2371584")),
        ("se-neck", "9b-spring", "j\u00fcrgen k.", ("=1+1", "16")),
        ("se-share", "9b-spring", "j\u00fcrgen k.", ()),
        ("paths-late-loop", "=9b", "j\u00fcrgen k.", ("its own slice",)),
    ]
    assert [doubts(work) for work in read.work] == [[]] * 5  # the answers are right for these numbers
