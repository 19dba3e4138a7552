"""Drawings of what the papers print: charts and tables of errors, and what conventions differ in."""
