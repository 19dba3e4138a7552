"""Serving: the lessons in JupyterLab, and the Explorer as a page, from wherever the package is installed."""

import sys

# jsonschema, which Jupyter's servers load, loads it to check internationalized addresses, of which Jupyter has none.
# It would take 1.1 of the 1.7 seconds of processor in which JupyterLab is imported.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # Python finds no such module then
