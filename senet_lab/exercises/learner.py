"""Learner: the exercises and the record of one person; the record of `senet_lab.exercises` is kept in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.checks import nearest, one_of, quoted, text
from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.hand_in import write_hand_in
from senet_lab.exercises.marking import HELP, NEARLY, NO_ANSWER, NOT_YET, RIGHT, Reply, mark, with_unit
from senet_lab.exercises.number import parse_number
from senet_lab.exercises.record import TRIES, Event, Record
from senet_lab.exercises.results import ALONE, Attempts, count_attempts, table
from senet_lab.exercises.task import Task, draw_task, normalize
from senet_lab.extras import require

if TYPE_CHECKING:
    import pandas as pd

MAX_CODE_LETTERS, MAX_NAME_LETTERS = 60, 30
ALL_ELSE = "answers, hints, class codes and names"  # that is deleted with the tries
MAX_ANSWER_LETTERS = 100  # that are recorded
RECORDED = {RIGHT: "right", NEARLY: "nearly", NOT_YET: "wrong"}  # the event of a verdict
NO_MORE_HINTS = "No more hints"
AFTER_SOLUTION = "(You have seen the solution, so this does not count as a try.)"


class Answer(NamedTuple):
    """A row of the teacher's table: one exercise with the numbers of a class or a student, in words."""

    exercise: str
    question: str
    answer: str
    solution: str


class Learner:
    """The exercises for one learner, with their numbers and a record of what they have done.

    Unknown names and answers that are not numbers get a reply in words, not an exception.

    Args:
        code: the class code until another is chosen; "" for the numbers of the page.
        student: the student's name or number, which with a class code gives them their own numbers; "" for those of the
            class.
        record: where to record; None to keep it in memory.

    Raises:
        ValueError, TypeError: code or student are too long, or not text.
    """

    def __init__(self, code: str = "", student: str = "", record: Record | None = None) -> None:
        self.record = record or Record()
        code = normalize(text("code", code, "9B-spring"))
        student = " ".join(text("student", student, "Anna K.").split())
        if len(code) > MAX_CODE_LETTERS:
            raise ValueError(f"`code` (={quoted(code)}) must have at most {MAX_CODE_LETTERS} letters; try '9B-spring'.")
        if len(student) > MAX_NAME_LETTERS:
            raise ValueError(f"`student` (={quoted(student)}) must have at most {MAX_NAME_LETTERS} letters; try 'AK'.")
        self._first = Event("class", code, student=student)  # until another is chosen

    @property
    def code(self) -> str:
        """Return the current class code, "" without one."""
        return self._choice().code

    @property
    def student(self) -> str:
        """Return the name or number that the student entered, "" without one."""
        return self._choice().student

    @property
    def drawn_for(self) -> tuple[str, str]:
        """Return whose numbers the exercises have: class code and student, normalized; without a code, the page's."""
        choice = self._choice()
        return choice.code, normalize(choice.student) if choice.code else ""

    def _choice(self) -> Event:
        choices = [event for event in self.record.events() if event.did == "class"]
        return choices[-1] if choices else self._first

    def names(self, lesson: str = "") -> tuple[str, ...]:
        """Return the names of all exercises, or those of one lesson, given by notebook name or number, as in "05"."""
        return tuple(name for name in MAKERS if lesson_of(name).startswith(lesson))

    def task(self, name: str) -> Task:
        """Return an exercise with this learner's numbers.

        Raises:
            ValueError, TypeError: no exercise has this name; the error suggests the nearest one.
        """
        return draw_task(MAKERS[one_of("name", name, MAKERS, "Learner().names()")], *self.drawn_for)

    def tried(self, name: str) -> Attempts:
        """Count tries and hints of an exercise with the current numbers."""
        return count_attempts(self.record.events(), *self.drawn_for, name)

    def question(self, name: str) -> Reply:
        """Return the question and its choices."""
        return self._reply(name, lambda task: Reply(f"Exercise {name}", _question(task)))

    def check(self, name: str, answer: Any = None) -> Reply:
        """Mark an answer as right, nearly or not yet right. Anything that is not an answer does not count as a try."""
        return self._reply(name, lambda task: self._check(name, task, answer))

    def _check(self, name: str, task: Task, answer: Any) -> Reply:
        reply, before = mark(task, answer), self.tried(name)
        if answer is None or answer is Ellipsis:  # only from code; a panel shows its question anyway
            return Reply(reply.verdict, f"{task.question}\n{reply.words}")
        if reply.verdict == NO_ANSWER or before.solved_without:
            return reply
        if before.revealed:
            solution = "" if reply.right else f"\n{_solution(task)}"  # remains visible
            reply = Reply(reply.verdict, f"{reply.words.removesuffix(HELP).strip()}{solution}\n{AFTER_SOLUTION}")
        return reply if before.solved else self._record(name, RECORDED[reply.verdict], reply, _as_text(answer))

    def hint(self, name: str) -> Reply:
        """Return the next hint; after the last one, all of them again."""
        return self._reply(name, lambda task: self._hint(name, task))

    def _hint(self, name: str, task: Task) -> Reply:
        number, count = self.tried(name).hints + 1, len(task.hints)
        if number > count:
            hints = "\n".join(f"{number}. {words}" for number, words in enumerate(task.hints, 1))
            return Reply(NO_MORE_HINTS, f"You have seen all {count}; only the solution is left.\n{hints}")
        return self._record(name, "hint", Reply(f"Hint {number} of {count}", task.hints[number - 1]))

    def reveal(self, name: str) -> Reply:
        """Return the worked solution with this learner's numbers, and record that it was shown."""
        return self._reply(name, lambda task: self._record(name, "solution", Reply("Solution", _solution(task))))

    def class_code(self, code: str = "", student: str | int = "") -> Reply:
        """Use the numbers of a class code in all lessons, and with a student's name or number, their own.

        Args:
            code: the class code, the same for everyone in a class; "" for the numbers of the page.
            student: the student's name or number; "" for the numbers of the class. It is recorded on this computer and
                in the file that is handed in.
        """
        if not isinstance(code, str):
            return Reply("Class code", f"A class code is text, not {quoted(code)}; try class_code('9B-spring').")
        if isinstance(student, bool) or not isinstance(student, (str, int)):
            example = "try class_code('9B-spring', 'Anna K.')"
            return Reply("Class code", f"A student's name or number is text, not {quoted(student)}; {example}.")
        code, student = normalize(code), " ".join(str(student).split())
        if len(code) > MAX_CODE_LETTERS:
            return Reply("Class code", f"A class code has at most {MAX_CODE_LETTERS} letters, not {len(code)}.")
        if len(student) > MAX_NAME_LETTERS:
            words = f"A name has at most {MAX_NAME_LETTERS} letters, not {len(student)}; try initials, such as 'AK'."
            return Reply("Class code", words)
        self.record.add(Event("class", code, student=student))
        return self._add_problem(Reply("Class code", _describe_numbers(code, student)))

    def results(self) -> pd.DataFrame:
        """Return one row per exercise with the current numbers: tries, hints, and how it was solved.

        Warns if the record is damaged or could not be written.

        Raises:
            MissingExtraError: pandas is not installed; `hand_in` writes the same data without it.
        """
        return table(self.record, *self.drawn_for)

    def hand_in(self, path: str | Path, *, overwrite: bool = False) -> Reply:
        """Write the results of all lessons and class codes to a CSV file for the teacher, with name and answers.

        If the file exists already or cannot be written, the reply says so.
        """
        try:
            rows = write_hand_in(self.record, self.student, path, overwrite=overwrite)
        except (OSError, TypeError, ValueError) as error:
            return Reply("Not written", str(error))
        alone = sum(row.solved == ALONE for row in rows)
        return Reply("Written", f"{len(rows)} exercises, {alone} of them solved {ALONE}, in '{path}'.")

    def forget(self, everything: bool = False) -> Reply:
        """Delete the record of all lessons and class codes; without `everything`, only say what would be deleted."""
        tries = sum(event.did in TRIES for event in self.record.events())
        count = f"{tries} {'try' if tries == 1 else 'tries'}"
        if everything is not True:
            words = f"forget(everything=True) deletes {count}, with {ALL_ELSE}, in {self.record.place}."
            return Reply("Nothing deleted yet", words)
        try:
            self.record.forget()
        except OSError as error:
            why = str(error.strerror or error).removesuffix(".")
            return Reply("Not deleted", f"The record in {self.record.place} cannot be deleted: {why}.")
        return Reply("Deleted", f"{count} in {self.record.place}, with {ALL_ELSE}.")

    def answers(self, lesson: str = "") -> pd.DataFrame:
        """Return this learner's questions with answers and solutions, for one lesson or all."""
        require("pandas", by="the table of answers")
        import pandas as pd

        return pd.DataFrame(self.answer_rows(lesson), columns=Answer._fields).set_index("exercise")

    def answer_rows(self, lesson: str = "") -> list[Answer]:
        """Return the rows of `answers`, which need no pandas."""
        tasks = {name: self.task(name) for name in self.names(lesson)}
        return [Answer(name, task.question, _answer(task), task.solution) for name, task in tasks.items()]

    def _reply(self, name: str, reply: Callable[[Task], Reply]) -> Reply:
        """Return `reply` for the exercise called `name`; if it is unknown, suggest the nearest name."""
        if not isinstance(name, str) or name not in MAKERS:
            return Reply("No such exercise", f"{quoted(name)} is unknown; try {nearest(name, MAKERS)!r}.")
        return reply(self.task(name))

    def _record(self, name: str, did: str, reply: Reply, answer: str = "") -> Reply:
        code, student = self.drawn_for
        self.record.add(Event(did, code, name, student, answer))
        return self._add_problem(reply)

    def _add_problem(self, reply: Reply) -> Reply:
        """Add a problem with the record, so the learner does not believe that everything is saved."""
        if not self.record.problem:
            return reply
        return Reply(reply.verdict, f"{reply.words}\n(Not saved: {self.record.problem}.)")


