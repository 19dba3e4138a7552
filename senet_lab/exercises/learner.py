"""Learner: the exercises and the record of one person; the record of `senet_lab.exercises` is kept in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.checks import nearest, one_of, quoted, text
from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.marking import HELP, NO_ANSWER, Reply, mark
from senet_lab.exercises.record import TRIES, Event, Record
from senet_lab.exercises.results import WITHOUT, Attempts, count_attempts, table, write_table
from senet_lab.exercises.task import Task, draw_task, normalize_code
from senet_lab.extras import require

if TYPE_CHECKING:
    import pandas as pd

MAX_CODE_LETTERS = 60
AFTER_SOLUTION = "(You have seen the solution, so this does not count as a try.)"


class Answer(NamedTuple):
    """A row of the teacher's table: one exercise with the numbers of a class, in words."""

    exercise: str
    question: str
    answer: str
    solution: str


class Learner:
    """The exercises for one learner, with the numbers of their class and a record of what they have done.

    Unknown names and answers that are not numbers get a reply in words, not an exception.
    """

    def __init__(self, code: str = "", record: Record | None = None) -> None:
        self.record = record or Record()
        self._first_code = code = normalize_code(text("code", code, "9B-spring"))  # until another is chosen
        if len(code) > MAX_CODE_LETTERS:
            raise ValueError(f"`code` (={quoted(code)}) must have at most {MAX_CODE_LETTERS} letters; try '9B-spring'.")

    @property
    def code(self) -> str:
        """Return the current class code, "" without one."""
        codes = [event.code for event in self.record.events() if event.did == "class"]
        return codes[-1] if codes else self._first_code

    def names(self, lesson: str = "") -> tuple[str, ...]:
        """Return the names of all exercises, or those of one lesson, given by notebook name or number, as in "05"."""
        return tuple(name for name in MAKERS if lesson_of(name).startswith(lesson))

    def task(self, name: str) -> Task:
        """Return an exercise with this class's numbers.

        Raises:
            ValueError, TypeError: no exercise has this name; the error suggests the nearest one.
        """
        return draw_task(MAKERS[one_of("name", name, MAKERS, "Learner().names()")], name, self.code)

    def tried(self, name: str) -> Attempts:
        """Count tries and hints of an exercise with the current class code."""
        return count_attempts(self.record.events(), self.code, name)

    def question(self, name: str) -> Reply:
        """Return the question and its choices."""
        return self._reply(name, lambda task: Reply(f"Exercise {name}", _question(task)))

    def check(self, name: str, answer: Any = None) -> Reply:
        """Mark an answer as right, nearly or wrong. Anything that is not an answer does not count as a try."""
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
        return reply if before.solved else self._record(name, reply.verdict.lower(), reply)

    def hint(self, name: str) -> Reply:
        """Return the next hint; after the last one, all of them again."""
        return self._reply(name, lambda task: self._hint(name, task))

    def _hint(self, name: str, task: Task) -> Reply:
        number, count = self.tried(name).hints + 1, len(task.hints)
        if number > count:
            hints = "\n".join(f"{number}. {words}" for number, words in enumerate(task.hints, 1))
            return Reply("No more hints", f"You have seen all {count}; only the solution is left.\n{hints}")
        return self._record(name, "hint", Reply(f"Hint {number} of {count}", task.hints[number - 1]))

    def reveal(self, name: str) -> Reply:
        """Return the worked solution with the numbers of this class, and record that it was shown."""
        return self._reply(name, lambda task: self._record(name, "solution", Reply("Solution", _solution(task))))

    def class_code(self, code: str = "") -> Reply:
        """Use the numbers of a class code in all lessons, the same for everyone; "" for the standard numbers."""
        if not isinstance(code, str):
            return Reply("Class code", f"A class code is text, not {quoted(code)}; try class_code('9B-spring').")
        code = normalize_code(code)
        if len(code) > MAX_CODE_LETTERS:
            return Reply("Class code", f"A class code has at most {MAX_CODE_LETTERS} letters, not {len(code)}.")
        self.record.add(Event("class", code))
        words = f"{code}: everyone who uses this code gets the same numbers in every lesson."
        return self._add_problem(Reply("Class code", words if code else "None: you get the standard numbers."))

    def results(self) -> pd.DataFrame:
        """Return one row per exercise with the current class code: tries, hints, and how it was solved.

        Warns if the record is damaged or could not be written.

        Raises:
            MissingExtraError: pandas is not installed; `hand_in` writes the same data without it.
        """
        return table(self.record, [self.code]).drop(columns="class code")

    def hand_in(self, path: str | Path, *, overwrite: bool = False) -> Reply:
        """Write the results of all lessons and class codes to a CSV file for the teacher.

        If the file exists already or cannot be written, the reply says so.
        """
        try:
            rows = write_table(self.record, path, overwrite=overwrite)
        except (OSError, TypeError, ValueError) as error:
            return Reply("Not written", str(error))
        without = sum(row.solved == WITHOUT for row in rows)
        return Reply("Written", f"{len(rows)} exercises, {without} of them solved {WITHOUT}, in '{path}'.")

    def forget(self, everything: bool = False) -> Reply:
        """Delete the record of all lessons and class codes; without `everything`, only say what would be deleted."""
        tries = sum(event.did in TRIES for event in self.record.events())
        count = f"{tries} {'try' if tries == 1 else 'tries'}"
        if everything is not True:
            words = f"forget(everything=True) deletes {count}, with hints and class codes, in {self.record.place}."
            return Reply("Nothing deleted yet", words)
        try:
            self.record.forget()
        except OSError as error:
            why = str(error.strerror or error).removesuffix(".")
            return Reply("Not deleted", f"The record in {self.record.place} cannot be deleted: {why}.")
        return Reply("Deleted", f"{count} in {self.record.place}, with hints and class codes.")

    def answers(self, lesson: str = "") -> pd.DataFrame:
        """Return the questions of this class with answers and solutions, for one lesson or all."""
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

    def _record(self, name: str, did: str, reply: Reply) -> Reply:
        self.record.add(Event(did, self.code, name))
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
    return f"{number} {task.unit}".strip()


def _solution(task: Task) -> str:
    return f"{task.solution}\nAnswer: {_answer(task)}."
