"""Typical wrong answers to the exercises of notebook 01, and what their first hint says."""

WRONG = {
    "01.1": [
        ("two_ahead = rnnlab.windows(small, 4)", "lie 1 step after"),
        (
            "_x, _y = rnnlab.windows(small, 4)\ntwo_ahead = _y, _x",
            "lie 1 step before",
        ),
        (
            "_k = range(4)\n"
            "two_ahead = (\n"
            "    torch.stack([small[k : k + 4] for k in _k]),\n"
            "    torch.stack([small[k + 3 : k + 7] for k in _k]),\n"
            ")",
            "lie 3 steps after",
        ),
        (
            "_k = range(4)\n"
            "two_ahead = (\n"
            "    torch.stack([small[k : k + 4] for k in _k]),\n"
            "    torch.stack([small[k + 2 : k + 6] for k in _k]),\n"
            ")",
            "You have 4 windows; 5 have",
        ),
        (
            "_k = range(5)\n"
            "two_ahead = (\n"
            "    torch.stack([small[k : k + 4, 0] for k in _k]),\n"
            "    torch.stack([small[k + 2 : k + 6, 0] for k in _k]),\n"
            ")",
            "no feature axis",
        ),
        (
            "_k = range(5)\n"
            "two_ahead = (\n"
            "    torch.stack([small[k : k + 4] for k in _k]),\n"
            "    torch.stack([small[k + 5] for k in _k]),\n"
            ")",
            "one target for a whole window",
        ),
        (
            "_x, _y = rnnlab.windows(small, 4)\ntwo_ahead = _x, _y[1:]",
            "6 windows of inputs and 5 of targets",
        ),
        ("_x, _y = rnnlab.windows(small, 5)\ntwo_ahead = _x[:, :-1], _y", "4 time steps in the"),
        ("two_ahead = rnnlab.windows(small, 4)[0]", "two tensors are asked for"),
    ],
    "01.2": [
        ("scaled = (values - values.mean()) / values.std()", "so the future leaks"),
        ("scaled = values - values[:split].mean()", "the spread is still 34.7"),
        (
            "scaled = torch.cat([(v - v.mean()) / v.std() for v in values.split(split)])",
            "on two scales",
        ),
        ("scaled = (values - values[:split].mean()) / values.std()", "you divided by 40.5"),
        (
            "scaled = (values - values[split:].mean()) / values[split:].std()",
            "those of the held-out years",
        ),
        (
            "scaled = (values[:split] - values[:split].mean()) / values[:split].std()",
            "You have scaled 248 values",
        ),
        (
            "scaled = values - values[:split].mean() / values[:split].std()",
            "training part has mean 42.89",
        ),
        ("scaled = values / values[:split].max()", "training part has mean 0.29"),
    ],
    "01.3": [
        (
            '_n = names.encode(".maria.")\n'
            "name_inputs, name_targets = names.one_hot(_n[None, :-1]), names.one_hot(_n[None, 1:])",
            "Your targets are one-hot",
        ),
        (
            '_n = names.encode(".maria.")\n'
            "name_inputs, name_targets = names.one_hot(_n[None, :-1]), _n[None, :-1]",
            "they are the same",
        ),
        (
            '_n = names.encode(".maria.")\n'
            "name_inputs, name_targets = names.one_hot(_n[:-1]), _n[1:]",
            "the batch axis is missing",
        ),
        (
            '_n = names.encode(".maria.")\nname_inputs, name_targets = _n[None, :-1], _n[None, 1:]',
            "not one-hot rows of 27",
        ),
        (
            '_n = names.encode(".maria")\n'
            "name_inputs, name_targets = names.one_hot(_n[None, :-1]), _n[None, 1:]",
            "5 and 5 time steps; expected 6",
        ),
        (
            '_n = names.encode(".maria.")\n'
            "name_inputs, name_targets = names.one_hot(_n[None, :-1]), _n[None, 1:].float()",
            "Your targets are torch.float32",
        ),
        (
            '_n = names.encode(".maria.")\n'
            "name_inputs, name_targets = names.one_hot(_n[None, 1:]), _n[None, :-1]",
            "that is not 'maria' with its dots",
        ),
    ],
}
