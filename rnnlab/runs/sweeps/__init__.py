"""Sweeps: a grid of settings, a run for each combination, and the table of their results."""
