"""Runs: a training that can be stopped, killed and damaged, and goes on; recipes, batches, checkpoints, commands."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runs import BRIEF, MINI, SHORT, TINY, assert_ends_as, await_state, log_of

from senet_lab.cli import main
from senet_lab.data import datasets as data
from senet_lab.training.batches import Batches, Scale, crop, ensure_scale
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs import checkpoint, log, metrics
from senet_lab.training.runs.images import load_images
from senet_lab.training.runs.inventory import list_runs
from senet_lab.training.runs.process import WaitingProcess, is_alive
from senet_lab.training.runs.run import COLUMNS, Run, Status
from senet_lab.training.worker import checkpointer

# Its stem makes 32 pixels 8: the cheapest that learns as much in three epochs.
LEARNER = replace(TINY, groups=((32, 1),), stem="imagenet")


@pytest.mark.slow
def test_a_run_leaves_metrics_checkpoints_and_a_status(unbroken):
    status = unbroken.status()
    assert (status.state, status.epoch, status.device) == ("finished", 2, "CPU")
    assert [row["epoch"] for row in unbroken.metrics()] == [1, 2]
    assert unbroken.metrics()[-1]["learning_rate"] < 1e-6
    assert (unbroken.folder / "checkpoints" / "best.npz").is_file()
    assert not unbroken.is_held()
    assert status.macs_per_s == pytest.approx(3 * MINI.ledger().macs * status.images_per_s)
    assert 300e6 < status.memory < 3e9
    assert status.warning == ""
    assert (unbroken.architecture, unbroken.recipe) == (MINI, BRIEF)


@pytest.mark.slow
def test_a_stop_is_obeyed_within_a_step_and_a_resumed_run_ends_as_an_unbroken_one(
    unbroken, forked, thumbnails, tmp_path
):
    run = forked(Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "stopped"))
    run.ask("pause")  # the whole run takes less than a second, in which a busy machine may not look at it
    await_state(run, ("paused",))
    run.ask("run")
    run.stop()
    asked = time.monotonic()
    assert run.wait(30).state == "stopped"
    assert time.monotonic() - asked < 3  # a step of this network takes some 10 ms
    assert checkpoint.read_newest(run.folder / "checkpoints")[1]["step"] > 0
    assert forked(run).wait(120).state == "finished"
    assert_ends_as(run, unbroken)


@pytest.mark.slow
def test_a_paused_run_waits_and_a_second_process_is_refused(unbroken, forked, thumbnails, tmp_path):
    run = forked(Run.create(MINI, BRIEF, thumbnails, folder=tmp_path / "paused"))
    run.ask("pause")
    step = await_state(run, ("paused",)).step
    assert step > 0
    time.sleep(0.5)
    assert run.status().step == step
    with pytest.raises(RuntimeError, match=r"Another process is already training in .*; stop it first"):
        run.start()
    second = [sys.executable, "-m", "senet_lab.training.worker.worker", str(run.folder)]
    assert (
        "Another process is already training"
        in subprocess.run(second, capture_output=True, text=True, check=True).stderr
    )
    run.ask("run")
    assert run.wait(120).state == "finished"
    assert_ends_as(run, unbroken)


@pytest.mark.slow
def test_three_epochs_on_the_sample_are_right_four_times_as_often_as_chance(forked, tmp_path):
    recipe = Recipe(epochs=3, batch=50, learning_rate=4e-3, schedule="cosine", standardise=True)
    run = forked(Run.create(LEARNER, recipe, folder=tmp_path / "three"))
    assert run.wait(400).state == "finished", log_of(run)
    rows = run.metrics()
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[-1]["loss"] < rows[0]["loss"] - 0.3
    assert max(row["val_accuracy"] for row in rows) > 0.4


@pytest.mark.slow
def test_a_damaged_checkpoint_gives_way_to_the_one_before(unbroken, forked, tmp_path):
    run = Run(shutil.copytree(unbroken.folder, tmp_path / "damaged"))
    newest = sorted((run.folder / "checkpoints").glob("[0-9]*.npz"))[-1]
    content = newest.read_bytes()
    middle = len(content) // 2
    newest.write_bytes(content[:middle] + bytes(200) + content[middle + 200 :])  # more than the header of an array
    assert forked(run).wait(120).state == "finished"
    assert "is damaged" in (run.folder / "log.txt").read_text()
    assert_ends_as(run, unbroken)


@pytest.mark.slow
def test_loss_that_is_no_number_fails_the_run_with_the_reason(forked, thumbnails, tmp_path):
    wild = replace(BRIEF, learning_rate=999.0, schedule="constant", warmup=0, weight_decay=0.9, label_smoothing=0.0)
    run = Run.create(MINI, wild, thumbnails, folder=tmp_path / "wild")
    status = forked(run, kept_every=0).wait(120)
    assert status.state == "failed"
    arrays, about, _ = checkpoint.read_newest(run.folder / "checkpoints")
    assert all(np.isfinite(array).all() for array in arrays)
    assert about["step"] >= 1
    words = "; the last checkpoint is from before: try a lower learning rate in a new run"
    assert re.search(rf"is no longer finite at epoch \d, step \d+{words}", status.reason)


def test_checkpoint_that_is_temporarily_unreadable_is_not_treated_as_damaged(tmp_path, monkeypatch):
    checkpoint.write(tmp_path / "000000001.npz", [np.zeros(3)], {"epoch": 0})
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "opened", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(OSError, match="Input/output error"):
            checkpoint.read_newest(tmp_path)
    assert checkpoint.read_newest(tmp_path)[1] == {"epoch": 0}


@pytest.mark.slow
def test_the_command_line_trains_lists_and_answers_nonsense(thumbnails, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    brief = ["--data", thumbnails, "--token", MINI.token(), "--epochs", "1", "--batch", "50"]
    assert main(["train", *brief, "--precision", "auto", "--folder", "runs/one"]) == 0
    assert main(["runs"]) == 0
    out = capfd.readouterr().out
    assert re.search(
        r"one: SE-ResNet-\d+, precision auto \(\w+\), finished, 1 of 1 epoch done.*best validation accuracy 0\.\d+", out
    )
    assert len(re.findall(r"^epoch 1: loss .*, validation: loss ", out, re.MULTILINE)) == 1
    assert "s left" not in out.splitlines()[-1]
    assert f"Precision: {Run('runs/one').precision_choice().words()}" in out
    (tmp_path / "runs/own").mkdir()
    (tmp_path / "runs/own/config.json").write_text("{}")  # another program's
    for arguments, words in (
        (["train", "--recipe", "moden"], "try 'modern'"),
        (
            ["train", "--preset", "se_resnet50"],
            "se_resnet50 takes 224 \u00d7 224 images, 'sample' has 32 \u00d7 32; try --preset cifar_se_resnet20.",
        ),
        (["train", "--preset", "se_resnet21"], "try 'cifar_se_resnet20'"),
        (["resume", "nowhere"], "is no run: it has no config.json; `senet-lab runs` lists the runs."),
        (["runs", "nope"], "There is no folder 'nope'."),
        (["resume", "runs/on"], f"is no run: it has no config.json; try '{tmp_path / 'runs/one'}'"),
        (["train", "--token", TINY.token(), "--epochs", "0"], "`epochs` (=0) must be at least 1"),
    ):
        assert main(arguments) == 2
        assert words in capfd.readouterr().err


def test_option_of_jupyterlab_is_refused_with_the_place_where_it_belongs(capsys):
    with pytest.raises(SystemExit):
        main(["lab", "--no-browser"])
    assert "unrecognized arguments: --no-browser; put JupyterLab's options after --\n" in capsys.readouterr().err


def test_what_is_damaged_anywhere_is_refused_as_damaged(tmp_path):
    """Every byte in turn: a flip is found, or changes nothing that is read."""
    path, arrays = tmp_path / "a.npz", [np.arange(6.0), np.array(3)]
    checkpoint.write(path, arrays, {"epoch": 1})
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :])
        try:
            found, about = checkpoint.read(path)
        except ValueError:  # anything else would get past those who fall back to the checkpoint before
            continue
        assert about == {"epoch": 1}
        assert all((a == b).all() for a, b in zip(found, arrays, strict=True))
    path.write_bytes(whole[:-30])
    with pytest.raises(
        ValueError, match=r"a\.npz' is damaged: File is not a zip file; delete it to use an older one\."
    ):
        checkpoint.read(path)


def test_run_with_a_damaged_status_can_be_resumed(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    (run.folder / "status.json").write_text("")
    assert run.status().state == "waiting"
    assert not run.is_held()
    assert [each.folder.name for each in list_runs(tmp_path)] == ["a"]


def test_status_of_an_older_version_is_read_and_unknown_fields_are_left_out(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    (run.folder / "status.json").write_text('{"state": "stopped", "epoch": 3, "at": 5.0, "mood": "good"}')
    assert run.status() == Status("stopped", epoch=3, at=5.0)
    for text in ("[]", "3", "{}", '"a"'):
        (run.folder / "status.json").write_text(text)
        assert run.status().state == "waiting"


def test_process_is_recognized_by_its_mark_and_not_by_its_number_alone(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    run.tell(Status("training", process=os.getpid(), mark="worker-of-another-time"))  # the number is used again
    assert not run.is_held()
    assert run.status().state == "failed"


@pytest.mark.slow
def test_run_that_is_resumed_with_other_versions_warns_and_continues(forked, thumbnails, tmp_path):
    brief = replace(BRIEF, epochs=1, warmup=0, schedule="constant")
    run = Run.create(MINI, brief, thumbnails, folder=tmp_path / "a")
    config = json.loads((run.folder / "config.json").read_text())
    config["versions"]["keras"] = "3.0.0"
    (run.folder / "config.json").write_text(json.dumps(config))
    status = forked(run).wait(180)
    assert status.state == "finished"
    assert "so results may differ: keras 3.0.0 then, " in status.warning
    assert status.warning in (run.folder / "log.txt").read_text()


def test_image_folder_is_standardised_by_its_own_pixels_and_the_scale_is_stored(tmp_path):
    draw = np.random.default_rng(0)
    x = draw.normal((50, 100, 200), (5, 10, 20), (2500, 8, 8, 3)).round().clip(0, 255).astype("uint8")
    images = data.Images("own", ("a", "b"), x, np.zeros(len(x), "uint8"), x[:1], np.zeros(1, "uint8"))
    scale = ensure_scale(tmp_path, images)
    np.testing.assert_allclose(scale.mean, x.mean((0, 1, 2)) / 255, rtol=1e-9)
    np.testing.assert_allclose(scale.deviation, x.std((0, 1, 2)) / 255, rtol=1e-6)
    batches = Batches.of(images, Recipe(standardise=True), scale)
    assert np.abs(batches.x_val.mean((0, 1, 2))).max() < 0.05
    assert np.abs(batches.x_val.std((0, 1, 2)) - 1).max() < 0.05
    assert ensure_scale(tmp_path, data.sample()) == scale  # whatever has become of the images since
    (tmp_path / "scale.json").write_text("{")
    assert ensure_scale(tmp_path, data.sample()) == Scale()


def test_images_without_deviation_are_standardised_to_finite_numbers():
    x = np.full((10, 4, 4, 1), 7, "uint8")
    images = data.Images("grey", ("a", "b"), x, np.zeros(10, "uint8"), x, np.zeros(10, "uint8"))
    assert np.isfinite(Batches.of(images, Recipe(standardise=True)).x_val).all()


@pytest.mark.parametrize(
    ("architecture", "data", "words"),
    [
        (TINY, "smaple", "try 'sample'"),
        (replace(TINY, classes=9), "sample", "`classes` (=9) must be those of 'sample', with a classifier; try 10."),
        (replace(TINY, include_top=False), "cifar10", "with a classifier"),
        (replace(TINY, input_shape=(64, 64, 3)), "sample", "try (32, 32, 3)"),
    ],
)
def test_data_that_do_not_fit_a_network_are_refused_before_anything_is_created(tmp_path, architecture, data, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Run.create(architecture, data=data, folder=tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_run_that_was_not_started_waits(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    assert run.status() == Status("waiting", epochs=10)
    assert (run.metrics(), run.is_held()) == ([], False)
    with pytest.raises(FileExistsError):
        Run.create(TINY, folder=tmp_path / "a")
    assert [each.folder.name for each in list_runs(tmp_path)] == ["a"]


def test_a_process_that_is_gone_has_failed(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    run.tell(Status("training", epoch=1, epochs=10))
    assert run.status().state == "failed"
    assert run.status().reason.endswith("there is no checkpoint yet, so resume the run to start again")
    checkpoint.write_newest(run.folder / "checkpoints", 1, [np.ones(3)], {})
    assert run.status().reason.endswith("resume the run to continue from its last checkpoint")


@pytest.mark.slow
def test_trained_network_is_saved_with_its_best_weights(unbroken, tmp_path, capfd):
    import keras

    assert main(["save", str(unbroken.folder), str(tmp_path / "network.keras")]) == 0
    assert re.search(r"network\.keras: SE-ResNet-\d+ with the weights of epoch [12]\n", capfd.readouterr().out)
    keras.utils.set_random_seed(BRIEF.seed)  # which the order of a folder's images depends on
    images = load_images(unbroken)
    x = unbroken.ready(images.x_train)
    held = np.random.default_rng([BRIEF.seed, 0]).permutation(len(x))[: round(BRIEF.validation * len(x))]
    found = keras.saving.load_model(tmp_path / "network.keras", compile=False).predict(x[held], verbose=0)
    accuracy = (found.argmax(-1) == images.y_train[held]).mean()
    assert accuracy == pytest.approx(max(row["val_accuracy"] for row in unbroken.metrics()), abs=1e-3)
    np.testing.assert_allclose(unbroken.model().predict(x[held], verbose=0), found, rtol=1e-5)
    assert main(["save", str(unbroken.folder), str(tmp_path / "network.keras")]) == 2
    assert "is there already; try another name" in capfd.readouterr().err


def test_run_without_a_checkpoint_has_no_network_to_save(tmp_path, capfd):
    run = Run.create(TINY, folder=tmp_path / "a")
    assert main(["save", str(run.folder), str(tmp_path / "network.keras")]) == 2
    assert "'a' has no checkpoint yet" in capfd.readouterr().err
    assert main(["save", str(run.folder), str(tmp_path / "network.h5")]) == 2
    assert "`suffix` (='.h5') must be one of '.keras', '.onnx', '.tflite' or '.xml'" in capfd.readouterr().err
    assert not list(tmp_path.glob("*network*"))


def test_checkpoints_within_an_epoch_are_as_frequent_as_they_are_cheap(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(checkpointer.time, "monotonic", lambda: now[0])
    parts = (Path("nowhere"), None, None, None, 10, None)
    for seconds, interval in ((0.0, checkpointer.MIN_INTERVAL), (0.1, 20), (10.0, checkpointer.MAX_INTERVAL)):
        writer = checkpointer.Checkpointer(*parts, written_at=now[0], seconds=seconds)
        now[0] = writer.written_at + interval
        assert not writer.is_due()
        now[0] += 0.01
        assert writer.is_due()


def broken(folder, words):
    """A Keras that cannot be imported."""
    folder.mkdir()
    (folder / "keras.py").write_text(words)
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def test_process_that_never_began_is_reported_with_the_last_line_of_its_log(tmp_path, monkeypatch):
    run = Run.create(TINY, folder=tmp_path / "a")
    monkeypatch.setenv("PYTHONPATH", broken(tmp_path / "first", "raise ImportError('no such <engine>')"))
    reason = run.start().wait(60).reason
    assert (
        "its process ended before training began: the last line of its log is 'ImportError: no such <engine>'" in reason
    )
    assert str(run.folder / "log.txt") in reason
    monkeypatch.setenv("PYTHONPATH", broken(tmp_path / "second", "import os; os._exit(1)"))
    assert "it wrote nothing to its log" in run.start().wait(60).reason  # not what the first one said


def test_output_of_a_process_that_ends_before_it_is_handed_its_run_is_in_the_log(tmp_path, monkeypatch):
    run = Run.create(TINY, folder=tmp_path / "a")
    monkeypatch.setenv("PYTHONPATH", broken(tmp_path / "first", "raise ImportError('no such <engine>')"))
    process = WaitingProcess(run.folder)
    while is_alive(process.number, process.mark):
        time.sleep(0.02)
    process.train(run.folder)
    assert log.last_line(run.folder, process.mark) == "ImportError: no such <engine>"


def test_truncated_line_of_metrics_is_left_out_and_a_repeated_epoch_counts_once(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    head = "epoch,step,seconds,images_per_s,learning_rate,loss,accuracy,val_loss,val_accuracy\n"
    (run.folder / "metrics.csv").write_text(f"{head}1,2,3,4,5,6,7,8,9\n2,2,3,4,5,6,7,8,9\n2,2,3,4,5,1,7,8,9\n3,2,3,4,5")
    metrics.append_row(run.folder / "metrics.csv", dict.fromkeys(COLUMNS, 4.0))
    assert [(row["epoch"], row["loss"]) for row in run.metrics()] == [(1, 6), (2, 1), (4, 4)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"epochs": 0}, "`epochs` (=0) must be at least 1; try 1."),
        ({"optimizer": "adamw"}, "try 'adam'"),
        ({"learning_rate": -1}, "`learning_rate`"),
        ({"warmup": 2}, "needs schedule='cosine'"),
        ({"warmup": 10, "schedule": "cosine"}, "try warmup=9"),
        ({"validation": 1.0}, "`validation`"),
        ({"augment": 1}, "`augment`"),
        ({"lr": 1}, "try 'learning_rate'"),
    ],
)
def test_impossible_recipe_is_refused_with_a_value_that_is_possible(values, words):
    with pytest.raises((ValueError, TypeError)) as error:
        Recipe.from_dict(values)
    assert words in str(error.value)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_goes_through_json(name):
    assert Recipe.from_dict(RECIPES[name].to_dict()) == RECIPES[name]


def test_each_epoch_has_every_training_image_once_in_an_order_of_its_own():
    batches = Batches.of(data.sample(), Recipe(batch=700))
    seen = [np.concatenate([x for x, _ in batches.epoch(number)]) for number in (0, 1)]
    keys = [[image.tobytes() for image in epoch] for epoch in seen]
    assert len(batches.x_val) == 500
    assert sorted(keys[0]) == sorted(keys[1])
    assert keys[0] != keys[1]
    assert len(set(keys[0]) | {image.tobytes() for image in batches.x_val}) == 5000


def test_epoch_that_is_resumed_continues_with_the_same_batches():
    batches = Batches.of(data.sample(), replace(RECIPES["modern"], batch=900))
    whole, late = list(batches.epoch(4)), list(batches.epoch(4, 3))
    assert len(late) == len(whole) - 3 == batches.steps - 3
    for (x, y), (x_late, y_late) in zip(whole[3:], late, strict=True):
        np.testing.assert_array_equal(x, x_late)
        np.testing.assert_array_equal(y, y_late)


def test_a_crop_moves_an_image_by_at_most_four_pixels_and_mirrors_half_of_them():
    x = np.arange(1, 1 + 32 * 32, dtype="float32").reshape(1, 32, 32, 1).repeat(200, 0)
    moved = crop(x, np.random.default_rng(0))
    middle = moved[:, 12:20, 12:20, 0]
    mirrored = middle[:, 0, 0] > middle[:, 0, 1]
    assert 60 < mirrored.sum() < 140
    column = (moved[~mirrored][:, 12, 12, 0] - 1) % 32
    row = (moved[~mirrored][:, 12, 12, 0] - 1) // 32
    assert set(column) == set(row) == set(range(12 - 4, 12 + 5))


def test_standardised_pixels_have_mean_0_and_deviation_1():
    x = Batches.of(data.sample(), replace(RECIPES["modern"], augment=False)).x_val
    assert np.abs(x.mean((0, 1, 2))).max() < 0.1
    assert np.abs(x.std((0, 1, 2)) - 1).max() < 0.05


def test_only_the_last_checkpoints_remain_and_each_is_read_as_it_was_written(tmp_path):
    arrays = [np.arange(6.0).reshape(2, 3), np.array(3, "int64")]
    for step in (1, 2, 3):
        checkpoint.write_newest(tmp_path, step, arrays, {"epoch": step})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000002.npz", "000000003.npz"]
    found, about, damaged = checkpoint.read_newest(tmp_path)
    assert (about, damaged) == ({"epoch": 3}, [])
    for a, b in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


def test_unwritable_folder_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Run.create(TINY, folder=tmp_path / "file" / "run")


def test_checkpoints_that_are_all_damaged_are_an_error(tmp_path):
    for step in (1, 2):
        checkpoint.write_newest(tmp_path, step, [np.ones(3)], {"epoch": step})
        path = tmp_path / f"{step:09d}.npz"
        path.write_bytes(path.read_bytes()[:-30])
    for _ in range(2):  # the second time their names have changed
        with pytest.raises(ValueError, match="No checkpoint can be read"):
            checkpoint.read_newest(tmp_path)
    checkpoint.write_newest(tmp_path, 1, [np.zeros(3)], {"epoch": 1})
    found, about, damaged = checkpoint.read_newest(tmp_path)
    assert (found[0].sum(), about, damaged) == (0, {"epoch": 1}, [])


def test_a_new_checkpoint_stays_though_older_ones_have_higher_numbers(tmp_path):
    for step in (8, 9, 1):
        checkpoint.write_newest(tmp_path, step, [np.ones(3)], {"epoch": step})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000001.npz", "000000009.npz"]


@pytest.mark.parametrize("accumulate", [1, 4])
def test_learning_rate_reaches_zero_at_the_end_whatever_is_accumulated(accumulate):
    from senet_lab.training.worker.model import learning_rate

    rate = learning_rate(replace(RECIPES["modern"], epochs=10, warmup=1, accumulate=accumulate), 100)
    found = [float(rate(step)) for step in (0, 100, 550, 1000)]
    assert found == pytest.approx([0, 0.1, 0.05, 0], abs=1e-3)


def test_hidden_folders_are_no_classes(tmp_path):
    """Jupyter leaves .ipynb_checkpoints wherever it has been."""
    for name in ("cats", "dogs", ".ipynb_checkpoints"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"")
    two = replace(TINY, classes=2)
    assert Run.create(two, SHORT, str(tmp_path), folder=tmp_path / "run").architecture.classes == 2
