"""Share a sweep of which all runs are finished, and one of which a run failed, one was stopped and one waits."""

import pytest
from runs import finished_sweep

from senet_lab.sweeps.evidence import evidence_of

ACCURACIES = {None: (0.610, 0.614, 0.606, 0.611), 16: (0.613, 0.612, 0.609, 0.612), 8: (0.631, 0.634, 0.627, 0.633)}
OPEN = {None: (0.610, 0.614, 0.606, 0.611), 16: (0.613, 0.612, 0.609, 0.612), 8: (0.631, 0.634, 0.627, None)}
COMMAND = "senet-lab sweep --vary ratio=none,16,8 --seeds 4"


@pytest.fixture(scope="package")
def sweep(tmp_path_factory):
    return finished_sweep(tmp_path_factory.mktemp("sweeps") / "ratio", ACCURACIES)


@pytest.fixture(scope="package")
def open_sweep(tmp_path_factory):
    states = {"ratio_8_seed_2": "failed", "ratio_16_seed_3": "stopped"}
    return finished_sweep(tmp_path_factory.mktemp("sweeps") / "open", OPEN, **states)


@pytest.fixture(scope="package")
def evidence(sweep):
    return evidence_of(sweep, COMMAND)
