"""Exercises: verdicts on all of them; hints in their turn; what is recorded; the page and the panel."""

import os
import re
import stat
import subprocess
import sys
import threading
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import VIEW, post

from senet_lab import Architecture, Exercise, exercises
from senet_lab.drawing.units import short
from senet_lab.exercises.catalogue import LESSONS, MAKERS, lesson_of
from senet_lab.exercises.learner import AFTER_SOLUTION, Learner
from senet_lab.exercises.marking import NEARLY, NO_ANSWER, NOT_YET, RIGHT, Reply, mark
from senet_lab.exercises.messages import COMMANDS
from senet_lab.exercises.number import parse_number
from senet_lab.exercises.page import State, ask, look_up, page, still
from senet_lab.exercises.record import Record, record_path
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS, Attempts
from senet_lab.exercises.task import Task, draw_task

NAMES = tuple(MAKERS)
COUNTS = [name for name in NAMES if not draw_task(MAKERS[name]).tolerance and not draw_task(MAKERS[name]).choices]
MEASURED = [name for name in NAMES if draw_task(MAKERS[name]).tolerance]
LARGE_UNITS = ("parameters", "weights", "multiply-adds", "FLOPs", "numbers", "gates")
CHOICES = [name for name in NAMES if draw_task(MAKERS[name]).choices]


@pytest.fixture
def learner():
    return Learner()


def tasks():
    """Return each task that a code or the page can draw."""
    return [
        pytest.param(task, id=f"{name} {number}")
        for name, maker in MAKERS.items()
        for number, task in enumerate(maker.tasks())
    ]


@pytest.mark.parametrize("task", tasks())
def test_the_answer_is_right_however_it_is_written(task):
    answer = task.answer
    if isinstance(answer, str):
        ways = [answer, answer.upper(), f"  {answer} "]
    elif isinstance(answer, float):
        ways = [answer, f"{answer:.4g}", f"{answer:.4g} {task.unit}"]
    else:
        ways = [
            answer,
            float(answer),
            f"{answer:,}",
            f"{answer:_}",
            f"{answer:,} {task.unit}",
            f"{answer:,}".replace(",", " "),
        ]
        ways += [short(answer), short(answer).replace(" ", "")] if answer >= 1000 else []
    for way in ways:
        assert mark(task, way).verdict == RIGHT, (way, mark(task, way))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CHOICES])
def test_the_answer_is_right_as_a_number_of_numpy_and_as_an_array_or_a_series_of_one(name):
    import numpy as np
    import pandas as pd

    task = draw_task(MAKERS[name])
    kind = np.float32 if isinstance(task.answer, float) else np.int64
    for way in (kind(task.answer), np.array([task.answer]), pd.Series([task.answer])):
        assert mark(task, way).verdict == RIGHT, (way, mark(task, way))


@pytest.mark.parametrize("task", tasks())
def test_a_slip_that_is_foreseen_is_no_right_answer_and_is_told_apart(task):
    assert task.answer not in [value for value, _ in task.slips]
    for value, words in task.slips:
        assert mark(task, value) == Reply(NOT_YET, words)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_exact(name, learner):
    answer = learner.task(name).answer
    if answer >= 1000:
        above, below = (mark(learner.task(name), answer + by) for by in (1, -1))
        assert above.verdict == below.verdict == NEARLY
        assert "too large" in above.words
        assert "too small" in below.words
    assert learner.check(name, 3 * answer + 12_345_678_901).verdict == NOT_YET
    assert learner.check(name, -1).verdict == NOT_YET


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_measured_may_be_off_by_its_tolerance(name, learner):
    task = learner.task(name)
    assert learner.check(name, task.answer * (1 + 0.9 * task.tolerance)).verdict == RIGHT
    assert learner.check(name, task.answer * (1 + 2 * task.tolerance)).verdict != RIGHT
    assert learner.check(name, task.answer * 1000).verdict == NOT_YET


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "nothing", [None, ..., "", "  ", "?", "no idea", True, [1, 2], {}, object(), 1j, float("nan"), float("inf"), b"1",
                "1,2,3,4,5", "1" * 5000, 10**400, "1e99999", Architecture()],
    ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_is_no_answer_is_answered_with_what_would_do_and_is_no_try(name, nothing, learner):
    reply = learner.check(name, nothing)
    assert reply.verdict == NO_ANSWER
    assert "try" in reply.words or "choose" in reply.words
    assert learner.tried(name).tries == 0
    assert not reply.right


