"""Worker: the process that trains a run."""
