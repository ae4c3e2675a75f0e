"""The stepper: one batch phase by phase and back, and what its page is made of."""
