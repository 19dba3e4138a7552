"""Cells: text in a table that a spreadsheet program opens, none of which it runs as a formula."""

from __future__ import annotations

FORMULA_STARTS = tuple("=+-@\t\r")  # a spreadsheet runs a cell that starts with one (OWASP, CSV injection)


def escape_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs as a formula.

    >>> escape_cell("=1+1"), escape_cell("9b")
    ("'=1+1", '9b')
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unescape_cell(cell: str) -> str:
    """Return the text of a cell from `escape_cell`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell
