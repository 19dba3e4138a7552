"""Lessons as they are given to people."""

import nbformat

from senet_lab.serving.notebooks import remove_colab_cells


def read_lesson(path):
    """A notebook as `senet-lab lab` copies it."""
    notebook = nbformat.read(path, as_version=4)
    remove_colab_cells(notebook)
    return notebook
