"""Devices: several of them, on one host or two, make the losses that one makes; what cannot be is refused."""

import socket
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from runs import BRIEF, MINI, TINY, await_state, forks, log_of

from senet_lab.cli import main
from senet_lab.data import datasets as data
from senet_lab.training.batches import Batches
from senet_lab.training.devices import Devices, Placement
from senet_lab.training.recipe import RECIPES
from senet_lab.training.runs.run import Run

RECIPE = replace(BRIEF, epochs=1, warmup=0, batch=52, validation=0.2)  # 3 steps of 52 and one of 36
IMAGES = 3 * 52 + 36


def row_of(run):
    assert run.wait(400).state == "finished", (run.status(), log_of(run))
    (row,) = run.metrics()
    return row


@pytest.fixture(scope="module")
def forked_jax(tmp_path_factory):
    """Forks on JAX that compile each operation once, and hastily: to compile is most of what they do."""
    settings = {
        "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path_factory.mktemp("compiled")),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    with forks("jax", **settings) as start:
        yield start


@pytest.fixture(scope="module")
def forks_of(forked, forked_jax):
    return {"tensorflow": forked, "jax": forked_jax}


@pytest.fixture(scope="module")
def alone(tmp_path_factory, forks_of, thumbnails):
    """A function that gives the row of a run on one device, trained once on each backend."""

    @cache
    def row(backend):
        folder = tmp_path_factory.mktemp("alone") / backend
        return row_of(forks_of[backend](Run.create(MINI, RECIPE, thumbnails, folder=folder)))

    return row


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_two_devices_give_the_losses_of_one(backend, alone, forks_of, thumbnails, tmp_path):
    two = Run.create(MINI, RECIPE, thumbnails, folder=tmp_path / "two", placement=Placement("all"))
    row = row_of(forks_of[backend](two, devices=2))
    for name in ("loss", "val_loss"):
        assert row[name] == pytest.approx(alone(backend)[name], rel=1e-4), name
    assert row["accuracy"] == pytest.approx(alone(backend)["accuracy"], abs=2 / IMAGES)  # images near a tie


@pytest.mark.slow
def test_two_hosts_pause_stop_and_resume_together_and_give_the_losses_of_one(alone, forked_jax, thumbnails, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    addresses = (f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}")
    first, second = both = [
        Run.create(MINI, RECIPE, thumbnails, folder=tmp_path / str(index), placement=Placement("one", addresses, index))
        for index in (0, 1)
    ]
    for run in both:
        forked_jax(run)
    second.ask("pause")
    for run in both:
        await_state(run, ("paused",), 300)
    first.ask("stop")
    assert [forked_jax.exit_status(run) for run in both] == [0, 0], [log_of(run) for run in both]
    assert [run.status().state for run in both] == ["stopped", "stopped"]
    assert first.status().step == second.status().step > 0
    assert not list(second.folder.glob("checkpoints/*"))
    for run in both:
        forked_jax(run)
    assert [forked_jax.exit_status(run) for run in both] == [0, 0], [log_of(run) for run in both]
    for run in both:
        for name in ("loss", "accuracy", "val_loss"):
            assert row_of(run)[name] == pytest.approx(alone("jax")[name], rel=1e-4), name


@pytest.mark.slow
def test_several_hosts_are_refused_on_tensorflow(forked, thumbnails, tmp_path):
    placement = Placement("one", ("127.0.0.1:1234", "127.0.0.1:1235"), 0)
    run = Run.create(MINI, RECIPE, thumbnails, folder=tmp_path / "run", placement=placement)
    reason = forked(run).wait(120).reason
    assert "Several hosts need the backend 'jax', not 'tensorflow'" in reason


@pytest.mark.slow
def test_gradients_are_not_accumulated_where_tensorflow_mirrors(forked, thumbnails, tmp_path):
    twice = replace(RECIPE, accumulate=2)
    run = Run.create(MINI, twice, thumbnails, folder=tmp_path / "run", placement=Placement("all"))
    reason = forked(run, devices=2).wait(120).reason
    assert "`accumulate` (=2) must be 1 on 2 devices of TensorFlow" in reason


def test_run_with_an_impossible_placement_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="must be two or more"):
        Run.create(TINY, RECIPE, folder=tmp_path / "run", placement=Placement("one", ("a:1",), 0))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--devices", "two"], "`devices` (='two') must be 'one' or 'all'"),
        (["--hosts", "a"], "must be addresses with ports, not 'a'; try 'localhost:1234'"),
        (["--hosts", "a:1"], "must be two or more"),
        (["--hosts", "a:1,b:1", "--host-index", "2"], "`host_index` (=2) must be at most 1"),
        (["--host-index", "1"], "`host_index` (=1) must be at most 0"),
    ],
)
def test_impossible_placement_is_refused_before_anything_is_created(arguments, words, tmp_path, capfd):
    assert main(["train", "--folder", str(tmp_path / "run"), *arguments]) == 2
    assert words in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


def test_each_step_divides_evenly_and_loses_no_more_than_a_remainder():
    batches = Batches.of(data.sample(), replace(RECIPES["modern"], batch=128), parts=8)
    counts = [len(x) for x, _ in batches.epoch(0)]
    assert counts == [batches.count(step) for step in range(batches.steps)]
    assert all(count % 8 == 0 for count in counts)
    assert 0 <= len(batches.x) - sum(counts) < 8
    assert len(batches.x_val) % 8 == 0
    with pytest.raises(ValueError, match=r"`batch` .* must be divisible by `devices` "):
        Batches.of(data.sample(), replace(RECIPES["modern"], batch=100), parts=8)


def test_hosts_share_all_of_a_batch():
    rows = np.arange(12)
    shares = [Devices(6, 3, index).host_share(rows) for index in range(3)]
    np.testing.assert_array_equal(np.concatenate(shares), rows)


def test_training_data_on_one_device_has_no_thread_that_tunes_it():
    """TensorFlow 2.21 may wait for such a thread at the end of a pass, as long again as the pass has taken."""
    x, y = np.zeros((5, 4, 4, 3), "float32"), np.arange(5)
    fed, held = (
        Devices().training_data(lambda: iter([(x[:3], y[:3]), (x[3:], y[3:])])),
        Devices().validation_data(x, y, 2)["x"],
    )
    assert [fed.options().autotune.enabled, held.options().autotune.enabled] == [False, False]
    assert [len(each[1]) for each in fed] == [3, 2]
    assert [each[1].numpy().tolist() for each in held] == [[0, 1], [2, 3], [4]]