def _question(task: Task) -> str:
    return f"{task.question} {' / '.join(task.choices)}".strip()


def _answer(task: Task) -> str:
    """Return the answer with its unit; a count with all digits."""
    if isinstance(task.answer, str):
        return task.answer
    number = f"{task.answer:,}" if isinstance(task.answer, int) else f"{task.answer:.4g}"
    return with_unit(number, task.unit)


def _as_text(answer: Any) -> str:
    """Return an answer as it is recorded: text, or the digits of a number; marked again, it gets the same verdict."""
    number = None if isinstance(answer, str) else parse_number(answer)
    if number is None:
        return str(answer).strip()[:MAX_ANSWER_LETTERS]
    digits = f"{number.value:f}"
    return digits if len(digits) <= MAX_ANSWER_LETTERS else str(number.value)


def _describe_numbers(code: str, student: str) -> str:
    """Return whose numbers the exercises have now, and where a name is kept."""
    if not code:
        numbers = "None: you get the standard numbers."
    elif student:
        numbers = f"{code}, {student}: you get your own numbers in every lesson."
    else:
        numbers = f"{code}: everyone who uses this code gets the same numbers in every lesson."
    kept = " Your name and your answers are only in your record on this computer and in the file that you hand in."
    return numbers + kept if student else numbers


def _solution(task: Task) -> str:
    return f"{task.solution}\nAnswer: {_answer(task)}."
