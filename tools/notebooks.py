"""The notebooks as they are stored, and as they are opened.

    python tools/notebooks.py store            run those of the repository and store their outputs
    python tools/notebooks.py copy FOLDER      put copies to work in into FOLDER; those that are there stay

A stored widget whose kernel is gone would only say so. Both commands take it out of the outputs, and what remains is
the picture that each panel stores beside it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def store(path: Path) -> None:
    """Run a notebook and replace its file by one with the outputs; if a cell fails, the file stays as it is."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, store_widget_state=False, resources={"metadata": {"path": NOTEBOOKS}}
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
    """Copy what `folder` does not have yet; take dead widgets out of what it has."""
    folder.mkdir(exist_ok=True)
    for original in sorted(NOTEBOOKS.glob("*.ipynb")):
        if not (folder / original.name).exists():
            shutil.copyfile(original, folder / original.name)
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
        except nbformat.reader.NotJSONError:
            print(f"{path} is no notebook, and is left as it is.")
            continue
        if any(WIDGET in output.get("data", {}) for output in outputs(notebook)):
            write_without_widgets(notebook, path)


def write_without_widgets(notebook: Any, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    for output in outputs(notebook):
        output.get("data", {}).pop(WIDGET, None)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    os.replace(part, path)


def outputs(notebook: Any) -> list[Any]:
    """The outputs of all code cells."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


if __name__ == "__main__":
    if sys.argv[1:2] == ["copy"] and len(sys.argv) == 3:
        copy(Path(sys.argv[2]))
    elif sys.argv[1:] == ["store"]:
        for each in sorted(NOTEBOOKS.glob("*.ipynb")):
            print(each.name)
            store(each)
    else:
        sys.exit(__doc__)
