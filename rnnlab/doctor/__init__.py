"""The doctor: watch any PyTorch training loop and say which line is wrong.

`watch` records what happened (recorder, trace), `rules` judge it, `report` tells it.
"""
