"""Run notebooks and store their outputs as they are committed: `python notebooks/store_outputs.py [NOTEBOOK ...]`.

What is stored is what a reader without a kernel sees, and what the tests compare: no widget state (a stored widget
would only say that its model is gone), no versions, no times.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"
HERE = Path(__file__).parent


def store(path: Path) -> None:
    """Run one notebook, and replace its file by one with the outputs; a cell that fails leaves it as it was."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, store_widget_state=False, resources={"metadata": {"path": HERE}}).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
    written = path.with_suffix(".part")
    nbformat.write(notebook, written)
    os.replace(written, path)


if __name__ == "__main__":
    for argument in sys.argv[1:] or sorted(map(str, HERE.glob("*.ipynb"))):
        print(argument)
        store(Path(argument))
