"""Exercise: a question with a field and three buttons, marked by `senet_lab.exercises`."""

from __future__ import annotations

from html import escape
from typing import Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.checks import one_of
from senet_lab.drawing.sheet import style_sheet
from senet_lab.exercises import LEARNER, Learner
from senet_lab.exercises.marking import Reply
from senet_lab.exercises.messages import COMMANDS, Shown
from senet_lab.exercises.results import AFTER, ALONE, Tried
from senet_lab.widgets.conversation import Conversation, Request, show_failure

CHANGED = Reply("New question", "The class code has changed, and with it the numbers.")


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

    # To the page: what `_page` puts together. From the page come messages, one of `COMMANDS` with the answer in each.
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str, learner: Learner = LEARNER) -> None:
        self.name = name
        self.failure: BaseException | None = None
        self._learner, self._code = learner, learner.code
        self._reply: Reply | None = None
        self._conversation = Conversation(self._act, self._show, self._fail)
        super().__init__(shown=self._page())
        self._conversation.open(self, ("shown",))

    def _act(self, request: Request) -> None:
        """Check, hint or reveal."""
        for deed, answer in request.moves.items():
            self._reply = self._replied(one_of("control", deed, COMMANDS), answer)

    def _replied(self, deed: str, answer: Any) -> Reply:
        if self._code != self._learner.code:
            self._code = self._learner.code
            return CHANGED
        if deed == "check":
            return self._learner.check(self.name, answer)
        return self._learner.hint(self.name) if deed == "hint" else self._learner.reveal(self.name)

    def _show(self) -> None:
        self.shown = dict(self._page())

    def _fail(self, error: BaseException) -> None:
        show_failure(self, "shown", self._conversation.answered, error)

    def _page(self) -> Shown:
        """What the page draws: question, choices, what was said, what there is still to ask for."""
        task, tried, reply = self._learner.task(self.name), self._learner.tried(self.name), self._reply
        left = max(0, len(task.hints) - tried.hints)
        return {
            "answered": self._conversation.answered,
            "error": "",
            "name": self.name,
            "question": task.question,
            "unit": task.unit,
            "choices": list(task.choices),
            "verdict": reply.verdict if reply else "",
            "words": reply.words if reply else "",
            "hints": f"Hint ({left} left)" if left else "All hints again",
            "record": self._record(tried),
            "solved": tried.solved,
        }

    def _record(self, tried: Tried) -> str:
        """Whose numbers these are, and what was tried so far: "class 9b-spring · solved alone, 2 tries"."""
        tries = f"{tried.tries} {'try' if tried.tries == 1 else 'tries'}" if tried.tries else ""
        code = f"class {self._learner.code}" if self._learner.code else ""
        solved = "" if not tried.solved else f"solved {ALONE if tried.solved_alone else AFTER}"
        return " \u00b7 ".join(filter(None, (code, ", ".join(filter(None, (solved, tries))))))

    def __repr__(self) -> str:
        return f"Exercise({self.name}: {self._learner.task(self.name).question})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the question and how to answer it by typing."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": self._static(), "text/plain": repr(self)}, metadata

    def _static(self) -> str:
        task = self._learner.task(self.name)
        choices = f"<p>{escape(' / '.join(task.choices))}</p>" if task.choices else ""
        call = escape(f'check("{self.name}", ...)')
        return (
            f"<p><strong>Exercise.</strong> {escape(task.question)}</p>{choices}"
            f"<p>To answer, run the cell, or type <code>{call}</code>.</p>"
        )
