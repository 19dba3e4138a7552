"""The notebooks as they are stored, and as pages.

    python tools/notebooks.py store [NAME...]  run those of the repository, or some of them, and store their outputs
    python tools/notebooks.py html FOLDER      make static pages of them, which need no network and no kernel

`senet-lab lab` makes the copies in which people work: see senet_lab/serving/notebooks.py.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from senet_lab.serving.notebooks import list_notebooks, notebooks_folder, write_without_widgets

ROOT = Path(__file__).parent.parent


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


def html(folder: Path) -> None:
    """Write static pages of what is stored, which fetch nothing: no script, and no link but those between them."""
    exporter = HTMLExporter(template_name="course", extra_template_basedirs=[str(ROOT / "config" / "nbconvert")])
    for path in list_notebooks():
        page, _ = exporter.from_notebook_node(nbformat.read(path, as_version=4), {"metadata": {"name": path.stem}})
        target = folder / path.relative_to(notebooks_folder()).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r'(href="(?!\w+:)[^"]+)\.ipynb"', r'\1.html"', add_dark_theme(page)))


def add_dark_theme(page: str) -> str:
    """Return a page whose views are dark where the browser is, by the rules for JupyterLab's dark theme."""
    rules = dict.fromkeys(re.findall(r'\[data-jp-theme-light="false"\][^{}]*\{[^{}]*\}', page))
    dark = "\n".join(rules).replace('[data-jp-theme-light="false"]', "body")
    return page.replace("</head>", f'<style media="(prefers-color-scheme: dark)">\n{dark}\n</style>\n</head>', 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["html"] and len(sys.argv) == 3:
        html(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["store"]:
        for each in list_notebooks():
            if not sys.argv[2:] or each.stem in sys.argv[2:]:
                print(each.name)
                store(each)
    else:
        sys.exit(__doc__)
