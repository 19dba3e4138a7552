"""The notebooks as they are stored, and as they are opened.

    python tools/notebooks.py store [NAME...]  run those of the repository, or some of them, and store their outputs
    python tools/notebooks.py html FOLDER      make static pages of them, which need no network and no kernel
    python tools/notebooks.py copy FOLDER      put copies to work in into FOLDER, trusted; those that are there stay

A stored widget whose kernel is gone would only say so. All commands leave it out, and what remains is the picture that
each panel stores beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary

WIDGET = "application/vnd.jupyter.widget-view+json"
ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"


def list_notebooks() -> list[Path]:
    """Return the notebooks of the repository, with the teacher's; not the copies that Jupyter keeps beside them."""
    return [path for path in sorted(NOTEBOOKS.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]


def store(path: Path) -> None:
    """Run a notebook and replace its file by one with the outputs; if a cell fails, the file stays as it is."""
    notebook = nbformat.read(path, as_version=4)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's log is no output of a lesson
    os.environ["SENET_LAB_RESULTS"] = ""  # a lesson is stored as it is for who has answered nothing yet
    client = NotebookClient(
        notebook, timeout=600, store_widget_state=False, resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        # What TensorFlow says of the machine as it is loaded is another on the next one.
        if cell.cell_type == "code":
            cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
    write_without_widgets(notebook, path)


def copy(folder: Path) -> None:
    """Copy what `folder` does not have yet; take dead widgets out of what it has.

    Copies are trusted, so that their pictures show before a cell is run. What else lies there stays as it was, trusted
    or not: JupyterLab runs the scripts in the outputs of a notebook that is trusted, and this one may be anybody's.
    """
    notary = NotebookNotary()
    folder.mkdir(exist_ok=True)
    for original in list_notebooks():
        target = folder / original.relative_to(NOTEBOOKS)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            shutil.copyfile(original, target)
            notary.sign(nbformat.read(target, as_version=4))
    for path in sorted([*folder.glob("*.ipynb"), *folder.glob("teacher/*.ipynb")]):
        try:
            notebook = nbformat.read(path, as_version=4)
        except nbformat.reader.NotJSONError:
            print(f"{path} is no notebook, and is left as it is.")
            continue
        if any(WIDGET in output.get("data", {}) for output in outputs(notebook)):
            is_trusted = notary.check_signature(notebook)
            write_without_widgets(notebook, path)
            if is_trusted:
                notary.sign(notebook)


def html(folder: Path) -> None:
    """Write static pages of what is stored, which fetch nothing: no script, and no link but those between them."""
    exporter = HTMLExporter(template_name="course", extra_template_basedirs=[str(ROOT / "config" / "nbconvert")])
    for path in list_notebooks():
        page, _ = exporter.from_notebook_node(nbformat.read(path, as_version=4), {"metadata": {"name": path.stem}})
        target = folder / path.relative_to(NOTEBOOKS).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r'(href="(?!\w+:)[^"]+)\.ipynb"', r'\1.html"', add_dark_theme(page)))


def add_dark_theme(page: str) -> str:
    """Return a page whose views are dark where the browser is, by the rules for JupyterLab's dark theme."""
    rules = dict.fromkeys(re.findall(r'\[data-jp-theme-light="false"\][^{}]*\{[^{}]*\}', page))
    dark = "\n".join(rules).replace('[data-jp-theme-light="false"]', "body")
    return page.replace("</head>", f'<style media="(prefers-color-scheme: dark)">\n{dark}\n</style>\n</head>', 1)


def write_without_widgets(notebook: Any, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    for output in outputs(notebook):
        output.get("data", {}).pop(WIDGET, None)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    os.replace(part, path)


def outputs(notebook: Any) -> list[Any]:
    """Return the outputs of all code cells."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


if __name__ == "__main__":
    if sys.argv[1:2] == ["copy"] and len(sys.argv) == 3:
        copy(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["html"] and len(sys.argv) == 3:
        html(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["store"]:
        for each in list_notebooks():
            if not sys.argv[2:] or each.stem in sys.argv[2:]:
                print(each.name)
                store(each)
    else:
        sys.exit(__doc__)
