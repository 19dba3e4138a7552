"""Widgets: what all panels share: their conversation with the page, the kit of their JavaScript, base styles."""
