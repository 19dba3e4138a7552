"""Draw a network, from the whole down to one squeeze-excite block, with its tables and charts."""