def test_checking_without_an_answer_says_the_question_which_a_panel_shows_already(learner):
    question = learner.task("se-neck").question
    assert learner.check("se-neck").words.startswith(f"{question}\nEnter an answer first")
    assert question not in learner.check("se-neck", "").words


@pytest.mark.parametrize("name", NAMES)
def test_arrays_and_series_of_several_numbers_are_no_answers(name, learner):
    import numpy as np
    import pandas as pd

    for nothing in (np.zeros(3), pd.Series([1, 2])):
        assert learner.check(name, nothing).verdict == NO_ANSWER


@pytest.mark.slow
@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.lists(st.integers())))
def test_no_answer_makes_it_raise(answer):
    for name in ("ratio-4-params", "se-share", "paths-late-loop"):
        reply = Learner().check(name, answer)
        assert repr(reply)
        assert reply._repr_html_().startswith("<p><strong>")


@given(st.integers(0, 10**12), st.sampled_from(["", "k", "M", "G", "T"]))
def test_a_number_is_read_as_it_is_written(number, prefix):
    power = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12}[prefix]
    assert parse_number(f"{number:,} {prefix}").value == Decimal(number).scaleb(power)
    assert parse_number(f"{number}{prefix}MACs").value == parse_number(f"{number:_} {prefix}").value
    assert parse_number(number).value == number


@pytest.mark.parametrize(
    ("written", "value"),
    [("2,51 M", 2_510_000), ("2.514.944", 2_514_944), ("2.5e3", 2500), ("\u22125", -5), ("3 million parameters", 3_000_000),
     ("9.1%", Decimal("9.1")), ("9.1 %", Decimal("9.1")), ("9.1\u00a0%", Decimal("9.1")), ("4.23 GMACs", 4_230_000_000), ("4 MACs", 4), (".5", Decimal("0.5")), ("16.94 times", Decimal("16.94"))],
)  # fmt: skip
def test_the_ways_in_which_numbers_are_written(written, value):
    assert parse_number(written).value == value


def test_html_is_escaped(learner):
    reply = learner.check("ratio-4-params", "<script>alert(1)</script>")
    assert "<script>" not in reply._repr_html_()
    task = Task(question="<script>", answer="<script>", choices=("<script>",), hints=(), solution="")
    assert still(State("<script>", "", "", task, Attempts())).count("&lt;script&gt;") == 4


@pytest.mark.parametrize("name", NAMES)
def test_hints_come_in_their_turn_and_nothing_else_tells_them(name, learner):
    task = learner.task(name)
    wrong = "none of these" if task.choices else -123
    said = [repr(learner.question(name)), repr(learner.check(name, wrong)), repr(learner.check(name, ""))]
    for turn, words in enumerate(task.hints):
        assert not any(later in each for later in task.hints[turn:] for each in said)
        said.append(repr(learner.hint(name)))
        assert said[-1] == f"Hint {turn + 1} of {len(task.hints)}. {words}"
    assert learner.hint(name).verdict == "No more hints"
    assert learner.tried(name).hints == len(task.hints) == 3
    assert not any(task.solution in each for each in said)


@pytest.mark.parametrize("task", tasks())
def test_no_hint_holds_the_answer(task):
    words = re.escape(f"{task.answer:,}" if isinstance(task.answer, int) else str(task.answer))
    if isinstance(task.answer, float):
        words = re.escape(f"{task.answer:.4g}")
    elif isinstance(task.answer, int):
        words += f"|{task.answer}"
    for hint in task.hints:
        assert not re.search(rf"(?<![\d.,])(?:{words})(?![\d,]|\.\d)", hint), (hint, task.answer)
    assert all(each.endswith((".", "?", ")")) for each in (task.question, *task.hints, task.solution))


@pytest.mark.parametrize("task", tasks())
def test_a_task_has_three_hints_and_choices_that_differ(task):
    assert len(task.hints) == len({*task.hints}) == 3
    assert len({*task.choices}) == len(task.choices)
    assert (task.answer in task.choices) == isinstance(task.answer, str)
    assert len({value for value, _ in task.slips}) == len(task.slips)
    assert len(task.question) < 420
    assert not isinstance(task.answer, int) or 0 <= task.answer < 10**11


