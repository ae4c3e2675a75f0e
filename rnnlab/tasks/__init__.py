"""What is predicted: data, loss and picture under one name; the defaults of a run."""
