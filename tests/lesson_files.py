"""Lesson files: the lessons as they are stored, and as users get them."""

import re

import nbformat

from senet_lab.serving.notebooks import remove_colab_cells, withhold_answers

# Text that answers a question: HTML on lines of their own, with Markdown between them.
FOLD = re.compile(r"^<details><summary>Look</summary>\n\n(.+?)\n\n</details>$", re.DOTALL | re.MULTILINE)


def read_lesson(path):
    """Return a stored notebook without the cell for Colab."""
    notebook = nbformat.read(path, as_version=4)
    remove_colab_cells(notebook)
    return notebook


def read_copy(path):
    """Return a lesson as `senet-lab lab` copies it."""
    notebook = read_lesson(path)
    withhold_answers(notebook)
    return notebook
