"""Serving: the lessons in JupyterLab and the Explorer as a web page, from any installation of the package."""

import sys

# Jupyter checks notebooks and messages with jsonschema, which would load this parser of internationalized addresses.
# Neither contains any, and it takes a second to load, a third of JupyterLab's start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
