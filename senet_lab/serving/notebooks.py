"""The installed lessons, and the working copies of them.

The lessons are stored with their outputs, for readers who cannot run them. Those outputs answer the lessons'
questions, so copies have none: students predict, then run the cell. Code that answers is collapsed in copies, as it is
on the site. Copies also omit the cell that installs senet_lab on Google Colab.

A stored widget without its kernel shows only an error. It is removed from the copies that users have saved.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.extras import require

if TYPE_CHECKING:
    from nbformat.sign import NotebookNotaryContext

WIDGET = "application/vnd.jupyter.widget-view+json"
COLAB_TAG = "remove-cell"  # marks cells for Google Colab; MyST-NB omits such cells from the site
ANSWER_TAGS = {"hide-input", "hide-cell"}  # MyST-NB folds the code of such cells on the site
TEACHER = "teacher"  # the folder with plans and answers
HERE = Path(__file__).parent


def notebooks_folder() -> Path:
    """Return the folder of the lessons: next to this module in the wheel, in the top folder of a checkout."""
    packed = HERE / "notebooks"
    return packed if packed.is_dir() else HERE.parent.parent / "notebooks"


def list_notebooks() -> list[Path]:
    """Return the lessons, the guides and the teacher's notebooks, without Jupyter's checkpoints."""
    found = sorted(notebooks_folder().rglob("*.ipynb"))
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


def copy_notebooks(folder: Path, *, teacher: bool = False) -> None:
    """Copy the notebooks that `folder` does not have yet, and remove dead widgets from those that it has.

    Copies are trusted, so the pictures in the teacher's show before any cell is run. Whether other notebooks in the
    folder are trusted does not change: JupyterLab runs scripts in the outputs of trusted notebooks, and these may come
    from anyone.

    Args:
        teacher: whether to copy the teacher's plans and answers, too.

    Raises:
        MissingExtraError: JupyterLab, which installs the reader for notebooks, is not installed.
    """
    require("jupyterlab", by="copying the notebooks")
    import nbformat
    from nbformat.sign import NotebookNotary

    folder.mkdir(parents=True, exist_ok=True)
    with NotebookNotary() as notary:
        for original in list_notebooks():
            if original.parent.name == TEACHER and not teacher:
                continue
            target = folder / original.relative_to(notebooks_folder())
            target.parent.mkdir(exist_ok=True)
            if not target.exists():
                notebook = nbformat.read(original, as_version=4)
                remove_colab_cells(notebook)
                if original.parent.name != TEACHER:
                    withhold_answers(notebook)
                write_without_widgets(notebook, target)
                notary.sign(notebook)
        for path in sorted(each for part in ("", "guides/", "teacher/") for each in folder.glob(f"{part}*.ipynb")):
            _remove_dead_widgets(path, notary)


def remove_colab_cells(notebook: Any) -> None:
    """Remove the cells for Google Colab."""
    notebook.cells = [cell for cell in notebook.cells if COLAB_TAG not in cell.metadata.get("tags", ())]


def withhold_answers(notebook: Any) -> None:
    """Remove all outputs, and collapse the code that answers a question of the lesson."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if ANSWER_TAGS & set(cell.metadata.get("tags", ())):
                cell.metadata["jupyter"] = {"source_hidden": True}


def _remove_dead_widgets(path: Path, notary: NotebookNotaryContext) -> None:
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except nbformat.reader.NotJSONError:
        sys.stdout.write(f"{path} is no notebook, and is left as it is.\n")
        return
    if any(WIDGET in output.get("data", {}) for output in list_outputs(notebook)):
        is_trusted = notary.check_signature(notebook)
        write_without_widgets(notebook, path)
        if is_trusted:
            notary.sign(notebook)


def write_without_widgets(notebook: Any, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    import nbformat

    for output in list_outputs(notebook):
        output.get("data", {}).pop(WIDGET, None)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    os.replace(part, path)


def list_outputs(notebook: Any) -> list[Any]:
    """Return the outputs of all code cells."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
