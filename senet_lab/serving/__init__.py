"""Serving: the lessons in JupyterLab and the Explorer as a web page, from any installation of the package."""
