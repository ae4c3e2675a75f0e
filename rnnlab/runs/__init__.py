"""Whole runs: checkpoints, random states, several processes, sweeps."""
