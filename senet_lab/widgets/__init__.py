"""Provide what all panels share: the conversation with the page, JavaScript helpers and base styles."""
