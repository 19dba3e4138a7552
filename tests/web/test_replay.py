"""Replay: a Trainer without a kernel plays recordings, says so, and says what anything else takes."""

import json

import pytest

from senet_lab.trainer.messages import COMMANDS
from senet_lab.trainer.run_names import recipe_words
from senet_lab.trainer.state import KINDS, RECIPE_FIELDS
from senet_lab.web.host import Host
from senet_lab.web.recordings import SPEED, Replay, recordings
from senet_lab.weights import pretrained

INSTALL = 'pip install "senet-lab[all]", then run senet-lab lab'
SE, BARE = "cifar_se_resnet20", "cifar_resnet20"


class Panel:
    """A Trainer in a host, and what it shows."""

    def __init__(self, **options):
        self.host, self.sent = Host(), 0
        self.traits = json.loads(self.host.open("trainer", json.dumps(options)))

    def send(self, **moves):
        self.sent += 1
        message = {"view": "a", "number": self.sent, "moves": moves}
        self.traits = json.loads(self.host.receive(0, json.dumps(message)))
        assert self.traits["form"]["answered"] == {"a": self.sent}

    def tick(self, seconds):
        changes = json.loads(self.host.tick(0, seconds))
        self.traits |= changes
        return set(changes)

    def control(self, name, field="value"):
        return next(each[field] for each in self.traits["form"]["controls"] if each["name"] == name)

    @property
    def epoch(self):
        """How many epochs the table behind the curves has of SE-ResNet-20, which is B there."""
        return self.traits["epochs"]["numbers"].count('<th scope="row">B ')


def seconds_to(key, epochs):
    """How long a recording is played until so many epochs have ended."""
    return sum(row["seconds"] for row in pretrained.card(key).metrics[:epochs]) / SPEED


@pytest.fixture
def panel():
    return Panel()


def test_recordings_are_what_the_lesson_on_training_says_of_them():
    for each in recordings():
        assert (recipe_words(each.recipe).split(",")[0], each.data) == ("modern recipe", "cifar10")
        assert 25 <= len(each.rows) <= 35
        assert each.rows[0]["val_accuracy"] > 0.3  # ten classes


def test_recordings_are_there_as_a_whole_and_compared_before_any_is_played(panel):
    assert '<span class="sn-tag">Recording</span>' in panel.traits["now"]["heading"]
    assert "Recorded on a CPU in 1 h 38 min; plays 300 times as fast." in panel.traits["now"]["heading"]
    assert panel.traits["now"]["said"] == "Recording of SE-ResNet-20: finished."
    assert "recordings: nothing is trained here" in panel.traits["table"]
    assert "Images/s" not in panel.traits["table"]
    assert panel.traits["table"].count("<td>") == 5 * panel.traits["table"].count("data-draw=")
    assert panel.traits["table"].count("data-draw=") == len(pretrained.names())
    assert "ResNet-20 is 0.7 points above SE-ResNet-20 after 32 epochs" in panel.traits["picture"]
    assert (panel.epoch, panel.traits["plays"]) == (32, False)
    assert panel.tick(5) == set()


def test_recording_grows_epoch_by_epoch_with_the_figures_that_were_recorded(panel):
    panel.send(start=True)
    assert (panel.epoch, panel.traits["plays"]) == (0, True)
    rows = pretrained.card(SE).metrics
    assert panel.tick(seconds_to(SE, 1) / 2) == {"now"}
    assert f"step {383 // 2} of 383" in panel.traits["now"]["progress"]
    pace = f">{rows[0]['images_per_s']:,.0f}</strong><small>when recorded<"
    assert pace in panel.traits["now"]["progress"]
    assert panel.tick(seconds_to(SE, 1) / 2 + 0.001) == {"now", "picture", "epochs", "table"}
    panel.tick(seconds_to(SE, 4) - seconds_to(SE, 1))
    assert panel.epoch == 4
    assert f"{100 * rows[3]['val_accuracy']:.1f}%" in panel.traits["epochs"]["numbers"]
    assert "Recording</span>" in panel.traits["now"]["heading"]
    assert panel.traits["now"]["said"] == "Recording of SE-ResNet-20: training."  # which is not read out at each epoch
    assert "plays" in panel.tick(60)
    assert (panel.epoch, panel.traits["plays"]) == (32, False)
    assert panel.traits["now"]["said"] == "Recording of SE-ResNet-20: finished."
    panel.send(start=True)
    assert panel.epoch == 0