def test_the_solution_ends_with_the_answer_and_is_kept_in_the_record(learner):
    reply = learner.reveal("ratio-4-params")
    assert reply.words.endswith("Answer: 10,059,776 parameters.")
    assert learner.check("ratio-4-params", 10_059_776).right
    assert learner.tried("ratio-4-params").solved
    assert not learner.tried("ratio-4-params").solved_without


def test_the_code_is_said_and_can_be_taken_back(learner):
    assert "9b-spring" in learner.class_code("9B-spring").words
    assert learner.task("ratio-4-params") == Learner("9b-spring").task("ratio-4-params")
    assert "try class_code" in learner.class_code(9).words
    learner.class_code()
    assert learner.task("ratio-4-params") == Learner().task("ratio-4-params")


def test_hints_that_come_after_the_answer_are_shown_in_their_turn_and_not_counted(learner):
    learner.hint("se-neck")
    learner.check("se-neck", 64)
    assert learner.hint("se-neck").verdict == "Hint 2 of 3"
    learner.reveal("se-share")
    learner.hint("se-share")
    assert learner.results().loc["05_squeeze_and_excitation", "hints used"].sum() == 1
    assert page(look_up("se-neck", learner), {})["hint_button"] == "Hint (1 left)"


def test_results_are_a_table_of_tries_hints_and_what_was_solved(learner):
    import pandas as pd

    learner.check("se-neck", 1)
    learner.hint("se-neck")
    learner.check("se-neck", "64")
    learner.check("se-neck", 1)  # behind a right answer nothing is lost
    learner.reveal("se-share")
    learner.check("se-share", learner.task("se-share").answer)
    table = learner.results()
    assert isinstance(table, pd.DataFrame)
    assert list(table.loc["05_squeeze_and_excitation", :].loc["se-neck"]) == [2, 1, False, WITH_HINTS]
    assert list(table.loc["05_squeeze_and_excitation", :].loc["se-share"]) == [0, 0, True, AFTER]
    assert len(table) == len(NAMES)


def test_what_is_answered_after_the_solution_is_marked_but_the_first_outcome_stands(learner):
    learner.check("se-neck", 1)
    learner.reveal("se-neck")
    for answer in (1, "64", "64", 1):
        reply = learner.check("se-neck", answer)
        assert reply.right == (answer == "64")
        assert reply.words.endswith(AFTER_SOLUTION)
        assert (learner.task("se-neck").solution in reply.words) != reply.right  # it stays in sight
        assert "hint" not in reply.words
        found = learner.tried("se-neck")
        assert (found.tries, found.solved_without) == (1, False)
    assert list(learner.results().loc["05_squeeze_and_excitation", :].loc["se-neck"]) == [1, 0, True, AFTER]
    assert [event.did for event in learner.record.events()] == ["wrong", "solution", "wrong", "right"]


def test_what_was_solved_without_the_solution_stays_so_when_the_solution_is_looked_at(learner):
    learner.check("se-neck", "64")
    learner.reveal("se-neck")
    assert AFTER_SOLUTION not in learner.check("se-neck", "64").words
    assert learner.tried("se-neck") == Attempts(tries=1, revealed=True, outcome=ALONE, answers=("64",))


def test_each_class_code_has_its_own_record(learner):
    learner.check("se-neck", 64)
    learner.class_code("9B-spring")
    assert learner.results().tries.sum() == 0
    learner.check("se-neck", 1)
    learner.class_code("9B-spring", "Anna K.")
    assert learner.results().tries.sum() == 0
    learner.class_code("9b-Spring")
    assert learner.results().tries.sum() == 1


def test_a_name_that_is_none_is_answered_with_the_nearest(learner):
    assert learner.check("ratio-4-param", 1).words == "'ratio-4-param' is unknown; try 'ratio-4-params'."
    for call in (learner.question, learner.hint, learner.reveal, learner.check):
        assert call(None).verdict == call("").verdict == "No such exercise"
    with pytest.raises(ValueError, match="try 'ratio-4-params'"):
        Exercise("ratio-4-param")


