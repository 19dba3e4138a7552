"""Lesson files: the lessons as users get them."""

import nbformat

from senet_lab.serving.notebooks import remove_colab_cells


def read_lesson(path):
    """Return a notebook as `senet-lab lab` copies it."""
    notebook = nbformat.read(path, as_version=4)
    remove_colab_cells(notebook)
    return notebook
