"""Bundles: the one module that a browser gets for each panel is what its sources give. Needs no Node."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGETS = sorted(ROOT.glob("senet_lab/*/widget.js"))
REBUILD = "run `npm ci && npm run bundle`, and commit the bundles"


def short_hash(text):
    return sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda path: path.parent.name)
def test_a_bundle_is_of_its_sources_as_they_are(widget):
    text = widget.with_suffix(".bundle.js").read_text(encoding="utf-8")
    sources = dict(re.findall(r"^// source (\S+) (\w+)$", text, re.MULTILINE))
    assert str(widget.relative_to(ROOT)) in sources
    for path, known in sources.items():
        assert short_hash((ROOT / path).read_text(encoding="utf-8")) == known, f"{path} has changed: {REBUILD}"


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda path: path.parent.name)
def test_nobody_has_edited_a_bundle(widget):
    text = widget.with_suffix(".bundle.js").read_text(encoding="utf-8")
    head, known, content = re.split(r"^// content (\w+)\n", text, maxsplit=1, flags=re.MULTILINE)
    assert short_hash(content) == known, f"{head.splitlines()[0]} Undo the edit, or {REBUILD}"


def test_each_panel_reads_its_bundle():
    assert len(WIDGETS) == 5
    for widget in WIDGETS:
        assert f'_esm = read_assets("{widget.parent.name}/widget.bundle.js")' in widget.with_suffix(".py").read_text()
