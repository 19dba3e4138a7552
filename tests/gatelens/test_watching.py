"""Networks that change while the GateLens is open: watched in a fit, or read again on a word."""

import re

import numpy as np
import pytest
from gate_readings import ONE_GATE
from panel_driver import ask, page
from runs import checkpointed

from senet_lab import GateLens
from senet_lab.gatelens import page as lens_pages
from senet_lab.gatelens.state import WHAT, WHICH
from senet_lab.gates import moments
from senet_lab.gates import observe as gates
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run


@pytest.fixture
def fresh():
    """A network whose gates differ between images, as those of some draws do not: their one squeezed channel is dead."""
    import keras

    keras.utils.set_random_seed(7)
    return ONE_GATE.build()


@pytest.mark.slow
def test_a_watch_notes_each_epoch_and_the_panel_shows_it(fresh, tmp_path):
    from senet_lab.gates.watch import GateWatch
    from senet_lab.training.optimizers import compiled

    x = np.random.default_rng(0).random((32, 32, 32, 3), dtype="float32")
    y = np.arange(32) % 10
    watch = GateWatch(x, y, tmp_path)
    lens = GateLens(fresh, x, y, watch=watch)
    compiled(fresh).fit(x, y, epochs=2, verbose=0, callbacks=[watch])
    assert [each.epoch for each in watch.moments] == [0, 1, 2]
    fresh.fit(x, y, epochs=1, verbose=0, callbacks=[watch])
    assert [each.epoch for each in watch.moments] == [0, 1, 2, 3]
    assert moments.kept(tmp_path / moments.FILE) == watch.moments
    assert "From epoch 0 to 3" in page(lens)["body"]
    seen = gates.observed(fresh, x)
    assert watch.moments[-1].mean["group1/block1"] == pytest.approx(float(seen.gates["group1/block1"].mean()), abs=1e-6)


@pytest.mark.slow
def test_gates_of_a_watched_network_are_read_when_a_fit_has_ended_and_not_while_it_goes(fresh, tmp_path):
    import keras

    from senet_lab.gates.watch import GateWatch
    from senet_lab.training.optimizers import compiled

    x = np.random.default_rng(0).random((32, 32, 32, 3), dtype="float32")
    y = np.arange(32) % 10
    watch = GateWatch(x, y)
    checkpointed(Run.create(ONE_GATE, Recipe(), folder=tmp_path / "other"))
    lens = GateLens(fresh, x, y, watch=watch, runs=tmp_path)
    assert (page(lens)["tab"], lens._state.unfolded) == (WHAT, ("Training",))
    lens.wait(300)
    before, during = lens._work.reading, []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: during.append((page(lens)["heading"], ask(lens, tab=WHICH)["busy"], lens._work.reading))
    )
    compiled(fresh).fit(x, y, epochs=2, verbose=0, callbacks=[watch, look])
    for heading, busy, reading in during:
        assert lens_pages.MOVING_SINCE in heading
        assert (busy, reading) == ("", before)
    lens.wait(300)
    assert "being trained" not in page(lens)["heading"]
    assert np.allclose(lens._work.reading.gates["group1/block1"], gates.gates(fresh, x)["group1/block1"], atol=1e-6)
    assert not np.allclose(lens._work.reading.gates["group1/block1"], before.gates["group1/block1"], atol=1e-4)

    watch.on_train_begin()  # of a fit that is interrupted, which Keras does not tell
    assert lens_pages.MOVING_SINCE in page(lens)["heading"]
    assert "From epoch" in ask(lens, tab=WHAT)["body"]
    mine, other = lens._state.network, "runs/other"
    shown = ask(lens, network=other, again=True)  # another network's gates have to do with neither fit nor record
    assert ("From epoch" in shown["body"], "being trained" in shown["heading"]) == (False, False)
    ask(lens, network=mine)
    assert lens_pages.MOVING_SINCE in page(lens)["heading"]
    before = lens._work
    ask(lens, again=True)
    assert lens.wait(300)._work is not before
    assert "being trained" not in page(lens)["heading"]
    lens.close()


@pytest.mark.slow
def test_a_network_of_ones_own_is_read_again_on_a_word_with_the_weights_that_it_has_now(fresh):
    lens = GateLens(fresh).wait(300)
    assert "Read weights again" in page(lens)["side"]
    fresh.set_weights([0.9 * weight for weight in fresh.get_weights()])
    ask(lens, again=True)
    lens.wait(300)
    by_hand = gates.gates(fresh, lens._work.loaded.images[:8])
    assert np.allclose(lens._work.reading.gates["group1/block1"][:8], by_hand["group1/block1"], atol=1e-5)
    lens.close()


def test_a_watch_refuses_labels_that_do_not_fit():
    from senet_lab.gates.watch import GateWatch

    with pytest.raises(ValueError, match=re.escape("`labels` (of shape (1,), int64) must be a class number for each")):
        GateWatch(np.zeros((2, 32, 32, 3)), [1])
    with pytest.raises(ValueError, match="`images` must be finite in float32, and image 0 has"):
        GateWatch(np.full((2, 32, 32, 3), np.nan), [1, 2])
    with pytest.raises(TypeError, match="`labels` must be class numbers, not"):
        GateWatch(np.zeros((2, 32, 32, 3)), ["cat", "dog"])
