"""The training loop: one batch phase by phase, then all of them."""
