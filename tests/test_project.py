"""The project around the package: what installs it, what it promises, what it must not contain."""

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from schedule import LONGEST_FIRST

from senet_lab import extras

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOT_OURS = re.compile(
    r"^site/|\.venv|\.peers|node_modules|my_notebooks|\.git/|__pycache__|egg-info|\.\w+_cache|\.hypothesis|\.ipynb_checkpoints"
)
FILES = [p for p in sorted(ROOT.rglob("*")) if p.is_file() and not NOT_OURS.search(f"{p.relative_to(ROOT)}")]


PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]


def requirements_of(extra):
    """The requirements that an extra adds to the core, those of the extras in it included."""
    for line in EXTRAS[extra]:
        if inner := re.fullmatch(r"senet-lab\[(.+)\]", line):
            yield from (each for name in inner[1].split(",") for each in requirements_of(name))
        else:
            yield line


def distribution(requirement):
    return re.match(r"[\w.-]+", requirement)[0]


def test_the_conda_environment_has_what_make_lab_installs_with_the_bounds_of_the_package():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert from_pip == [*sorted({*PROJECT["dependencies"], *requirements_of("all")}), "--editable ."]
    major, minor = extras.TENSORFLOW_PYTHONS[-1]
    assert f"python={major}.{minor}" in dependencies


def test_each_line_of_the_conda_environment_has_its_reason():
    lines = (ROOT / "environment.yml").read_text().splitlines()
    entries = [line for line in lines[lines.index("dependencies:") + 1 :] if not line.strip().endswith("pip:")]
    assert all(" # " in line for line in entries)


def test_every_dependency_is_pinned_with_hashes_and_without_an_address():
    lock = (ROOT / "requirements.txt").read_text()
    pinned = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    ours = [line for name in EXTRAS if name != "peers" for line in requirements_of(name)]  # peers live elsewhere
    assert {distribution(line) for line in [*PROJECT["dependencies"], *ours]} <= pinned
    assert lock.count("==") <= lock.count("--hash=sha256:")
    assert "://" not in lock


@pytest.mark.parametrize("extra", extras.EXTRAS)
def test_the_modules_that_an_extra_brings_are_those_of_its_packages(extra):
    found = packages_distributions()
    brought = {
        each.lower().replace("_", "-") for module in extras.EXTRAS[extra] for each in found.get(module, [module])
    }
    assert brought == {distribution(line) for line in requirements_of(extra)}


def test_the_core_needs_no_package_of_an_extra():
    assert not set(PROJECT["dependencies"]) & set(requirements_of("all"))


@pytest.mark.parametrize("version", extras.TENSORFLOW_PYTHONS)
def test_each_python_that_tensorflow_has_wheels_for_is_one_that_the_package_names(version):
    assert "Programming Language :: Python :: " + ".".join(map(str, version)) in PROJECT["classifiers"]


def test_every_extra_that_is_named_anywhere_exists():
    """In documents, notebooks, messages and commands; `make lab` and the lock name theirs without the package."""
    texts = {
        path: path.read_text() for path in FILES if path.suffix in (".md", ".ipynb", ".py", ".toml", ".yml", ".js")
    }
    named = [
        (path, name)
        for path, text in texts.items()
        for names in re.findall(r"senet[-_]lab\\?\[([a-z][a-z, -]*)\\?\]", text)
        for name in re.split(r",\s*", names)
    ]
    assert not [(path, name) for path, name in named if name not in EXTRAS]
    flags = re.findall(r"--extra[ =](\S+)", (ROOT / "Makefile").read_text())
    assert flags
    assert set(flags) <= set(EXTRAS)


def test_every_package_of_node_is_pinned_with_a_hash_and_without_an_address():
    """CI leaves the JavaScript unchecked where packages cannot be fetched; a lock that npm refuses must not look so."""
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())
    assert lock[""]["devDependencies"] == wanted["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["devDependencies"].values())
    locked = {path.rpartition("node_modules/")[2] for path in lock}
    for path, package in lock.items():
        assert "resolved" not in package
        assert path == "" or package["integrity"].startswith("sha512-")
        assert {*package.get("dependencies", ()), *package.get("optionalDependencies", ())} <= locked


@pytest.mark.slow
def test_the_wheel_has_what_panels_show(tmp_path):
    """Bundles are generated, and a line in .gitignore would be enough to leave them out."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if name.startswith("senet_lab/")}
    sources = {
        f"{path.relative_to(ROOT)}" for path in FILES if path.suffix in (".py", ".js", ".css", ".json", ".safetensors")
    }
    assert {path for path in sources if path.startswith("senet_lab/")} <= packed
    assert len([name for name in packed if name.endswith("widget.bundle.js")]) == 5


def test_the_performance_page_is_what_the_stored_measurements_say(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    report = importlib.import_module("report")
    assert report.stored_page() == (ROOT / "docs" / "performance.md").read_text()


def test_the_readme_gives_both_commands_in_its_first_screen():
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:30])
    assert "make lab" in first
    assert "make test" in first


def test_the_readme_has_at_most_100_lines():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 100


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/course.md"])
def test_what_a_document_shows_runs(document, tmp_path, monkeypatch):
    """The blocks one after the other in one namespace, as a reader would type them. Guides are run as notebooks."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    assert len(blocks) == 1
    names = {}
    for block in blocks:
        exec(block, names)
    if "model" in names:
        assert names["model"].count_params() == names["network"].ledger().params + names["network"].ledger().state


def test_a_release_built_on_github_has_a_readme_whose_links_are_absolute():
    """PyPI shows the README without the files of the repository."""
    command = [sys.executable, "-m", "hatchling", "metadata", "readme"]
    github = {"GITHUB_REPOSITORY": "someone/senet_lab", "GITHUB_REF_NAME": "v1.0"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | github, capture_output=True, text=True, check=True)
    targets = re.findall(r"\]\(([^)]+)\)", done.stdout)
    assert len(targets) == len(re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text()))
    assert all(target.startswith("https://") and ".." not in target for target in targets)
    assert "https://raw.githubusercontent.com/someone/senet_lab/v1.0/docs/pictures/ratio.webp" in targets
    assert "https://github.com/someone/senet_lab/blob/v1.0/docs/course.md" in targets
    assert "https://github.com/someone/senet_lab/releases/latest/download/explorer.html" in targets


def test_ci_calls_the_test_command_of_the_readme():
    assert "make lint test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_a_machines_path_or_a_registry(path):
    text = path.read_text(errors="ignore")
    for fragment in (
        "/".join(("", "work", "")),
        "/".join(("", "root", "")),
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
    ):
        assert fragment not in text


def test_the_schedule_names_files_that_exist():
    assert not [name for name in LONGEST_FIRST if not (ROOT / name).is_file()]


def test_the_version_is_the_same_everywhere():
    import senet_lab

    version = PYPROJECT["project"]["version"]
    assert senet_lab.__version__ == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
