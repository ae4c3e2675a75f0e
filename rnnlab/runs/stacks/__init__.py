"""Stacks: many runs that differ in seed, learning rate or clipping, trained as one, with NumPy."""
