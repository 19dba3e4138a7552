"""Control: one field, slider or choice of a panel, as its page needs it."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from senet_lab.widgets.messages import ControlKind, ControlMessage


class Control(NamedTuple):
    """What the page needs to draw one control.

    Attributes:
        name: the meta-parameter it moves.
        label: what people read.
        section: the heading that it stands under.
        kind: "choice" (buttons), "slider" (with a field), "select", "check", "checks" (several at once) or "text".
        stops: the values that can be reached, in order; a field takes others that are legal, too.
        labels: what people read for each stop.
        value: the present one.
        hint: what the value means for this network; or why the control does not apply.
        disabled: whether it does not apply.
        text: what its field shows, where that is not the value that the slider stands at.
    """

    name: str
    label: str
    section: str
    kind: ControlKind
    stops: tuple[Any, ...]
    labels: tuple[str, ...]
    value: Any
    hint: str = ""
    disabled: bool = False
    text: str = ""

    def message(self, text: str) -> ControlMessage:
        """Return the control as the page gets it; `text` is what its field shows."""
        return cast(ControlMessage, self._asdict() | {"text": text})
