"""Exercise: a question with a field and three buttons, as a widget around `page`."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.drawing.sheet import style_sheet
from senet_lab.exercises import LEARNER, Learner
from senet_lab.exercises.page import ask, look_up, page, still
from senet_lab.widgets.conversation import Conversation, Request, show_failure


class Exercise(anywidget.AnyWidget):
    """Predict, then check: the exercise of that name, with its hints one by one and its solution.

    >>> Exercise("ratio-4-params")
    Exercise(ratio-4-params: SE-ResNeXt-50 32x4d at ratio 4, two dense layers without biases in each of its 16 blocks: \
how many parameters have all squeeze-excite blocks together?)

    Attributes:
        name: of the exercise.
        failure: the last error that was no answer to a learner, or None. The panel shows it as well.

    Raises:
        ValueError, TypeError: there is none of that name; the error says the nearest.
    """

    _esm = read_assets("exercises/widget.bundle.js")
    _css = style_sheet() + read_assets("exercises/widget.css")

    # To the page: what `page` puts together. From the page come messages, one of `COMMANDS` with the answer in each.
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
        # Cells may have checked answers or set a class code since.
        self._state = look_up(self.name, self._learner, self._state.reply)
        self.shown = self._message()

    def _message(self) -> dict[str, Any]:
        return dict(page(self._state, self._conversation.answered))

    def _fail(self, error: BaseException) -> None:
        show_failure(self, "shown", self._conversation.answered, error)

    def __repr__(self) -> str:
        return f"Exercise({self.name}: {self._learner.task(self.name).question})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget; for where it cannot live, the question and how to answer it by typing."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": still(look_up(self.name, self._learner)), "text/plain": repr(self)}, metadata
