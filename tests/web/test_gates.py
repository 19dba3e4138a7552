"""The GateLens of a page without Keras: what was recorded of the networks that ship, and what it cannot do."""

import json
import re

import pytest
from servers import ROOT

from senet_lab.gatelens.messages import TABS
from senet_lab.gatelens.sources.recording import block_file
from senet_lab.gatelens.sources.source import bundled_sources
from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, NEED, WHAT, WHICH
from senet_lab.web.host import Host
from senet_lab.weights import pretrained

RECORDINGS = ROOT / "docs" / "recordings"
NAMES = [source.name for source in bundled_sources()]


class Lens:
    """A GateLens, and the files that it is given as soon as it awaits them."""

    def __init__(self, network="", recordings=RECORDINGS):
        self.host, self.recordings, self.sent, self.fetched = Host(), recordings, 0, []
        self.traits = json.loads(self.host.open("gates", json.dumps({"network": network})))
        self.fetch()

    def fetch(self):
        while files := json.loads(self.host.awaited(0)):
            self.fetched += files
            for file in files:
                path = self.recordings / file
                answer = (
                    self.host.take(0, file, path.read_text("utf-8"))
                    if path.is_file()
                    else self.host.miss(0, file, "404")
                )
                self.traits = json.loads(answer)

    def panel_paths(self):
        return tuple(dict.fromkeys(re.findall('data-path="(.+?)"', self.traits["strip"])))

    def send(self, **moves):
        self.sent += 1
        message = {"view": "a", "number": self.sent, "moves": moves}
        self.traits = json.loads(self.host.receive(0, json.dumps(message)))
        self.fetch()
        return self.traits["shown"]


@pytest.fixture(scope="module")
def lens():
    return Lens("cifar_se_resnet20")


@pytest.mark.parametrize("name", NAMES)
def test_recording_is_of_the_network_that_ships(name):
    network, card = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8")), pretrained.card(name)
    trained = network["trained"]
    gates = [row for row in card.architecture.ledger().rows if row.name.endswith("_se_scale")]
    assert [len(block["ratios"]) for block in trained["blocks"].values()] == [row.output_shape[-1] for row in gates]
    right = sum(label == guess for label, guess in zip(trained["labels"], trained["guesses"], strict=True))
    assert right / len(trained["labels"]) == pytest.approx(card.sample_accuracy)
    images = {f"{name}-{image}.json" for image in trained["images"]}
    blocks = {block_file(name, path) for path in trained["blocks"]}
    assert {path.name for path in RECORDINGS.glob(f"{name}-*.json")} == images | blocks


@pytest.mark.parametrize("name", NAMES)
def test_every_tab_and_block_is_drawn_without_an_error(name):
    lens = Lens(name)
    paths = lens.panel_paths()
    assert f"Gates of {name}" in lens.traits["heading"]
    for tab in TABS:
        for path in (paths[0], paths[-1]):
            unfolded = {f"unfold {fold}": True for fold in FOLDS_OF_TAB[tab]}
            shown = lens.send(tab=tab, path=path, classes=[0, 3, 5], **unfolded)
            assert (shown["error"], shown["busy"], shown["tab"]) == ("", "", tab)
            assert shown["said"]
            assert lens.traits["body"]


def test_blocks_can_be_held_and_images_sent_through(lens):
    paths = lens.panel_paths()
    assert "accuracy" in lens.send(tab=NEED, how="one", **{f"hold {path}": True for path in paths})["doing"]
    shown = lens.send(**{f"hold {paths[4]}": False})
    assert shown["error"] == "this combination of blocks was not recorded; hold at most two blocks, or consecutive ones"
    assert lens.send(free=True, **{f"hold {path}": True for path in (paths[0], paths[5])})["error"] == ""
    assert "Image 1 is classified as" in lens.send(tab=IMAGE, image=0)["said"]
    before = list(lens.fetched)
    lens.send(path=paths[0])
    assert lens.fetched == before  # each once
    assert before == [f"cifar_se_resnet20{which}.json" for which in ("", "-group3-block3", "-0")]


def test_recorded_channels_are_shown_and_others_need_an_installation(lens):
    lens.send(free=True, tab=WHAT, path=lens.panel_paths()[0])
    channels = re.findall('data-ask="channel" data-value="(\\d+)"', lens.traits["body"])
    assert len(channels) == 4
    assert lens.send(channel=int(channels[2]))["said"].startswith(f"Channel {channels[2]} of group 1")
    assert "For other channels, install senet_lab: pip" in lens.traits["body"]
    assert 'type="number"' not in lens.traits["body"]
    other = next(number for number in range(16) if str(number) not in channels)
    assert lens.send(channel=other)["error"] == "this channel was not recorded; choose one of those shown"
    assert lens.send(channel=int(channels[0]))["error"] == ""


