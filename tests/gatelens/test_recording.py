"""Recordings of gates: the same page, character by character, as from the gates themselves."""

import json
import re
from dataclasses import replace
from itertools import product

import pytest
from gate_readings import EXAMPLES, LOOKS, PATHS, PERFECT, PLACES, READING, ablation_of, drawn_reading, passage_of

from senet_lab.gatelens.findings import Findings
from senet_lab.gatelens.messages import TABS
from senet_lab.gatelens.page import page_of
from senet_lab.gatelens.passage_maps import pixel_gates
from senet_lab.gatelens.reading import Reading
from senet_lab.gatelens.results import LOAD, READ, UNTRAINED, ablation_key, channel_key, image_key, looks_key
from senet_lab.gatelens.scene import Scene, required_keys
from senet_lab.gatelens.sources.recording import (
    NOT_RECORDED,
    RecordedFindings,
    RecordedNetwork,
    block_file,
    block_json,
    image_file,
    image_json,
    network_file,
    network_json,
    read_image,
)
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, State

SOURCE = Source("mine", load=lambda: pytest.fail("a recording loads nothing"), is_bundled=True)
NETWORK = RecordedNetwork("as it was", "with a twin", {0: "data:,0", 7: "data:,7"})
UNTRAINED_READING = replace(drawn_reading(1, rising=False), predictions=None)
ABLATIONS = [ablation_of(path, after) for path, after in zip(PATHS, (0.8, 0.9, 0.7, 0.85), strict=True)]
STATES = [
    State("mine", tab, FOLDS_OF_TAB[tab], path, None, classes, image, wrong=wrong, how="one", held=held)
    for tab, (path, classes, image, wrong, held) in product(
        TABS,
        [
            (PATHS[3], None, 0, False, ()),
            (PATHS[0], (0, 2), 7, False, PATHS[:1]),
            (PATHS[2], (0, 1, 2, 3), 7, True, ()),
            (PATHS[1], (), 0, False, ()),
        ],
    )
]


class Found(Findings):
    """What a kernel has found out."""

    def aim(self, keys):
        """Find out no more."""


def found(reading=READING):
    findings = Found(SOURCE)
    findings.results = {
        LOAD: NETWORK._replace(about=f"{NETWORK.about} \u00b7 recorded"),
        READ: reading,
        UNTRAINED: UNTRAINED_READING,
        **{ablation_key("one", each.blocks): each for each in ABLATIONS},
        **{image_key(image, path): passage_of(image % 3) for image in NETWORK.pictures for path in PATHS},
        **{looks_key(image, path): LOOKS for image in NETWORK.pictures for path in PATHS},
        **{channel_key(path, channel): EXAMPLES for path in PATHS for channel in reading.offered_channels(path)},
    }
    return findings


def files(reading=READING):
    """What `tools/record_gates.py` writes of the same."""
    images = list(NETWORK.pictures)
    content = {
        network_file("mine"): network_json(NETWORK, reading, UNTRAINED_READING, ABLATIONS, images),
        **{
            image_file("mine", image): image_json(
                image, {path: passage_of(image % 3) for path in PATHS}, dict.fromkeys(PATHS, LOOKS)
            )
            for image in images
        },
        **{
            block_file("mine", path): block_json(path, dict.fromkeys(reading.offered_channels(path), EXAMPLES))
            for path in PATHS
        },
    }
    return {name: json.dumps(each, allow_nan=False) for name, each in content.items()}


def recording(reading=READING):
    """What a page finds out from these files."""
    findings, texts = RecordedFindings(SOURCE), files(reading)
    channels = [channel_key(path, reading.offered_channels(path)[0]) for path in PATHS]
    for keys in ([LOAD], [image_key(image, PATHS[0]) for image in NETWORK.pictures], channels):
        findings.aim(keys)
        for name in list(findings.awaited):
            findings.take(name, texts[name])
    findings.aim([])
    return findings


@pytest.fixture(scope="module")
def recorded():
    return recording()


