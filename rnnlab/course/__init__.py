"""The lessons' exercises: questions, judges, hints, progress."""
