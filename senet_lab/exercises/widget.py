"""Exercise: a widget around `page` with a question, a field, three buttons, a reply and hints."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.drawing.sheet import style_sheet
from senet_lab.exercises import LEARNER, Learner
from senet_lab.exercises.page import ask, look_up, page, refresh, still
from senet_lab.widgets.conversation import Conversation, Request, show_failure


class Exercise(anywidget.AnyWidget):
    """Predict, then check: a panel with one exercise, its hints one by one, and its solution.

    >>> Exercise("ratio-4-params")
    Exercise(ratio-4-params: SE-ResNeXt-50 32x4d at ratio 4 has a squeeze-excite in each of its 16 blocks: two dense \
layers without biases. How many parameters do all squeeze-excite blocks have in total?)

    Attributes:
        name: the name of the exercise.
        failure: the last error of the program, or None. The panel also shows it.

    Raises:
        ValueError, TypeError: no exercise has this name; the error suggests the nearest one.
    """

    _esm = read_assets("exercises/widget.bundle.js")
    _css = style_sheet() + read_assets("exercises/widget.css")

    # The result of `page`, for the browser. The browser sends messages, each with one of `COMMANDS` and the answer.
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str, learner: Learner = LEARNER) -> None:
        self.name = name
        self.failure: BaseException | None = None
        self._learner, self._state = learner, look_up(name, learner)
        self._conversation = Conversation(self._act, self._show, self._fail)
        super().__init__(shown=self._message())
        self._conversation.open(self, ("shown",))

    def _act(self, request: Request) -> None:
        for action, answer in request.moves.items():
            self._state = ask(self._state, action, answer, self._learner)

    def _show(self) -> None:
        # A cell may have checked an answer or set a class code since the last message.
        self._state = refresh(self._state, self._learner)
        self.shown = self._message()

    def _message(self) -> dict[str, Any]:
        return dict(page(self._state, self._conversation.answered))

    def _fail(self, error: BaseException) -> None:
        show_failure(self, "shown", self._conversation.answered, error)

    def __repr__(self) -> str:
        return f"Exercise({self.name}: {self._learner.task(self.name).question})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and for pages without widgets the question and how to answer it by typing."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": still(look_up(self.name, self._learner)), "text/plain": repr(self)}, metadata
