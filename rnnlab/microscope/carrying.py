"""Four ways to treat the hidden state between batches, compared: plain rows from real runs.

All four read the recall task and differ in one line, `next_state`. Each row holds the loss and
what the batch has cost: how far back its gradient reaches, what is kept for it, how long it takes.
"""

import copy
import math
import time
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from rnnlab.base.checks import check_count, check_known, check_positive, check_seed
from rnnlab.data.batches import Batches, Streams
from rnnlab.loop import hidden
from rnnlab.loop.batch import PHASES, Batch, Phase, PhaseFunction, train_batch
from rnnlab.loop.evaluation import evaluate
from rnnlab.loop.hidden import State
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.runs.checks import Pair
from rnnlab.tasks.recall import RecallTask
from rnnlab.tasks.recipe import seeded

WAYS = ("reset", "carry and detach", "carry without detach", "carry with shuffle")  # not said: keys
RESET, DETACH, NO_DETACH, SHUFFLE = WAYS
ROWS, BATCHES = 32, 32  # rows of a batch, and batches of an epoch, for every window
HELD_OUT_ROWS = 8  # a quarter as many values in a quarter as many rows: as many batches


class CarryStep(NamedTuple):
    """One batch.

    Attributes:
        way: one of `WAYS`.
        epoch, batch: the pass over the data, and the batch of the whole run; the first is 1.
        loss: the batch's loss, before the update.
        graph_length: time steps that the gradient goes back, counted on the graph of the loss;
            None where it is not counted, as in what follows.
        graph_nodes: nodes of that graph.
        kept_bytes: what autograd keeps for backward passes when this one begins, as
            `KeptTensors` counts it.
        backward_seconds: duration of the backward pass, the counting of memory and the norm of
            the gradients included; nan where torch raised.
        train_loss: on the last batch of an epoch, the epoch's average loss; otherwise None.
        validation_loss: on the last batch of the last epoch, the loss on the held-out part, read
            in the same way.
        error: torch's message when it raised in this batch, the last of the run; otherwise "".
    """

    way: str
    epoch: int
    batch: int
    loss: float = math.nan
    graph_length: int | None = None
    graph_nodes: int | None = None
    kept_bytes: int | None = None
    backward_seconds: float = math.nan
    train_loss: float | None = None
    validation_loss: float | None = None
    error: str = ""


def recall_task(window: int, seed: int = 0) -> RecallTask:
    """Return "the value of two steps ago" in windows of so many steps, 32 batches of 32 rows."""
    return RecallTask(delay=2, window=window, length=ROWS * BATCHES * window, seed=seed)


def next_state(way: str, state: State) -> State:
    """Return the state from which the next batch starts: the line in which the ways differ."""
    if way == RESET:
        return None
    return state if way == NO_DETACH else hidden.detach(state)


def carry_through(
    task: RecallTask,
    way: str,
    *,
    hidden_size: int = 16,
    epochs: int = 12,
    learning_rate: float = 0.01,
    seed: int = 0,
    phases: tuple[PhaseFunction, ...] = PHASES,
    count_graph: bool = True,
    count_bytes: bool = True,
) -> Iterator[CarryStep]:
    """Train an RNN with Adam, one row a batch; the state starts from zeros at each epoch.

    Args:
        task: what to learn; `recall_task` makes one with 32 batches an epoch.
        way: one of `WAYS`. "carry without detach" ends in its second batch, with torch's error.
        hidden_size: H, units.
        epochs: passes over the batches.
        learning_rate: of Adam.
        seed: of the weights, and of the order of shuffled batches.
        phases: of a batch, as for `train_batch`; the fourth is the backward pass.
        count_graph: whether `graph_length` and `graph_nodes` are counted.
        count_bytes: whether `kept_bytes` is counted.

    Raises:
        ValueError: for settings that cannot work, when the first row is asked for.
    """
    check_known("way", way, WAYS, "ways")
    check_count("epochs", epochs)
    check_positive("learning_rate", learning_rate)
    check_seed("seed", seed)
    model = first_model(hidden_size, seed)
    # not fused: that changes weights without a word to autograd, and wrong gradients raise nothing
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    kept = KeptTensors(model) if count_bytes else None
    batches, index = batches_of(task, way, seed), 0
    for epoch in range(1, epochs + 1):
        if isinstance(batches, Batches):
            batches.set_epoch(epoch)
        state, losses = None, []
        for batch in batches:
            index += 1
            going = train_batch(
                model, *batch, loss_fn="mse", optimizer=optimizer, state=state, phases=phases
            )
            row, state = _measure(CarryStep(way, epoch, index), batch, going, count_graph, kept)
            losses.append(row.loss)
            if len(losses) == len(batches):
                row = row._replace(train_loss=sum(losses) / len(losses))
                if epoch == epochs:
                    row = row._replace(validation_loss=held_out_loss(model, task, way, seed))
            yield row
            if row.error:
                return
            state = next_state(way, state)


