"""Panels: an Explorer, an exercise or the answers for a teacher, as a page without a kernel has them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import one_of
from senet_lab.exercises import page as exercise_page
from senet_lab.exercises.answers import answers_page
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.messages import ANSWERS_COMMANDS
from senet_lab.explorer.address import open_address, visit
from senet_lab.explorer.building import Building
from senet_lab.explorer.session import Session
from senet_lab.widgets.conversation import Conversation, Request, with_failure


class Panel(ABC):
    """What one place of the page shows, and how messages change it.

    Attributes:
        traits: what the page draws, by the names of the widget's traits in a notebook.
        answering: the trait that says which messages are answered, and has errors.
        failure: the last error that was no answer to a bad value, or None.
    """

    answering: ClassVar[str] = "shown"

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self._conversation = Conversation(self._act, self._show, self._fail)
        self.traits: Mapping[str, Any] = {}
        self._show()

    def receive(self, content: Any) -> None:
        """Act on a message of the page, as `Conversation.receive` does."""
        self._conversation.receive(None, content, ())

    def tick(self, seconds: float) -> Mapping[str, Any]:  # noqa: ARG002 - most panels stand still
        """Let seconds pass; return those parts of what is shown that have changed."""
        return {}

    def _show(self) -> None:
        self.traits = self._page(self._conversation.answered)

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        failed = with_failure(self.traits[self.answering], self._conversation.answered, error)
        self.traits = {**self.traits, self.answering: failed}

    @abstractmethod
    def _act(self, request: Request) -> None:
        """Make the moves of a request."""

    @abstractmethod
    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        """Return the traits that the page is sent."""


class ExplorerPanel(Panel):
    """An Explorer.

    Args:
        network: a token, see `Architecture.token`; "" for SE-ResNeXt-50.
        address: of what to show instead, see `senet_lab.explorer.address`.
    """

    def __init__(self, network: str = "", address: str = "") -> None:
        first = Architecture.from_token(network) if network else Architecture("resnext", 50)
        self._session = Session(open_address(address, first), Building(self._show))
        super().__init__()

    def visit(self, address: str) -> None:
        """Show what an address says."""
        self._session.state = visit(self._session.state, address)
        self._show()

    def prepare(self, step: int) -> None:
        """Draw a neighbor before it is asked for, see `Session.prepare`."""
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
        """Show what another exercise or a class code has changed."""
        self._show()

    def _act(self, request: Request) -> None:
        for action, answer in request.moves.items():
            self._state = exercise_page.ask(self._state, action, answer, self._learner)

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        self._state = exercise_page.look_up(self._state.name, self._learner, self._state.reply)
        return {"shown": exercise_page.page(self._state, answered)}


class AnswersPanel(Panel):
    """What a class was asked in all lessons, with answers and solutions, for its teacher."""

    def __init__(self) -> None:
        self._code: str | None = None  # until somebody asks
        super().__init__()

    def _act(self, request: Request) -> None:
        for command, code in request.moves.items():
            one_of("control", command, ANSWERS_COMMANDS)
            self._code = str(code)

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        return {"shown": answers_page(self._code, answered)}
