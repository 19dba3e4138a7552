"""Run the notebooks of the repository and store their outputs.

    python tools/notebooks.py store [NAME...]  all notebooks, or only those named

`senet-lab lab` makes the copies that users work in: see senet_lab/serving/notebooks.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from senet_lab import __version__
from senet_lab.serving.notebooks import (
    COLAB_TAG,
    list_notebooks,
    remove_colab_cells,
    write_without_widgets,
)

# The lesson's own version: a link to the lesson of an older tag installs the release that it was written for.
# Colab has pandas and Matplotlib. The extra `lab` would replace Colab's own kernel.
COLAB_EXTRAS = {"published_weights": "train,hub", "sweeps": "sweep"}  # of the other notebooks: "train"
COLAB_CELL = """\
# On Google Colab, this cell installs senet_lab. Anywhere else, it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet "senet-lab[{extras}]=={version}"
    from google.colab import output

    output.enable_custom_widget_manager()"""


def store(path: Path) -> None:
    """Run a notebook and replace its file with one that has the outputs; if a cell fails, keep the file."""
    notebook = nbformat.read(path, as_version=4)
    remove_colab_cells(notebook)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's log does not belong in a lesson's output
    os.environ["SENET_LAB_RESULTS"] = ""  # lessons are stored without any answers to exercises
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": path.parent}})
    client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        # TensorFlow's messages on import depend on the machine.
        if cell.cell_type == "code":
            cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
    if path.parent.name != "teacher":
        insert_colab_cell(notebook, colab_cell(path.stem))
    write_without_widgets(notebook, path)


def colab_cell(name: str) -> str:
    """Return the code that installs senet_lab on Google Colab with what the notebook of that name needs."""
    return COLAB_CELL.format(extras=COLAB_EXTRAS.get(name, "train"), version=__version__)


def insert_colab_cell(notebook: NotebookNode, code: str) -> None:
    """Insert the cell that installs senet_lab on Google Colab below the title, without number and output."""
    cell = nbformat.v4.new_code_cell(code, id="colab", metadata={"tags": [COLAB_TAG]})
    notebook.cells.insert(1, cell)


if __name__ == "__main__":
    if sys.argv[1:2] == ["store"]:
        for each in list_notebooks():
            if not sys.argv[2:] or each.stem in sys.argv[2:]:
                print(each.name)
                store(each)
    else:
        sys.exit(__doc__)
