"""Survival: whatever happens to a run, it goes on from there and ends as if nothing had; or says plainly why not."""

import contextlib
import random
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest
from panel_driver import await_that
from runs import BRIEF, MINI, assert_ends_as, await_state, killed, log_of, process_of

from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.process import MALLOC_SETTINGS, WaitingProcess
from senet_lab.training.runs.run import ENDED, Run
from senet_lab.training.runs.spare_process import cool, warm

pytestmark = pytest.mark.slow
MOMENTS = (*["compiling"] * 4, *["mid-step"] * 3, *["during a checkpoint"] * 5)


def await_moment(run, moment, draw):
    """Come back at a random moment of that kind; False if the run ended first."""
    if moment == "compiling":
        await_state(run, ("compiling",))
        time.sleep(1.5 * draw.random())
        return run.is_held()
    await_state(run, ("training", "finished"))
    time.sleep(0.3 * draw.random())
    return run.is_held() if moment == "mid-step" else suspend_at_a_checkpoint(run)


def suspend_at_a_checkpoint(run):
    """Hold the worker of a run as it writes a checkpoint, until it is killed; False if it ended before."""
    with contextlib.suppress(psutil.NoSuchProcess):  # it ends while it is looked at
        while process := process_of(run):
            if is_being_written(run):
                process.suspend()
                if is_being_written(run):
                    return True
                process.resume()
            time.sleep(0.001)
    return False


def is_being_written(run):
    return any((run.folder / "checkpoints").glob(".*.npz"))


def test_worker_that_is_killed_12_times_ends_with_the_same_weights_bit_for_bit(unbroken, thumbnails, tmp_path, forked):
    draw, cut_off = random.Random(7), 0
    moments = draw.sample(MOMENTS, len(MOMENTS))
    run = Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "0")
    while moments:
        forked(run, kept_every=0)  # a checkpoint at every step
        if await_moment(run, moments[-1], draw):
            moments.pop()
            killed(run)
            assert run.status().state == "failed"
            assert "resume the run" in run.status().reason
            cut_off += is_being_written(run)
        found = checkpoint.read_newest(run.folder / "checkpoints")
        assert found is None or found[2] == []  # nothing that is half written is ever found
        assert all(np.isfinite(row["loss"]) for row in run.metrics())
        if run.status().state == "finished":
            assert_ends_as(run, unbroken)
            run = Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / str(len(moments)))
    assert cut_off >= MOMENTS.count("during a checkpoint")
    assert forked(run).wait(180).state == "finished"
    assert_ends_as(run, unbroken)


KERNEL = """
import sys
from senet_lab.training.runs.run import Run
run = Run(sys.argv[1])
if not run.is_held():
    run.start()
print("started", flush=True)
for status in run.follow():
    pass
"""


def kernel_at(run):
    """A kernel that starts a run, or follows it where a process is at it."""
    return subprocess.Popen([sys.executable, "-c", KERNEL, str(run.folder)], stdout=subprocess.PIPE, text=True)


def shot(kernel):
    with kernel:
        kernel.kill()


WARM = """
import sys, threading
import psutil
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.spare_process import warm
threads = [threading.Thread(target=warm) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*[child.pid for child in psutil.Process().children()], flush=True)
if sys.argv[1:]:
    Run(sys.argv[1]).start()  # its worker still loads Keras
    print("started", flush=True)
sys.stdin.readline()
"""


def warm_kernel(*folder):
    """A kernel that warms a process from several threads, which may train a run; and the number of that process."""
    command = [sys.executable, "-c", WARM, *map(str, folder)]
    kernel = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    (number,) = map(int, kernel.stdout.readline().split())  # there is only one
    return kernel, number


def test_a_run_starts_in_the_one_lean_spare_process_and_survives_the_death_of_its_kernel(
    unbroken, thumbnails, tmp_path
):
    run = Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "run")
    kernel, number = warm_kernel(run.folder)
    assert kernel.stdout.readline() == "started\n"
    shot(kernel)
    run.ask("pause")
    await_state(run, ("paused",))
    assert run.status().process == number
    loaded = " ".join(each.path for each in process_of(run).memory_maps())
    compiled = ("tensorflow", "pandas", "matplotlib", "jaxlib")  # those whose libraries would be seen
    assert [name for name in compiled if f"/{name}/" in loaded] == ["tensorflow"]
    run.ask("run")
    assert run.wait(180).state == "finished", log_of(run)
    assert_ends_as(run, unbroken)


def test_spare_process_without_a_run_loads_keras_and_ends_with_its_kernel():
    kernel, number = warm_kernel()
    maps = psutil.Process(number).memory_maps
    await_that(lambda: any("tensorflow" in each.path for each in maps()), 120)
    shot(kernel)
    assert gone(number)


