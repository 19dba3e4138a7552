"""Data: the sample that ships, the whole set where it is at hand, folders of one's own, and what is refused."""

import io
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from senet_lab.data import datasets as data

WHOLE = Path(os.environ.get(data.VARIABLE) or data.CACHE).expanduser()


def test_the_sample_has_a_tenth_of_each_class():
    images = data.sample()
    assert images.x_train.shape == (5000, 32, 32, 3)
    assert images.x_test.shape == (1000, 32, 32, 3)
    assert images.x_train.dtype == images.y_train.dtype == np.uint8
    assert (np.bincount(images.y_train) == 500).all()
    assert (np.bincount(images.y_test) == 100).all()


def test_the_sample_looks_like_the_whole_set():
    """Channel means within four standard errors (the deviation of an image's mean is about 0.11 to 0.14)."""
    mean = data.sample().x_train.mean((0, 1, 2)) / 255
    assert np.abs(mean - data.CIFAR10_MEAN).max() < 4 * 0.14 / np.sqrt(5000)


def test_no_image_of_the_sample_comes_twice():
    images = data.sample()
    assert len({image.tobytes() for image in (*images.x_train, *images.x_test)}) == 6000


def test_the_sample_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        data.sample().x_train[0] = 0


def test_the_sample_is_small_and_reading_it_loads_no_keras():
    assert sum(path.stat().st_size for path in data.SAMPLES.iterdir()) < 15 * 2**20


@pytest.mark.skipif(not WHOLE.is_file(), reason="the whole of CIFAR-10 is not on this machine")
def test_the_sample_is_in_the_whole_set_with_the_same_labels():
    whole, sample = data.cifar10(), data.sample()
    for part in ("train", "test"):
        known = dict(zip((x.tobytes() for x in getattr(whole, f"x_{part}")), getattr(whole, f"y_{part}"), strict=True))
        found = [known[image.tobytes()] for image in getattr(sample, f"x_{part}")]
        assert (np.array(found) == getattr(sample, f"y_{part}")).mean() > 0.999  # a few images are there twice


def test_cifar10_that_is_missing_is_not_downloaded_without_a_request(tmp_path, monkeypatch):
    monkeypatch.setenv(data.VARIABLE, str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"is not at .*cifar10\.npz'.*download=True.*The sample needs no download"
    ):
        data.cifar10()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


SMALL = {
    "x_train": np.zeros((10, 32, 32, 3), "uint8"),
    "y_train": np.zeros(10),
    "x_test": np.zeros((1, 32, 32, 3)),
    "y_test": np.zeros(1),
}
BAD = {
    "no archive": (b"not a zip file", "is no .npz"),
    "cut off": (npz(**SMALL)[:200], "is no .npz"),
    "empty": (b"", "is no .npz"),
    "without labels": (npz(x_train=SMALL["x_train"]), "is no .npz with 'x_train', 'y_train', 'x_test' or 'y_test'"),
    "too few": (npz(**SMALL), "CIFAR-10 50,000 and 10,000"),
    "pickled": (npz(**{**SMALL, "x_train": np.array([{}], dtype=object)}), "is no .npz"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_cifar10_is_refused_with_the_reason(name, tmp_path):
    content, words = BAD[name]
    path = tmp_path / "cifar10.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words):
        data.cifar10(path)


@pytest.mark.slow
def test_images_that_are_not_cifar10s_are_refused_by_their_means(tmp_path):
    zeros = {"x_train": np.zeros((50_000, 32, 32, 3), "uint8"), "x_test": np.zeros((10_000, 32, 32, 3), "uint8")}
    path = tmp_path / "cifar10.npz"
    np.savez_compressed(path, **zeros, y_train=np.arange(50_000) % 10, y_test=np.arange(10_000) % 10)
    with pytest.raises(ValueError, match="is not CIFAR-10: its channel means are"):
        data.cifar10(path)


@pytest.mark.slow
def test_a_folder_of_ones_own_is_read_resized_and_split(tmp_path):
    draw = np.random.default_rng(0)
    for name, level in (("dark", 30), ("light", 220)):
        (tmp_path / name).mkdir()
        for number in range(10):
            pixels = (level + draw.integers(-20, 20, (40, 50, 3))).astype("uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    images = data.folder(tmp_path, 32)
    assert images.classes == ("dark", "light")
    assert images.x_train.shape == (16, 32, 32, 3)
    assert images.x_test.shape == (4, 32, 32, 3)
    for part in ("train", "test"):
        x, y = getattr(images, f"x_{part}"), getattr(images, f"y_{part}")
        assert ((x.mean((1, 2, 3)) > 128) == (y == 1)).all()


@pytest.mark.slow
def test_a_folder_takes_little_more_memory_than_its_images_as_bytes(tmp_path):
    import keras  # noqa: F401 - or what it takes would count

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(60):
            Image.fromarray(np.full((256, 256, 3), number, "uint8")).save(tmp_path / name / f"{number}.png")
    data.folder(tmp_path, 256)  # TensorFlow's own buffers
    tracemalloc.start()
    images = data.folder(tmp_path, 256)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert images.x_train.nbytes + images.x_test.nbytes == 120 * 256 * 256 * 3
    assert peak < 1.25 * 120 * 256 * 256 * 3


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must have a folder of images for each class, at least 2, not 0"):
        data.folder(tmp_path)
    with pytest.raises(ValueError, match="must be an existing folder; the nearest existing folder is"):
        data.folder(tmp_path / "nowhere")
