"""SequenceModel, its recurrences, and backpropagation through time."""
