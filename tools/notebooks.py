"""The notebooks as they are stored.

    python tools/notebooks.py store [NAME...]  run those of the repository, or some of them, and store their outputs

`senet-lab lab` makes the copies in which people work: see senet_lab/serving/notebooks.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from senet_lab.serving.notebooks import list_notebooks, write_without_widgets


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


if __name__ == "__main__":
    if sys.argv[1:2] == ["store"]:
        for each in list_notebooks():
            if not sys.argv[2:] or each.stem in sys.argv[2:]:
                print(each.name)
                store(each)
    else:
        sys.exit(__doc__)
