"""English: no text has a phrase that trials found to read as translated; tests/rejected_phrases.txt lists them."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = (Path(__file__).parent / "rejected_phrases.txt").read_text(encoding="utf-8").splitlines()
PHRASES = dict(line.split("\t") for line in LINES if not line.startswith("#"))
SUFFIXES = {".md", ".py", ".js", ".html", ".yml", ".css"}
FOLDERS = ("docs", "senet_lab", "tools", "benchmarks", ".github")


def texts():
    """Each file's text, on one line; of notebooks, the cells. Characters that Python writes as \\u are what they mean."""
    paths = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    for path in paths:
        if path.suffix in SUFFIXES and not path.name.endswith(".bundle.js"):
            text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), path.read_text(encoding="utf-8"))
            yield path.relative_to(ROOT), " ".join(re.sub(r"\n\s*(#|//|\*|\")", "\n", text).split())
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.relative_to(ROOT), " ".join(" ".join("".join(cell["source"]) for cell in cells).split())


TEXTS = dict(texts())


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_that_reads_as_translated_occurs_nowhere(phrase):
    found = {str(path): match[0] for path, text in TEXTS.items() if (match := re.search(phrase, text))}
    assert not found, f"write: {PHRASES[phrase]}"


def test_all_kinds_of_texts_are_looked_at():
    assert {".md", ".py", ".js", ".ipynb"} <= {path.suffix for path in TEXTS}
    assert len(TEXTS) > 400