def test_a_part_of_a_choice_will_do_if_no_other_has_it(learner):
    assert learner.check("paths-late-loop", "last").right
    assert learner.check("paths-late-loop", "first").verdict == NOT_YET
    assert learner.check("paths-late-loop", "slice").verdict == NO_ANSWER
    *others, last = map(repr, learner.task("paths-late-loop").choices)
    assert learner.check("paths-late-loop", "").words == f"Enter an answer first; choose {', '.join(others)} or {last}."
    assert learner.check("paths-late-loop", 3).verdict == NO_ANSWER


def test_a_choice_with_a_times_sign_can_be_typed_with_an_x(learner):
    for answer in ("3x3", "3X3", "3\u00d73"):
        assert learner.check("se-cheapest-place", answer).right


def test_the_module_speaks_for_one_learner():
    assert exercises.check("se-neck", 64).right
    assert exercises.results().loc["05_squeeze_and_excitation", :].loc["se-neck", "tries"] == 1
    assert set(exercises.__all__) <= set(dir(exercises))


def test_every_lesson_has_three_to_six_exercises_and_names_say_the_lesson():
    assert all(3 <= len(makers) <= 6 for makers in LESSONS.values())
    assert lesson_of("ratio-4-params") == "05_squeeze_and_excitation"
    assert Learner().names("05") == tuple(LESSONS["05_squeeze_and_excitation"])
    assert all(isinstance(draw_task(maker), Task) for name, maker in MAKERS.items())


# What outlives the kernel.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "results.jsonl"


@pytest.fixture
def kept(path):
    """Makes learners as another kernel would have them: on the same file."""
    return lambda: Learner(record=Record(path))


def test_results_and_the_class_code_outlive_the_kernel(kept):
    before = kept()
    before.class_code("9B-spring")
    before.check("se-neck", 1)
    before.hint("se-neck")
    before.reveal("se-share")
    after = kept()
    assert after.code == "9b-spring"
    assert after.results().equals(before.results())
    assert after.results().tries.sum() == 1
    assert after.hint("se-neck").verdict == "Hint 2 of 3"
    assert Exercise("se-neck", after).shown["record"] == "class 9b-spring · 1 try"


def test_another_kernel_is_heard_at_once(kept):
    one, other = kept(), kept()
    assert other.tried("se-neck").tries == 0
    one.check("se-neck", 1)
    other.check("se-neck", 2)
    assert one.tried("se-neck") == other.tried("se-neck")
    assert one.tried("se-neck").tries == 2


def test_kernels_that_write_at_once_lose_no_answer(kept, path):
    code = "from senet_lab.exercises import check; [check('se-neck', n) for n in range(100, 150)]"
    env = {**os.environ, "SENET_LAB_RESULTS": str(path), "PYTHONPATH": ":".join(filter(None, sys.path))}
    kernels = [subprocess.Popen([sys.executable, "-c", code], env=env) for _ in range(3)]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    assert kept().tried("se-neck").tries == 150


def test_nobody_else_can_read_it_and_it_has_answers_and_names_but_no_times(kept, path):
    learner = kept()
    learner.class_code("9B", " Anna  K. ")
    learner.check("se-neck", " 31415 ")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]
    assert path.read_text() == (
        '{"did": "class", "code": "9b", "exercise": "", "student": "Anna K.", "answer": ""}\n'
        '{"did": "wrong", "code": "9b", "exercise": "se-neck", "student": "anna k.", "answer": "31415"}\n'
    )


def test_a_line_of_an_earlier_version_without_names_and_answers_is_counted(kept, path):
    path.parent.mkdir()
    path.write_text('{"did": "wrong", "code": "", "exercise": "se-neck"}\n')
    assert kept().tried("se-neck") == Attempts(tries=1)


@pytest.mark.parametrize(
    "damage", [b'{"did": "wro', b"\xff\x00\xfe", b"[]\n", b'{"did": "cheat", "code": ""}\n', b'{"did": "hint", "code": 7}\n',
               b'"x"\n', b"[" * 10_000])  # fmt: skip
def test_a_damaged_line_is_told_and_costs_no_other(kept, path, damage):
    pytest.importorskip("pandas")
    kept().check("se-neck", 1)
    path.write_bytes(damage + path.read_bytes() if damage.endswith(b"\n") else path.read_bytes() + damage)
    kept().check("se-neck", 2)
    with pytest.warns(UserWarning, match="Damaged lines in .* that are not counted: 1"):
        assert kept().results().tries.sum() == 2
    assert damage.strip() in path.read_bytes()


