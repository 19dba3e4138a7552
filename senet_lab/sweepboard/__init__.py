"""Sweepboard: the panel of a sweep: start it, watch its runs, and see what their accuracies show."""
