"""The cell of a lesson that installs senet_lab on Google Colab: what it names is the wheel, and it installs it."""

import os
import re
import subprocess
import sys
from email.parser import Parser
from zipfile import ZipFile

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from servers import ROOT

import notebooks
from senet_lab.serving.notebooks import COLAB_TAG, list_notebooks

# What Colab's own kernel is made of, and what it pins; another version of them needs a restart, or breaks it.
OF_COLAB = {"ipykernel", "ipython", "jupyter-server", "pandas", "tornado"}
SCRIPT = f"""
{{before}}
already = set(sys.modules)
get_ipython().run_cell({notebooks.colab_cell("07_training")!r})
{{after}}
"""
ELSEWHERE = SCRIPT.format(before="import sys", after="assert set(sys.modules) == already")
# The module of Colab that the cell uses; the rest, installing included, is IPython's and pip's.
ON_COLAB = SCRIPT.format(
    before="""
import sys
from types import ModuleType, SimpleNamespace
sys.modules["google.colab"] = ModuleType("google.colab")
sys.modules["google.colab"].output = SimpleNamespace(enable_custom_widget_manager=lambda: print("widgets enabled"))
""",
    after="",
)


@pytest.fixture(scope="module", params=["07_training", "published_weights"])
def requirement(request):
    """What the cell of a notebook installs."""
    line = re.search("%pip install (.*)", notebooks.colab_cell(request.param))[1]
    return Requirement(re.search('"(.+)"', line)[1])


@pytest.fixture(scope="module")
def metadata(wheel):
    """What the wheel says of itself."""
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def brought(metadata, extras):
    """The names of the distributions that a wheel with some extras brings."""
    found = set()
    for each in map(Requirement, metadata.get_all("Requires-Dist")):
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras):
            inner = each.name == metadata["Name"]
            found |= brought(metadata, each.extras) if inner else {canonicalize_name(each.name)}
    return found


def test_every_lesson_and_guide_has_the_cell_below_its_title_and_no_notebook_for_teachers_has_it():
    for path in list_notebooks():
        cells = nbformat.read(path, as_version=4).cells
        tagged = [cell for cell in cells if COLAB_TAG in cell.metadata.get("tags", ())]
        assert tagged == cells[1:2] * (path.parent.name != "teacher")
        assert all((cell.source, cell.outputs) == (notebooks.colab_cell(path.stem), []) for cell in tagged)


def test_the_cell_names_the_wheel_its_version_and_extras_that_it_has(requirement, metadata):
    assert canonicalize_name(requirement.name) == canonicalize_name(metadata["Name"])
    assert str(requirement.specifier) == f"=={metadata['Version']}"
    assert requirement.extras
    assert requirement.extras <= set(metadata.get_all("Provides-Extra"))


def test_the_cell_brings_what_trains_and_leaves_the_kernel_of_colab_alone(requirement, metadata):
    assert {"anywidget", "keras", "pillow", "tensorflow"} <= brought(metadata, requirement.extras)
    assert ("huggingface-hub" in brought(metadata, requirement.extras)) == ("hub" in requirement.extras)
    assert not OF_COLAB & brought(metadata, requirement.extras)
    assert OF_COLAB & brought(metadata, {"all"}) == {"ipykernel", "pandas"}


@pytest.mark.slow
@pytest.mark.parametrize(("script", "is_colab"), [(ELSEWHERE, False), (ON_COLAB, True)], ids=["elsewhere", "on Colab"])
def test_the_cell_installs_the_wheel_on_colab_and_does_nothing_elsewhere(wheel, tmp_path, script, is_colab):
    target = tmp_path / "installed"
    pip = {"PIP_TARGET": target, "PIP_FIND_LINKS": wheel.parent, "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    settings = {"IPYTHONDIR": tmp_path, "PYTHONPATH": ROOT, **pip}
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "-c", script],
        cwd=tmp_path, env={**os.environ, **{name: str(value) for name, value in settings.items()}},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ("widgets enabled" in done.stdout) == is_colab
    assert is_colab or (done.stdout, done.stderr) == ("", "")
    assert [path.name for path in target.glob("*.dist-info")] == [f"{wheel.name.split('-py3')[0]}.dist-info"] * is_colab
