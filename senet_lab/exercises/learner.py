"""Learner: who answers, with what they have tried; `senet_lab.exercises` has one, whose record outlives the kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.checks import nearest, one_of, quoted, text
from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.marking import HELP, NOTHING, Reply, mark
from senet_lab.exercises.record import TRIES, Deed, Record
from senet_lab.exercises.results import ALONE, Tried, table, tried, write_table
from senet_lab.exercises.task import Task, code_of, drawn

if TYPE_CHECKING:
    import pandas as pd


LONGEST = 60  # letters of a class code
SHOWN = "(The solution had been shown before, so this does not count as a try.)"


class Learner:
    """The exercises for one learner: their class's numbers, and what they have done, which `record` keeps.

    Names that do not exist and answers that are none are answered in words.
    """

    def __init__(self, code: str = "", record: Record | None = None) -> None:
        self.record = record or Record()
        self._first = code_of(text("code", code, "9B-spring"))  # until another one is taken
        if len(self._first) > LONGEST:
            raise ValueError(f"`code` (={quoted(self._first)}) must have at most {LONGEST} letters; try '9B-spring'.")

    @property
    def code(self) -> str:
        """The class code in force, "" without one."""
        taken = [deed.code for deed in self.record.deeds() if deed.did == "class"]
        return taken[-1] if taken else self._first

    def names(self, lesson: str = "") -> tuple[str, ...]:
        """The names of all exercises; of one lesson, by its notebook's name or number, such as "05"."""
        return tuple(name for name in MAKERS if lesson_of(name).startswith(lesson))

    def task(self, name: str) -> Task:
        """An exercise with this class's numbers.

        Raises:
            ValueError, TypeError: there is none of that name; the error says the nearest.
        """
        return drawn(MAKERS[one_of("name", name, MAKERS)], name, self.code)

    def tried(self, name: str) -> Tried:
        """What was done at an exercise with the present class code."""
        return tried(self.record.deeds(), self.code, name)

    def question(self, name: str) -> Reply:
        """What is asked, and what can be chosen."""
        return self._of(name, lambda task: Reply(f"Exercise {name}", _asked(task)))

    def check(self, name: str, answer: Any = None) -> Reply:
        """Mark an answer: right, nearly or wrong. An answer that is none does not count as a try."""
        return self._of(name, lambda task: self._checked(name, task, answer))

    def _checked(self, name: str, task: Task, answer: Any) -> Reply:
        reply, before = mark(task, answer), self.tried(name)
        if reply.verdict == NOTHING or before.solved_alone:
            return reply
        if before.revealed:
            worked = "" if reply.right else f"\n{_worked(task)}"  # it stays in sight
            reply = Reply(reply.verdict, f"{reply.words.removesuffix(HELP).strip()}{worked}\n{SHOWN}")
        return reply if before.solved else self._keep(name, reply.verdict.lower(), reply)

    def hint(self, name: str) -> Reply:
        """The next hint; behind the last one, that there are no more."""
        return self._of(name, lambda task: self._hinted(name, task))

    def _hinted(self, name: str, task: Task) -> Reply:
        turn, count = self.tried(name).hints, len(task.hints)
        if turn >= count:
            again = "\n".join(f"{number}. {words}" for number, words in enumerate(task.hints, 1))
            return Reply("No more hints", f"You have seen all {count}; what is left is the solution.\n{again}")
        return self._keep(name, "hint", Reply(f"Hint {turn + 1} of {count}", task.hints[turn]))

    def reveal(self, name: str) -> Reply:
        """The worked solution, with the numbers of this class put in. That it was seen is kept."""
        return self._of(name, lambda task: self._revealed(name, task))

    def _revealed(self, name: str, task: Task) -> Reply:
        return self._keep(name, "solution", Reply("Solution", _worked(task)))

    def class_code(self, code: str = "") -> Reply:
        """Take the numbers of a class, in all lessons: the same code gives the same ones everywhere. None goes back."""
        if not isinstance(code, str):
            return Reply("Class code", f"A class code is a text, not {quoted(code)}; try class_code('9B-spring').")
        taken = code_of(code)
        words = f"{taken}: who gives the same code has the same numbers, in every lesson."
        if len(taken) > LONGEST:
            return Reply("Class code", f"A class code has at most {LONGEST} letters, not {len(taken)}.")
        self.record.add(Deed("class", taken))
        return self._noted(Reply("Class code", words if taken else "None: the numbers are those of the lessons."))

    def results(self) -> pd.DataFrame:
        """What was tried with the present class code, one row an exercise: tries, hints, solved, and with what help.

        Warns if something that was kept cannot be read, or could not be kept.
        """
        return table(self.record, [self.code]).drop(columns="class code")

    def hand_in(self, path: str | Path, *, overwrite: bool = False) -> Reply:
        """Write what was tried, in all lessons and with all class codes, as a table for the teacher (CSV).

        In words, if there is a file of that name already, or it cannot be written.
        """
        try:
            written = write_table(self.record, path, overwrite=overwrite)
        except (OSError, TypeError, ValueError) as error:
            return Reply("Not written", str(error))
        alone = sum(written.solved == ALONE)
        return Reply("Written", f"{len(written)} exercises, {alone} of them solved {ALONE}, in '{path}'.")

    def forget(self, everything: bool = False) -> Reply:
        """Forget what was tried, in all lessons and with all class codes; says what that would be, unless told to."""
        tries = sum(deed.did in TRIES for deed in self.record.deeds())
        what = f"{tries} {'try' if tries == 1 else 'tries'} in {self.record.path or 'this kernel'}"
        if everything is not True:
            return Reply("Forget", f"{what}, with hints and class codes; forget(everything=True) does it.")
        try:
            self.record.forget()
        except OSError as error:
            return Reply("Not forgotten", f"'{self.record.path}' cannot be removed: {error.strerror or error}.")
        return Reply("Forgotten", f"{what}, with hints and class codes.")

    def answers(self, lesson: str = "") -> pd.DataFrame:
        """For the teacher: the questions of this class, answers and solutions, all or those of one lesson."""
        import pandas as pd

        tasks = {name: self.task(name) for name in self.names(lesson)}
        rows = [(name, task.question, _value(task), task.solution) for name, task in tasks.items()]
        return pd.DataFrame(rows, columns=["exercise", "question", "answer", "solution"]).set_index("exercise")

    def _of(self, name: str, what: Callable[[Task], Reply]) -> Reply:
        """`what` of the exercise of that name; of none, which one was meant."""
        if not isinstance(name, str) or name not in MAKERS:
            return Reply("No such exercise", f"There is none called {quoted(name)}; try {nearest(name, MAKERS)!r}.")
        return what(self.task(name))

    def _keep(self, name: str, did: str, reply: Reply) -> Reply:
        self.record.add(Deed(did, self.code, name))
        return self._noted(reply)

    def _noted(self, reply: Reply) -> Reply:
        """With what is wrong with the record, or the learner would believe that all is kept."""
        if not self.record.problem:
            return reply
        return Reply(reply.verdict, f"{reply.words}\n(Not kept beyond this kernel: {self.record.problem}.)")


def _asked(task: Task) -> str:
    return f"{task.question} {' / '.join(task.choices)}".strip()


def _value(task: Task) -> str:
    """The answer in words: a count to the last one."""
    if isinstance(task.answer, str):
        return task.answer
    number = f"{task.answer:,}" if isinstance(task.answer, int) else f"{task.answer:.4g}"
    return f"{number} {task.unit}".strip()


def _worked(task: Task) -> str:
    return f"{task.solution}\n{_answer(task)}"


def _answer(task: Task) -> str:
    return f"Answer: {_value(task)}."
