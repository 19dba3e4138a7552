"""Host: the panels of a page without a kernel, as messages in JSON."""

import json
from base64 import b64encode
from html import escape

import pytest

from senet_lab import Explorer
from senet_lab.classroom.worksheet import worksheet, worksheet_answers
from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.record import Event
from senet_lab.explorer import page
from senet_lab.web.host import Host
from senet_lab.web.storage import KEY, StoredRecord


class Kept(dict):
    """A browser's storage."""

    def getItem(self, key):  # noqa: N802
        return self.get(key)

    def setItem(self, key, text):  # noqa: N802
        self[key] = text

    def removeItem(self, key):  # noqa: N802
        self.pop(key, None)


class Forbidden(Kept):
    """The storage of a browser that keeps nothing."""

    def getItem(self, key):  # noqa: ARG002, N802
        raise PermissionError("The operation is insecure.")

    def setItem(self, key, text):  # noqa: ARG002, N802
        raise PermissionError("The operation is insecure.")

    def removeItem(self, key):  # noqa: ARG002, N802
        raise PermissionError("The operation is insecure.")


def send(host, number, count, **moves):
    message = {"view": "a", "number": count, "moves": moves, "gesture": str(count)}
    return shown(host.receive(number, json.dumps(message)))


def shown(answer):
    return json.loads(answer)["shown"]


def test_explorer_without_a_kernel_shows_what_that_of_a_notebook_shows():
    host, widget = Host(), Explorer()
    assert shown(host.open("explorer", "{}")) == json.loads(json.dumps(widget.shown))
    for number, moves in enumerate(
        ({"ratio": 8}, {"tab": "Layers"}, {"ratio": "x"}, {"save": ".py"}, {"undo": True}), 1
    ):
        message = {"view": "a", "number": number, "moves": moves, "gesture": str(number)}
        widget._handle_custom_msg(message, [])
        assert send(host, 0, number, **moves) == json.loads(json.dumps(widget.shown))
    assert send(host, 0, 5, ratio=2) == json.loads(json.dumps(widget.shown))  # sent again: not acted on


def test_explorer_opens_and_visits_an_address():
    host = Host()
    opened = shown(host.open("explorer", '{"address": "network=senet1~ratio=8&tab=Code"}'))
    assert (opened["tab"], opened["token"]) == ("Code", "senet1~ratio=8")
    assert shown(host.visit(0, "network=senet1"))["tab"] == "Network"
    assert "try 1" in shown(host.visit(0, "network=senet1~ratio=0"))["error"]
    assert shown(host.open("explorer", '{"network": "senet1~ratio=4"}'))["token"] == "senet1~ratio=4"


def test_neighbors_of_a_network_are_drawn_before_they_are_asked_for():
    host = Host()
    host.open("explorer", "{}")
    send(host, 0, 1, ratio=8)
    before = host.refresh(0)
    for step in (-1, 1):
        host.prepare(0, step)
    assert host.refresh(0) == before
    drawn = page._drawing_and_table.cache_info().misses
    send(host, 0, 2, ratio=4)
    send(host, 0, 3, ratio=8)
    send(host, 0, 4, ratio=16)
    assert page._drawing_and_table.cache_info().misses == drawn
    host.prepare(0, 99)  # leads nowhere


def test_exercise_is_marked_and_kept_for_the_next_page():
    storage = Kept()
    host = Host(storage)
    host.open("exercise", '{"name": "ratio-4-params"}')
    assert send(host, 0, 1, check="1")["verdict"] == "Not yet"
    assert send(host, 0, 2, check=str(Learner().task("ratio-4-params").answer))["verdict"] == "Right"
    again = shown(Host(storage).open("exercise", '{"name": "ratio-4-params"}'))
    assert (again["solved"], again["record"]) == (True, "solved alone, 2 tries")
    assert storage[KEY].count("\n") == 2