def test_recording_ends_where_the_card_of_its_network_does():
    for recording in recordings():
        card = pretrained.card(recording.key)
        replay = Replay(recording, 0.0, "training").after(card.seconds / SPEED - 0.01)
        assert (replay.state, len(replay.record().rows)) == ("training", card.recipe["epochs"] - 1)
        ended = replay.after(0.02)
        assert (ended.state, ended.record().rows) == ("finished", card.metrics)
        assert ended.record() == Replay(recording).record()


def test_pause_and_stop_hold_a_recording_until_it_is_resumed(panel):
    panel.send(start=True)
    panel.tick(seconds_to(SE, 2) + 0.1)
    for command, state in (("pause", "paused"), ("stop", "stopped")):
        panel.send(**{command: True})
        assert panel.traits["now"]["said"] == f"Recording of SE-ResNet-20: {state}."
        assert panel.traits["now"]["asks"]["toggle"] == "resume"
        assert panel.tick(30) == set()
        panel.send(resume=True)
        assert (panel.epoch, panel.traits["plays"]) == (2, True)
    panel.tick(seconds_to(SE, 3) - seconds_to(SE, 2))
    assert panel.epoch == 3


def test_commands_change_nothing_of_a_recording_that_has_ended(panel):
    before = panel.traits["now"]
    for command in ("pause", "resume", "stop"):
        panel.send(**{command: True})
        assert panel.traits["now"] == before


def test_two_recordings_play_at_once_each_at_its_own_pace(panel):
    panel.send(start=True)
    panel.send(network=BARE)
    panel.send(start=True)
    assert panel.traits["now"]["said"] == "Recording of ResNet-20: training."
    panel.tick(seconds_to(BARE, 32) + 0.01)
    assert panel.traits["now"]["said"] == "Recording of ResNet-20: finished."
    assert panel.traits["plays"]
    assert 20 < panel.epoch < 32  # which took longer
    assert f"points above ResNet-20 after {panel.epoch} epochs" in panel.traits["picture"]


def test_recording_that_is_played_is_drawn_with_those_that_were_selected(panel):
    panel.send(drawn=[BARE])
    panel.send(start=True)
    assert panel.traits["table"].count("checked") == 2
    panel.send(start=True)
    assert panel.traits["table"].count("checked") == 2


def test_play_takes_the_settings_of_the_recording_and_says_so_before(panel):
    assert panel.traits["form"]["start"] == "Play recording"
    assert panel.traits["form"]["needs"].startswith("Plays in 20 s. To train it, install senet_lab: pip")
    panel.send(epochs="3", data="sample")
    assert panel.traits["form"]["needs"].startswith(
        "Play recording returns to the recorded settings: modern recipe, 32 epochs, CIFAR-10. "
    )
    assert "To train with other settings, install senet_lab" in panel.traits["form"]["needs"]
    panel.send(start=True)
    assert (panel.control("epochs"), panel.control("data")) == ("32", "cifar10")
    assert "and fixed while it plays. To train with other settings, install senet_lab" in panel.traits["form"]["needs"]


def test_fields_are_read_only_and_say_why_while_their_recording_is_played(panel):
    def read_only():
        return {each["name"] for each in panel.traits["form"]["controls"] if each["disabled"]}

    assert read_only() == set()
    for command in ("start", "pause"):
        panel.send(**{command: True})
        assert read_only() == {"data", "recipe", *RECIPE_FIELDS}
        assert panel.control("epochs", "hint") == "as recorded"
        panel.send(epochs="3", data="sample")
        assert "To train with other settings, install senet_lab" in panel.traits["form"]["reasons"]["epochs"]
        assert (panel.control("epochs"), panel.control("data")) == ("32", "cifar10")
    panel.send(network="resnet50")
    assert read_only() == set()
    panel.send(network=SE, resume=True)
    assert "form" not in panel.tick(1)
    assert "form" in panel.tick(30)
    assert read_only() == set()
    assert panel.traits["form"]["needs"].startswith("Plays in 20 s. ")


def test_data_that_a_browser_has_not_can_be_selected_for_an_estimate(panel):
    for kind in ("sample", "cifar10"):
        panel.send(data=kind)
        assert (panel.control("data"), panel.traits["form"]["error"]) == (kind, "")


