"""The conversation of a page with its panel: messages that come once, twice, late, damaged, or from two views."""

import contextlib
import threading

import pytest
from messages import VIEW, message, post

from senet_lab import Architecture, Exercise, Explorer, GateLens, Trainer
from senet_lab.checks import QUOTE_LENGTH
from senet_lab.exercises.learner import Learner
from senet_lab.widgets.conversation import MAX_VIEWS, Conversation

SECONDS = 20  # that a thread of these tests may need


class Panel:
    """What a conversation needs of a widget; `events` is what happened, in its order."""

    def __init__(self):
        self.comm, self.events, self.errors = None, [], []
        self.conversation = Conversation(self.act, self.show, self.fail)
        self.conversation.open(self, ("shown",))

    def on_msg(self, hear):
        self.hear = hear

    def send_state(self, traits):
        self.events.append(("sent again", *traits))

    def act(self, request):
        self.events.append(dict(request.moves))
        if request.moves.get("fails"):
            raise request.moves["fails"]

    def show(self):
        self.events.append(self.conversation.answered)

    def fail(self, error):
        self.errors.append(error)
        self.show()

    def receive(self, number, moves, view="a", **more):
        self.hear(None, {"view": view, "number": number, "moves": moves, **more}, [])


@pytest.fixture
def panel():
    return Panel()


def test_a_message_is_acted_on_and_then_answered_with_its_number(panel):
    panel.receive(1, {"ratio": 8})
    panel.receive(2, {"ratio": 4})
    assert panel.events == [{"ratio": 8}, {"a": 1}, {"ratio": 4}, {"a": 2}]


def test_a_message_that_comes_again_is_not_acted_on_and_the_state_is_sent_again(panel):
    for _ in range(3):
        panel.receive(1, {"undo": True})
    assert panel.events == [{"undo": True}, {"a": 1}, ("sent again", "shown"), ("sent again", "shown")]


def test_a_message_that_comes_after_a_later_one_is_not_acted_on(panel):
    panel.receive(5, {"ratio": 8})
    panel.receive(4, {"ratio": 2})
    assert panel.events == [{"ratio": 8}, {"a": 5}, ("sent again", "shown")]


def test_two_views_number_their_messages_by_themselves(panel):
    panel.receive(1, {"ratio": 8}, "a")
    panel.receive(1, {"ratio": 4}, "b")
    panel.receive(2, {"ratio": 2}, "a")
    assert [event for event in panel.events if "ratio" in event] == [{"ratio": 8}, {"ratio": 4}, {"ratio": 2}]
    assert panel.conversation.answered == {"a": 2, "b": 1}


def test_a_message_without_moves_is_answered_with_all_of_the_state(panel):
    panel.receive(1, {})
    assert panel.events == [{"a": 1}, ("sent again", "shown")]


def test_a_message_that_fails_is_answered_with_the_error_and_the_next_one_is_acted_on(panel):
    panel.receive(1, {"fails": KeyError("x")})
    panel.receive(2, {"ratio": 8})
    assert panel.events[1:] == [{"a": 1}, {"ratio": 8}, {"a": 2}]
    assert [type(error) for error in panel.errors] == [KeyError]


def test_a_kernel_that_is_interrupted_answers_too(panel):
    with pytest.raises(KeyboardInterrupt):
        panel.receive(1, {"fails": KeyboardInterrupt()})
    assert panel.conversation.answered == {"a": 1}
    assert [type(error) for error in panel.errors] == [KeyboardInterrupt]


def test_a_message_that_comes_again_while_it_is_acted_on_is_left_to_the_thread_that_does(panel):
    begun, goes_on = threading.Event(), threading.Event()

    def act(request):
        begun.set()
        assert goes_on.wait(SECONDS)
        panel.events.append(dict(request.moves))

    panel.conversation._act = act
    first = threading.Thread(target=panel.receive, args=(1, {"start": True}))
    first.start()
    assert begun.wait(SECONDS)
    panel.receive(1, {"start": True})
    assert panel.events == []
    goes_on.set()
    first.join(SECONDS)
    assert panel.events == [{"start": True}, {"a": 1}]


