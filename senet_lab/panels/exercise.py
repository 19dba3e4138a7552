"""Exercise: a question with a field and three buttons, marked by `senet_lab.exercises`."""

from __future__ import annotations

import traceback
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from senet_lab.exercises import LEARNER, Learner
from senet_lab.exercises.marking import Reply
from senet_lab.exercises.results import AFTER, ALONE, Tried
from senet_lab.views.page import style_sheet

HERE = Path(__file__).parent
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

    _esm = "".join((HERE / f"{name}.js").read_text() for name in ("page", "exercise"))
    _css = style_sheet() + (HERE / "exercise.css").read_text()

    # From the page: {"do": "check", "hint" or "reveal", "answer": text, "turn": whose and which}.
    asked = traitlets.Dict().tag(sync=True)
    # To the page: what `_page` puts together.
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str, learner: Learner = LEARNER) -> None:
        self.name = name
        self.failure: Exception | None = None
        self._learner, self._code = learner, learner.code
        super().__init__(shown=self._page())

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        """Check, hint or reveal; an error of the program is shown, since in a callback it would vanish."""
        turn = change.new.get("turn", "")
        try:
            reply = self._replied(change.new)
            self.shown = {**self._page(reply), "turn": turn}
        except Exception as error:
            self.failure = error
            self.shown = {**self.shown, "turn": turn, "error": traceback.format_exc()}

    def _replied(self, asked: dict[str, Any]) -> Reply:
        if self._code != self._learner.code:
            self._code = self._learner.code
            return CHANGED
        if asked["do"] == "check":
            return self._learner.check(self.name, asked.get("answer"))
        return self._learner.hint(self.name) if asked["do"] == "hint" else self._learner.reveal(self.name)

    def _page(self, reply: Reply | None = None) -> dict[str, Any]:
        """What the page draws: question, choices, what was said, what there is still to ask for."""
        task, tried = self._learner.task(self.name), self._learner.tried(self.name)
        left = max(0, len(task.hints) - tried.hints)
        return {
            "turn": "",
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