@pytest.mark.parametrize("image", [0, 1])
def test_where_the_network_looks_is_recorded(lens, image):
    shown = lens.send(tab=IMAGE, image=image)
    assert "with all gates held at their mean, the network looks at" in shown["said"]
    assert lens.traits["body"].count('alt="Grad-CAM for') in (3, 6)


def test_what_was_not_recorded_or_needs_keras_says_so_and_changes_nothing(lens):
    shown = lens.send(tab=IMAGE, image=999)
    assert "this image was not recorded; choose one" in shown["error"]
    lens.send(image=0)
    for moves in ({"upload": {"name": "cat.png", "turn": 1}}, {"save": ".png"}):
        shown = lens.send(**moves)
        assert 'install senet_lab: pip install "senet-lab[all]", then' in shown["error"]
    assert lens.send(tab=WHICH)["error"] == ""


def test_what_needs_keras_is_a_sentence_in_place_of_its_controls(lens):
    lens.send(tab=IMAGE)
    assert "To save a figure for print, install senet_lab: pip" in lens.traits["side"]
    assert "To use your own image, install senet_lab: pip" in lens.traits["body"]
    assert 'data-ask="save"' not in lens.traits["side"]
    assert "data-file" not in lens.traits["body"]


def test_a_file_that_cannot_be_fetched_is_named_and_fetched_again_when_that_is_asked_for(tmp_path):
    lens, reason = Lens("cifar_se_resnet20", tmp_path), "Couldn't load cifar_se_resnet20.json: 404"
    for moves in ({}, {"tab": WHICH}, {"how": "mean"}, {"retry": True}):
        shown = lens.send(**moves)
        assert (shown["error"], shown["busy"], shown["retry"]) == (reason, "", True)
    assert lens.fetched == ["cifar_se_resnet20.json"] * 2
    lens.recordings = RECORDINGS
    shown = lens.send(retry=True)
    assert (shown["error"], shown["retry"]) == ("", False)
    assert "<svg" in lens.traits["body"]


def test_a_file_that_could_not_be_fetched_is_fetched_again_when_it_is_chosen_again_or_the_browser_is_online(tmp_path):
    lens, image = Lens("cifar_se_resnet20"), "cifar_se_resnet20-0.json"
    lens.recordings = tmp_path
    lens.send(tab=IMAGE)
    assert lens.send(**{f"hold {lens.panel_paths()[0]}": True})["retry"]
    assert lens.send(tab=WHICH)["retry"] is False  # which needs no image
    assert lens.send(tab=IMAGE)["retry"]
    lens.send(image=0)
    assert lens.fetched.count(image) == 2
    lens.host.retry(0)
    lens.recordings = RECORDINGS
    lens.fetch()
    assert "Image 1 is classified as" in lens.traits["shown"]["said"]


def test_files_that_come_after_another_network_was_chosen_stay_with_their_own():
    lens, late = Lens("cifar_se_resnet20"), ["cifar_se_resnet20-1.json"]
    message = {"view": "a", "number": 1, "moves": {"tab": IMAGE, "image": 1}}
    lens.host.receive(0, json.dumps(message))
    assert json.loads(lens.host.awaited(0)) == late
    lens.sent = 1
    lens.send(network="cifar_se_resnext17", image=1)
    said = lens.send(tab=IMAGE, image=1)["said"]
    lens.host.take(0, late[0], (RECORDINGS / late[0]).read_text("utf-8"))
    assert lens.send(tab=IMAGE)["said"] == said
    assert lens.send(network="cifar_se_resnet20", image=1)["error"] == ""
    assert lens.fetched.count(late[0]) == 0  # it had come before


@pytest.mark.parametrize("text", ["[]", "{}", '{"about": "half of i', "null", '{"image": 0}'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "cifar_se_resnet20.json").write_text(text)
    lens = Lens("cifar_se_resnet20", tmp_path)
    assert lens.traits["shown"]["error"].startswith("Couldn't load cifar_se_resnet20.json: it is damaged")
    assert lens.traits["shown"]["busy"] == ""


def test_a_network_without_gates_is_refused_with_those_that_have_some():
    with pytest.raises(ValueError, match="must be 'cifar_se_"):
        Lens("cifar_resnet20")