def test_the_same_message_on_many_threads_is_acted_on_once(panel):
    begin = threading.Barrier(8)

    def receive():
        begin.wait()
        for number in range(1, 51):
            panel.receive(number, {"number": number})

    threads = [threading.Thread(target=receive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    acted = [event["number"] for event in panel.events if "number" in event]
    assert sorted(acted) == list(range(1, 51))
    assert panel.conversation.answered == {"a": 50}


def test_the_views_that_were_silent_for_longest_are_forgotten(panel):
    panel.receive(1, {"ratio": 8}, "still there")
    for view in range(2 * MAX_VIEWS):
        panel.receive(1, {"ratio": 8}, f"{view}")
        panel.receive(view + 2, {"ratio": 8}, "still there")
    assert len(panel.conversation.answered) == MAX_VIEWS
    assert panel.conversation.answered["still there"] == 2 * MAX_VIEWS + 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("ratio", "a message must be a dict of view, number and moves, not 'ratio'; try {'view': 'view 1', "),
        (None, "not None"),
        ([], r"not \[\]"),
        ({}, "`view` must be a string that names a view, not None; try 'view 1'"),
        ({"view": 3, "number": 1, "moves": {}}, "`view` must be a string that names a view, not 3"),
        ({"view": "", "number": 1, "moves": {}}, "`view` must be a string that names a view, not ''"),
        ({"view": "a", "moves": {}}, "`number` must be a whole number, not None; try 1"),
        ({"view": "a", "number": "1", "moves": {}}, "`number` must be a whole number, not '1'; try 1"),
        ({"view": "a", "number": True, "moves": {}}, "`number` must be a whole number, not True; try 1"),
        ({"view": "a", "number": 1.5, "moves": {}}, "`number` must be a whole number, not 1.5; try 2"),
        ({"view": "a", "number": 0, "moves": {}}, r"`number` \(=0\) must be at least 1; try 1"),
    ],
)
def test_a_message_that_says_not_whose_it_is_is_answered_with_an_error_and_changes_nothing(panel, content, words):
    panel.hear(None, content, [])
    assert panel.events == [{}]
    with pytest.raises((TypeError, ValueError), match=words):
        raise panel.errors[0]
    panel.receive(1, {"ratio": 8})
    assert panel.events[1:] == [{"ratio": 8}, {"a": 1}]


@pytest.mark.parametrize("moves", [None, "ratio", 8, ["ratio", 8]])
def test_a_message_with_damaged_moves_is_answered_by_its_number_with_an_error(panel, moves):
    panel.receive(1, moves)
    assert panel.events == [{"a": 1}]
    with pytest.raises(TypeError, match=r"`moves` must be a dict of controls and values, not .*; try \{\}"):
        raise panel.errors[0]


def test_an_error_repeats_little_of_a_long_message(panel):
    panel.hear(None, "x" * 10**6, [])
    assert "\u2026" in str(panel.errors[0])
    assert len(str(panel.errors[0])) < 2 * QUOTE_LENGTH + 100


# The four panels themselves.


@pytest.fixture(params=["Explorer", "Exercise", "Trainer", "GateLens"])
def any_panel(request, tmp_path):
    """A panel, and the trait that answers."""
    make = {
        "Explorer": lambda: Explorer(Architecture("resnext", 50)),
        "Exercise": lambda: Exercise("ratio-4-params", Learner()),
        "Trainer": lambda: Trainer(folder=tmp_path),
        "GateLens": lambda: GateLens(runs=tmp_path),
    }[request.param]
    with contextlib.closing(make()) as made:
        yield made, "form" if request.param == "Trainer" else "shown"


def test_a_panel_answers_a_message_that_comes_again_with_its_whole_state_and_no_change(any_panel, monkeypatch):
    panel, trait = any_panel
    sent = []
    monkeypatch.setattr(panel, "send_state", lambda key: sent.append(key if isinstance(key, str) else set(key)))
    panel._handle_custom_msg({"view": "a", "number": 1, "moves": {}}, [])
    before = getattr(panel, trait)
    assert before["answered"] == {"a": 1}
    panel._handle_custom_msg({"view": "a", "number": 1, "moves": {}}, [])
    assert getattr(panel, trait) is before
    drawn = {name for name in panel.keys if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")}
    assert sent[-1] == drawn
    assert panel.failure is None


def test_a_panel_shows_the_error_of_a_damaged_message_and_answers_the_next_one(any_panel):
    panel, trait = any_panel
    panel._handle_custom_msg({"view": "a"}, [])
    assert "`number` must be a whole number" in getattr(panel, trait)["error"]
    assert isinstance(panel.failure, TypeError)
    panel._handle_custom_msg({"view": "a", "number": 1, "moves": {}}, [])
    assert getattr(panel, trait)["answered"] == {"a": 1}
    assert getattr(panel, trait)["error"] == ""


def test_a_panel_refuses_a_control_that_it_has_not_in_words(any_panel):
    panel, trait = any_panel
    post(panel, {"nobody": 1})
    assert "nobody" in getattr(panel, trait)["error"]
    assert getattr(panel, trait)["answered"] == {VIEW: 1}


def test_a_try_that_comes_again_counts_once():
    panel = Exercise("ratio-4-params", Learner())
    sent = message(panel, {"check": "17"})
    for _ in range(3):
        panel._handle_custom_msg(sent, [])
    assert panel.shown["record"] == "1 try"


def test_an_undo_that_comes_again_goes_back_one_step():
    explorer = Explorer(Architecture("resnext", 50))
    for ratio in (8, 4):
        post(explorer, {"ratio": ratio})
    sent = message(explorer, {"undo": True})
    for _ in range(3):
        explorer._handle_custom_msg(sent, [])
    assert explorer.architecture.ratio == 8


def test_a_file_to_save_is_in_the_answer_until_the_next_message():
    explorer = Explorer(Architecture("resnext", 50))
    post(explorer, {"save": ".txt"})
    explorer._render()  # as a thread does that builds
    assert explorer.shown["download"]["number"] == 1
    post(explorer, {"ratio": 8}, view="another")
    assert explorer.shown["download"] == {}
