"""train and evaluate: the loop with its arguments checked, in one process or in several."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer
from torch.utils.data import RandomSampler

from rnnlab.base.checks import check_count, check_policy, check_positive
from rnnlab.base.torch_state import check_graph
from rnnlab.loop import evaluation, hidden
from rnnlab.loop.losses import LossFunction, resolve_loss
from rnnlab.loop.training import Run
from rnnlab.runs.checks import as_pair, check_batches, check_model, check_shapes
from rnnlab.runs.history import History
from rnnlab.runs.optimizers import resolve_optimizer
from rnnlab.runs.process import Process
from rnnlab.runs.ranks import Ranks, check_shard, move
from rnnlab.runs.saved_states import unwrap
from rnnlab.runs.shards import over_ranks

Validation = Iterable[Any] | Callable[[nn.Module], Any]


def train(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    loss_fn: str | LossFunction,
    optimizer: str | Optimizer = "adam",
    learning_rate: float | None = None,
    epochs: int = 10,
    clip_norm: float | None = None,
    hidden_state: str = "reset",
    validation: Validation | None = None,
    device: str | torch.device = "auto",
    batch_first: bool = True,
    history: History | None = None,
) -> Run:
    """Train a model, one `Step` at a time: the returned iterator makes an update when asked.

    In processes started by `torchrun`, with a model in `DistributedDataParallel` and batches in a
    `Shard`, all of them together make the run that one process would make with the whole batches:
    losses, gradient norms and clipping are those of the whole batch, on every rank. Each rank has
    to take all steps. `loss_fn` has to be an average over target values.

    Args:
        model: any module that returns predictions, or (predictions, state). It is moved to
            `device`; in `DistributedDataParallel` it stays where it was when it was wrapped.
        batches: any iterable of pairs (inputs, targets), iterated once an epoch: `Batches`,
            `Streams`, a `DataLoader`, a list. Inputs are a tensor (B, T, D) or what the model takes
            as its one argument: a tuple such as (inputs, lengths), a dictionary, a
            `PackedSequence`. Targets are a tensor, or what `loss_fn` takes: a tuple such as
            (targets, mask). With a `set_epoch` method, their own or their sampler's, that is called
            before each epoch.
        loss_fn: "mse", "cross_entropy" (classes last) or a function of (predictions, targets) that
            returns the average loss; one that averages over some of the targets only, or over
            targets that are no tensor, returns (loss, count of the values averaged).
        optimizer: "adam", "sgd", "rmsprop", or an optimizer made from the model's parameters.
        learning_rate: for an optimizer given by name; 0.003 when None.
        epochs: passes over the batches.
        clip_norm: upper bound on the norm of all gradients together; None: no clipping.
        hidden_state: "reset" starts each batch from zeros; "carry" starts it from the state of
            the batch before, detached, and from zeros at the start of each epoch.
        validation: batches, or a function of the model that returns a loss; measured at the end
            of each epoch. Several ranks take the average of what each has measured.
        device: "auto" (cuda, else mps, else cpu), a name, or a `torch.device`.
        batch_first: whether axis 0 of the inputs is the batch; else it is time, and axis 1 the
            batch.
        history: to which the steps are added; a new `History` when None.

    Returns:
        a `Run`, an iterator over steps.

    Raises:
        ValueError, TypeError: for settings that cannot work, before anything is trained.
        TrainingDiverged: while iterating, when the loss or the gradient is nan or infinite.

    Example:
        for step in rnnlab.train(model, batches, loss_fn="mse", epochs=40, clip_norm=1.0):
            print(step.epoch, step.loss, step.grad_norm)
    """
    check_graph()
    check_model(model)
    epochs = check_count("epochs", epochs)
    if clip_norm is not None:
        clip_norm = check_positive("clip_norm", clip_norm)
    check_batches(batches)
    if history is not None and not isinstance(history, History):
        raise TypeError(f"history is {history!r}; expected a rnnlab.History, or None for a new one")
    if isinstance(batches, Iterator) and epochs > 1:
        raise TypeError(
            f"batches is a {type(batches).__name__} that can be read only once, and epochs is "
            f"{epochs}; give a list, a DataLoader or rnnlab.Batches"
        )
    if check_policy(hidden_state) == "carry" and _is_shuffled(batches):
        warnings.warn(
            'hidden_state is "carry", and the batches are shuffled: a batch would start from the '
            "state of another part of the data; use rnnlab.Streams, or shuffle=False",
            stacklevel=2,
        )
    check_shard(model, batches)
    moved_to = move(model, device)
    loss_fn = resolve_loss(loss_fn)
    if validation is not None and not callable(validation):
        check_batches(validation, "validation")
        validation = partial(
            evaluate, batches=validation, loss_fn=loss_fn, hidden_state=hidden_state,
            batch_first=batch_first,
        )  # fmt: skip
    is_wrapped = isinstance(model, DistributedDataParallel)
    return Run(
        model,
        batches,
        loss_fn=loss_fn,
        optimizer=resolve_optimizer(optimizer, model, learning_rate),
        epochs=epochs,
        clip_norm=clip_norm,
        hidden_state=hidden_state,
        validation=validation,
        device=moved_to,
        batch_first=batch_first,
        process=Ranks(model, moved_to) if is_wrapped else Process(),
        history=History() if history is None else history,
    )


def evaluate(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    loss_fn: str | LossFunction,
    hidden_state: str = "reset",
    state: hidden.State = None,
    device: str | torch.device | None = None,
    batch_first: bool = True,
) -> float:
    """Return the average loss over all target values, without a graph and in evaluation mode.

    Takes what `train` takes, and `state`, the hidden state to start from (None: zeros). The model
    is moved to `device`; None: it stays where it is. The loss of a `Shard` is over the target
    values of all ranks, each of which has to ask for it.

    Raises:
        ValueError: if there is no batch, or shapes do not fit.
    """
    check_model(model)
    check_batches(batches)
    check_policy(hidden_state)
    own = next((p.device for p in model.parameters()), torch.device("cpu"))
    computes_on = own if device is None else move(model, device)
    # a batch that stands in for a rank's missing rows counts for nothing
    counted = (batch for batch in batches if not getattr(batch, "stands_in", False))
    return evaluation.evaluate(
        unwrap(model),
        (as_pair(batch, batch_first) for batch in counted),
        loss_fn=loss_fn,
        hidden_state=hidden_state,
        state=state,
        batch_first=batch_first,
        check=check_shapes,
        add_up=partial(over_ranks, batches, computes_on),
    )


def _is_shuffled(batches: Any) -> bool:
    sampler = getattr(batches, "sampler", None)
    return getattr(batches, "shuffle", False) is True or isinstance(sampler, RandomSampler)
