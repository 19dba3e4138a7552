"""Lean import: what no training uses is not found while Keras is imported, and found again afterwards."""

import gc
import sys
from importlib.util import find_spec

import pytest

from senet_lab.training.worker.lean_import import lean_import

OPTIONAL = ("pandas", "matplotlib", "IPython", "jax")


def found():
    return [name for name in OPTIONAL if find_spec(name)]


@pytest.fixture(autouse=True)
def _nothing_loaded(monkeypatch):
    for name in OPTIONAL:
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.parametrize(
    ("variable", "settings", "kept"),
    [
        ("tensorflow", None, []),
        ("jax", '{"backend": "tensorflow"}', ["jax"]),
        ("torch", None, ["jax"]),
        ("", '{"backend": "tensorflow"}', []),
        ("", '{"backend": "jax"}', ["jax"]),
        ("", "[]", ["jax"]),
        ("", "{", ["jax"]),
        ("", None, ["jax"]),
    ],
)
def test_only_what_the_backend_may_need_is_found_while_keras_is_imported(
    variable, settings, kept, tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", variable)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if settings:
        (tmp_path / "keras.json").write_text(settings)
    with lean_import():
        assert found() == kept
    assert found() == list(OPTIONAL)


def test_what_is_loaded_already_stays(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", sys)
    with lean_import():
        assert sys.modules["pandas"] is sys
    assert sys.modules["pandas"] is sys


def test_what_was_loaded_or_let_go_meanwhile_stays_so():
    with lean_import():
        sys.modules["pandas"] = sys
        del sys.modules["matplotlib"]
    assert sys.modules.pop("pandas") is sys
    assert "matplotlib" not in sys.modules
    assert found() == list(OPTIONAL)


def test_without_a_home_folder_nothing_is_sure(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", "/nowhere")
    with lean_import():
        assert "pandas" not in found()


def test_everything_is_found_again_after_an_import_that_fails():
    with pytest.raises(ImportError), lean_import():
        raise ImportError
    assert found() == list(OPTIONAL)


def test_garbage_is_collected_again_after_the_import_and_what_was_imported_is_left_alone():
    with lean_import():
        assert not gc.isenabled()
        before = gc.get_freeze_count()
        made = [[] for _ in range(10)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > before + len(made)
