"""The lessons: where they treat a mistake; their exercises, judges, hints, progress."""
