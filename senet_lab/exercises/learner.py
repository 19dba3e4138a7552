"""Learner: the exercises for one person, with their record; that of `senet_lab.exercises` outlives the kernel."""

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
AFTER_SOLUTION = "(The solution had been shown before, so this does not count as a try.)"


class Answer(NamedTuple):
    """What the teacher looks up of one exercise, with the numbers of a class, in words."""

    exercise: str
    question: str
    answer: str
    solution: str


class Learner:
    """The exercises for one learner: the numbers of their class, and the record of what they have done.

    Unknown names and answers that are not numbers are answered in words.
    """

    def __init__(self, code: str = "", record: Record | None = None) -> None:
        self.record = record or Record()
        self._first_code = code = normalize_code(text("code", code, "9B-spring"))  # in force until another is chosen
        if len(code) > MAX_CODE_LETTERS:
            raise ValueError(f"`code` (={quoted(code)}) must have at most {MAX_CODE_LETTERS} letters; try '9B-spring'.")

    @property
    def code(self) -> str:
        """Return the class code in force, "" without one."""
        codes = [event.code for event in self.record.events() if event.did == "class"]
        return codes[-1] if codes else self._first_code

    def names(self, lesson: str = "") -> tuple[str, ...]:
        """Return the names of all exercises; or of one lesson, by its notebook's name or number, such as "05"."""
        return tuple(name for name in MAKERS if lesson_of(name).startswith(lesson))

    def task(self, name: str) -> Task:
        """Return an exercise with this class's numbers.

        Raises:
            ValueError, TypeError: there is none of that name; the error says the nearest.
        """
        return draw_task(MAKERS[one_of("name", name, MAKERS)], name, self.code)

    def tried(self, name: str) -> Attempts:
        """Count what was done at an exercise with the present class code."""
        return count_attempts(self.record.events(), self.code, name)

    def question(self, name: str) -> Reply:
        """Return the question and its choices."""
        return self._reply(name, lambda task: Reply(f"Exercise {name}", _question(task)))

    def check(self, name: str, answer: Any = None) -> Reply:
        """Mark an answer: right, nearly or wrong. One that is no answer does not count as a try."""
        return self._reply(name, lambda task: self._check(name, task, answer))

    def _check(self, name: str, task: Task, answer: Any) -> Reply:
        reply, before = mark(task, answer), self.tried(name)
        if answer is None or answer is Ellipsis:  # from code alone: a panel shows its question
            return Reply(reply.verdict, f"{task.question}\n{reply.words}")
        if reply.verdict == NO_ANSWER or before.solved_without:
            return reply
        if before.revealed:
            solution = "" if reply.right else f"\n{_solution(task)}"  # it stays in sight
            reply = Reply(reply.verdict, f"{reply.words.removesuffix(HELP).strip()}{solution}\n{AFTER_SOLUTION}")
        return reply if before.solved else self._record(name, reply.verdict.lower(), reply)

    def hint(self, name: str) -> Reply:
        """Return the next hint; after the last one, all of them again."""
        return self._reply(name, lambda task: self._hint(name, task))

    def _hint(self, name: str, task: Task) -> Reply:
        number, count = self.tried(name).hints + 1, len(task.hints)
        if number > count:
            hints = "\n".join(f"{number}. {words}" for number, words in enumerate(task.hints, 1))
            return Reply("No more hints", f"You have seen all {count}; what is left is the solution.\n{hints}")
        return self._record(name, "hint", Reply(f"Hint {number} of {count}", task.hints[number - 1]))

    def reveal(self, name: str) -> Reply:
        """Return the worked solution with the numbers of this class; the record says that it was shown."""
        return self._reply(name, lambda task: self._record(name, "solution", Reply("Solution", _solution(task))))

    def class_code(self, code: str = "") -> Reply:
        """Use the numbers of a class in all lessons, the same for everyone with the code; "" for the standard ones."""
        if not isinstance(code, str):
            return Reply("Class code", f"A class code is a text, not {quoted(code)}; try class_code('9B-spring').")
        code = normalize_code(code)
        if len(code) > MAX_CODE_LETTERS:
            return Reply("Class code", f"A class code has at most {MAX_CODE_LETTERS} letters, not {len(code)}.")
        self.record.add(Event("class", code))
        words = f"{code}: everyone who uses this code gets the same numbers, in every lesson."
        return self._add_problem(Reply("Class code", words if code else "None: the numbers are those of the lessons."))

    def results(self) -> pd.DataFrame:
        """Return a row per exercise with the present class code: tries, hints, whether and how it was solved.

        Warns if the record is damaged or could not be written.

        Raises:
            MissingExtraError: pandas is not installed; `hand_in` writes the same without it.
        """
        return table(self.record, [self.code]).drop(columns="class code")

    def hand_in(self, path: str | Path, *, overwrite: bool = False) -> Reply:
        """Write a table of what was tried, in all lessons and with all class codes, for the teacher (CSV).

        The reply says so if there is a file of that name already, or if it cannot be written.
        """
        try:
            rows = write_table(self.record, path, overwrite=overwrite)
        except (OSError, TypeError, ValueError) as error:
            return Reply("Not written", str(error))
        without = sum(row.solved == WITHOUT for row in rows)
        return Reply("Written", f"{len(rows)} exercises, {without} of them solved {WITHOUT}, in '{path}'.")

    def forget(self, everything: bool = False) -> Reply:
        """Delete the record of all lessons and class codes; without `everything`, only say what that is."""
        tries = sum(event.did in TRIES for event in self.record.events())
        summary = f"{tries} {'try' if tries == 1 else 'tries'} in {self.record.place}"
        if everything is not True:
            return Reply("Forget", f"{summary}, with hints and class codes; forget(everything=True) does it.")
        try:
            self.record.forget()
        except OSError as error:
            why = str(error.strerror or error).removesuffix(".")
            return Reply("Not forgotten", f"The record in {self.record.place} cannot be removed: {why}.")
        return Reply("Forgotten", f"{summary}, with hints and class codes.")

    def answers(self, lesson: str = "") -> pd.DataFrame:
        """Return this class's questions with answers and solutions, of all lessons or one, for the teacher."""
        require("pandas", by="the table of answers")
        import pandas as pd

        return pd.DataFrame(self.answer_rows(lesson), columns=Answer._fields).set_index("exercise")

    def answer_rows(self, lesson: str = "") -> list[Answer]:
        """Return the rows of `answers`, which need no pandas."""
        tasks = {name: self.task(name) for name in self.names(lesson)}
        return [Answer(name, task.question, _answer(task), task.solution) for name, task in tasks.items()]

    def _reply(self, name: str, reply: Callable[[Task], Reply]) -> Reply:
        """Return `reply` of the exercise of that name; for an unknown name, suggest the nearest."""
        if not isinstance(name, str) or name not in MAKERS:
            return Reply("No such exercise", f"There is none called {quoted(name)}; try {nearest(name, MAKERS)!r}.")
        return reply(self.task(name))

    def _record(self, name: str, did: str, reply: Reply) -> Reply:
        self.record.add(Event(did, self.code, name))
        return self._add_problem(reply)

    def _add_problem(self, reply: Reply) -> Reply:
        """Add what is wrong with the record, or the learner would believe that all is saved."""
        if not self.record.problem:
            return reply
        return Reply(reply.verdict, f"{reply.words}\n(Not kept beyond this kernel: {self.record.problem}.)")


def _question(task: Task) -> str:
    return f"{task.question} {' / '.join(task.choices)}".strip()


def _answer(task: Task) -> str:
    """Return the answer in words; a count with all digits."""
    if isinstance(task.answer, str):
        return task.answer
    number = f"{task.answer:,}" if isinstance(task.answer, int) else f"{task.answer:.4g}"
    return f"{number} {task.unit}".strip()


def _solution(task: Task) -> str:
    return f"{task.solution}\nAnswer: {_answer(task)}."
