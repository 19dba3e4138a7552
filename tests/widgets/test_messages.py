"""Messages between panels and their pages: types and constants are the same on both sides. Needs no Node."""

import importlib
from typing import get_args, get_type_hints

import message_types
import pytest
from runs import finished_sweep, made

from senet_lab import Architecture, Exercise, Explorer, GateLens, SweepBoard, Trainer
from senet_lab.explorer import messages as explorer_messages
from senet_lab.explorer.updates import apply_moves, first_state
from senet_lab.export import FORMS, SUFFIXES
from senet_lab.gatelens import messages as gatelens_messages
from senet_lab.gatelens.page import PARTS
from senet_lab.gatelens.state import Offer
from senet_lab.gatelens.state import State as LensState
from senet_lab.gatelens.state import after as gatelens_after
from senet_lab.sweepboard import messages as sweepboard_messages
from senet_lab.sweepboard.controls import SECTION as SWEEP_SECTION
from senet_lab.sweepboard.widget import PARTS as SWEEPBOARD_PARTS
from senet_lab.trainer import messages as trainer_messages
from senet_lab.trainer.state import after as trainer_after
from senet_lab.trainer.state import initial_state
from senet_lab.weights import pretrained
from senet_lab.widgets.control import Control
from senet_lab.widgets.messages import OPEN_SECTIONS, ControlMessage

GENERATED = message_types.generate()
PANELS = ("exercises", "explorer", "gatelens", "sweepboard", "trainer")


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: str(path.relative_to(message_types.ROOT)))
def test_the_types_and_constants_of_the_page_are_those_of_python(path):
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run `python tools/message_types.py`, and commit it"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_that_has_messages_has_their_types_for_the_page(panel):
    folder = message_types.ROOT / "senet_lab" / panel
    assert {folder / "messages.d.ts", folder / "messages.js"} <= set(GENERATED)


@pytest.mark.parametrize("panel", PANELS)
def test_no_name_is_both_a_move_and_a_command(panel):
    messages = importlib.import_module(f"senet_lab.{panel}.messages")
    moves = get_type_hints(messages.Moves) if panel != "exercises" else {}
    assert tuple(get_type_hints(messages.Commands)) == messages.COMMANDS
    assert moves.keys().isdisjoint(messages.COMMANDS)


def test_what_the_explorer_and_an_exercise_send_has_the_keys_of_its_type():
    assert set(Explorer(Architecture("resnext", 50)).shown) == set(get_type_hints(explorer_messages.Shown))
    exercise_messages = importlib.import_module("senet_lab.exercises.messages")
    assert set(Exercise("ratio-4-params").shown) == set(get_type_hints(exercise_messages.Shown))


@pytest.mark.parametrize("has_run", [False, True])
def test_what_the_trainer_sends_has_the_keys_of_its_types(tmp_path, has_run):
    if has_run:
        made(tmp_path, "a")
    trainer = Trainer(folder=tmp_path)
    for name in ("form", "now", "epochs"):
        assert set(getattr(trainer, name)) == set(get_type_hints(get_type_hints(trainer_messages.Traits)[name]))
    buttons = set(get_type_hints(trainer_messages.Buttons))
    assert set(trainer.now["asks"]) <= buttons
    assert bool(trainer.now["asks"]) == has_run


@pytest.fixture(scope="module")
def sweepboard(tmp_path_factory):
    board = SweepBoard(finished_sweep(tmp_path_factory.mktemp("sweep"), {None: (0.6,), 16: (0.61,)}))
    yield board
    board.close()


def test_what_the_sweepboard_sends_has_the_keys_of_its_types(sweepboard):
    traits = get_type_hints(sweepboard_messages.Traits)
    for name in ("form", "now", "run"):
        assert set(getattr(sweepboard, name)) == set(get_type_hints(traits[name]))
    assert set(SWEEPBOARD_PARTS) == set(traits)


def test_what_the_gatelens_sends_has_the_keys_of_its_types(monkeypatch):
    monkeypatch.setattr(pretrained, "names", lambda: ())  # a lens that loads nothing
    lens = GateLens()
    assert set(lens.shown) == set(get_type_hints(gatelens_messages.Shown))
    assert {"shown", *PARTS} == set(get_type_hints(gatelens_messages.Traits))


def test_a_control_is_sent_with_all_its_fields():
    control = Control("ratio", "Ratio", "Squeeze-excite", "slider", (2, None), ("2", "none"), None, "hint", True)
    assert control.message("none") == {**control._asdict(), "text": "none"}
    assert set(Control._fields) == set(get_type_hints(ControlMessage))


def test_sections_that_are_open_at_first_exist(sweepboard):
    panels = [Explorer(Architecture("resnext", 50)).shown["controls"]]
    panels.append(sweepboard.form["controls"])
    panels.append([control._asdict() for control in _trainer_controls(initial_state())])
    sections = {control["section"] for controls in panels for control in controls}
    assert set(OPEN_SECTIONS) <= sections | {SWEEP_SECTION}


def _trainer_controls(state):
    from senet_lab.trainer.controls import trainer_controls

    return trainer_controls(state)


def test_forms_and_suffixes_are_those_of_the_export():
    assert get_args(explorer_messages.Form) == FORMS
    assert set(get_args(explorer_messages.Suffix)) == set(SUFFIXES)


UNKNOWN = "a name that nobody gave"


def explorer_reasons(moves):
    return apply_moves(first_state(Architecture()), moves, "").refused


def trainer_reasons(moves):
    return trainer_after(initial_state(), moves).refusals


def gatelens_reasons(moves):
    return gatelens_after(LensState(), moves, Offer())[0].refused


@pytest.mark.parametrize(
    ("reasons", "messages", "elsewhere"),
    [
        (explorer_reasons, explorer_messages, set()),
        (trainer_reasons, trainer_messages, set()),
        (gatelens_reasons, gatelens_messages, {"upload", "runs"}),
    ],
    ids=["explorer", "trainer", "gatelens"],
)
def test_python_knows_each_move_and_command_that_a_page_can_send(reasons, messages, elsewhere):
    nonsense = object()
    names = {*get_type_hints(messages.Moves), *get_type_hints(messages.Commands)} - elsewhere
    said = reasons({UNKNOWN: nonsense})[UNKNOWN]
    assert UNKNOWN in said
    for name in names:
        assert reasons({name: nonsense}).get(name) != said.replace(UNKNOWN, name)
