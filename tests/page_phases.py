"""What the page shows of the six phases of a batch, against autograd and torch's own functions."""

import itertools

import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_

import rnnlab
from tests.page_engine import check_alike, close, flat, made

CELLS = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}


def check_phases(ask, settings, before):
    """What each phase leaves is what autograd finds, `before` steps into a run."""
    answer = ask("phases", settings=settings, before=before)
    _, model, batches, options = made(settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=options["learning_rate"])
    bound = options["clip_norm"]
    run = rnnlab.train(
        model, batches, loss_fn="mse", optimizer=optimizer, epochs=40, clip_norm=bound
    )
    list(itertools.islice(run, before))
    close(answer["before"], flat(model).tolist(), 1e-5)
    epoch, index = divmod(before, len(batches))
    batches.set_epoch(epoch + 1)
    batch = list(batches)[index]
    expected = phases(model, CELLS[settings["cell"]], *batch, optimizer, bound)
    record = answer["steps"][before]  # of the same run, without a look
    records = [None] * (len(expected) - 1) + [record]
    assert [phase.pop("record") for phase in answer["phases"]] == records
    check_alike(answer["phases"], expected, 1e-5)
    close(answer["after"], flat(model).tolist(), 1e-5)
    assert answer["next"] == answer["steps"][before + 1]


def phases(model, kind, inputs, targets, optimizer, bound):
    """Train on a batch, as torch does it, and return what is to be seen after each phase."""
    parameters = list(model.parameters())
    cell = kind(1, model.recurrence.hidden_size)
    pairs = list(zip(cell.parameters(), model.recurrence.parameters(), strict=True))
    for ours, theirs in pairs:
        ours.data = theirs.data  # one memory: the optimizer's update reaches both
    optimizer.zero_grad()
    states, predictions = unrolled(cell, model.readout, inputs)
    loss = mse_loss(predictions, targets)
    loss.backward()
    for ours, theirs in pairs:
        theirs.grad = ours.grad
    first = (inputs, targets, predictions)
    by_time = (predictions - targets).square().mean((0, 2)).tolist()
    arrives = [h.grad.norm().item() for h in states]
    gradients = named_norms(parameters, [p.grad for p in parameters])
    norm = clip_grad_norm_(parameters, float("inf") if bound is None else bound).item()
    clipped = torch.cat([p.grad.flatten() for p in parameters]).norm().item()
    start = [p.detach().clone() for p in parameters]
    optimizer.step()
    moved = [p.detach() - q for p, q in zip(parameters, start, strict=True)]
    again = mse_loss(unrolled(cell, model.readout, inputs)[1], targets).item()
    return [
        {"name": "zero_grad", "batchSize": len(inputs), "timeSteps": inputs.shape[1]},
        {
            "name": "forward",
            **dict(zip(("inputs", "targets", "predictions"), map(first_row, first), strict=True)),
            "states": [h[0].tolist() for h in states],
        },
        {"name": "loss", "loss": loss.item(), "lossByTime": by_time},
        {
            "name": "backward",
            "gradientByTime": arrives,
            "parameters": gradients,
            "gradNorm": norm,
        },
        {
            "name": "clip",
            "before": norm,
            "after": clipped,
            "bound": bound,
            "clipped": bound is not None and norm > bound,
        },
        {
            "name": "step",
            "parameters": named_norms(parameters, moved),
            "moved": torch.cat([change.flatten() for change in moved]).norm().item(),
            "lossBefore": loss.item(),
            "lossAfter": again,
        },
    ]


def unrolled(cell, readout, inputs):
    """Return the hidden states (B, H), whose gradients are kept, and the predictions (B, T, 1)."""
    state, states = None, []
    for t in range(inputs.shape[1]):
        state = cell(inputs[:, t], state)
        states.append(state[0] if isinstance(state, tuple) else state)
        states[-1].retain_grad()
    return states, readout(torch.stack(states, 1))


def first_row(tensor):
    """Return the first row of (B, T, 1) as a list of T numbers."""
    return tensor[0, :, 0].tolist()


def named_norms(parameters, tensors):
    """Return the norm of a tensor for each parameter, with the names that the page gives these."""
    names = "weight_ih", "weight_hh", "bias_ih", "bias_hh", "readout_weight", "readout_bias"
    return [
        {"name": name, "shape": list(parameter.shape), "norm": tensor.norm().item()}
        for name, parameter, tensor in zip(names, parameters, tensors, strict=True)
    ]
