"""Page: what an exercise shows, and how its buttons change it. Imports no widget and no array library."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from senet_lab.checks import one_of
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import Reply
from senet_lab.exercises.messages import COMMANDS, Shown
from senet_lab.exercises.results import AFTER, WITHOUT, Attempts
from senet_lab.exercises.task import Task
from senet_lab.widgets.messages import Answered

CHANGED = Reply("New question", "The class code has changed, so the question has new numbers.")


@dataclass(frozen=True)
class State:
    """The state from which the page is computed.

    Attributes:
        name: the name of the exercise.
        code: the class code that drew the numbers of the task, or "".
        attempts: what the learner has done at this exercise.
        reply: the reply to the last action, or None before the first.
    """

    name: str
    code: str
    task: Task
    attempts: Attempts
    reply: Reply | None = None


def look_up(name: str, learner: Learner, reply: Reply | None = None) -> State:
    """Return the current state of an exercise for a learner.

    Raises:
        ValueError, TypeError: no exercise has this name; the error suggests the nearest one.
    """
    return State(name, learner.code, learner.task(name), learner.tried(name), reply)


def ask(state: State, action: str, answer: Any, learner: Learner) -> State:
    """Return the state after one of `COMMANDS`; `answer` is the content of the field, which "check" marks.

    If the class code has changed since the question was shown, only return the new question.

    Raises:
        ValueError: the action is unknown.
    """
    one_of("control", action, COMMANDS)
    if state.code != learner.code:
        return look_up(state.name, learner, CHANGED)
    if action == "check":
        reply = learner.check(state.name, answer)
    else:
        reply = learner.hint(state.name) if action == "hint" else learner.reveal(state.name)
    return look_up(state.name, learner, reply)


def page(state: State, answered: Answered, error: str = "") -> Shown:
    """Return what the browser shows: question, choices, reply, and the label of the hint button."""
    task, reply = state.task, state.reply
    hints = max(0, len(task.hints) - state.attempts.hints)
    return {
        "answered": answered,
        "error": error,
        "name": state.name,
        "question": task.question,
        "unit": task.unit,
        "choices": list(task.choices),
        "verdict": reply.verdict if reply else "",
        "words": reply.words if reply else "",
        "hints": f"Hint ({hints} left)" if hints else "Show all hints",
        "record": _record(state),
        "solved": state.attempts.solved,
    }


def _record(state: State) -> str:
    """Return the class code and the results so far: "class 9b-spring · solved after the solution, 2 tries"."""
    attempts = state.attempts
    tries = f"{attempts.tries} {'try' if attempts.tries == 1 else 'tries'}" if attempts.tries else ""
    solved = f"solved {WITHOUT if attempts.solved_without else AFTER}" if attempts.solved else ""
    code = f"class {state.code}" if state.code else ""
    return " \u00b7 ".join(filter(None, (code, ", ".join(filter(None, (solved, tries))))))


def still(state: State) -> str:
    """Return HTML for pages without widgets: the question, and how to answer it by typing."""
    choices = f"<p>{escape(' / '.join(state.task.choices))}</p>" if state.task.choices else ""
    call = escape(f'check("{state.name}", ...)')
    return (
        f'<div data-panel="exercise" data-name="{escape(state.name)}">'
        f"<p><strong>Exercise.</strong> {escape(state.task.question)}</p>{choices}"
        f"<p>To answer, run the cell, or type <code>{call}</code>.</p></div>"
    )
