"""What is judged: one rule a mistake."""
