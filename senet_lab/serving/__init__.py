"""Serving: the lessons in JupyterLab, and the Explorer as a page, from wherever the package is installed."""
