"""Tensors and histories drawn on matplotlib Axes."""
