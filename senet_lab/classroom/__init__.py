"""The classroom: an overview of a class from the files that its students handed in, and worksheets to print."""
