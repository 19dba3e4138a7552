"""Recordings: evidence on the same page, which fills in seed by seed, also where there is no SciPy and no folder."""

import json
import subprocess
import sys

import pytest

from senet_lab.sweepboard.folder import FolderReader
from senet_lab.sweepboard.recording import SECONDS_PER_SEED, recorded_board
from senet_lab.sweepboard.state import State
from senet_lab.web.host import Host


@pytest.fixture
def host(evidence):
    host = Host()
    host.open("sweep", json.dumps({"evidence": evidence}))
    return host


def send(host, number=1, **moves):
    return json.loads(host.receive(0, json.dumps({"view": "a", "number": number, "moves": moves})))


@pytest.mark.parametrize("reference", range(3))
def test_a_recording_shows_what_the_folder_shows(sweep, evidence, reference):
    recorded, read = recorded_board(evidence, State(reference)), FolderReader(sweep).read(reference)
    for name in ("title", "setup", "network", "axis", "varies", "arms", "seeds", "conclusion", "state"):
        assert getattr(recorded, name) == getattr(read, name)
    assert [cell.accuracy for cell in recorded.cells] == [cell.accuracy for cell in read.cells]


def test_a_recording_plays_seed_by_seed_to_its_end(host):
    shown = send(host, start=True)
    assert shown["plays"]
    assert "3 of 12" in shown["now"]["progress"]
    assert shown["now"]["conclusion"].startswith("Nothing can be concluded from one seed per arm")
    counts = []
    for _ in range(3):
        changes = json.loads(host.tick(0, SECONDS_PER_SEED))
        counts.append(
            next(count for count in ("6 of 12", "9 of 12", "12 of 12") if count in changes["now"]["progress"])
        )
    assert counts == ["6 of 12", "9 of 12", "12 of 12"]
    assert changes["plays"] is False
    assert changes["form"]["can_start"]
    assert json.loads(host.tick(0, 9)) == {}


def test_a_recording_pauses_and_goes_on_from_there(host):
    send(host, start=True)
    host.tick(0, SECONDS_PER_SEED)
    paused = send(host, 2, stop=True)
    assert (paused["plays"], paused["form"]["start"]) == (False, "Play recording")
    assert json.loads(host.tick(0, 9)) == {}
    assert "6 of 12" in send(host, 3, start=True)["now"]["progress"]


def test_seeds_and_reference_can_be_chosen_on_a_web_page(host, evidence):
    shown = send(host, seeds=2, reference="ratio 8")
    assert shown["now"]["conclusion"] == evidence["stages"][2][1]["conclusion"]
    refused = send(host, 2, seeds="9")
    assert "Seeds" in refused["form"]["reasons"]["seeds"]
    assert "at most 4" in refused["form"]["reasons"]["seeds"]


def test_a_run_of_a_recording_has_no_folder_to_open(host):
    shown = send(host, run="arm-2-seed-1")
    assert "ratio 8, seed 1" in shown["run"]["words"]
    assert not shown["run"]["has_button"]
    assert "GateLens" not in shown["run"]["words"]


def test_a_recording_needs_no_package_of_an_extra(evidence):
    script = (
        "import json, sys; from senet_lab.web.host import Host; host = Host();"
        "host.open('sweep', json.dumps({'evidence': json.load(sys.stdin)})); host.tick(0, 1);"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, input=json.dumps(evidence), check=True, capture_output=True, text=True).stdout
    assert not set(loaded.split()) & {
        "numpy",
        "scipy",
        "pandas",
        "psutil",
        "filelock",
        "anywidget",
        "keras",
        "distributed",
    }