def retain_through(
    task: RecallTask, *, update: bool = False, **options: Any
) -> Iterator[CarryStep]:
    """Carry without detach and follow the error's hint, `retain_graph=True`, for one epoch.

    Args:
        task: as for `carry_through`.
        update: with an optimizer step after each backward pass. Torch then raises in the second
            batch, for the step has changed the weights that the kept graph needs. Memory is not
            counted here: where hooks see the saved tensors, torch does not look for changes.
        options: `hidden_size`, `learning_rate` and `seed`, as for `carry_through`.
    """
    *first_three, _, _, step = PHASES  # zero_grad, forward and loss; not backward and clip
    phases = (*first_three, backward_and_retain, *([step] if update else []))
    options |= {"phases": phases, "count_bytes": not update}
    return carry_through(task, NO_DETACH, epochs=1, **options)


def backward_and_retain(batch: Batch) -> None:
    """Backpropagate through time, and keep the graph for the next time."""
    batch.loss.backward(retain_graph=True)


def first_model(hidden_size: int, seed: int) -> SequenceModel:
    """Return the network at its first weights; the notebook's own random numbers stay."""
    # torch's own RNN: its graph has a node for each time step, and its errors are torch's
    return seeded(lambda: SequenceModel(1, hidden_size, 1, implementation="torch"), seed)


def _measure(
    row: CarryStep, batch: Pair, going: Iterator[Phase], graph: bool, kept: "KeptTensors | None"
) -> tuple[CarryStep, State]:
    """Return the row with what the phases of its batch cost, and the state that they end with."""
    with kept.recording(*batch) if kept else nullcontext():
        *_, phase = islice(going, 3)  # zero_grad, forward, loss
    assert phase.loss is not None  # for mypy: the third phase has a loss
    length, nodes = measure_graph(phase.loss) if graph else (None, None)
    row = row._replace(
        loss=phase.loss.item(), graph_length=length, graph_nodes=nodes,
        kept_bytes=kept.bytes() if kept else None,
    )  # fmt: skip
    start = time.perf_counter()
    try:
        next(going)  # backward
        row = row._replace(backward_seconds=time.perf_counter() - start)
        next(going, None)  # step
    except RuntimeError as raised:
        if row.way != NO_DETACH:
            raise
        row = row._replace(error=str(raised))
    return row, phase.state


def measure_graph(loss: Tensor) -> tuple[int, int]:
    """Return how many time steps of an `nn.RNN` hang on a loss, and how many nodes in all.

    The graph is walked from `grad_fn` by `next_functions`. Torch's RNN of one layer records one
    tanh a time step: the tanh nodes are the time steps that the gradient goes back.
    """
    seen, todo = set(), [loss.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [before for before, _ in node.next_functions]
    return sum(node.name() == "TanhBackward0" for node in seen), len(seen)


class KeptTensors:
    """Counts the bytes of the tensors that autograd has saved for backward and has not let go.

    It counts whole storages, each once, however many nodes have saved it. Left out are the
    model's weights and the batches, which are there anyway, and what autograd's nodes take.
    """

    def __init__(self, model: nn.Module) -> None:
        self._weights = {_address(parameter) for parameter in model.parameters()}
        self._alive: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()

    def recording(self, *batch: Tensor) -> AbstractContextManager[None]:
        """Return the context in which saved tensors are noted, all but those of this batch."""
        anyway = self._weights | {_address(tensor) for tensor in batch}

        def pack(tensor: Tensor) -> Tensor:
            saved = tensor.detach()  # its own graph must not hold itself
            if _address(tensor) not in anyway:
                self._alive[id(saved)] = saved
            return saved  # the graph holds this, and nothing else does

        return saved_tensors_hooks(pack, lambda saved: saved)

    def bytes(self) -> int:
        """Return the bytes that are kept now."""
        storages = [saved.untyped_storage() for saved in self._alive.values()]
        return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def held_out_loss(model: nn.Module, task: RecallTask, way: str, seed: int = 0) -> float:
    """Return the mean squared error on the held-out part, read as the way reads in training."""
    there = copy.copy(task)
    there.inputs, there.targets = task.held_out
    batches = batches_of(there, way, seed, HELD_OUT_ROWS)
    policy = "reset" if way == RESET else "carry"
    return evaluate(model, batches, loss_fn="mse", hidden_state=policy)


def best_loss(task: RecallTask, way: str) -> float:
    """Return the least mean squared error that can be expected of a way.

    A fraction p of the targets lies before what the state holds; the answer 0 costs 1 there. With
    shuffle the state does not show which these are: an answer of a times what it holds costs
    (1 - p) (1 - a)^2 + p (1 + a^2), least for a = 1 - p.
    """
    lost = min(1.0, task.delay / task.window)
    if way == RESET:
        return lost
    if way == SHUFFLE:
        return lost * (2 - lost)
    return lost / BATCHES  # the first window of each row


def batches_of(task: RecallTask, way: str, seed: int = 0, rows: int = ROWS) -> Batches | Streams:
    """Return the batches of an epoch: shuffled windows for "carry with shuffle", else streams."""
    order = "shuffled" if way == SHUFFLE else "streams"
    return task.batches(batch_size=rows, seed=seed, order=order)


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
