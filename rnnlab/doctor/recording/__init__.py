"""What is seen of a loop while it runs, as events."""