def test_what_cannot_be_written_is_told_waits_and_is_written_later(kept, path):
    pytest.importorskip("pandas")
    path.parent.write_text("a file where the folder should be")
    learner = kept()
    reply = learner.check("se-neck", 64)
    assert reply.right
    assert f"Not saved: '{path}' cannot be written" in reply.words
    assert learner.tried("se-neck").solved
    with pytest.warns(UserWarning, match="unsaved results are lost when this kernel stops"):
        learner.results()
    path.parent.unlink()
    assert "Not saved" not in learner.check("se-share", 1).words
    assert kept().results().tries.sum() == 2


def test_forgetting_says_what_it_would_do_and_does_it_when_told(kept, path):
    learner, other = kept(), kept()
    learner.class_code("9B-spring")
    learner.check("se-neck", 1)
    words = f"forget(everything=True) deletes 1 try, with answers, hints, class codes and names, in {path}."
    assert learner.forget().words == words
    assert other.tried("se-neck").tries == 1
    assert learner.forget(everything=True).verdict == "Deleted"
    assert not path.exists()
    assert other.results().tries.sum() == 0
    assert (learner.code, other.code) == ("", "")
    learner.check("se-neck", 1)
    assert other.tried("se-neck").tries == 1


def test_a_name_that_is_no_valid_unicode_breaks_nothing(kept, tmp_path):
    learner = kept()
    learner.class_code("9B", "\ud800")
    assert learner.check("se-neck", learner.task("se-neck").answer).right
    assert kept().hand_in(tmp_path / "mine.csv").verdict == "Written"