def test_class_code_gives_other_numbers_and_what_was_tried_is_a_table():
    host = Host(Kept())
    before = shown(host.open("exercise", '{"name": "ratio-4-params"}'))
    assert json.loads(host.results())["words"] == "0 exercises tried, 0 solved alone"
    assert "everyone who uses this code" in host.class_code("9B Spring", "")
    assert shown(host.refresh(0))["question"] != before["question"]
    send(host, 0, 1, hint="")
    results = json.loads(host.results())
    assert (results["code"], results["words"]) == ("9b spring", "1 exercise tried, 0 solved alone")
    handed = json.loads(host.hand_in())["csv"].splitlines()[1]
    assert handed.startswith("05_squeeze_and_excitation,ratio-4-params,9b spring,,False,0,1,False,")
    assert "class code has at most" in host.class_code("x" * 99, "")
    assert host.forget() == "Deleted. 0 tries in this browser, with answers, hints, class codes and names."
    after = shown(host.refresh(0))
    assert all(after[name] == before[name] for name in ("question", "hints", "record", "solved"))


def test_a_student_has_their_own_numbers_and_a_file_with_their_name_and_answers():
    storage = Kept()
    host = Host(storage)
    host.open("exercise", '{"name": "ratio-4-params"}')
    host.class_code("9B Spring", "")
    of_class = shown(host.refresh(0))["question"]
    students = ("Anna K.", "Ben", "17", "Chen", "Dana")
    questions = set()
    for student in students:
        assert "only in your record on this computer and in the file" in host.class_code("9B Spring", student)
        questions.add(shown(host.refresh(0))["question"])
    assert len(questions | {of_class}) > 2
    host.class_code("9B Spring", " Anna K. ")
    host.refresh(0)
    send(host, 0, 1, check="12 k")
    handed = json.loads(host.hand_in())
    assert handed["file"] == "senet_lab_9b-spring_Anna-K.csv"
    assert ',9b spring,Anna K.,True,1,0,False,,"[""12 k""]"\n' in handed["csv"]
    results = json.loads(Host(storage).results())
    assert (results["code"], results["student"]) == ("9b spring", "Anna K.")
    assert host.class_code("9B Spring", "x" * 31).endswith("try initials, such as 'AK'.")
    host.class_code("9B Spring", "Ben")  # the next one at this computer
    assert "Anna" not in json.loads(host.hand_in())["csv"]


def test_answers_of_a_class_are_looked_up_without_a_trace():
    storage = Kept()
    host = Host(storage)
    assert shown(host.open("answers", "{}"))["body"] == ""
    for number, whose in enumerate((("", ""), ("9B Spring", "Anna K."), ("9B Spring", "")), 1):
        query = dict(zip(("code", "student"), whose, strict=True))
        answered, learner = send(host, 0, number, show=query), Learner(*whose)
        assert answered["body"].count("<table") == len(LESSONS)
        for name in MAKERS:
            task = learner.task(name)
            assert escape(task.question) in answered["body"]
            assert escape(task.solution) in answered["body"]
        said = (
            "The standard numbers, for no class code.",
            "The numbers of 9b spring, Anna K.",
            "The numbers of 9b spring.",
        )
        assert answered["said"] == said[number - 1]
    assert "10,059,776 parameters" not in answered["body"]
    refused = send(host, 0, 4, show={"code": "<b>" * 30, "student": ""})
    assert (refused["body"], refused["error"]) == ("", "")
    assert "at most 60 letters" in refused["said"]
    assert "try 'show'" in send(host, 0, 5, shw="")["error"]
    assert "`show`" in send(host, 0, 6, show="9B")["error"]
    assert storage == {}


