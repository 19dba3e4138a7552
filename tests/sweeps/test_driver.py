"""Driver: sweeps on real clusters, of this machine and of separate processes, from Python and from the shell."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace

import psutil
import pytest
from clusters import HERE, cluster, kill
from hosts import cut_off, two_hosts
from runs import BRIEF, MINI, TINY, last_weights

from senet_lab import Sweep
from senet_lab.cli import main
from senet_lab.sweeps import storage
from senet_lab.sweeps.evidence import stored_evidence
from senet_lab.sweeps.status import ENDED, read_driver
from senet_lab.training.runs.run import ACTIVE, Run

pytestmark = pytest.mark.slow
START = "import sys; from senet_lab import Sweep; Sweep.open(sys.argv[1]).start(sys.argv[2])"


@pytest.fixture(scope="module")
def swept(tmp_path_factory, thumbnails):
    """A sweep of four runs that a local cluster has trained."""
    folder = tmp_path_factory.mktemp("sweep") / "ratio"
    sweep = Sweep(MINI, {"ratio": (None, 4)}, seeds=2, recipe=BRIEF, data=thumbnails, folder=folder, threads=1)
    assert sweep.status().state == "waiting"
    status = sweep.start().wait(240)
    assert status.state == "finished", (status.words, log_of(sweep))
    return sweep


@pytest.fixture
def one_core(monkeypatch):
    """Let a sweep use one worker: each loads Keras, which takes longer than to train all runs."""
    monkeypatch.setattr("senet_lab.sweeps.workload.count_cores", lambda: 1)


def log_of(sweep):
    return (sweep.folder / "driver.txt").read_text()[-3000:]


def same(sweep, other):
    """Return whether two sweeps have the same results, bit for bit."""
    return sweep.results().equals(other.results())


def test_a_finished_sweep_leaves_its_results_for_the_explorer(swept):
    evidence = stored_evidence(swept.folder)
    assert evidence["conclusion"] == swept.conclusion()
    accuracies = [accuracy for arm in evidence["arms"] for accuracy in arm["accuracies"].values()]
    assert sorted(accuracies) == sorted(swept.results()["accuracy"])


def test_a_finished_sweep_has_a_result_for_each_run_and_a_conclusion(swept):
    table = swept.results()
    assert list(table["run"]) == ["ratio-none-seed-0", "ratio-4-seed-0", "ratio-none-seed-1", "ratio-4-seed-1"]
    assert list(table["ratio"]) == [None, 4, None, 4]
    assert set(table["state"]) == {"finished"}
    assert table["accuracy"].between(0, 1).all()
    summary = swept.summary()
    assert list(summary["seeds"]) == [2, 2]
    assert summary["mean"][1] == pytest.approx(table["accuracy"][[1, 3]].mean())
    assert "2 seeds" in swept.conclusion()
    assert swept.status().words == "finished; of 4 runs, 4 finished"


def test_runs_of_a_sweep_equal_runs_on_their_own(swept, monkeypatch, thumbnails, tmp_path):
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.setenv(name, "1")  # as many as the sweep uses
    last = swept.cells[-1]
    alone = Run.create(last.arm.architecture, last.recipe, thumbnails, folder=tmp_path / "alone", test=True)
    assert alone.start().wait(240).state == "finished"
    for mine, other in zip(last_weights(last.run), last_weights(alone), strict=True):
        assert (mine == other).all()
    assert last.run.evaluation() == alone.evaluation()


def test_a_finished_sweep_starts_nothing_again(swept):
    before = [cell.run.status().at for cell in swept.cells]
    assert Sweep.open(swept.folder).resume().wait(60).state == "finished"
    assert [cell.run.status().at for cell in swept.cells] == before


def test_the_shell_prints_the_state_and_summary_of_a_sweep(swept, capsys):
    assert main(["sweep", "status", str(swept.folder)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("finished; of 4 runs, 4 finished\n")
    assert swept.conclusion() in printed
    assert main(["sweep", "stop", str(swept.folder)]) == 0


@pytest.mark.usefixtures("one_core")
def test_a_cell_that_fails_names_itself_and_the_one_after_it_finishes(thumbnails, tmp_path):
    options = {"recipe": BRIEF, "data": thumbnails, "folder": tmp_path / "sweep", "threads": 1}
    sweep = Sweep(MINI, {"learning_rate": (999, BRIEF.learning_rate)}, seeds=1, **options)
    status = sweep.start().wait(240)
    assert (status.state, status.reason) == ("finished", "1 run failed"), log_of(sweep)
    assert [run.state for run in status.runs] == ["failed", "finished"]
    assert "no longer finite" in status.runs[0].reason
    assert sweep.results()["accuracy"].isna().tolist() == [True, False]


def test_a_cluster_of_separate_processes_finishes_a_sweep_that_is_stopped_and_loses_a_worker(
    swept, thumbnails, tmp_path
):
    sweep = Sweep(MINI, swept.grid, seeds=2, recipe=BRIEF, data=thumbnails, folder=tmp_path / "sweep", threads=1)
    with cluster(tmp_path) as started:
        sweep.start(started.address)
        with pytest.raises(RuntimeError, match="already drives the sweep"):
            Sweep.open(sweep.folder).resume(started.address)
        await_training(sweep)
        kill(started.workers[0])
        await_training(sweep)
        sweep.stop()
        assert sweep.wait(120).state in ENDED
        status = sweep.resume(started.address).wait(240)
    assert status.state == "finished", (status.words, log_of(sweep))
    assert same(sweep, swept)


@pytest.fixture
def hosts():
    """Two hosts that are connected with each other only."""
    with ExitStack() as stack:
        try:
            connected = stack.enter_context(two_hosts())
        except OSError as error:
            pytest.skip(f"two hosts need Linux, root and the package iproute2: {error}")
        yield connected


def test_a_sweep_on_two_hosts_finishes_though_one_is_cut_off(swept, hosts, thumbnails, tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP", "11s")  # the least; then a silent connection is closed
    sweep = Sweep(MINI, swept.grid, seeds=2, recipe=BRIEF, data=thumbnails, folder=tmp_path / "sweep", threads=1)
    storage.write(sweep, 1)
    (here, there), places = hosts, list(hosts.values())
    with cluster(tmp_path, workers=places, scheduler=places[0]) as started:
        subprocess.run([*places[0].prefix, sys.executable, "-c", START, sweep.folder, started.address], check=True)
        await_training(sweep, there)
        cut_off(there)
        status = sweep.wait(120)
    assert status.state == "finished", (status.words, log_of(sweep))
    assert {run.host for run in status.runs} == {here, there}
    assert same(sweep, swept)


def await_training(sweep, *hosts):
    """Wait until a run of a sweep trains, on one of the hosts if any are given."""
    end = time.monotonic() + 120
    while not any(run.state in ACTIVE[2:] and (not hosts or run.host in hosts) for run in sweep.status().runs):
        assert time.monotonic() < end, (sweep.status().words, log_of(sweep))
        time.sleep(0.1)


@pytest.mark.usefixtures("one_core")
def test_a_sweep_whose_driver_is_killed_resumes_to_the_same_results(swept, thumbnails, tmp_path):
    sweep = Sweep(MINI, swept.grid, seeds=2, recipe=BRIEF, data=thumbnails, folder=tmp_path / "sweep", threads=1)
    sweep.start()
    await_training(sweep)
    psutil.Process(read_driver(sweep.folder).process).kill()
    status = sweep.wait(60)
    assert status.state == "failed"
    assert "ended unexpectedly; resume the sweep" in status.reason
    assert sweep.resume().wait(240).state == "finished", log_of(sweep)
    assert same(sweep, swept)


def test_a_driver_that_fails_says_so_at_once_and_its_runs_go_on(thumbnails, tmp_path):
    long = replace(BRIEF, epochs=1000)
    sweep = Sweep(
        MINI, {"ratio": (None, 4)}, seeds=1, recipe=long, data=thumbnails, folder=tmp_path / "sweep", threads=1
    )
    sweep.start()
    await_training(sweep)
    (sweep.folder / "wanted").write_text("halt")
    status = sweep.wait(20)
    assert status.state == "failed"
    assert "wanted' is damaged: it must hold 'run', 'pause' or 'stop'" in status.reason
    assert status.count(*ACTIVE)
    sweep.resume().stop()
    status = sweep.wait(60)
    assert (status.state, status.count(*ACTIVE)) == ("stopped", 0)


def test_workers_that_cannot_train_a_sweep_are_named_before_it_starts(thumbnails, tmp_path):
    from distributed import Client

    sweep = Sweep(MINI, {"ratio": (None, 4)}, recipe=BRIEF, data=thumbnails, folder=tmp_path / "sweep")
    with cluster(tmp_path, workers=[HERE]) as started, Client(started.address) as client:
        hide = "import senet_lab.sweeps.cluster as c; c.version = lambda name: '0.0.1'"
        client.run(exec, hide)
        with pytest.raises(
            RuntimeError, match=r"1 of 1 workers cannot train this sweep: .* has senet-lab 0\.0\.1, and"
        ):
            sweep.start(client)
    assert sweep.status().state == "waiting"


@pytest.mark.parametrize("client", [1, object()])
def test_a_client_that_is_none_is_refused(client, thumbnails, tmp_path):
    sweep = Sweep(MINI, {"ratio": (None, 4)}, recipe=BRIEF, data=thumbnails, folder=tmp_path / "sweep")
    with pytest.raises(TypeError, match="must be a Dask client or the address of a scheduler"):
        sweep.start(client)


def test_a_sweep_that_does_not_fit_into_memory_is_refused_before_it_starts(tmp_path, monkeypatch):
    monkeypatch.setattr("senet_lab.memory.available", lambda: 10**6)
    sweep = Sweep(TINY, {"ratio": (None, 4)}, folder=tmp_path / "sweep")
    with pytest.raises(ValueError, match=r"needs about .* of memory, but only .* are free"):
        sweep.start()
    assert not (tmp_path / "sweep/sweep.json").exists()
    assert os.listdir(tmp_path / "sweep") == ["starting"]
