"""Cells: text in a table that a spreadsheet program opens, none of which it runs as a formula."""

from __future__ import annotations

import re

# A spreadsheet program runs a cell that starts with one of =+-@, a tab or a carriage return (OWASP, CSV injection). A
# German Excel splits lines at semicolons, others at tabs, and neither minds quotes within a line that they split. So a
# cell may start within ours, after quotes of which CSV needs some.
START = r"(?<![^;\t\r\n])"
FORMULA = r"(?=['\"]*[=+\-@\t\r])"


def escape_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs as a formula, whichever character it splits lines at.

    >>> escape_cell("=1+1"), escape_cell("Anna;=1+1;"), escape_cell("9b")
    ("'=1+1", "Anna;'=1+1;", '9b')
    """
    return re.sub(START + FORMULA, "'", text)


def unescape_cell(cell: str) -> str:
    """Return the text of a cell from `escape_cell`."""
    return re.sub(f"{START}'{FORMULA}", "", cell)
