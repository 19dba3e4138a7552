"""The GateLens that the Trainer opens of a run: when there is one, and that there is one at most."""

import json

from panel_driver import ask
from runs import ALIVE, checkpointed, made

from senet_lab import Trainer
from senet_lab.drawing.html import STORED
from senet_lab.trainer.folder import read_folder
from senet_lab.training.runs.run import Run


def test_gates_of_runs_with_squeeze_excite_and_a_checkpoint_can_be_opened(folder, trainer):
    asks = lambda key: ask(trainer, focus=key) and trainer.now["asks"]  # noqa: E731 - two words for one question
    assert (asks("c")["can_gates"], asks("c")["gates"]) == (False, "This network has no squeeze-excite")
    assert (asks("a")["can_gates"], asks("a")["gates"][:20]) == (False, "No checkpoint yet: t")
    for name in "abc":
        checkpointed(Run(folder / name))
    fresh = Trainer(folder=folder)
    ask(fresh, focus="a")
    assert fresh.now["asks"]["can_gates"]
    ask(fresh, focus="c")
    assert not fresh.now["asks"]["can_gates"]
    fresh.close()


def test_gates_of_an_active_run_can_be_opened_after_its_first_checkpoint(folder):
    run = made(folder, "d", state="training", **ALIVE)
    snapshot = read_folder(folder)
    assert not snapshot.record("d").has_checkpoint
    checkpointed(run)
    assert read_folder(folder, snapshot).record("d").has_checkpoint


def test_the_gates_of_a_run_are_opened_once_and_those_of_another_close_them(folder, trainer):
    for name in "ab":
        checkpointed(Run(folder / name))
    assert trainer.lens is None
    ask(trainer, focus="a", gates=True)
    first = trainer.lens
    assert repr(first) == "GateLens(a)"
    assert first._repr_mimebundle_()[0]["text/html"].count(STORED) == 1
    ask(trainer, gates=True)
    assert trainer.lens is first
    told = []
    trainer.observe(lambda change: told.append((repr(change.new), first.comm is None)), "lens")
    ask(trainer, focus="b", gates=True)
    assert told == [("GateLens(b)", False)]  # or the page would lead nobody there, between two
    assert first.comm is None  # closed
    second = trainer.lens
    second.close()
    assert trainer.lens is None
    assert json.loads(json.dumps(trainer.get_state()))["lens"] is None  # or no page could be loaded again
    ask(trainer, gates=True)
    assert trainer.lens is not second
    last = trainer.lens
    trainer.close()
    assert last.comm is None


def test_gates_of_a_run_that_is_gone_are_refused_at_their_button(folder, trainer):
    ask(trainer, focus="a")
    for path in (folder / "a").iterdir():
        path.unlink()
    form = ask(trainer, gates=True)
    assert "a" in form["reasons"]["gates"]
    assert trainer.lens is None