def test_network_without_a_recording_says_what_its_training_takes(panel):
    panel.send(network="resnet50")
    form = panel.traits["form"]
    assert (form["start"], form["fits"]) == ("Start training", True)
    assert form["needs"].startswith("There is no recording of ResNet-50; the table of runs lists all recordings. ")
    assert INSTALL in form["needs"]
    panel.send(start=True)
    assert panel.traits["form"]["reasons"]["start"] == panel.traits["form"]["error"] == form["needs"]
    assert (panel.traits["form"]["fits"], panel.traits["plays"]) == (False, False)
    panel.send(precision="mixed_float16")
    assert "GiB of memory." in panel.traits["form"]["needs"]  # how long it takes is not known


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("gates", True, "Recordings contain no weights. To show the gates of a run, install senet_lab"),
        ("take", ".onnx", "Recordings contain no weights. To train and save a network, install senet_lab"),
        ("data", "folder", "Web pages cannot read folders. To train on your own images, install senet_lab"),
        ("path", "images", "Web pages cannot read folders. To train on your own images, install senet_lab"),
    ],
)
def test_what_a_browser_cannot_do_is_answered_with_what_it_takes(panel, name, value, words):
    panel.send(**{name: value})
    assert panel.traits["form"]["reasons"] == {name: f"{words}: {INSTALL}."}
    assert panel.control("data") == "cifar10"


def test_buttons_of_a_recording_can_be_pressed_where_they_have_an_answer(panel):
    assert panel.traits["now"]["asks"]["can_gates"]
    panel.send(focus=BARE)
    asks = panel.traits["now"]["asks"]
    assert (asks["can_gates"], asks["gates"]) == (False, "This network has no squeeze-excite")
    assert asks["can_take"]
    assert asks["take"].startswith("Recordings contain no weights. To train and save a network, install")
    panel.send(like=True)
    assert panel.control("network") == BARE


def test_what_only_says_what_it_takes_is_marked(panel):
    assert {"gates", "take"} <= {*panel.traits["form"]["elsewhere"]}
    assert "start" not in panel.traits["form"]["elsewhere"]
    data = next(each for each in panel.traits["form"]["controls"] if each["name"] == "data")
    assert data["labels"][KINDS.index("folder")] == "Image folder (unavailable)"
    panel.send(network="resnet50")
    assert "start" in panel.traits["form"]["elsewhere"]


def test_trainer_opens_with_the_network_that_its_place_names():
    panel = Panel(network=pretrained.card("cifar_se_resnext17").token)
    assert panel.traits["now"]["said"] == "Recording of SE-ResNeXt-17 8 paths: finished."
    assert panel.control("epochs") == "28"
    other = Panel(network="senet1")
    assert other.traits["form"]["start"] == "Start training"
    assert other.traits["now"]["said"] == "Recording of SE-ResNet-20: finished."


@pytest.mark.parametrize("value", ["nonsense", None, -1, [], {"a": 1}, True])
def test_nonsense_is_refused_and_nothing_else_changes(panel, value):
    names = ("network", "token", "recipe", "data", "focus", "drawn", "bogus", *RECIPE_FIELDS)
    for name in names:
        panel.send(**{name: value})
        assert "Traceback" not in panel.traits["form"]["error"]
    assert panel.control("data") in KINDS
    for name in COMMANDS:
        panel.send(**{name: value})
        assert "Traceback" not in panel.traits["form"]["error"]
    assert "Recording</span>" in panel.traits["now"]["heading"]


def test_message_that_is_none_is_shown_as_an_error_and_the_next_one_is_answered(panel):
    shown = json.loads(panel.host.receive(0, "[]"))
    assert "a message must be a dict" in shown["form"]["error"]
    panel.send(epochs=3)
    assert (panel.control("epochs"), panel.traits["form"]["error"]) == ("3", "")


@pytest.mark.parametrize("seconds", [-1, "1", None, 1e30])
def test_time_that_cannot_pass_is_refused(panel, seconds):
    with pytest.raises((ValueError, TypeError), match="seconds"):
        panel.host.tick(0, seconds)


def test_time_that_passes_changes_nothing_in_a_panel_that_plays_nothing():
    host = Host()
    host.open("explorer", "{}")
    assert host.tick(0, 1) == "{}"
