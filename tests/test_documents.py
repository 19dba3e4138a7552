"""The documents: their links lead somewhere, and what they name in the code is there."""

import json
import re
from pathlib import Path

import pytest
import yaml
from architecture_pictures import pictures
from install import GIGABYTES
from panel_texts import PLACE, listing
from readme_pictures import FINGERPRINTS, SHOTS, fingerprint

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "senet_lab"
DECISIONS = sorted((ROOT / "docs/decisions").glob("0*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *PACKAGE.rglob("README.md")]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
FOLDERS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
HOPS = re.findall(r"`(\w+/[\w/]+\.(?:py|js))`: ((?:`[\w.]+`(?:, )?)+)", ARCHITECTURE)


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_relative_links_lead_to_files(document):
    links = re.findall(
        r"\]\((?!https?://|\.\./\.\./(?:deployments|releases)/)([^)#]+)", document.read_text()
    )  # or to GitHub
    assert not [link for link in links if not (document.parent / link).exists()]


def headings(document):
    """The anchors that GitHub gives to the headings of a document."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", [*DOCUMENTS, *NOTEBOOKS], ids=name_of)
def test_links_into_documents_lead_to_headings(document):
    links = re.findall(r"\]\((?!https?://)([^)#]+\.md)#([^)]+)\)", document.read_text())
    assert not [(path, title) for path, title in links if title not in headings(document.parent / path)]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/installation.md"])
def test_documents_state_the_size_of_the_environment_as_the_installer_does(name):
    assert set(re.findall(r"\(([\d.]+) GB", (ROOT / name).read_text())) == {str(GIGABYTES["on disk"])}


def named_paths(text):
    """What is written as a path in backquotes, without patterns such as `NAME.json`."""
    return re.findall(r"`([\w./-]*\w/[\w./-]*\.(?:py|js|css|json|md)|[a-z_]+\.(?:py|js|css))`", text)


@pytest.mark.parametrize("decision", [*DECISIONS, ROOT / "CONTRIBUTING.md", ROOT / "docs/architecture.md"], ids=name_of)
def test_files_that_documents_name_exist(decision):
    paths = {path.name for path in ROOT.glob("*.*")} | {name_of(path) for path in PACKAGE.rglob("*")}
    paths |= {
        name_of(path) for folder in ("tests", "tools", "docs", "benchmarks") for path in (ROOT / folder).rglob("*")
    }
    assert not [
        name for name in named_paths(decision.read_text()) if not any(f"/{path}".endswith(f"/{name}") for path in paths)
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_the_readme_of_each_folder_is_short_and_names_files_that_exist(folder):
    text = (folder / "README.md").read_text()
    assert len(text.splitlines()) <= 16
    missing = [n for n in named_paths(text) if not list(folder.rglob(n)) and not (ROOT / n).exists()]
    assert not missing


def test_the_architecture_page_is_short_and_lists_each_folder():
    assert len(ARCHITECTURE.splitlines()) <= 100
    assert not [folder.name for folder in FOLDERS if f"senet_lab/{folder.name}/README.md" not in ARCHITECTURE]


@pytest.mark.parametrize(("path", "names"), HOPS, ids=lambda value: value.strip("` "))
def test_the_walk_of_ratio_names_functions_that_exist(path, names):
    source = (PACKAGE / path).read_text()
    for name in re.findall(r"`([\w.]+)`", names):
        assert re.search(rf"\b(def|class|function|const) {name.rpartition('.')[2]}\b", source)


def test_the_walk_of_ratio_is_written_down():
    assert len(HOPS) >= 15


@pytest.mark.slow
def test_the_listed_texts_are_those_of_the_panels_as_they_are():
    """`python tools/panel_texts.py` writes them."""
    assert PLACE.read_text(encoding="utf-8") == listing()


def test_the_readme_shows_all_of_its_pictures():
    shown = set(re.findall(r"\]\((docs/pictures/[^)]+)\)", (ROOT / "README.md").read_text()))
    assert (
        shown
        == {name_of(path) for path in (ROOT / "docs/pictures").glob("*.webp")}
        == {f"docs/pictures/{name}.webp" for name in SHOTS}
    )


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_of_the_readme_shows_a_panel_as_it_is(name):
    """`make pictures` takes them anew."""
    assert json.loads(FINGERPRINTS.read_text(encoding="utf-8"))[name] == fingerprint(name)


def test_decisions_are_numbered_without_gaps_and_indexed():
    assert [int(path.name[:3]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (ROOT / "docs/decisions/README.md").read_text()
    titles = [path.read_text().splitlines()[0].removeprefix("# ").partition(". ") for path in DECISIONS]
    lines = [f"{number}. [{title}]({path.name})" for (number, _, title), path in zip(titles, DECISIONS, strict=True)]
    assert [line for line in index.splitlines() if re.match(r"\d+\. ", line)] == lines


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_is_short_and_has_context_and_decision(decision):
    text = decision.read_text()
    assert 15 <= len(text.splitlines()) <= 40
    assert "\n## Context\n" in text
    assert "\n## Decision\n" in text


def test_the_glossary_is_alphabetical_and_short():
    text = (ROOT / "docs/glossary.md").read_text()
    terms = re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE)
    assert terms == sorted(terms, key=str.casefold)
    assert 25 <= len(terms) <= 45


def test_the_citation_states_version_and_license_of_the_package():
    from senet_lab import __version__

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (citation["version"], citation["license"]) == (__version__, "Apache-2.0")
    assert len(citation["references"]) == 3


def test_the_pictures_of_the_architecture_are_those_of_the_code_as_it_is():
    """`python tools/architecture_pictures.py` writes them."""
    for path, text in pictures().items():
        assert path.read_text(encoding="utf-8") == text, path.name
