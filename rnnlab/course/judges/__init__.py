"""The exercises of the course, one module a notebook: `e04` judges those of notebook 04."""