def test_where_it_is_kept_is_said_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SENET_LAB_RESULTS", " ")
    assert record_path() is None
    monkeypatch.setenv("SENET_LAB_RESULTS", str(tmp_path / "mine"))
    assert record_path() == tmp_path / "mine"
    monkeypatch.delenv("SENET_LAB_RESULTS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert record_path() == tmp_path / "senet_lab" / "results.jsonl"


def test_a_class_code_or_a_name_that_is_a_novel_or_no_text_is_refused(learner):
    assert "at most 60 letters" in learner.class_code("a" * 61).words
    assert (
        learner.class_code("9B", "x" * 31).words == "A name has at most 30 letters, not 31; try initials, such as 'AK'."
    )
    assert "try class_code('9B-spring', 'Anna K.')" in learner.class_code("9B", ["Anna"]).words
    assert (learner.code, learner.student) == ("", "")
    with pytest.raises(ValueError, match="`student`"):
        Learner("9B", "x" * 31)


# The page, without a widget.


@pytest.mark.parametrize("action", COMMANDS)
def test_an_action_gives_a_new_state_and_leaves_the_old_one_alone(action, learner):
    before = look_up("se-neck", learner)
    after = ask(before, action, "64", learner)
    assert before == State("se-neck", "", "", learner.task("se-neck"), Attempts())
    assert page(after, {})["verdict"] == {"check": RIGHT, "hint": "", "reveal": "Solution"}[action]
    assert len(page(after, {})["hints"]) == (action == "hint")
    assert page(after, {})["question"] == page(before, {})["question"]


def test_an_unknown_action_is_refused(learner):
    with pytest.raises(ValueError, match="try 'hint'"):
        ask(look_up("se-neck", learner), "hnt", "", learner)


# The panel, without a browser.


@pytest.fixture
def panel(learner):
    made = Exercise("ratio-4-params", learner)
    yield made
    assert made.failure is None


def send(panel, do, answer=""):
    post(panel, {do: answer})
    return panel.shown


def test_the_panel_checks_hints_and_reveals(panel):
    assert panel.shown["verdict"] == ""
    assert panel.shown["hint_button"] == "Hint (3 left)"
    assert send(panel, "check", "9 M")["verdict"] == NOT_YET
    assert panel.shown["record"] == "1 try"
    assert send(panel, "hint")["hints"][0].startswith("One block")
    assert panel.shown["hint_button"] == "Hint (2 left)"
    assert send(panel, "check", "10,059,776")["verdict"] == RIGHT
    assert panel.shown["solved"]
    assert panel.shown["record"] == "solved with hints, 2 tries"
    assert send(panel, "reveal")["verdict"] == "Solution"
    assert panel.shown["answered"] == {VIEW: 4}


def test_hints_stay_visible_in_their_order_with_the_last_reply(panel):
    wrong = send(panel, "check", "9 M")["words"]
    hints = panel._state.task.hints
    for count in (1, 2, 3):
        shown = send(panel, "hint")
        assert shown["hints"] == list(hints[:count])
        assert (shown["verdict"], shown["words"]) == (NOT_YET, wrong)
    assert shown["hint_button"] == "No hints left"
    assert send(panel, "hint")["words"] == "You have seen all 3; only the solution is left."
    assert send(panel, "check", "10 M")["hints"] == list(hints)
    again = Exercise("ratio-4-params", panel._learner)  # as in the next session
    assert again.shown["hints"] == list(hints)


def test_a_hint_that_is_not_saved_says_so(tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    panel = Exercise("se-neck", Learner(record=Record(tmp_path / "kept" / "results.jsonl")))
    assert send(panel, "hint")["words"].startswith("(Not saved:")
    assert len(panel.shown["hints"]) == 1


def test_the_panel_tells_what_was_solved_after_the_solution(panel):
    send(panel, "check", "9 M")
    send(panel, "reveal")
    assert send(panel, "check", "10,059,776")["words"].endswith(AFTER_SOLUTION)
    assert panel.shown["record"] == "solved after the solution, 1 try"


@pytest.mark.parametrize("name", NAMES)
def test_the_field_has_an_example_of_the_unit_which_can_be_marked(name, learner):
    task = learner.task(name)
    shown = page(look_up(name, learner), {})
    assert bool(shown["example"]) != bool(task.choices)
    if example := shown["example"].removeprefix("such as "):
        assert mark(task, example).verdict not in (RIGHT, NO_ANSWER)
        assert ("M" in example) == (task.unit in LARGE_UNITS)


def test_a_panel_that_is_opened_again_shows_what_cells_have_done_meanwhile(learner):
    panel = Exercise("ratio-4-params", learner)
    learner.check("ratio-4-params", "17")
    post(panel, {})
    assert panel.shown["record"] == "1 try"
    learner.class_code("9b-spring")
    question = learner.task("ratio-4-params").question
    assert question in repr(panel)
    assert question in panel._repr_mimebundle_()[0]["text/html"]
    post(panel, {})
    assert panel.shown["question"] == question


def test_a_reply_to_another_question_is_dropped(panel, learner):
    send(panel, "check", "10,059,776")
    learner.class_code("9B-spring")
    post(panel, {})
    assert (panel.shown["verdict"], panel.shown["words"]) == ("", "")


def test_the_panel_says_so_when_the_class_code_has_changed(panel, learner):
    learner.class_code("9B-spring")
    shown = send(panel, "check", "10,059,776")
    assert shown["verdict"] == "New question"
    assert shown["record"] == "class 9b-spring"
    assert shown["question"] == learner.task("ratio-4-params").question
    assert learner.tried("ratio-4-params").tries == 0
    learner.class_code("9B-spring", "Anna K.")
    assert send(panel, "check", "1")["verdict"] == "New question"
    assert panel.shown["record"] == "class 9b-spring \u00b7 Anna K."


def test_an_error_of_the_program_is_shown_and_kept(learner):
    panel = Exercise("ratio-4-params", learner)
    assert "try 'hint'" in send(panel, "hnt")["error"]
    assert isinstance(panel.failure, ValueError)
    assert send(panel, "check", "1")["error"] == ""


def test_the_panel_answers_from_another_thread(panel):
    thread = threading.Thread(target=send, args=(panel, "check", "10,059,776"))
    thread.start()
    thread.join()
    assert panel.shown["verdict"] == RIGHT


def test_what_is_stored_of_a_panel_is_the_question_and_how_to_answer(panel):
    html = panel._repr_mimebundle_()[0]["text/html"]
    assert panel.shown["question"] in html
    assert "check(&quot;ratio-4-params&quot;, ...)" in html
    assert repr(panel).startswith("Exercise(ratio-4-params: SE-ResNeXt-50")
    assert "the last slice" in still(look_up("paths-late-loop", Learner()))
