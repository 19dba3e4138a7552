"""Class folders: what somebody types is answered at once, however much lies there."""

import re
import time

import pytest

from senet_lab import Architecture, class_folders
from senet_lab.__main__ import main
from senet_lab.panels.trainer_state import after, begun
from senet_lab.training.estimate import estimate
from senet_lab.training.recipe import Recipe


def test_the_root_of_the_disk_is_refused_at_once():
    began = time.process_time()
    refused = after(begun(), {"path": "/"}).refused["path"]
    assert time.process_time() - began < 0.5  # some 10 ms; a walk over the disk takes many seconds
    assert re.fullmatch(
        r"Path \(/\) is not a folder of class folders: (none|\d+) of its \d+ folders ha(s|ve) images in (it|them), and "
        r"at least \d+ must; try one such as 'pets', with 'pets/cats/1\.jpg' and 'pets/dogs/1\.jpg'\.",
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


def test_images_are_found_at_any_depth_and_never_too_many_names_are_read(tmp_path, monkeypatch):
    for name in ("cats", "dogs"):
        (tmp_path / name / "deeper").mkdir(parents=True)
        for number in range(20):
            (tmp_path / name / f"{number}.txt").touch()
    with pytest.raises(ValueError, match="none of its 2 folders have images in them, and at least 2 must"):
        class_folders.must_have_images("path", tmp_path)
    assert class_folders.count_files(tmp_path, ["cats", "dogs"]) == 40
    with monkeypatch.context() as patch:
        patch.setattr(class_folders, "MAX_NAMES", 10)
        assert class_folders.count_files(tmp_path, ["cats", "dogs"]) == 22  # 11 of the first, as many of the other
    (tmp_path / "cats" / "1.JPG").touch()
    with pytest.raises(ValueError, match="1 of its 2 folders has images in it, and at least 2 must"):
        class_folders.must_have_images("path", tmp_path)
    (tmp_path / "dogs" / "deeper" / "1.webp").touch()
    class_folders.must_have_images("path", tmp_path)
