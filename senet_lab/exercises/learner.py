"""Learner: who answers, with what they have tried; `senet_lab.exercises` has one for the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from senet_lab.checks import nearest, one_of
from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.marking import NOTHING, Reply, mark
from senet_lab.exercises.task import Task, code_of, drawn

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tried:
    """What was done at one exercise: tries, hints seen, whether solved and whether the solution was seen before."""

    tries: int = 0
    hints: int = 0
    solved: bool = False
    revealed: bool = False
    solved_alone: bool = False


class Learner:
    """The exercises for one learner: their class's numbers, and a record of what they tried.

    Names that do not exist and answers that are none are answered in words.
    """

    def __init__(self, code: str = "") -> None:
        self._code = code_of(code)
        self._tried: dict[tuple[str, str], Tried] = {}

    @property
    def code(self) -> str:
        """The class code in force, "" without one."""
        return self._code

    def names(self, lesson: str = "") -> tuple[str, ...]:
        """The names of all exercises; of one lesson, by its notebook's name or number, such as "05"."""
        return tuple(name for name in MAKERS if lesson_of(name).startswith(lesson))

    def task(self, name: str) -> Task:
        """An exercise with this class's numbers.

        Raises:
            ValueError, TypeError: there is none of that name; the error says the nearest.
        """
        return drawn(MAKERS[one_of("name", name, MAKERS)], name, self._code)

    def tried(self, name: str) -> Tried:
        """What was done at an exercise with the present class code."""
        return self._tried.get((self._code, name), Tried())

    def question(self, name: str) -> Reply:
        """What is asked, and what can be chosen."""
        return self._of(name, lambda task: Reply(f"Exercise {name}", _asked(task)))

    def check(self, name: str, answer: Any = None) -> Reply:
        """Mark an answer: right, nearly or wrong. An answer that is none does not count as a try."""
        return self._of(name, lambda task: self._checked(name, task, answer))

    def _checked(self, name: str, task: Task, answer: Any) -> Reply:
        reply, before = mark(task, answer), self.tried(name)
        if reply.verdict != NOTHING and not before.solved:
            alone = reply.right and not before.revealed
            self._keep(name, tries=before.tries + 1, solved=reply.right, solved_alone=alone)
        return reply

    def hint(self, name: str) -> Reply:
        """The next hint; behind the last one, that there are no more."""
        return self._of(name, lambda task: self._hinted(name, task))

    def _hinted(self, name: str, task: Task) -> Reply:
        turn, count = self.tried(name).hints, len(task.hints)
        if turn >= count:
            return Reply("No more hints", f"You have seen all {count}; reveal() has the solution.\n{task.hints[-1]}")
        self._keep(name, hints=turn + 1)
        return Reply(f"Hint {turn + 1} of {count}", task.hints[turn])

    def reveal(self, name: str) -> Reply:
        """The worked solution, with the numbers of this class put in. That it was seen is kept."""
        return self._of(name, lambda task: self._revealed(name, task))

    def _revealed(self, name: str, task: Task) -> Reply:
        self._keep(name, revealed=True)
        return Reply("Solution", f"{task.solution}\n{_answer(task)}")

    def class_code(self, code: str = "") -> Reply:
        """Take the numbers of a class: the same code gives the same ones everywhere. Without a code, the lesson's."""
        if not isinstance(code, str):
            return Reply("Class code", f"A class code is a text, not {code!r}; try class_code('9B-spring').")
        self._code = code_of(code)
        if not self._code:
            return Reply("Class code", "None: the numbers are those of the lessons.")
        return Reply("Class code", f"{self._code}: who gives the same code has the same numbers.")

    def results(self) -> pd.DataFrame:
        """What was tried with the present class code, one row an exercise: tries, hints, solved, and with what help."""
        import pandas as pd

        rows = []
        for name in MAKERS:
            tried = self.tried(name)
            solved = "" if not tried.solved else "alone" if tried.solved_alone else "after the solution"
            rows.append((lesson_of(name), name, tried.tries, tried.hints, tried.revealed, solved))
        columns = ["lesson", "exercise", "tries", "hints used", "solution seen", "solved"]
        return pd.DataFrame(rows, columns=columns).set_index(["lesson", "exercise"])

    def answers(self, lesson: str = "") -> pd.DataFrame:
        """For the teacher: the questions of this class, answers and solutions, all or those of one lesson."""
        import pandas as pd

        tasks = {name: self.task(name) for name in self.names(lesson)}
        rows = [(name, task.question, _value(task), task.solution) for name, task in tasks.items()]
        return pd.DataFrame(rows, columns=["exercise", "question", "answer", "solution"]).set_index("exercise")

    def _of(self, name: str, what: Callable[[Task], Reply]) -> Reply:
        """`what` of the exercise of that name; of none, which one was meant."""
        if not isinstance(name, str) or name not in MAKERS:
            return Reply("No such exercise", f"There is none called {name!r}; try {nearest(name, MAKERS)!r}.")
        return what(self.task(name))

    def _keep(self, name: str, **changes: Any) -> None:
        self._tried[self._code, name] = replace(self.tried(name), **changes)


def _asked(task: Task) -> str:
    return f"{task.question} {' / '.join(task.choices)}".strip()


def _value(task: Task) -> str:
    """The answer in words: a count to the last one."""
    if isinstance(task.answer, str):
        return task.answer
    return f"{task.answer:,} {task.unit}" if isinstance(task.answer, int) else f"{task.answer:.4g} {task.unit}"


def _answer(task: Task) -> str:
    return f"Answer: {_value(task)}."
