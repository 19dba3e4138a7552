"""Hand-in: the file for the teacher, from which a program draws the same exercises and marks them again."""

import csv
import io
import re
from itertools import chain

import pytest

from senet_lab.classroom.hand_in import read_hand_in
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.hand_in import csv_text, hand_in_file_name, tried_rows
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import RIGHT, mark
from senet_lab.exercises.record import Event, Record
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS
from senet_lab.exercises.task import normalize


@pytest.fixture
def learner(tmp_path):
    return Learner(record=Record(tmp_path / "results.jsonl"))


def handed_in(learner):
    return work_in(csv_text(tried_rows(learner.record, learner.student)))


def work_in(text):
    """The rows of a file as a teacher's program reads them, none of which is damaged."""
    read = read_hand_in("senet_lab.csv", text.encode())
    assert not any("not counted" in note for note in read.notes)
    return read.work


def test_what_is_handed_in_has_all_lessons_and_codes_and_nothing_that_was_not_tried(learner, tmp_path):
    learner.check("se-neck", 64)
    learner.class_code("9B-spring")
    learner.hint("micro-shortcut")
    learner.class_code("=1+1")  # a table program would run it
    learner.reveal("se-share")
    file = tmp_path / "me.csv"
    assert learner.hand_in(file).words == f"3 exercises, 1 of them solved alone, in '{file}'."
    assert "'=1+1" in file.read_text()
    rows = work_in(file.read_text())
    assert [row.code for row in rows] == ["", "9b-spring", "=1+1"]
    assert [row.exercise for row in rows] == ["se-neck", "micro-shortcut", "se-share"]
    assert [row.solved for row in rows] == [ALONE, "", ""]
    assert "is there already" in learner.hand_in(file).words
    assert learner.hand_in(file, overwrite=True).verdict == "Written"
    assert learner.hand_in(tmp_path / "none" / "me.csv").verdict == learner.hand_in(7).verdict == "Not written"


def test_alone_excludes_hints_and_the_solution(learner):
    learner.check("se-neck", 64)
    learner.hint("se-neck")  # after it was solved
    learner.hint("micro-shortcut")
    learner.check("micro-shortcut", learner.task("micro-shortcut").answer)
    learner.reveal("se-share")
    learner.check("se-share", learner.task("se-share").answer)
    assert {row.exercise: row.solved for row in handed_in(learner)} == {
        "se-neck": ALONE,
        "micro-shortcut": WITH_HINTS,
        "se-share": AFTER,
    }


def test_a_teacher_can_draw_each_exercise_again_and_mark_its_answers(learner):
    for student in ("Anna K.", 17):
        learner.class_code("9B-spring", student)
        for name in MAKERS:
            task = learner.task(name)
            for slip, _ in task.slips:
                learner.check(name, slip)
            learner.check(name, "nonsense")  # no try
            learner.check(name, task.answer)
        rows = handed_in(learner)
        assert {row.exercise for row in rows} == {*MAKERS}
        for row in rows:
            theirs = Learner(row.code, row.student).task(row.exercise)
            assert theirs == learner.task(row.exercise)
            verdicts = [mark(theirs, answer).verdict for answer in row.answers]
            assert len(verdicts) == row.tries == len(theirs.slips) + 1
            assert [verdict == RIGHT for verdict in verdicts] == [False] * len(theirs.slips) + [True]


def test_a_file_has_one_student_and_what_was_done_with_no_name(learner):
    learner.check("se-neck", 1)  # without a code, numbers do not depend on the student
    learner.class_code("9B-spring")
    learner.check("se-neck", 2)
    learner.class_code("9B-spring", "Ben")
    learner.check("se-neck", 3)
    learner.class_code("9B-spring", "Anna")
    learner.check("se-neck", 4)
    assert [(row.code, row.student, row.answers) for row in handed_in(learner)] == [
        ("", "", ("1",)),
        ("9b-spring", "", ("2",)),
        ("9b-spring", "anna", ("4",)),
    ]
    learner.class_code("9B-spring", "anna ")
    assert len(handed_in(learner)) == 3
    assert learner.tried("se-neck").tries == 1


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "'=x", "''=", "\t", 'a,"b"\nc', "x'", "a\u2028b", "a;=1+1;",
                                  'a;"=1+1;', ";'=1;\t=2", "a\n=1\r\n-2"])  # fmt: skip
def test_names_codes_and_answers_are_read_as_they_were_written_and_start_no_formula(text):
    record, code = Record(), normalize(text)
    for event in (Event("class", code, student=text), Event("wrong", code, "se-neck", "", text)):
        record.add(event)
    written = csv_text(tried_rows(record, text))
    for delimiter in ",;\t":  # at which a spreadsheet program may split lines
        cells = chain(*csv.reader(io.StringIO(written, newline=""), delimiter=delimiter))
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    row = work_in(written)[0]
    assert (row.code, row.answers) == (code, (text,))


@pytest.mark.parametrize(
    ("name", "code", "file"),
    [("Anna K", "9b-spring", "senet_lab_9b-spring_Anna-K.csv"), ("O\u2019Neil-Mey", "", "senet_lab_O-Neil-Mey.csv"),
     ("\u0905\u0928\u093f", "=1+1/..\\_x", "senet_lab_1-1-x_\u0905\u0928\u093f.csv"), ("Ju\u0308", "", "senet_lab_J\u00fc.csv"),
     ("../a\\b<c>\0", "", "senet_lab_a-b-c.csv"), ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "", "senet_lab_\u0639\u0644\u06cc\u0631\u0636\u0627.csv"),
     ("\u674e\u30fb\u660e", "", "senet_lab_\u674e-\u660e.csv")],
)  # fmt: skip
def test_a_file_is_named_for_its_learner_and_class_whatever_they_are_called(name, code, file):
    assert hand_in_file_name(name, code) == file


def test_files_of_a_class_without_names_do_not_collide():
    names = {hand_in_file_name(" ", "9b") for _ in range(60)}
    assert len(names) == 60
    assert all(re.fullmatch(r"senet_lab_9b_[0-9a-f]{6}\.csv", name) for name in names)
    assert hand_in_file_name("...", "9b") != hand_in_file_name("...", "9b")
    assert len(hand_in_file_name("\u674e" * 30, "\u7ea7" * 60).encode()) <= 255
