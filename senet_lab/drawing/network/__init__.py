"""Drawings of a network, from the whole down to one squeeze-excite block, and its tables and charts."""
