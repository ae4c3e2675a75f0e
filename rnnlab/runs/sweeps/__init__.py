"""Sweeps: a grid of settings, the runs it stands for, where they are done, and their table."""
