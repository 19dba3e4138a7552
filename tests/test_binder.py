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
from senet_lab.serving.notebooks import list_notebooks

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
def test_notebooks_are_trusted_in_binder_so_that_their_pictures_show_before_they_run(tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path), "PATH": path}
    subprocess.run([ROOT / "postBuild"], cwd=ROOT, env=variables, check=True, capture_output=True)
    with NotebookNotary(data_dir=str(tmp_path)) as notary:
        assert all(notary.check_signature(nbformat.read(each, as_version=4)) for each in list_notebooks())
