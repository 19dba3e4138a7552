"""Panels: the Explorer, exercises and a teacher's answers, for pages without a kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import instance, one_of
from senet_lab.exercises import page as exercise_page
from senet_lab.exercises.answers import answers_page
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.messages import ANSWERS_COMMANDS, AnswersQuery
from senet_lab.explorer.address import open_address, visit
from senet_lab.explorer.building import Building
from senet_lab.explorer.session import Session
from senet_lab.widgets.conversation import Conversation, Request, with_failure


class Panel(ABC):
    """A panel on the page: its traits, and how messages change them.

    Attributes:
        traits: the values that the page draws, by the names of the widget's traits in a notebook.
        answering: the trait that acknowledges messages and contains errors.
        failure: the last error that was not caused by an invalid value, or None.
    """

    answering: ClassVar[str] = "shown"

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self._conversation = Conversation(self._act, self._show, self._fail)
        self.traits: Mapping[str, Any] = {}
        self._show()

    def receive(self, content: Any) -> None:
        """Process a message of the page, as `Conversation.receive` does."""
        self._conversation.receive(None, content, ())

    def tick(self, seconds: float) -> Mapping[str, Any]:  # noqa: ARG002 - most panels stand still
        """Let seconds pass; return the traits that have changed."""
        return {}

    def _show(self) -> None:
        self.traits = self._page(self._conversation.answered)

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        failed = with_failure(self.traits[self.answering], self._conversation.answered, error)
        self.traits = {**self.traits, self.answering: failed}

    @abstractmethod
    def _act(self, request: Request) -> None:
        """Apply the moves of a request."""

    @abstractmethod
    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        """Return the traits to send to the page."""


class ExplorerPanel(Panel):
    """An Explorer.

    Args:
        network: a token, see `Architecture.token`; "" for SE-ResNeXt-50.
        address: an address to show instead, see `senet_lab.explorer.address`.
    """

    def __init__(self, network: str = "", address: str = "") -> None:
        first = Architecture.from_token(network) if network else Architecture("resnext", 50)
        self._session = Session(open_address(address, first), Building(self._show))
        super().__init__()

    def visit(self, address: str) -> None:
        """Show the network of an address."""
        self._session.state = visit(self._session.state, address)
        self._show()

    def prepare(self, step: int) -> None:
        """Draw a neighboring network in advance, see `Session.prepare`."""
        self._session.prepare(step)

    def _act(self, request: Request) -> None:
        self._session.act(request)

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        return {"shown": self._session.page(answered)}


class ExercisePanel(Panel):
    """An exercise, by its name."""

    def __init__(self, name: str, learner: Learner) -> None:
        self._learner, self._state = learner, exercise_page.look_up(name, learner)
        super().__init__()

    def refresh(self) -> None:
        """Show changes made by another exercise or a class code."""
        self._show()

    def _act(self, request: Request) -> None:
        for action, answer in request.moves.items():
            self._state = exercise_page.ask(self._state, action, answer, self._learner)

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        self._state = exercise_page.refresh(self._state, self._learner)
        return {"shown": exercise_page.page(self._state, answered)}


class AnswersPanel(Panel):
    """The questions of a class or a student in all lessons, with answers and solutions, for the teacher."""

    def __init__(self) -> None:
        self._query: AnswersQuery | None = None  # None before the first request
        super().__init__()

    def _act(self, request: Request) -> None:
        for command, fields in request.moves.items():
            one_of("control", command, ANSWERS_COMMANDS)
            instance("show", fields, dict, "the class code and the student's name")
            self._query = {"code": str(fields.get("code", "")), "student": str(fields.get("student", ""))}

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        return {"shown": answers_page(self._query, answered)}
