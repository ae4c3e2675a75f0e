"""Training one phase at a time, forwards and back: the debugger behind `LoopStepper`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.base.nested import to_device
from rnnlab.base.step import Step
from rnnlab.loop.clipping import gradient_norm
from rnnlab.loop.hidden import State
from rnnlab.loop.losses import LossFunction
from rnnlab.loop.training import fetch
from rnnlab.microscope.faults import SteppedBatch, plan_batch
from rnnlab.model.cells import cell_of
from rnnlab.probes import parameter_gradients
from rnnlab.runs.checks import Pair, as_pair, check_shapes
from rnnlab.runs.history import History
from rnnlab.runs.process import begin_epoch
from rnnlab.runs.random_states import random_state, seeded_state, set_random_state
from rnnlab.runs.training import train

KEPT_BATCHES, KEPT_BYTES = 200, 2**26  # how far back `back` goes: whichever is less


class Parameters(NamedTuple):
    """What is seen of a model's parameters after a phase.

    Attributes:
        gradients: norm of each parameter's gradient by its name; None where there is none.
        grad_norm: norm of all of them as one vector.
        moved: how far this phase has moved each parameter, as a norm.
    """

    gradients: dict[str, float | None]
    grad_norm: float
    moved: dict[str, float]


class _Snapshot(NamedTuple):
    """Everything between two batches, from which the next is reproduced."""

    number: int
    state: State
    total: float
    count: int  # type: ignore[assignment]  # tuples have a method of this name
    weights: dict[str, Any]
    gradients: list[Tensor | None]
    optimizer: dict[str, Any]
    random: tuple[Any, ...]
    steps: int


class _Drawn(NamedTuple):
    """A batch as it was drawn, to be drawn again after going back."""

    epoch: int
    place: int
    pair: Pair
    random: tuple[Any, ...]


class PhaseStepper:
    """A training run that goes on, and back, by one phase.

    What runs are the functions of `rnnlab.loop.batch` (see `rnnlab.microscope.faults`); without a
    fault the run is that of `rnnlab.train` bit for bit. Its random numbers are its own: those of
    the caller stay as they are.

    Args:
        model, batches, loss_fn, optimizer, learning_rate, clip_norm, hidden_state, device,
            batch_first: as for `rnnlab.train`.
        fault: a mistake to make on purpose, one of `rnnlab.microscope.faults.FAULTS`; None: none.
        seed: of the random numbers from here on (dropout, shuffling); None: those of the caller.

    Attributes:
        plan: the `PlannedPhase`s of a batch in the order in which they run; phases: their names.
        phase: the last phase that was done; None before the first.
        epoch, index: of the present batch, counted from 1 and from 0 within the epoch.
        batch: what the loop holds: inputs, targets, predictions, state, loss, ...
        outputs: hidden states (B, T, H) of the recurrent module in the last forward pass.
        before, after: the `Parameters` before and after the last phase.
        history: a `Step` for each batch that was trained to its end.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: Iterable[Any],
        *,
        loss_fn: str | LossFunction,
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        clip_norm: float | None = None,
        hidden_state: str = "reset",
        fault: str | None = None,
        seed: int | None = None,
        device: str | torch.device = "auto",
        batch_first: bool = True,
    ) -> None:
        run = train(  # for its look at the arguments; not one step is asked of it
            model, batches, loss_fn=loss_fn, optimizer=optimizer, learning_rate=learning_rate,
            epochs=1, clip_norm=clip_norm, hidden_state=hidden_state, device=device,
            batch_first=batch_first,
        )  # fmt: skip
        self.model, self.batches, self.optimizer = model, run.batches, run.optimizer
        self.loss_fn, self.device, self.clip_norm = run.loss_fn, run.device, clip_norm
        self.hidden_state, self.batch_first = hidden_state, batch_first
        self.plan = plan_batch(clip_norm is not None, fault)
        self.phases = tuple(phase.name for phase in self.plan)
        self._random = random_state() if seed is None else seeded_state(seed)
        self.model.train()
        self._begin()

    # ---- going on and back ---------------------------------------------------------------

    def next_phase(self) -> str:
        """Run the next phase and return its name.

        Raises:
            Exception: what the loop's line raised; the phase is not done then.
        """
        with self._own_random():
            if self._done in (0, len(self.phases)):
                self._enter_batch()
            self._run()
            if self._done == len(self.phases):
                self._end_batch()
        return self.phases[self._done - 1]

    def next_batch(self) -> None:
        """Run the phases that are left of this batch, or those of the next one."""
        self.next_phase()
        while self._done < len(self.phases):
            self.next_phase()

    def next_epoch(self) -> Iterator[str]:
        """Run phases to the end of this epoch, or of the next one; yields the name of each."""
        yield self.next_phase()
        while self._done < len(self.phases) or not self.at_end_of_epoch:
            yield self.next_phase()

    def back(self) -> bool:
        """Go to where the last phase had not been run; return False if nothing is kept of it.

        The state at the border of the batch is put back (weights, gradients, optimizer, random
        numbers, hidden state, history), and the phases before this one are run again.
        """
        oldest = len(self._snapshots) < 2
        if self._done < 2 and oldest and (self._number > 0 or self._done == 0):
            return False
        with self._own_random():
            phases = max(self._done - 1, 0)
            if phases == 0 and not oldest:
                self._snapshots.pop()
                phases = len(self.phases)
            self._restore(self._snapshots[-1] if phases else self._start)
            if phases:
                self._use(self._drawn[self._number])
            else:
                self._snapshots.clear()
                self.batch = self._make_batch(iter(()))
            for _ in range(phases):
                self._run()
            if phases == len(self.phases):
                self._end_batch()
        return True

    def restart(self) -> None:
        """Go back to the start, to the first weights and the first batch."""
        with self._own_random():
            self._restore(self._start)
        self._random = self._start.random
        self._begin()

    def at_start(self) -> PhaseStepper:
        """Return a stepper at the start of this run, on copies; this one stays where it is.

        Raises:
            TypeError: if model, optimizer or batches cannot be copied, or be read only once.
        """
        if isinstance(self.batches, Iterator):
            raise TypeError(
                f"batches is a {type(self.batches).__name__}, which can be read only once: "
                "give a list, a DataLoader or rnnlab.Batches"
            )
        dataset = getattr(self.batches, "dataset", None)  # may be large, and is only read
        other = copy(self)
        try:
            other.model, other.optimizer, other.batches = deepcopy(
                (self.model, self.optimizer, self.batches), {id(dataset): dataset}
            )
        except (RuntimeError, TypeError) as error:
            raise TypeError(f"this run cannot be copied: {error}") from error
        other.history = History()
        other.restart()
        return other

    def whole_batches(self) -> Iterator[None]:
        """Train from where the model stands, a batch at a time and epoch after epoch; for a copy.

        It ends only by an exception. The model and the optimizer are trained, phase and history
        stay. The random numbers are those of the caller.

        Raises:
            ValueError: if there is no batch.
            Exception: what a phase raises.
        """
        for epoch in itertools.count(1):
            begin_epoch(self.batches, epoch)
            batch = None
            for pair in self.batches:
                state: State = None if batch is None else batch.state
                batch = self._make_batch(
                    iter([to_device(as_pair(pair, self.batch_first), self.device)])
                )
                batch.state = state
                for phase in self.plan:
                    if not phase.left_out:
                        phase.function(batch)
                yield
            if batch is None:
                raise ValueError(f"batches gave nothing at epoch {epoch}; expected at least one")

    @property
    def phase(self) -> str | None:
        """The last phase that was done."""
        return self.phases[self._done - 1] if self._done else None

    @property
    def following(self) -> str:
        """The phase that comes next."""
        return self.phases[self._done % len(self.phases)]

    @property
    def at_end_of_epoch(self) -> bool:
        """Whether the last batch of an epoch has just been trained."""
        steps = self.history.steps
        return self._done == len(self.phases) and bool(steps) and steps[-1].train_loss is not None

    # ---- inside --------------------------------------------------------------------------

    def _begin(self) -> None:
        """Stand before the first batch."""
        self.history = History()
        self.epoch, self.index = 1, 0
        self._number, self._done = 0, 0  # batches entered before this one; phases done in it
        self.outputs: Tensor | None = None
        self._state: State = None
        self._total, self._count = 0.0, 0
        self._iterator: Iterator[Any] | None = None
        self.batch = self._make_batch(iter(()))
        self._snapshots: list[_Snapshot] = []
        self._drawn: dict[int, _Drawn] = {}
        self._ahead: _Drawn | None = None
        self.before = self.after = self._look({})
        with self._own_random():
            self._start: _Snapshot = self._record()

    def _enter_batch(self) -> None:
        """Draw the next batch, or draw it again after going back."""
        if self._done:
            self._number += 1
        drawn = self._drawn.get(self._number)
        if drawn is None:
            drawn = self._ahead or self._draw(new_epoch=True)
            assert drawn is not None  # an epoch has at least one batch, or _draw has said so
            self._drawn[self._number], self._ahead = drawn, None
        else:
            set_random_state(drawn.random)
        if drawn.place == 0:
            self._state, self._total, self._count = None, 0.0, 0
        self._use(drawn)
        if self._snapshots and self._snapshots[-1].number == self._number:
            self._snapshots.pop()  # its first phase has failed and is tried again
        self._snapshots.append(self._record())
        self._forget_old()

    def _use(self, drawn: _Drawn) -> None:
        """Make a drawn batch the one that the loop's first phase takes."""
        self.epoch, self.index, self._done = drawn.epoch, drawn.place, 0
        self.outputs = None
        self.batch = self._make_batch(iter([drawn.pair]))

    def _make_batch(self, pairs: Iterator[Pair]) -> SteppedBatch:
        return SteppedBatch(
            self.model, None, None, self.loss_fn, self.optimizer, self.clip_norm, self._state,
            batches=pairs, hidden_state=self.hidden_state, batch_first=self.batch_first,
        )  # fmt: skip

    def _draw(self, new_epoch: bool) -> _Drawn | None:
        """Draw a batch that was not drawn before; None at the end of an epoch."""
        epoch, index = self.epoch, self.index + 1
        if new_epoch:
            epoch, index = self.epoch + (self._number > 0), 0
            begin_epoch(self.batches, epoch)
            self._iterator = iter(self.batches)
        assert self._iterator is not None  # the first batch begins an epoch
        batch = next(self._iterator, None)
        if batch is None:
            if new_epoch:
                raise ValueError(f"batches gave nothing at epoch {epoch}; expected at least one")
            return None
        return _Drawn(
            epoch, index, to_device(as_pair(batch, self.batch_first), self.device), random_state()
        )

    def _run(self) -> None:
        """Run the next phase and look at what it has changed."""
        phase = self.plan[self._done]
        weights = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        with self._watching(phase.name):
            if not phase.left_out:
                phase.function(self.batch)
        if phase.name == "forward" and self._number == 0:
            check_shapes(self.loss_fn, self.batch.predictions, self.batch.targets)
        self.before, self.after = self.after, self._look(weights)
        self._done += 1

    @contextmanager
    def _watching(self, phase: str) -> Iterator[None]:
        """Keep what the recurrent module returns, if the model has one of torch's kinds."""
        modules = [m for m in self.model.modules() if cell_of(m) is not None]
        if phase != "forward" or not modules:
            yield
            return

        def keep(module: nn.Module, inputs: Any, output: Any) -> None:
            if isinstance(output[0], Tensor):  # not a packed sequence
                outputs = output[0].detach()
                self.outputs = outputs if modules[-1].batch_first else outputs.transpose(0, 1)

        handle = modules[-1].register_forward_hook(keep)
        try:
            yield
        finally:
            handle.remove()

    def _look(self, before: dict[str, Tensor]) -> Parameters:
        """Look at the parameters; `before` has the weights that the last phase found."""
        parameters = dict(self.model.named_parameters())
        norms = parameter_gradients(self.model)
        moved = {n: (parameters[n].detach() - old).norm().item() for n, old in before.items()}
        return Parameters(norms, gradient_norm(self.optimizer).item(), moved)

    def _end_batch(self) -> None:
        """Write the step into the history, with the epoch's average if it was the last batch."""
        batch = self.batch
        assert batch.count is not None  # the loss phase has run
        loss, norm = fetch(batch.loss, batch.grad_norm)
        self._total += loss * batch.count
        self._count += batch.count
        order = [phase for phase in self.phases if phase in ("backward", "clip")]
        clipped = order == ["backward", "clip"] and norm > self.batch.clip_norm
        step = Step(self.epoch, len(self.history), loss, norm, clipped)
        following = self._drawn.get(self._number + 1)
        if following is None and self._ahead is None:
            self._ahead = self._draw(new_epoch=False)
        following = following or self._ahead
        if following is not None and following.place > 0:
            set_random_state(following.random)  # drawn before or now: it has taken its numbers
        else:
            step = step._replace(train_loss=self._total / self._count)
        self.history.add(step)
        self._state = batch.state

    def _record(self) -> _Snapshot:
        return _Snapshot(
            self._number, self._state, self._total, self._count,
            {name: _copy(value) for name, value in self.model.state_dict().items()},
            [None if p.grad is None else p.grad.clone() for p in self.model.parameters()],
            deepcopy(self.optimizer.state_dict()), random_state(), len(self.history),
        )  # fmt: skip

    def _restore(self, saved: _Snapshot) -> None:
        self.model.load_state_dict(saved.weights)
        for parameter, gradient in zip(self.model.parameters(), saved.gradients, strict=True):
            parameter.grad = None if gradient is None else gradient.clone()
        self.optimizer.load_state_dict(deepcopy(saved.optimizer))
        set_random_state(saved.random)
        self._number, self._state = saved.number, saved.state
        self._total, self._count, self._done = saved.total, saved.count, 0
        self.history.restart(self.history.steps[: saved.steps])
        self.outputs, self.after = None, self._look({})

    def _forget_old(self) -> None:
        """Keep no more of the past than the bounds allow."""

        def size_of(values: Iterable[Any]) -> int:
            return sum(v.numel() * v.element_size() for v in values if isinstance(v, Tensor))

        # weights, gradients, and what an optimizer such as Adam keeps beside them; and the batch
        size = 4 * size_of(self._start.weights.values())
        size += size_of(self._drawn[self._number].pair)
        most = max(2, min(KEPT_BATCHES, KEPT_BYTES // max(1, size)))
        while len(self._snapshots) > most:
            self._drawn.pop(self._snapshots.pop(0).number, None)

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """Draw from this run's random numbers in the block; the caller's stay."""
        outside = random_state()
        set_random_state(self._random)
        try:
            yield
        finally:
            self._random = random_state()
            set_random_state(outside)


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else deepcopy(value)
