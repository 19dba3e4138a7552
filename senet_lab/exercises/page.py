"""Page: what an exercise shows, and how its buttons change it. Imports no widget and no array library."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

from senet_lab.checks import one_of
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import Reply, example
from senet_lab.exercises.messages import COMMANDS, Shown
from senet_lab.exercises.results import Attempts
from senet_lab.exercises.task import Task
from senet_lab.widgets.messages import Answered

CHANGED = Reply("New question", "The class code or the name has changed, so the question has new numbers.")


@dataclass(frozen=True)
class State:
    """The state from which the page is computed.

    Attributes:
        name: the name of the exercise.
        code: the class code that drew the numbers of the task, or "".
        student: the student's name or number, or "".
        attempts: what the learner has done at this exercise.
        reply: the reply to the last answer, or None before the first.
    """

    name: str
    code: str
    student: str
    task: Task
    attempts: Attempts
    reply: Reply | None = None


def look_up(name: str, learner: Learner, reply: Reply | None = None) -> State:
    """Return the current state of an exercise for a learner.

    Raises:
        ValueError, TypeError: no exercise has this name; the error suggests the nearest one.
    """
    return State(name, learner.code, learner.student, learner.task(name), learner.tried(name), reply)


def refresh(state: State, learner: Learner) -> State:
    """Return the state after a cell or another panel has done something; a reply to another question is dropped."""
    current = look_up(state.name, learner, state.reply)
    is_same = current.task == state.task or state.reply is CHANGED
    return current if is_same else replace(current, reply=None)


def ask(state: State, action: str, answer: Any, learner: Learner) -> State:
    """Return the state after one of `COMMANDS`; `answer` is the content of the field, which "check" marks.

    A hint is shown with the earlier ones, so the reply to the last answer stays. If the class code or the name has
    changed since the question was shown, only return the new question.

    Raises:
        ValueError: the action is unknown.
    """
    one_of("control", action, COMMANDS)
    if (state.code, state.student) != (learner.code, learner.student):
        return look_up(state.name, learner, CHANGED)
    if action == "check":
        reply: Reply | None = learner.check(state.name, answer)
    elif action == "reveal":
        reply = learner.reveal(state.name)
    else:
        hint = learner.hint(state.name)
        reply = state.reply if hint.words in state.task.hints else _shorten(hint, state.task)
    return look_up(state.name, learner, reply)


def _shorten(reply: Reply, task: Task) -> Reply:
    """Return the reply to a request for a hint without the hints, which the page shows anyway."""
    hints = {*task.hints, *(f"{number}. {words}" for number, words in enumerate(task.hints, 1))}
    return Reply(reply.verdict, "\n".join(line for line in reply.words.splitlines() if line not in hints))


def page(state: State, answered: Answered, error: str = "") -> Shown:
    """Return what the browser shows: question, choices, reply, hints, and the label of the hint button."""
    task, reply = state.task, state.reply
    left = max(0, len(task.hints) - state.attempts.hints)
    return {
        "answered": answered,
        "error": error,
        "name": state.name,
        "question": task.question,
        "unit": task.unit,
        "choices": list(task.choices),
        "example": f"such as {example(task)}" if example(task) else "",
        "verdict": reply.verdict if reply else "",
        "words": reply.words if reply else "",
        "hints": list(task.hints[: state.attempts.hints]),
        "hint_button": f"Hint ({left} left)" if left else "No hints left",
        "record": _record(state),
        "solved": state.attempts.solved,
    }


def _record(state: State) -> str:
    """Return whose numbers these are and the results so far: "class 9b-spring · Anna · solved alone, 2 tries"."""
    attempts = state.attempts
    tries = f"{attempts.tries} {'try' if attempts.tries == 1 else 'tries'}" if attempts.tries else ""
    solved = f"solved {attempts.outcome}" if attempts.solved else ""
    code = f"class {state.code}" if state.code else ""
    student = state.student if code else ""
    return " \u00b7 ".join(filter(None, (code, student, ", ".join(filter(None, (solved, tries))))))


def still(state: State) -> str:
    """Return HTML for pages without widgets: the question, and how to answer it by typing."""
    choices = f"<p>{escape(' / '.join(state.task.choices))}</p>" if state.task.choices else ""
    call = escape(f'check("{state.name}", ...)')
    return (
        f'<div data-panel="exercise" data-name="{escape(state.name)}">'
        f"<p><strong>Exercise.</strong> {escape(state.task.question)}</p>{choices}"
        f"<p>To answer, run the cell, or type <code>{call}</code>.</p></div>"
    )
