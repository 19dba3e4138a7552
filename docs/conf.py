"""Sphinx: the lessons and the documentation as pages, of the whole repository; see tools/site_builder.py."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

gc.disable()  # the build takes ten seconds and 240 MB; garbage collection would take a fifth of the time
# This module checks internationalized addresses, which notebooks do not contain, and takes a second to load.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from docutils import nodes  # noqa: E402
from lesson_links import lesson_links  # noqa: E402
from lesson_note import lesson_note  # noqa: E402

from senet_lab import __version__  # noqa: E402
from senet_lab.architecture.architecture import Architecture  # noqa: E402
from senet_lab.drawing.network.summary import static_page  # noqa: E402

if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx

project, release = "senet_lab", __version__
author = copyright = "the authors of senet_lab"  # noqa: A001 - Sphinx's name
root_doc = "docs/index"
include_patterns = ["CONTRIBUTING.md", "docs/**", "notebooks/**", "senet_lab/*/README.md"]
exclude_patterns = ["docs/conf.py", "docs/panel_texts.md", "docs/templates", "**.ipynb_checkpoints"]
exclude_patterns += ["notebooks/teacher/answers.ipynb"]  # docs/teachers.md computes them, for any class code
# Nothing in these folders is included; without this line, Sphinx spends a third of its time looking through them.
exclude_patterns += [".[a-z]*", "node_modules", "site", "tests", "benchmarks"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

nb_execution_mode = "off"  # show stored outputs; `make notebooks` runs the lessons
nb_code_prompt_show = "Show the {type} of the cell"  # of cells that answer a question, which are folded
nb_code_prompt_hide = "Hide the {type} of the cell"
nb_ipywidgets_js: dict[str, Any] = {}  # would be loaded from another host
myst_heading_anchors = 3
autodoc_typehints = "description"
# The README of the bundled images is in the data folder and not a page of the site.
suppress_warnings = ["myst.xref_missing"]

html_theme = "pydata_sphinx_theme"
html_title = "senet_lab"
html_static_path = ["site.css", "projector.js"]
html_favicon = "icon.svg"
html_css_files = ["site.css"]
html_js_files = [("projector.js", {"defer": ""})]
html_search_scorer = str(ROOT / "docs" / "search.js")
html_show_sourcelink = html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "header_links_before_dropdown": 4,
    "show_toc_level": 2,
    "secondary_sidebar_items": {each: ["page-toc"] for each in ("CONTRIBUTING", "docs/**", "senet_lab/**")},
}
# A lesson's panels need the space of the right column, so its table of contents is below the list of lessons.
html_sidebars = {"notebooks/**": ["sidebar-nav-bs", "page-toc"]}
templates_path = ["templates"]
html_additional_pages = {"index": "landing.html"}
html_context = {"default_mode": "auto", "explorer": static_page(Architecture("resnext", 50))}


FOR_TEACHERS = ("notebooks/teacher/", "docs/teachers")


def add_panels(_: Sphinx, name: str, __: str, context: dict[str, Any], ___: Any) -> None:
    """Tell the templates whether a page has panels and whether it is for teachers; add the note to a lesson."""
    context["has_panels"] = name == "index" or "data-panel=" in context.get("body", "")
    context["for_teachers"] = name.startswith(FOR_TEACHERS)
    if name == "index":
        context["title"] = "Explore squeeze-and-excitation networks"
    if name.startswith("notebooks/"):
        note = lesson_note(context["body"]) + lesson_links(name, os.environ)
        context["body"] = context["body"].replace("</h1>", f"</h1>{note}", 1)


def keep_from_search(app: Sphinx, doctree: document) -> None:
    """Exclude pages for teachers and outputs of cells from the search."""
    for output in doctree.findall(lambda node: "cell_output" in getattr(node, "attributes", {}).get("classes", ())):
        output["classes"].append("no-search")
    if (name := app.env.docname).startswith(FOR_TEACHERS):
        app.env.metadata[name]["no-search"] = True


def leave_out_steps(_: Sphinx, doctree: document) -> None:
    """Remove a lesson's line of links to its neighbors: the theme has the same links directly below."""
    for paragraph in [*doctree.findall(nodes.paragraph)]:
        if paragraph.astext().startswith("\u2190 "):
            paragraph.parent.remove(paragraph)


def setup(app: Sphinx) -> None:
    """Connect the functions above to Sphinx's events."""
    app.connect("html-page-context", add_panels)
    app.connect("doctree-read", keep_from_search)
    app.connect("doctree-read", leave_out_steps)
