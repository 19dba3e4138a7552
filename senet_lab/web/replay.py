"""Replay: a Trainer for web pages that plays recorded runs and estimates the needs of other runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import BUILT_IN, data_words
from senet_lab.extras import INSTALLATION
from senet_lab.memory import size_words
from senet_lab.trainer import page as pages
from senet_lab.trainer.messages import COMMANDS
from senet_lab.trainer.run_names import MAX_DRAWN_RUNS, recipe_words
from senet_lab.trainer.snapshot import Snapshot
from senet_lab.trainer.state import FOLDER, RECIPE_FIELDS, after, copy_settings, initial_state
from senet_lab.training.estimate import Machine, duration, predict
from senet_lab.web.panels import Panel
from senet_lab.web.recordings import SPEED, Recording, Replay, recordings
from senet_lab.widgets.conversation import Request
from senet_lab.widgets.messages import ControlMessage

PLAY = "Play recording"
NEEDS = {
    "gates": f"Recordings contain no weights. To show the gates of a run, {INSTALLATION}",
    "take": f"Recordings contain no weights. To train and save a network, {INSTALLATION}",
    "path": f"Web pages cannot read folders. To train on your own images, {INSTALLATION}",
}
FOLLOWS = ("data", "skip_bad", "recipe", *RECIPE_FIELDS)  # settings that are fixed while a recording plays
AS_RECORDED = "as recorded"
OWN_VALUES = f"The settings of a recording are fixed. To train with other settings, {INSTALLATION}"
STATES = {"pause": "paused", "resume": "training", "stop": "stopped"}  # the state of a replay after each command
ANY_MEMORY = 2**62  # bytes; the memory of the machine that will train is unknown here


def _held(control: ControlMessage) -> ControlMessage:
    """Return a control as read-only; its hint says why, except for the recipe, which keeps its hint."""
    return {**control, "disabled": True, "hint": control["hint"] if control["name"] == "recipe" else AS_RECORDED}


class TrainerPanel(Panel):
    """A Trainer.

    Args:
        network: the token of the initial network, see `Architecture.token`; "" for the Trainer's default.
    """

    answering = "form"

    def __init__(self, network: str = "") -> None:
        state = initial_state(Architecture.from_token(network) if network else None)
        self._replays = {each.key: Replay(each) for each in recordings()}
        self._state = replace(state, trains_elsewhere=True, needs=NEEDS, focus=recordings()[0].key)
        if recording := self._recording():
            self._select(recording)
        super().__init__()

    def tick(self, seconds: float) -> Mapping[str, Any]:
        """Advance playing recordings by some seconds; return the traits that have changed."""
        was_played = self._is_played()
        self._replays = {key: replay.after(seconds) for key, replay in self._replays.items()}
        changes = {name: part for name, part in self._parts().items() if part != self.traits[name]}
        if was_played and not self._is_played():
            changes["form"] = self._form(self._conversation.answered)
        self.traits = {**self.traits, **changes}
        return changes

    def _act(self, request: Request) -> None:
        refused = {name: why for name, value in request.moves.items() if (why := self._need(name, value))}
        settings = {name: value for name, value in request.moves.items() if name not in (*COMMANDS, *refused)}
        state = after(self._state, settings)
        self._state = replace(state, refusals={**state.refusals, **refused})
        for name in request.moves:
            if name in COMMANDS:
                self._obey(name)

    def _need(self, name: str, value: Any) -> str:
        """Return the requirement of a move that a recording cannot obey; "" for all other moves."""
        if name in FOLLOWS and self._is_played():
            return OWN_VALUES
        return NEEDS["path"] if (name, value) == ("data", FOLDER) else NEEDS.get(name, "")

    def _is_played(self) -> bool:
        """Return whether the recording of the selected network has started but not ended."""
        recording = self._recording()
        return recording is not None and self._replays[recording.key].state in ("training", "paused")

    def _obey(self, name: str) -> None:
        """Obey a command that recordings support; all others have already been refused."""
        record = pages.focus_record(self._state, self._snapshot())
        if name == "start":
            self._start()
        elif record is None:  # impossible, since there are recordings
            return
        elif name == "like":
            self._state = copy_settings(self._state, record)
        elif name in STATES and self._replays[record.key].state != "finished":
            self._replays[record.key] = replace(self._replays[record.key], state=STATES[name])

    def _start(self) -> None:
        """Play the recording of the selected network; without one, state the needs of training."""
        if recording := self._recording():
            self._select(recording)
            self._replays[recording.key] = Replay(recording, 0.0, "training")
        else:
            self._state = replace(self._state, refusals={**self._state.refusals, "start": self._words()})

    def _recording(self) -> Recording | None:
        """Return the recording of the selected network, if there is one."""
        return next((each for each in recordings() if each.architecture == self._state.network), None)

    def _select(self, recording: Recording) -> None:
        """Show a recording and its settings."""
        keys = self._state.picture_keys
        if keys is not None and recording.key not in keys:
            keys = (*keys, recording.key)[-MAX_DRAWN_RUNS:]
        state = replace(self._state, focus=recording.key, picture_keys=keys)
        self._state = copy_settings(state, self._replays[recording.key].record())

    def _snapshot(self) -> Snapshot:
        return Snapshot(tuple(replay.record() for replay in self._replays.values()))

    def _words(self) -> str:
        """Describe the recording that Start plays, or the needs of training the selected network."""
        state, recording = self._state, self._recording()
        training, own = (
            f"To train {what}, {INSTALLATION} {self._estimate()}" for what in ("it", "with other settings")
        )
        if recording is None:
            return f"There is no recording of {state.network.name}; the table of runs lists all recordings. {training}"
        if self._is_played():
            return f"The settings are those of the recording and fixed while it plays. {own}"
        if (state.data, state.recipe) == (recording.data, recording.recipe):
            return f"Plays in {duration(recording.ends[-1] / SPEED)}. {training}"
        about = f"{recipe_words(recording.recipe)}, {data_words(recording.data)}"
        return f"{PLAY} returns to the recorded settings: {about}. {own}"

    def _machine(self) -> Machine:
        speeds = [each.rate() for each in recordings()]
        return Machine(ANY_MEMORY, speeds, BUILT_IN[self._state.data].training_images)

    def _estimate(self) -> str:
        """Return the memory and time that training would need, as far as they are known."""
        estimate = predict(self._state.network, self._state.recipe, self._machine())
        time = f" and about {duration(estimate.seconds)} on the CPU of the recordings" if estimate.seconds else ""
        return f"This needs up to {size_words(estimate.needed)} of memory{time}."

    def _parts(self) -> dict[str, Any]:
        """Return the traits that change while a recording plays."""
        state, snapshot = self._state, self._snapshot()
        return {
            "now": pages.now(state, snapshot, None),
            "picture": pages.picture(state, snapshot),
            "epochs": pages.epochs(state, snapshot),
            "table": pages.table(state, snapshot),
            "plays": any(replay.state == "training" for replay in self._replays.values()),
        }

    def _form(self, answered: dict[str, int]) -> dict[str, Any]:
        """Return the controls and the estimate; while a recording plays, its settings are read-only."""
        form = pages.form(self._state, self._snapshot(), self._machine())
        if self._is_played():
            form["controls"] = [_held(each) if each["name"] in FOLLOWS else each for each in form["controls"]]
        words = self._state.refusals.get("start") or self._words()
        start = {"start": PLAY} if self._recording() else {"elsewhere": [*form["elsewhere"], "start"]}
        return {**form, "answered": answered, "needs": words, **start}

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        return {"form": self._form(answered), **self._parts()}
