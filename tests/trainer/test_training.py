"""A real training in the Trainer, from its start to another Trainer that finds it."""

from dataclasses import replace

import pytest
from panel_driver import ask, await_that
from runs import BRIEF, MINI, await_state

from senet_lab import Trainer
from senet_lab.trainer.state import FOLDER
from senet_lab.training.runs.spare_process import cool


@pytest.mark.slow
def test_training_is_started_watched_paused_stopped_resumed_and_shown_by_another_trainer(thumbnails, tmp_path):
    trainer = Trainer(MINI, tmp_path)
    images = {"kind": FOLDER, "path": thumbnails}
    recipe = replace(BRIEF, epochs=6)  # long enough to be paused twice
    trainer._state = replace(trainer._state, recipe=recipe, **images)
    shown = []
    trainer.observe(lambda change: shown.append(change["new"]["said"]), "now")
    try:
        ask(trainer, hello=True)
        ask(trainer, start=True)
        assert trainer.form["error"] == ""
        run = trainer.run
        await_state(run, ("training",))
        ask(trainer, pause=True)
        await_state(run, ("paused",))
        other = Trainer(folder=tmp_path)
        assert other.run == run
        assert other.now["asks"]["toggle"] == "resume"
        ask(other, resume=True)
        await_state(run, ("training", "validating"))
        ask(other, pause=True)
        paused_at = await_state(run, ("paused",))
        ask(trainer, stop=True)  # of a run that is paused, and cannot end meanwhile
        assert run.wait(240).state == "stopped"
        asks = {"toggle": "resume", "can_toggle": True, "can_stop": False, "can_like": True, "can_gates": True}
        # The follower has seen that its process is gone.
        await_that(lambda: asks.items() <= trainer.now["asks"].items())
        ask(other, resume=True)
        assert other.form["error"] == ""
        await_state(run, ("training", "validating", "finished"))
        assert (run.status().epoch, run.status().step) >= (paused_at.epoch, paused_at.step)
        assert run.wait(240).state == "finished"
        await_that(lambda: "finished" in trainer.now["said"])
        assert "validation accuracy" in trainer.picture
        assert any("compiling" in said for said in shown)
        assert trainer.failure is other.failure is None
    finally:
        trainer.close()
        cool()
        for run in [trainer.run]:
            run.stop()
