"""One batch phase by phase, forwards and back; faults made on purpose; ways to carry the state."""
