"""Share a folder of runs, and a Trainer that shows it."""

from dataclasses import replace

import pytest
from runs import SE_20, made

from senet_lab import Architecture, Trainer
from senet_lab.training.runs.spare_process import cool


@pytest.fixture
def folder(tmp_path):
    """Create three finished runs, the last one of a different network."""
    made(tmp_path, "a", accuracy=0.5)
    made(tmp_path, "b", replace(SE_20, ratio=4), accuracy=0.46)
    made(tmp_path, "c", Architecture.preset("cifar_resnet20"), accuracy=0.4)
    return tmp_path


@pytest.fixture
def trainer(folder):
    made_ = Trainer(folder=folder)
    yield made_
    made_.close()
    cool()
    assert made_.failure is None
