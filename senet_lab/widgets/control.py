"""Define a control: one field, slider or choice of a panel, with all that its page needs."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from senet_lab.widgets.messages import ControlKind, ControlMessage


class Control(NamedTuple):
    """The data from which the page draws one control.

    Attributes:
        name: the meta-parameter that it sets.
        label: the visible label.
        section: the heading above it.
        kind: "choice" (buttons), "slider" (with a field), "select", "check", "checks" (several at once) or "text".
        stops: the values that can be selected, in order; a field also accepts other legal values.
        labels: the visible text of each stop.
        value: the current value.
        hint: the meaning of the value for this network, or the reason why the control does not apply.
        disabled: whether the control does not apply.
        text: the text of its field if that differs from the value of the slider.
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
        """Return the control as a message to the page; `text` is the text of its field."""
        return cast(ControlMessage, self._asdict() | {"text": text})