def record_only_what_a_recording_has(monkeypatch):
    """Let the gates themselves offer no more images and channels than a recording."""
    monkeypatch.setattr(type(READING), "images", tuple(NETWORK.pictures))
    monkeypatch.setattr(type(READING), "channels", type(READING).offered_channels)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_page_from_a_recording_is_that_from_the_gates_themselves(recorded, state, monkeypatch):
    record_only_what_a_recording_has(monkeypatch)
    assert page_of(Scene(state, recorded, ("mine",))) == page_of(Scene(state, found(), ("mine",)))


@pytest.mark.parametrize("tab", TABS)
def test_an_infinite_f_ratio_is_recorded_in_strict_json_and_drawn_as_such(tab, monkeypatch):
    record_only_what_a_recording_has(monkeypatch)
    state = State("mine", tab, FOLDS_OF_TAB[tab], PATHS[-1])
    page = page_of(Scene(state, recording(PERFECT), ("mine",)))
    assert page == page_of(Scene(state, found(PERFECT), ("mine",)))
    drawn = json.dumps(page, allow_nan=False)
    assert "separates the classes perfectly" in drawn  # where a block of the strip is pointed at
    assert not re.search(r"\b(inf|nan)\b", re.sub(r"data:image/png;base64,[\w+/=]+", "", drawn))


def test_files_are_awaited_when_what_they_have_is_drawn_and_no_sooner():
    findings, texts = RecordedFindings(SOURCE), files()
    scene = Scene(State("mine", IMAGE, path=PATHS[1], image=7), findings, ("mine",))
    findings.aim(required_keys(scene))
    assert (list(findings.awaited), findings.busy) == (["mine.json"], True)
    findings.take("mine.json", texts["mine.json"])
    findings.aim(required_keys(scene))
    assert list(findings.awaited) == ["mine-7.json"]
    findings.take("mine-7.json", texts["mine-7.json"])
    findings.aim(required_keys(scene))
    assert (findings.awaited, findings.busy, findings.failed) == ({}, False, {})
    assert scene.passage == passage_of(1)


def test_what_was_not_recorded_says_so_and_is_not_waited_for(recorded):
    other = ({*range(8)} - {*READING.offered_channels(PATHS[0])}).pop()
    unrecorded = image_key(8, PATHS[0]), ablation_key("mean", PATHS[:2]), channel_key(PATHS[0], other)
    recorded.aim(unrecorded)
    assert recorded.failed == {key: NOT_RECORDED[key[0]] for key in unrecorded}
    assert (recorded.busy, recorded.can_retry) == (False, False)
    recorded.aim([])


def test_a_file_that_is_missing_is_named_with_the_reason():
    findings = RecordedFindings(SOURCE)
    findings.aim([LOAD, READ])
    findings.miss("mine.json", "404 Not Found")
    scene = Scene(State("mine"), findings, ("mine",))
    assert page_of(scene)["error"] == "Couldn't load mine.json: 404 Not Found"


def test_similarity_in_plain_python_is_that_of_numpy():
    for path in PATHS:
        for classes in ((0, 1, 2), (2, 0), (1,), (3,)):
            numpy, plain = READING.similarity(path, classes), Reading.similarity(READING, path, classes)
            assert numpy[0] == plain[0]
            assert plain[1] == [pytest.approx(row, abs=1e-12) for row in numpy[1]]


def test_a_file_that_nobody_awaits_is_left_alone():
    findings = RecordedFindings(SOURCE)
    findings.take("mine.json", files()["mine.json"])
    assert findings.results == {}


def test_gates_per_pixel_are_recorded_and_absent_in_recordings_of_earlier_versions():
    passage = replace(passage_of(), pixels=pixel_gates(PLACES / 15))
    values = json.loads(json.dumps(image_json(0, {PATHS[0]: passage, PATHS[1]: passage_of()}, {})))
    assert read_image(values) == {image_key(0, PATHS[0]): passage, image_key(0, PATHS[1]): passage_of()}
    for each in values["passages"].values():
        del each["pixels"]
    assert [each.pixels for each in read_image(values).values()] == [None, None]
