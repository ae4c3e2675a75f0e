"""The same loop in TensorFlow."""
