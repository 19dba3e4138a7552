"""Folders of images: bad files are named or skipped, every format is read, and the order is that of Keras."""

import json
import os
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_files import png_of
from messages import post
from PIL import Image
from runs import BRIEF, MINI, log_of

from senet_lab import Trainer
from senet_lab.cli import main
from senet_lab.data import datasets as data
from senet_lab.data.class_folders import printable
from senet_lab.data.image_arrays import load_images as load_arrays
from senet_lab.data.image_folder import BadFilesError, list_images
from senet_lab.data.pictures import FORMATS, MAX_PIXELS
from senet_lab.trainer.folder import read_folder
from senet_lab.training.runs.images import load_images
from senet_lab.training.runs.run import Run

DRAW = np.random.default_rng(0)
TWO = replace(MINI, classes=2)
ONE_EPOCH = replace(BRIEF, epochs=1, warmup=0)
SKIP = "skip bad files with --skip-bad (skip_bad=True in Python, a box in the Trainer)"


def photograph(height=40, width=50):
    return Image.fromarray(DRAW.integers(0, 256, (height // 4, width // 4, 3), dtype="uint8")).resize((width, height))


@pytest.fixture
def pets(tmp_path):
    """Twenty pictures of two classes."""
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(10):
            photograph().save(tmp_path / "pets" / name / f"{number}.jpg")
    return tmp_path / "pets"


@pytest.fixture
def no_hang():
    """Ends a test that waits for ever, such as for somebody to write into a pipe."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(60)
    yield
    signal.alarm(0)


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


def forbidden(path):
    path.write_bytes(b"x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


BAD = {
    "empty": (lambda path: path.write_bytes(b""), "empty"),
    "truncated": (lambda path: (photograph(400, 400).save(path, "JPEG"), truncate(path)), "truncated"),
    "truncated PNG": (lambda path: (photograph(400, 400).save(path, "PNG"), truncate(path)), "truncated"),
    "truncated WebP": (lambda path: (photograph(400, 400).save(path, "WEBP"), truncate(path)), "damaged|truncated"),
    "no image": (lambda path: path.write_text("a shopping list"), "its content is in no known image format"),
    "PostScript": (lambda path: path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n"), "its content is in no known"),
    "named pipe": (os.mkfifo, "a named pipe"),
    "socket": (a_socket, "a socket"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "dangling link": (lambda path: path.symlink_to("nowhere.jpg"), "a link to nothing"),
    "link to a folder": (lambda path: path.symlink_to("."), None),
    "without permission": (forbidden, "no permission to read it"),
    "large": (
        lambda path: path.write_bytes(png_of(9_000, 9_000)),
        f"too large, 9000 x 9000 pixels, but the limit is {MAX_PIXELS:,}",
    ),
    "bomb": (lambda path: path.write_bytes(png_of(50_000, 50_000)), f"too large, the limit is {MAX_PIXELS:,} pixels"),
    "floats": (lambda path: Image.fromarray(np.ones((4, 4), "float32")).save(path, "TIFF"), "32 bits per pixel"),
}


@pytest.mark.usefixtures("no_hang")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_class_and_the_reason_and_can_be_skipped(pets, name, monkeypatch):
    make, reason = BAD[name]
    monkeypatch.chdir(pets)  # the path of a socket may not be long
    make(pets / "cats" / "broken.jpg")
    if reason is None:  # a folder is none of the files, whatever its name
        assert len(data.folder(pets).x_train) == 16
        return
    words = rf"cats/broken\.jpg \(class 'cats'\) cannot be read as an image: ({reason}).*; delete it, or skip"
    with pytest.raises(BadFilesError, match=words) as error:
        data.folder(pets)
    assert str(error.value).endswith(f"; delete it, or {SKIP}.")
    images = data.folder(pets, skip_bad=True)
    assert list(images.skipped) == ["cats/broken.jpg"]
    (pets / "cats" / "broken.jpg").unlink()
    without = data.folder(pets)
    for part in ("x_train", "y_train", "x_test", "y_test"):  # as if it had been deleted
        np.testing.assert_array_equal(getattr(images, part), getattr(without, part))


@pytest.fixture
def unlisted(pets, monkeypatch):
    """Makes a folder that may not be listed; root may list all."""
    scan = os.scandir

    def refuse(name):
        def refused(path="."):
            if Path(path) == pets / name:
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        (pets / name).mkdir(exist_ok=True)
        monkeypatch.setattr(os, "scandir", refused)

    return refuse


def test_a_folder_that_cannot_be_listed_is_named_and_can_be_skipped_for_good(pets, unlisted, monkeypatch):
    (pets / "cats" / "more").mkdir()
    photograph().save(pets / "cats" / "more" / "1.jpg")
    unlisted("cats/more")
    words = (
        r"^cats/more \(class 'cats'\) cannot be read as an image: this folder cannot be listed \(Permission denied\);"
    )
    with pytest.raises(BadFilesError, match=words):
        data.folder(pets)
    images = data.folder(pets, skip_bad=True)
    assert list(images.skipped) == ["cats/more"]
    monkeypatch.undo()
    assert len(data.folder(pets, skipped=images.skipped).x_train) == len(images.x_train) == 16
    assert len(data.folder(pets).x_train) == 17


def test_a_class_that_cannot_be_listed_is_refused_with_the_reason(pets, unlisted, tmp_path):
    unlisted("eels")
    for refused in (
        lambda: data.folder(pets, skip_bad=True),
        lambda: Run.create(replace(MINI, classes=3), BRIEF, str(pets), folder=tmp_path / "run"),
    ):
        with pytest.raises(
            BadFilesError, match=r"^eels \(class 'eels'\) cannot be read as an image: this folder cannot"
        ):
            refused()


def test_single_suffix_may_be_a_text(pets):
    photograph().save(pets / "cats" / "1.bmp")
    photograph().save(pets / "dogs" / "1.bmp")
    assert len(list_images(pets, (".bmp",)).names) == 2
    with pytest.raises(ValueError, match="has 2 images, and a share"):
        data.folder(pets, suffixes=".bmp")


def test_many_bad_files_are_counted_and_a_few_are_named(pets):
    for number in range(7):
        (pets / "cats" / f"broken{number}.png").write_bytes(b"")
    with pytest.raises(
        BadFilesError, match=r"^7 files cannot be read as images.*broken4\.png.*: empty and 2 more; delete them"
    ):
        data.folder(pets)


def test_a_class_whose_files_are_all_bad_is_refused_by_name_even_where_bad_files_are_skipped(pets):
    (pets / "eels").mkdir()
    (pets / "eels" / "1.png").write_bytes(b"")
    with pytest.raises(
        ValueError,
        match=r"The class 'eels' of '.*pets' has no image that can be read: eels/1.png: empty; repair them, or delete",
    ):
        data.folder(pets, skip_bad=True)


def test_the_name_of_a_file_cannot_confuse_a_terminal():
    assert printable("cats/\x1b[31mred\udcff\n.jpg") == "cats/?[31mred??.jpg"


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        ("webp", {"lossless": True}), ("tiff", {}), ("tif", {}), ("png", {}), ("bmp", {}), ("gif", {}), ("ppm", {}),
        ("ico", {}), ("tga", {}), ("pcx", {}), ("qoi", {}), ("jp2", {}), ("avif", {"quality": 100}), ("JPG", {}),
        ("jfif", {}),
    ],
)  # fmt: skip
def test_every_format_that_pillow_reads_safely_is_read(pets, suffix, how):
    (pets / "dogs" / "only").mkdir()
    Image.new("RGB", (9, 9), (200, 60, 20)).save(pets / "dogs" / "only" / f"1.{suffix}", **how)
    images = data.folder(pets)
    everything = np.concatenate([images.x_train, images.x_test])
    assert len(everything) == 21
    assert (np.abs(everything.astype(int) - (200, 60, 20)).max((1, 2, 3)) <= 8).sum() == 1


def test_pillow_has_each_format_that_is_read():
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)


MODES = {
    "16 bits": lambda: Image.fromarray(np.full((9, 9), (200 << 8) + 99, "uint16")),
    "grey": lambda: Image.new("L", (9, 9), 200),
    "palette": lambda: Image.new("RGB", (9, 9), (200, 200, 200)).quantize(2),
    "transparent": lambda: Image.new("RGBA", (9, 9), (200, 200, 200, 0)),
    "CMYK": lambda: Image.new("RGB", (9, 9), (200, 200, 200)).convert("CMYK"),
}


@pytest.mark.parametrize("name", MODES)
def test_any_kind_of_pixels_becomes_three_channels(pets, name):
    MODES[name]().save(pets / "dogs" / "0.tif")
    (pets / "dogs" / "0.jpg").unlink()
    images = data.folder(pets)
    everything = np.concatenate([images.x_train, images.x_test])
    assert (np.abs(everything.astype(int) - 200).max((1, 2, 3)) <= 1).sum() == 1


def test_animation_is_read_as_its_first_frame(pets):
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(pets / "dogs" / "0.gif", save_all=True, append_images=frames[1:])
    images = data.folder(pets)
    everything = np.concatenate([images.x_train, images.x_test]).astype(int)
    assert (np.abs(everything - (255, 0, 0)).max((1, 2, 3)) <= 8).sum() == 1


def test_ignored_files_are_named_and_hidden_ones_are_not(pets):
    for name in ("cats/notes.txt", "loose.jpg", "cats/._1.jpg", "cats/.ipynb_checkpoints/1.jpg", "README.md"):
        (pets / name).parent.mkdir(exist_ok=True)
        (pets / name).write_text("no image")
    files = list_images(pets)
    assert files.ignored == ("cats/notes.txt", "loose.jpg")
    assert len(files.names) == 20


@pytest.mark.parametrize("suffix", ["", ".heic"])
def test_a_class_without_images_is_refused_by_name(pets, tmp_path, suffix, capfd):
    (pets / "eels").mkdir()
    if suffix:
        (pets / "eels" / f"1{suffix}").write_bytes(b"x")
    other = r" \(files in other formats: eels/1.heic\)" if suffix else ""
    words = (
        rf"must have images in the folder of each class, and the class 'eels' has none{other}; add some, such as JPEG "
        "or PNG files, or delete this folder"
    )
    for refused in (
        lambda: data.folder(pets),
        lambda: Run.create(replace(MINI, classes=3), BRIEF, str(pets), folder=tmp_path / "run"),
    ):
        with pytest.raises(ValueError, match=words):
            refused()
    assert main(["train", "--data", str(pets), "--folder", str(tmp_path / "run")]) == 2
    assert "the class 'eels' has none" in capfd.readouterr().err
    assert not (tmp_path / "run").exists()
    trainer = Trainer(folder=tmp_path)
    post(trainer, {"path": str(pets)})
    assert "the class 'eels' has none" in trainer.form["error"]
    assert next(each for each in trainer.form["controls"] if each["name"] == "data")["value"] == "sample"
    trainer.close()


def test_a_folder_with_too_few_images_to_test_on_is_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        photograph().save(tmp_path / name / "1.png")
    with pytest.raises(ValueError, match=r"has 2 images, and a share of 0.2 is kept for testing; .* at least 5"):
        data.folder(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "off"), [("png", 0), ("bmp", 0), ("gif", 0), ("jpg", 4)])
def test_images_come_as_keras_reads_them_in_the_same_order(tmp_path, suffix, off):
    """A JPEG may be a few shades off: TensorFlow and Pillow unpack it by different approximations."""
    import keras

    for name in ("a", "b", "c"):
        (tmp_path / name / "more").mkdir(parents=True)
        for number in range(40):
            height, width = (int(side) for side in DRAW.integers(9, 90, 2))
            where = f"more/{number}" if number % 5 == 0 else str(number)
            photograph(height, width).save(tmp_path / name / f"{where}.{suffix}")
    how = {"image_size": (32, 32), "batch_size": None, "validation_split": 0.2, "seed": 5, "verbose": False}
    keras.utils.set_random_seed(3)  # as a run does
    parts = keras.utils.image_dataset_from_directory(tmp_path, class_names=["a", "b", "c"], subset="both", **how)
    expected = [np.array(array) for part in parts for array in zip(*part.as_numpy_iterator(), strict=True)]
    (x, y, x_test, y_test), bad = load_arrays(list_images(tmp_path, None), 32, 0.2, 5)
    assert bad == {}
    np.testing.assert_array_equal(y, expected[1])
    np.testing.assert_array_equal(y_test, expected[3])
    for ours, theirs in ((x, expected[0]), (x_test, expected[2])):
        assert np.abs(ours.astype(int) - theirs.round()).max() <= off


def test_run_of_an_earlier_version_reads_what_keras_read(pets, tmp_path):
    photograph().save(pets / "cats" / "new.webp")
    photograph().save(pets / "cats" / ".hidden.jpg")
    run = Run.create(TWO, BRIEF, str(pets), folder=tmp_path / "run")
    assert len(load_images(run).x_train) + len(load_images(run).x_test) == 21
    config = {name: value for name, value in run.config.items() if name not in ("suffixes", "skip_bad")}
    (run.folder / "config.json").write_text(json.dumps(config))
    names = list_images(pets, run.config.get("suffixes")).names
    assert "cats/.hidden.jpg" in names
    assert "cats/new.webp" not in names
    assert len(load_images(run).x_train) + len(load_images(run).x_test) == 21


@pytest.mark.slow
@pytest.mark.usefixtures("no_hang")
def test_a_run_fails_with_the_name_of_a_bad_file_and_another_that_skips_it_says_so(pets, forked, tmp_path):
    truncate(pets / "cats" / "3.jpg")
    os.mkfifo(pets / "dogs" / "pipe.jpg")
    (pets / "dogs" / "notes.txt").write_text("")
    run = forked(Run.create(TWO, ONE_EPOCH, str(pets), folder=tmp_path / "runs" / "a"))
    status = run.wait(120)
    words = (
        "2 files cannot be read as images: cats/3.jpg (class 'cats'): truncated; dogs/pipe.jpg (class 'dogs'): "
        f"a named pipe; delete them, or {SKIP}"
    )
    assert (status.state, status.reason) == ("failed", words), log_of(run)
    assert "cats/3.jpg: truncated" in log_of(run)
    trainer = Trainer(folder=tmp_path / "runs")
    assert words in trainer.now["said"]
    trainer.close()

    run = forked(Run.create(TWO, ONE_EPOCH, str(pets), folder=tmp_path / "runs" / "b", skip_bad=True))
    status = run.wait(120)
    assert status.state == "finished", log_of(run)
    assert status.warning == (
        "skipped 2 files that cannot be read: cats/3.jpg (truncated), dogs/pipe.jpg (a named pipe); ignored 1 file that "
        "is not in the folder of a class or not named as an image: dogs/notes.txt"
    )
    assert run.config["skip_bad"] is True
    shutil.copy(pets / "cats" / "4.jpg", pets / "cats" / "3.jpg")  # repaired: yet a resumed run goes on without it
    images = load_images(run)
    assert (len(images.x_train) + len(images.x_test), list(images.skipped)) == (19, ["cats/3.jpg", "dogs/pipe.jpg"])
    assert read_folder(tmp_path / "runs").record("b").skip_bad


@pytest.mark.slow
def test_the_command_line_takes_the_classes_of_a_folder_and_names_a_bad_file(pets, tmp_path, capfd):
    truncate(pets / "cats" / "3.jpg")
    common = ["train", "--data", str(pets), "--epochs", "1", "--batch", "8"]
    assert main([*common, "--token", MINI.token(), "--folder", str(tmp_path / "a")]) == 1
    told = capfd.readouterr().out
    assert f"adapted to the images in '{pets}': 2 classes (the token says 10).\n" in told
    assert f"failed: cats/3.jpg (class 'cats') cannot be read as an image: truncated; delete it, or {SKIP}\n" in told
    assert Run(tmp_path / "a").architecture == TWO
    assert main([*common, "--token", TWO.token(), "--folder", str(tmp_path / "b"), "--skip-bad"]) == 0
    told = capfd.readouterr().out
    assert "adapted" not in told
    assert "Warning: skipped 1 file that cannot be read: cats/3.jpg (truncated)\n" in told


def test_a_preset_on_a_folder_is_adapted_before_it_is_refused_for_anything_else(pets, tmp_path, monkeypatch, capfd):
    from senet_lab import memory

    monkeypatch.setattr(memory, "available", lambda: 0)
    assert main(["train", "--data", str(pets), "--folder", str(tmp_path / "a")]) == 2
    told = capfd.readouterr()
    assert told.out == f"The network is adapted to the images in '{pets}': 2 classes (the preset says 10).\n"
    assert "of memory" in told.err
    assert main(["train", "--data", "nowhere"]) == 2
    told = capfd.readouterr()
    assert (told.out, "'gate-task-4' or a folder of images" in told.err) == ("", True)


def test_the_trainer_starts_a_run_that_skips_bad_files_where_the_box_is_ticked(pets, tmp_path, monkeypatch):
    monkeypatch.setattr(Run, "start", lambda run, **_: run)
    trainer = Trainer(replace(MINI, classes=7), tmp_path / "runs")
    post(trainer, {"path": str(pets)})
    box = next(control for control in trainer.form["controls"] if control["name"] == "skip_bad")
    assert (box["label"], box["value"], box["section"]) == ("Skip bad files", False, "Data")
    post(trainer, {"skip_bad": True})
    post(trainer, {"start": True})
    assert trainer.form["error"] == ""
    assert trainer.run.skips_bad
    post(trainer, {"skip_bad": "yes"})
    assert trainer.form["error"] == "Skip bad must be on or off, not 'yes'; try on."
    post(trainer, {"data": "sample"})
    assert "skip_bad" not in [control["name"] for control in trainer.form["controls"]]
    post(trainer, {"skip_bad": False, "like": True})
    values = {control["name"]: control["value"] for control in trainer.form["controls"]}
    assert (values["skip_bad"], values["path"]) == (True, str(pets))
    trainer.close()


def test_a_flag_that_is_no_flag_is_refused(pets, tmp_path):
    with pytest.raises(TypeError, match="`skip_bad` must be True or False, not 'yes'"):
        Run.create(TWO, BRIEF, str(pets), folder=tmp_path / "a", skip_bad="yes")
