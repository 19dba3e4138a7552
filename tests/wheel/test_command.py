"""The command of an installed wheel, outside the repository: `senet-lab`, and the lessons that it opens."""

import re
import shutil
import subprocess
import sys
from zipfile import ZipFile

import nbformat
import pytest
from browsing import IDLE, complaints, heard_page, hosts
from playwright.sync_api import expect
from servers import ROOT, free_port, running

pytestmark = pytest.mark.slow

COMMANDS = ("lab", "app", "train", "resume", "stop", "runs", "save", "kernels")
HELP = f"""
from contextlib import suppress
from senet_lab.cli import main
for command in {COMMANDS}:
    with suppress(SystemExit):
        main([command, "--help"])
"""  # in one process
NOTEBOOKS = sorted(
    path.relative_to(ROOT) for path in ROOT.glob("notebooks/**/*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
SERVING = "senet_lab/serving"
SETTINGS = ("jupyterlab/overrides.json", "voila/explorer.ipynb", "voila/templates/senet_lab/page.html")


def senet_lab(environment, *arguments, check=True):
    """Run the command in the environment's own folder."""
    command = [environment.python.with_name("senet-lab"), *arguments]
    return subprocess.run(
        command,
        cwd=environment.folder,
        env=environment.variables,
        capture_output=True,
        text=True,
        check=check,
        timeout=60,
    )


def test_the_wheel_has_the_notebooks_and_the_settings_and_nothing_else_from_outside_the_package(wheel):
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    notebooks = {f"{SERVING}/{path.as_posix()}" for path in NOTEBOOKS}
    assert {f"{SERVING}/{name}" for name in SETTINGS} | notebooks <= packed
    assert {name for name in packed if name.startswith(f"{SERVING}/notebooks/")} == notebooks
    assert {name.split("/")[0] for name in packed} == {"senet_lab"}


def test_help_and_version_need_no_extra(core):
    assert senet_lab(core, "--help").stdout.startswith("usage: senet-lab [-h]")
    usages = re.findall(r"^usage: senet-lab (\w+) \[-h\]", core.run(HELP), re.MULTILINE)
    assert usages == [*COMMANDS]
    assert re.fullmatch(r"senet-lab \d+\.\d+\.\d+\n", senet_lab(core, "--version").stdout)
    as_module = [core.python, "-m", "senet_lab", "--version"]
    assert subprocess.check_output(as_module, cwd=core.folder, env=core.variables, text=True).startswith("senet-lab ")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("lab",), "lab"),
        (("app",), "app"),
        (("train", "--epochs", "1"), "train"),
        (("runs",), "train"),
        (("kernels",), "lab"),
    ],
)
def test_a_command_without_its_extra_says_the_line_to_type(core, arguments, extra):
    refused = senet_lab(core, *arguments, check=False)
    assert refused.returncode == 2
    assert f'pip install "senet-lab[{extra}]"' in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (core.folder / "my_notebooks").exists()


def test_the_lessons_open_in_jupyterlab_and_a_slider_moves_the_explorer(lab, browser):
    port = free_port()
    command = [lab.python.with_name("senet-lab"), "lab", "--", "--no-browser", f"--port={port}"]
    with running(command, port, lab.folder / "log", lab.variables) as url:
        log = (lab.folder / "log").read_text()
        token = re.search(rf":{port}/lab/tree/00_start_here\.ipynb\?token=(\w+)", log)[1]
        page = heard_page(browser)
        page.goto(f"{url}/lab/tree/01_explore.ipynb?token={token}")
        page.get_by_text(IDLE).wait_for(timeout=60_000)
        assert page.locator(".jp-OutputArea svg").count() == 0  # a picture would answer what the lesson asks
        page.locator(".jp-CodeCell").first.click()
        page.keyboard.press("Shift+Enter")
        expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848", timeout=60_000)
        page.get_by_role("slider", name="Ratio").press("ArrowLeft")
        expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")
        assert hosts(page) == {f"127.0.0.1:{port}"}
        assert complaints(page) == []
        page.context.close()


def test_a_newer_version_leaves_notebooks_and_runs_as_they_are_and_adds_what_is_new(lab, wheel, tmp_path):
    senet_lab(lab, "lab", "mine", "--", "--version")  # it copies, and JupyterLab says its version instead of starting
    mine = lab.folder / "mine"
    changed, untouched, deleted = (
        mine / name for name in ("01_explore.ipynb", "04_cardinality.ipynb", "guides/networks.ipynb")
    )
    notebook = nbformat.read(changed, as_version=4)
    notebook.cells[0].source = "My own words."
    nbformat.write(notebook, changed)
    deleted.unlink()
    run = mine / "runs" / "one" / "config.json"
    run.parent.mkdir(parents=True)
    run.write_text("{}")
    kept = {path: path.read_bytes() for path in (changed, untouched, run)}
    try:
        lab.install(newer_wheel(tmp_path))
        assert senet_lab(lab, "--version").stdout == "senet-lab 99.0.0\n"
        senet_lab(lab, "lab", "mine", "--", "--version")
    finally:
        lab.install(wheel, "", "--reinstall-package", "senet-lab")
    assert {path: path.read_bytes() for path in kept} == kept
    assert nbformat.read(deleted, as_version=4).cells[0].source == "Newer words."


def newer_wheel(folder):
    """The wheel of a version 99, in which every notebook begins with other words."""
    source = folder / "newer"
    ignored = shutil.ignore_patterns("__pycache__", "*.safetensors", "samples")
    for name in ("senet_lab", "notebooks", "tools"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, source)
    for file in (source / "pyproject.toml", source / "senet_lab/__init__.py"):
        file.write_text(re.sub(r'^((?:__)?version(?:__)? = )".*"', r'\1"99.0.0"', file.read_text(), flags=re.MULTILINE))
    for path in source.glob("notebooks/**/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[0].source = "Newer words."
        nbformat.write(notebook, path)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(folder.glob("*.whl"))
