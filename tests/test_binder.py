"""Binder: what repo2docker finds in the repository, and what runs after it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.sign import NotebookNotary
from servers import ROOT

from senet_lab import extras
from senet_lab.serving.notebooks import list_notebooks, list_outputs, notebooks_folder

# What repo2docker would take in place of environment.yml: two folders, and the files of its builders that come first.
TAKEN_FIRST = ("binder", ".binder", "Dockerfile", "Project.toml", "JuliaProject.toml", "REQUIRE", "default.nix",
               "runtime.txt", "DESCRIPTION")  # fmt: skip
ITS_PYTHON = re.compile(r"python\s*=+\s*([\d\.]*)")  # its own expression; without a match it takes Python 3.10


def test_binder_takes_the_conda_environment_with_a_python_that_has_tensorflow():
    assert not [name for name in TAKEN_FIRST if (ROOT / name).exists()]
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    version = next(
        found[1] for found in map(ITS_PYTHON.match, filter(lambda each: isinstance(each, str), dependencies)) if found
    )
    assert tuple(map(int, version.split("."))) in extras.TENSORFLOW_PYTHONS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Binder is Linux, and runs a script of its shell")
def test_binder_trusts_notebooks_and_its_students_get_copies_without_outputs(tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    data = str(tmp_path / "data")
    variables = {**os.environ, "JUPYTER_DATA_DIR": data, "PATH": path, "PYTHONPATH": str(ROOT)}
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    subprocess.run([ROOT / "postBuild"], cwd=tmp_path, env=variables, check=True, capture_output=True)
    copies = {path.name: nbformat.read(path, as_version=4) for path in (tmp_path / "my_notebooks").glob("*.ipynb")}
    assert {*copies} == {path.name for path in notebooks_folder().glob("*.ipynb")}
    assert not any(map(list_outputs, copies.values()))
    with NotebookNotary(data_dir=data) as notary:
        assert all(notary.check_signature(nbformat.read(each, as_version=4)) for each in list_notebooks())
        assert all(map(notary.check_signature, copies.values()))
