"""The doctor: watch any PyTorch training loop and say which line is wrong.

`watch` lets `recording/` note what happens in a `Trace`, by phase; `rules/` judge it, with advice
beside each rule; `report` tells it.
"""
