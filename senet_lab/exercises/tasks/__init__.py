"""Tasks: the exercises of each lesson, computed from the ledger."""