def test_kernels_are_killed_at_random_moments_and_with_their_workers_and_the_run_ends_as_an_unbroken_one(
    unbroken, thumbnails, tmp_path
):
    draw = random.Random(3)
    run = Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "run")
    shots = 0
    for both in (True, True, False, False, False, False):
        kernel = kernel_at(run)
        if not both or shots:  # the first one at any moment of its own start, too
            assert kernel.stdout.readline() == "started\n"
            await_state(run, draw.choice((("waiting", "compiling"), ("training", "validating"))) + ENDED)
        time.sleep(draw.random())
        shots += run.status().state not in ENDED
        shot(kernel)
        if both:
            killed(run)
            assert run.status().state in ("failed", "waiting", "finished")
        assert "is damaged" not in log_of(run)
    assert shots >= 3
    if not run.is_held() and run.status().state != "finished":
        run.start()
    assert run.wait(180).state == "finished", log_of(run)
    assert_ends_as(run, unbroken)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip(
            "a small file system can be mounted by root alone; the test with a limit on files does it for others"
        )
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_fails_a_run_that_says_so_and_resumes_once_there_is_room(unbroken, forked, thumbnails, small_disk):
    run = forked(Run.create(MINI, BRIEF, thumbnails, folder=small_disk / "run"))
    await_state(run, ("training",))
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    status = run.wait(120)
    assert status.state == "failed"
    assert "No space left on device" in status.reason
    found = checkpoint.read_newest(run.folder / "checkpoints")
    assert found is None or found[2] == []
    filler.unlink()
    assert forked(run).wait(180).state == "finished"
    assert_ends_as(run, unbroken)


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="only Linux limits a process that runs already")
def test_a_checkpoint_that_cannot_be_written_leaves_no_half_file(unbroken, forked, thumbnails, tmp_path):
    run = forked(Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "run"))
    await_state(run, ("compiling", "training"))  # it trains for a second only
    process_of(run).rlimit(psutil.RLIMIT_FSIZE, (4_000, -1))
    status = run.wait(120)
    assert (status.state, "File too large" in status.reason) == ("failed", True)
    assert list(run.folder.glob("checkpoints/*")) == []
    assert forked(run).wait(180).state == "finished"
    assert_ends_as(run, unbroken)


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_AS"), reason="only Linux limits a process that runs already")
def test_run_that_is_out_of_memory_fails_with_a_plain_message(forked, thumbnails, tmp_path):
    run = forked(Run.create(MINI, replace(BRIEF, epochs=500), thumbnails, folder=tmp_path / "run"))
    await_state(run, ("training",))
    process = process_of(run)
    process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms // 2,) * 2)
    status = run.wait(120)
    assert status.state == "failed"
    assert "out of memory" in status.reason


def test_a_run_is_stopped_within_a_step_and_a_second_from_a_kernel_that_is_busy(forked, thumbnails, tmp_path):
    run = forked(Run.create(MINI, replace(BRIEF, epochs=500), thumbnails, folder=tmp_path / "run"))
    while (status := run.status()).epoch < 1 or status.images_per_s is None:  # to validate is traced by then
        time.sleep(0.02)
    step = BRIEF.batch / status.images_per_s
    asked = []

    def click():
        """What a button does, on a thread of its own."""
        asked.append(time.monotonic())
        run.stop()

    threading.Timer(0.3, click).start()
    end = time.monotonic() + 60
    while run.status().state != "stopped":  # a cell that computes and lets nobody through
        sum(range(20_000))
        assert time.monotonic() < end
    assert time.monotonic() - asked[0] < step + 1
    kept, stopped = checkpoint.read_newest(run.folder / "checkpoints")[1], run.status()
    assert (kept["epoch"], kept["step"]) == (stopped.epoch, stopped.step) >= (1, 0)


def test_a_run_whose_folder_cannot_be_written_is_refused_or_says_so(forked, thumbnails, tmp_path):
    run = Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "run")
    (run.folder / "wanted").mkdir()  # what root cannot write either
    with pytest.raises(ValueError, match=r"wanted' is damaged: it is a folder and not a file; delete it"):
        run.start()
    (run.folder / "wanted").rmdir()
    (run.folder / "checkpoints").write_text("")
    with pytest.raises(ValueError, match=r"checkpoints' is damaged: it must be a folder; delete it"):
        run.start()
    status = forked(run).wait(120)
    assert status.state == "failed"
    assert "checkpoints" in status.reason


def gone(number, seconds=60):
    end = time.monotonic() + seconds
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)
    return True


def test_spare_process_that_is_not_needed_ends(monkeypatch):
    before = {each.pid for each in psutil.Process().children()}
    warm()
    (first,) = {each.pid for each in psutil.Process().children()} - before
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    warm()  # of another backend: takes the place of the first
    (second,) = {each.pid for each in psutil.Process().children() if each.pid != first} - before
    cool()
    assert gone(first)
    assert gone(second)
    warm(seconds=0.01)
    (third,) = {each.pid for each in psutil.Process().children() if each.pid not in (first, second)} - before
    assert gone(third)


def test_training_process_keeps_its_memory_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    waiting = WaitingProcess()
    while not (settled := psutil.Process(waiting.number).environ()):  # the system takes a moment to set it up
        time.sleep(0.01)
    waiting.end()
    assert settled["MALLOC_ARENA_MAX"] == "2"
    assert settled["MALLOC_TRIM_THRESHOLD_"] == MALLOC_SETTINGS["MALLOC_TRIM_THRESHOLD_"]
    assert settled["TF_CPU_ALLOCATOR_USE_BFC"] == "true"
