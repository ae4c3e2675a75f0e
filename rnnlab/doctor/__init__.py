"""The doctor: watch any PyTorch training loop and say which line is wrong.

`watch` lets `recording/` note what happens in a `Trace`, by phase; `rules/` judge it, with advice
beside each rule; `report` tells it. `preflight` looks at a model before it trains: `before/` makes
its checks.
"""
