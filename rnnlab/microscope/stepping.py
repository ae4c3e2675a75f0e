"""Training one phase at a time, forwards and back: the debugger behind `LoopStepper`."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy, deepcopy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.base.nested import to_device
from rnnlab.base.say import say
from rnnlab.base.showable import said
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
from rnnlab.runs.random_states import (
    RandomState,
    kept_random,
    random_state,
    seeded_state,
    set_random_state,
)
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


class _Drawn(NamedTuple):
    """A batch as it was drawn, and the random numbers after it; None: the start, before any."""

    epoch: int
    number: int
    pair: Pair | None
    random: RandomState


class _Carried(NamedTuple):
    """What goes on from batch to batch of an epoch: the state, and the loss that is averaged."""

    state: State = None
    total: float = 0.0
    size: int = 0


class Entered(NamedTuple):
    """What the forward pass of a batch has started from: a hidden state, and random numbers."""

    state: State
    random: RandomState


class _Moment(NamedTuple):
    """Everything from which a batch is reproduced."""

    drawn: _Drawn
    carried: _Carried
    model: dict[str, Any]
    optimizer: dict[str, Any]
    gradients: list[Tensor | None]
    steps: int


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
        entered: what that pass has started from; None before it.
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
        phases = self._done - 1
        if phases < 1:
            if len(self._moments) == 1:
                return False
            self._next.append(self._moments.pop().drawn)
            phases = 0 if self._moments[-1].drawn.pair is None else len(self.phases)
        with self._own_random():
            self._restore(self._moments[-1])
            for _ in range(phases):
                self._run()
            if phases == len(self.phases):
                self._end_batch()
        return True

    def restart(self) -> None:
        """Go back to the start, to the first weights and the first batch."""
        with self._own_random():
            self._restore(self._start)
        self._begin()

    def at_start(self) -> "PhaseStepper":
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
            text = "this run cannot be copied: {why}"
            raise TypeError(say(text, why=said(error))) from error
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
            state: State = None
            for pair in self._pairs_of(epoch):
                batch = self._make_batch(pair, state)
                for phase in self.plan:
                    if not phase.left_out:
                        phase.function(batch)
                state = batch.state
                yield

    def model_at_entry(self) -> nn.Module:
        """Return a copy of the model as it was when this batch began."""
        model = deepcopy(self.model)
        model.load_state_dict(self._moments[-1].model)
        return model

    @property
    def phase(self) -> str | None:
        """The last phase that was done."""
        return self.phases[self._done - 1] if self._done else None

    @property
    def done(self) -> tuple[str, ...]:
        """The phases of this batch that were done."""
        return self.phases[: self._done]

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
        self._carried = _Carried()
        self._pairs: Iterator[Pair] = iter(())
        start = _Drawn(1, 0, None, self._random)
        self._use(start)
        self.before = self.after = self._look({})
        self._start = self._record(start)
        self._moments = [self._start]  # of the batches that were entered; the last is this one's
        self._next: list[_Drawn] = []  # drawn and not entered, or left by going back; last first

    def _enter_batch(self) -> None:
        """Draw the next batch, or take it as it was drawn."""
        if self._done == 0 and self._moments[-1].drawn.pair is not None:
            self._next.append(self._moments.pop().drawn)  # its first phase has failed: once more
        drawn = self._next.pop() if self._next else self._draw(new_epoch=True)
        assert drawn is not None  # an epoch has at least one batch, or _pairs_of has raised
        set_random_state(drawn.random)
        if drawn.number == 0:
            self._carried = _Carried()
        self._use(drawn)
        self._moments.append(self._record(drawn))
        # weights, gradients, and what an optimizer such as Adam keeps beside them; and the batch
        kept = [*self._start.model.values()] * 4 + [*(drawn.pair or ())]
        size = sum(value.nbytes for value in kept if isinstance(value, Tensor))
        del self._moments[: -max(2, min(KEPT_BATCHES, KEPT_BYTES // max(1, size)))]

    def _use(self, drawn: _Drawn) -> None:
        """Make a drawn batch the one that the loop's first phase takes."""
        self.epoch, self.index, self._done = drawn.epoch, drawn.number, 0
        self.outputs: Tensor | None = None
        self.entered: Entered | None = None
        self.batch = self._make_batch(drawn.pair, self._carried.state)

    def _make_batch(self, pair: Pair | None, state: State) -> SteppedBatch:
        return SteppedBatch(
            self.model, None, None, self.loss_fn, self.optimizer, self.clip_norm, state,
            batches=iter([] if pair is None else [pair]), hidden_state=self.hidden_state,
            batch_first=self.batch_first,
        )  # fmt: skip

    def _pairs_of(self, epoch: int) -> Iterator[Pair]:
        """Yield the batches of an epoch, on the device."""
        begin_epoch(self.batches, epoch)
        pair = None
        for batch in self.batches:
            pair = to_device(as_pair(batch, self.batch_first), self.device)
            yield pair
        if pair is None:
            refusal = "batches gave nothing at epoch {epoch}; expected at least one"
            raise ValueError(say(refusal, epoch=epoch))

    def _draw(self, new_epoch: bool) -> _Drawn | None:
        """Draw a batch that was not drawn before; None at the end of an epoch."""
        epoch, index = self.epoch, self.index + 1
        if new_epoch:
            epoch, index = self.epoch + (self._done > 0), 0
            self._pairs = self._pairs_of(epoch)
        pair = next(self._pairs, None)
        return None if pair is None else _Drawn(epoch, index, pair, random_state())

    def _run(self) -> None:
        """Run the next phase and look at what it has changed."""
        phase = self.plan[self._done]
        weights = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        if phase.name == "forward":
            self.entered = Entered(self.batch.state, random_state())
        if phase.name == "loss" and not self.history.steps:
            check_shapes(self.loss_fn, self.batch.predictions, self.batch.targets)
        with self._watching(phase.name):
            if not phase.left_out:
                phase.function(self.batch)
        self.before, self.after = self.after, self._look(weights)
        self._done += 1

    def _watching(self, phase: str) -> AbstractContextManager[Any]:
        """Keep what the recurrent module returns, if the model has one of torch's kinds."""
        modules = [m for m in self.model.modules() if cell_of(m) is not None]
        if phase != "forward" or not modules:
            return nullcontext()

        def keep(module: nn.Module, inputs: Any, output: Any) -> None:
            if isinstance(output[0], Tensor):  # not a packed sequence
                outputs = output[0].detach()
                self.outputs = outputs if modules[-1].batch_first else outputs.transpose(0, 1)

        return modules[-1].register_forward_hook(keep)  # until the block is left

    def _look(self, before: dict[str, Tensor]) -> Parameters:
        """Look at the parameters; `before` has the weights that the last phase found."""
        now = dict(self.model.named_parameters())
        moved = {name: (now[name].detach() - old).norm().item() for name, old in before.items()}
        norm = gradient_norm(self.optimizer).item()
        return Parameters(parameter_gradients(self.model), norm, moved)

    def _end_batch(self) -> None:
        """Write the step into the history, with the epoch's average if it was the last batch."""
        batch, (_, total, size) = self.batch, self._carried
        assert batch.count is not None  # the loss phase has run
        loss, norm = fetch(batch.loss, batch.grad_norm)
        total, size = total + loss * batch.count, size + batch.count
        order = [phase for phase in self.phases if phase in ("backward", "clip")]
        clipped = order == ["backward", "clip"] and norm > batch.clip_norm
        step = Step(self.epoch, len(self.history), loss, norm, clipped)
        if not self._next and (ahead := self._draw(new_epoch=False)):
            self._next.append(ahead)
        if self._next and self._next[-1].number > 0:
            set_random_state(self._next[-1].random)  # drawn before or now: it has taken its numbers
        else:
            step = step._replace(train_loss=total / size)
        self.history.add(step)
        self._carried = _Carried(batch.state, total, size)

    def _record(self, drawn: _Drawn) -> _Moment:
        states = deepcopy((self.model.state_dict(), self.optimizer.state_dict()))
        gradients = [None if p.grad is None else p.grad.clone() for p in self.model.parameters()]
        return _Moment(drawn, self._carried, *states, gradients, len(self.history))

    def _restore(self, moment: _Moment) -> None:
        self.model.load_state_dict(moment.model)
        self.optimizer.load_state_dict(deepcopy(moment.optimizer))
        for parameter, gradient in zip(self.model.parameters(), moment.gradients, strict=True):
            parameter.grad = None if gradient is None else gradient.clone()
        set_random_state(moment.drawn.random)
        self.history.restart(self.history.steps[: moment.steps])
        self._carried, self.after = moment.carried, self._look({})
        self._use(moment.drawn)

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """Draw from this run's random numbers in the block; the caller's stay."""
        with kept_random(self._random):
            try:
                yield
            finally:
                self._random = random_state()