def test_a_worksheet_and_its_answers_have_the_numbers_of_a_class():
    host, lesson = Host(), "05_squeeze_and_excitation"
    sheet, answers = (json.loads(host.worksheet(lesson, "9B", each)) for each in (False, True))
    assert sheet == {"html": worksheet(lesson, "9B"), "words": ""}
    assert answers == {"html": worksheet_answers(lesson, "9B"), "words": ""}
    refused = json.loads(host.worksheet(lesson, "9" * 100, False))
    assert refused["html"] == ""
    assert "at most 60 letters" in refused["words"]


def test_a_class_is_looked_over_from_the_content_of_its_files():
    student = Host()
    student.class_code("9B", "Anna")
    send_answer(student)
    handed_in = json.loads(student.hand_in())
    files = {handed_in["file"]: handed_in["csv"].encode(), "cat.csv": b"\xff\xfe\x00"}
    contents = {name: b64encode(content).decode() for name, content in files.items()}
    overview = json.loads(Host().look_over(json.dumps(contents), "", ""))
    assert overview["words"] == "1 of 2 files are counted; the page names the others."
    assert "Anna" in overview["html"]
    assert "cat.csv" in overview["html"]
    assert overview["csv"].splitlines()[1].startswith("Anna,")
    other = json.loads(Host().look_over(json.dumps(contents), " 9A ", "5, 6"))
    assert other["csv"].splitlines()[1].split(",")[3:5] == ["0", "9"]  # exercises solved, of those in two lessons
    assert "Only work with the class code 9a counts." in other["html"]
    refused = json.loads(Host().look_over(json.dumps(contents), "", "1"))
    assert (refused["html"], refused["csv"]) == ("", "")
    assert "no exercises in lesson '1'" in refused["words"]


def test_the_site_hands_in_the_file_that_a_notebook_writes(tmp_path):
    host, learner = Host(), Learner()
    host.open("exercise", json.dumps({"name": "se-neck"}))
    for number, student in enumerate(("", "Anna K."), 1):
        host.class_code("9B", student)
        host.refresh(0)
        send(host, 0, number, check="1;=1+1")
        learner.class_code("9B", student)
        learner.check("se-neck", "1;=1+1")
    learner.hand_in(tmp_path / "anna.csv")
    assert json.loads(host.hand_in())["csv"] == (tmp_path / "anna.csv").read_text(encoding="utf-8")


def send_answer(host):
    host.open("exercise", json.dumps({"name": "se-neck"}))
    send(host, 0, 1, check="1")


def test_what_two_tabs_record_is_kept_of_both():
    storage = Kept()
    first, second = StoredRecord(storage), StoredRecord(storage)
    first.add(Event("hint", "", "se-neck"))
    second.add(Event("right", "", "se-neck"))
    storage[KEY] += "half a li"
    assert [event.did for event in first.events()] == ["hint", "right"]
    assert first.unread == 1
    first.forget()
    assert second.events() == ()


def test_browser_that_keeps_nothing_is_reported_with_the_answer():
    host = Host(Forbidden())
    host.open("exercise", '{"name": "ratio-4-params"}')
    answered = send(host, 0, 1, check="1")
    assert answered["verdict"] == "Not yet"
    assert "this browser could not store it (The operation is insecure.)" in answered["words"]
    assert answered["record"] == "1 try"
    assert host.forget() == "Not deleted. The record in this browser cannot be deleted: The operation is insecure."


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("explorers", "{}", "must be one of 'explorer', .*; try 'explorer'"),
        ("explorer", '{"network": "x"}', "must begin with 'senet1'"),
        ("exercise", '{"name": "ratio-4"}', "try 'ratio-4-params'"),
    ],
)
def test_panel_that_does_not_exist_is_refused_with_one_that_does(kind, options, words):
    with pytest.raises(ValueError, match=words):
        Host().open(kind, options)


def test_build_says_in_a_browser_what_it_needs(monkeypatch):
    host = Host()
    host.open("explorer", "{}")
    monkeypatch.setattr("sys.platform", "emscripten")
    assert "senet-lab[all]" in send(host, 0, 1, tab="Build")["body"]
