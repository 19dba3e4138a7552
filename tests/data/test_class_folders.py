"""Class folders: what somebody types is answered at once, however much lies there."""

import os
import re
import time
from dataclasses import replace

import pytest

from senet_lab import Architecture
from senet_lab.cli import main
from senet_lab.data import class_folders
from senet_lab.trainer.state import after, initial_state
from senet_lab.training.estimate import estimate
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.data_fit import must_fit


def test_the_root_of_the_disk_is_refused_at_once():
    began = time.process_time()
    refused = after(initial_state(), {"path": "/"}).refusals["path"]
    assert time.process_time() - began < 0.5  # some 10 ms; a walk over the disk takes many seconds
    assert re.fullmatch(
        r"Path \(/\) is not a folder of class folders: (none|\d+) of its \d+ folders ha(s|ve) an image in it; try one such as 'pets', with 'pets/cats/1\.jpg' and 'pets/dogs/1\.jpg'\.",
        refused,
    )


def test_a_training_on_the_root_of_the_disk_is_refused_and_estimated_at_once(capfd):
    began = time.process_time()
    assert main(["train", "--data", "/"]) == 2
    assert "`data` (='/') is not a folder of class folders: " in capfd.readouterr().err
    assert estimate(Architecture.preset("cifar_se_resnet20"), Recipe(), "/").images >= 0
    assert time.process_time() - began < 1


@pytest.mark.parametrize("names", [(), ("cats",)])
def test_a_folder_with_less_than_two_folders_has_no_classes(tmp_path, names):
    for name in names:
        (tmp_path / name).mkdir()
    with pytest.raises(
        ValueError, match=rf"must have a folder of images for each class, at least 2, not {len(names)};"
    ):
        class_folders.must_have_images("path", tmp_path)


def folder_of(path, *names):
    """A folder with empty files."""
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    return path


NAMED = "must have images in the folder of each class, and the "
TEXTS = [f"{one}/{number}.txt" for one in ("cats", "dogs") for number in range(20)]


@pytest.mark.parametrize(("names", "words"), [
    (("cats/1.jpg", "dogs/1.heic"), f"{NAMED}class 'dogs' has none (files in other formats: dogs/1.heic); add some, "
     "such as JPEG or PNG files, or delete this folder."),
    (("a/1.jpg", "b/1.jpg", "c/deeper/.hidden.jpg"), f"{NAMED}class 'c' has none; add some"),
    (("a/1.jpg", "b/b.txt", "c/c.txt"), f"{NAMED}classes 'b', 'c' have none (files in other formats: b/b.txt, c/c.txt"),
    (("cats/1.heic", "dogs/1.heic"), "is not a folder of class folders: none of its 2 folders has an image in it (files "
     "in other formats: cats/1.heic, dogs/1.heic); try one such as 'pets', with"),
])  # fmt: skip
def test_class_without_images_is_named_by_the_bounded_scan_and_when_a_run_is_created(
    tmp_path, names, words, monkeypatch
):
    pets = folder_of(tmp_path / "pets", *names)
    number, network = len(list(pets.iterdir())), Architecture.preset("cifar_se_resnet20")
    with pytest.raises(ValueError, match=re.escape(words)):
        must_fit(replace(network, classes=number), str(pets))
    with monkeypatch.context() as patch:
        patch.setattr(os, "walk", lambda *_, **__: 1 / 0)
        assert words.split(":")[-1].split(";")[0] in after(initial_state(), {"path": str(pets)}).refusals["path"]


def test_a_path_of_images_is_taken_without_listing_all_files(tmp_path, monkeypatch):
    pets = folder_of(tmp_path / "pets", "cats/1.jpg", "dogs/deeper/1.WEBP")
    monkeypatch.setattr(os, "walk", lambda *_, **__: 1 / 0)
    assert after(initial_state(), {"path": str(pets)}).path == str(pets)


def test_folder_that_is_read_in_part_is_accepted(tmp_path, monkeypatch):
    folder_of(tmp_path, "cats/1.jpg", *(name for name in TEXTS if "dogs" in name))
    with pytest.raises(ValueError, match="the class 'dogs' has none"):
        class_folders.must_have_images("path", tmp_path)
    monkeypatch.setattr(class_folders, "MAX_NAMES_EACH", 10)
    class_folders.must_have_images("path", tmp_path)


def test_a_folder_whose_folders_are_mostly_without_images_and_too_large_to_read_is_no_folder_of_classes(
    tmp_path, monkeypatch
):
    folder_of(tmp_path, "a/1.jpg", *TEXTS)
    monkeypatch.setattr(class_folders, "MAX_NAMES_EACH", 10)
    with pytest.raises(ValueError, match=r"class folders: 1 of its 3 folders has an image in it; try one such as"):
        class_folders.must_have_images("path", tmp_path)


def test_images_are_counted_at_any_depth_and_never_too_many_names_are_read(tmp_path, monkeypatch):
    images = [name.replace("txt", "PNG") for name in TEXTS]
    folder_of(tmp_path, *images, "cats/notes.txt", "cats/deeper/1.webp", "dogs/.hidden/1.png")
    (tmp_path / "dogs" / "more.png").symlink_to(tmp_path / "cats")
    assert class_folders.count_images(tmp_path, ["cats", "dogs"]) == 41
    monkeypatch.setattr(class_folders, "MAX_NAMES", 10)
    assert 16 <= class_folders.count_images(tmp_path, ["cats", "dogs"]) <= 20  # of the first ten names, twice
