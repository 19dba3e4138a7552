"""Extras: what is said where a package is missing. `tests/wheel/test_light_core.py` tries it where they really are."""

import pickle
import sys

import pytest

from senet_lab import extras
from senet_lab.extras import MissingExtraError, missing_extra, needed_by, require


@pytest.fixture
def without(monkeypatch):
    """A function after which modules are missing, as where they are not installed."""
    return lambda *modules: [monkeypatch.setitem(sys.modules, module, None) for module in modules]


def test_what_is_installed_is_not_complained_about():
    require("keras", "pandas", "PIL", "voila", by="this")


def test_a_missing_package_is_named_with_what_needs_it_and_the_line_that_installs_it(without):
    without("pandas")
    with pytest.raises(MissingExtraError) as caught:
        require("numpy", "pandas", by="a table")
    assert str(caught.value) == (
        'pandas is not installed, and a table needs it. Install it with: pip install "senet-lab[lab]"'
    )
    assert caught.value.name == "pandas"


@pytest.mark.parametrize(
    ("modules", "extra"),
    [
        (("numpy",), "keras"),
        (("PIL",), "train"),
        (("numpy", "PIL"), "train"),
        (("matplotlib",), "lab"),
        (("huggingface_hub",), "hub"),
        (("keras", "scipy"), "sweep"),
        (("keras", "onnx"), "export"),
        (("keras", "matplotlib"), "all"),
    ],
)
def test_the_smallest_extra_that_brings_everything_is_named(modules, extra):
    assert f"senet-lab[{extra}]" in str(missing_extra(modules, "this"))


def test_several_missing_packages_are_listed_in_one_message():
    words = str(missing_extra(("keras", "numpy", "PIL"), "the GateLens"))
    assert words.startswith("Keras, NumPy and Pillow are not installed, and the GateLens needs them. Install them with")


def test_keras_without_any_backend_is_missing_tensorflow(monkeypatch, without):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    without(*extras.BACKENDS)
    with pytest.raises(MissingExtraError, match=r"TensorFlow is not installed, and this needs it\..*\[keras\]"):
        require("keras", by="this")


def test_on_a_python_without_wheels_of_tensorflow_the_versions_that_have_them_are_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert str(missing_extra(("keras",), "building a network")) == (
        "Keras is not installed, and building a network needs it. TensorFlow has no wheels for Python 3.14: in Python "
        '3.11, 3.12 or 3.13, install it with: pip install "senet-lab[keras]"'
    )
    assert "TensorFlow" not in str(missing_extra(("pandas",), "a table"))


def test_the_error_can_be_caught_as_any_missing_module_and_pickled():
    error = pickle.loads(pickle.dumps(missing_extra(("keras",), "this")))
    assert isinstance(error, ModuleNotFoundError)
    assert (error.name, str(error)) == ("keras", str(missing_extra(("keras",), "this")))


def test_an_import_that_fails_for_want_of_an_extra_says_which(without):
    without("matplotlib")
    with pytest.raises(MissingExtraError, match=r"and senet_lab\.here needs it") as caught, needed_by("senet_lab.here"):
        import matplotlib  # noqa: F401 - it fails
    assert type(caught.value.__cause__) is ModuleNotFoundError


def test_an_import_of_something_else_fails_as_ever():
    with pytest.raises(ModuleNotFoundError) as caught, needed_by("senet_lab.here"):
        import nothing_at_all  # noqa: F401 - there is none
    assert type(caught.value) is ModuleNotFoundError
