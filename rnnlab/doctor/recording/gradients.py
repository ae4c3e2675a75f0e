"""Where zero_grad and step are recorded: which gradients are new or used, how far a step moves."""

import weakref
from collections import Counter
from typing import Any

from torch import Tensor, nn
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from rnnlab.base.say import translated
from rnnlab.doctor.events import NOWHERE, Event, Place, users_place
from rnnlab.doctor.recording.kept_graphs import leaves_of
from rnnlab.doctor.recording.known_tensors import Followed, fingerprint, full_name
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.source import root_made_at
from rnnlab.doctor.trace import CutOff

MOST = 5000  # parameters that are followed, the latest ones
MEASURED = {*range(3, 40, 4)}  # steps whose length is measured, and every 48th
CUTS_READ = 2  # graphs that are read of each line that leaves one
NORMS, NORMS_EVERY = 60, 8  # the gradients' norm: of the first steps, and then not of every one


class GradientRecorder:
    """Notes "zero_grad" and "step" events, and follows the parameters of models and optimizers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._all: dict[int, Followed] = {}  # by the parameter's id
        self._step = Event("step", NOWHERE, {"closure": False})
        self._backwards = 0  # before that step
        self._moving: list[tuple[Tensor, Tensor]] = []  # parameters, and what they were before it
        self._held: frozenset[int] = frozenset()  # ids of the parameters of the latest optimizer
        self._leaves: dict[Place, set[int]] = {}  # of what a line has cut off: ids of parameters
        self._reads: Counter[Place] = Counter()
        self._numbers: weakref.WeakKeyDictionary[Optimizer, int] = weakref.WeakKeyDictionary()
        self._count = 0
        self._stepping = False  # whether an optimizer makes its step
        self._hand_round = -1  # the number of backward passes before the latest step by hand
        self._hand = False  # whether weights are moved by hand
        self._by_hand: set[int] = set()  # ids of parameters that this update has moved by hand
        session.on_cut, session.on_cleared = self._on_cut, self._on_cleared
        session.on_updated = self._on_updated

    def follow(self, parameter: Tensor, name: str | None = None, hidden: bool = False) -> Followed:
        """Follow this one too, and return what is known of it.

        `hidden` says that it belongs to a layer in a plain list.
        """
        key = id(parameter)
        if key not in self._all:
            self._all[key] = Followed(parameter, fingerprint(parameter))
            if len(self._all) > MOST:
                del self._all[next(iter(self._all))]
        self._all[key].name = self._all[key].name or name
        self._all[key].hidden |= hidden
        return self._all[key]

    def zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> None:
        """Let an optimizer or a module clear its gradients, and note it."""
        parameters = owner.parameters() if isinstance(owner, nn.Module) else _parameters_of(owner)
        self._session.pause()
        try:
            original(owner, *args, **kwargs)
        finally:
            self._session.resume()
        lost = 0  # gradients that no step has used
        for parameter in parameters:
            if followed := self._all.get(id(parameter)):
                followed.stale = False
                lost += followed.fresh
                followed.fresh = False
        self._session.note("zero_grad", by_optimizer=isinstance(owner, Optimizer), lost=lost)

    def before_backward(self) -> None:
        """Look at the gradients that are there."""
        if self._hand and self._moving:  # the step by hand since the backward before is complete
            moved, norm = self._note_length(), self._step.numbers["norm"]
            self._step.numbers["learning_rate"] = moved / norm if norm else 0.0
        for followed in self._all.values():
            followed.before = followed.version()
            grad = followed.parameter.grad
            if grad is not None and followed.before == followed.used_version and not grad.any():
                followed.before = None  # zeros: what is added to them is as good as new
            followed.stale = followed.stale and grad is not None and bool(grad.any())

    def after_backward(self) -> int:
        """Note which gradients were added to, and return how many parameters have got one."""
        filled = 0
        for followed in self._all.values():
            if followed.version() not in (None, followed.before):
                filled += 1
                followed.filled = followed.fresh = True
                followed.stale |= followed.before == followed.used_version
        if self._hand and self._session.trace.counts["step"] + 1 in MEASURED:
            held = [f.parameter for f in self._all.values() if f.parameter.grad is not None]
            self._moving = [(p, p.detach().clone()) for p in held]
        return filled

    def _note_length(self) -> float:
        """Note the step's length, and return how far the copied parameters have moved since."""
        moved = get_total_norm([(p.detach() - old).double() for p, old in self._moving]).item()
        size = get_total_norm([old.double() for _, old in self._moving]).item()
        self._moving = []
        self._step.numbers["length"] = moved / size if size > 0 else None
        return moved

    def before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note a step and the gradients that it finds."""
        self._session.pause()
        self._stepping = True
        closure = len(args) > 1 or kwargs.get("closure") is not None  # the first is the optimizer
        self._backwards = self._session.trace.counts["backward"]
        self._step = self._session.note(
            "step", optimizer=type(optimizer).__name__, closure=closure,
            learning_rate=float(optimizer.param_groups[0]["lr"]), length=None, by_hand=False,
            made=self._session.made.get(optimizer), keeps=_keeps_state(optimizer),
            number=self._number(optimizer),
            seen=self._session.looks, **self._look_at(_parameters_of(optimizer)),
        )  # fmt: skip
        if closure:
            self._session.resume()  # the closure is the user's

    def _number(self, optimizer: Optimizer) -> int:
        """Return an optimizer's number, in the order of their first steps."""
        if optimizer not in self._numbers:
            self._count += 1
            self._numbers[optimizer] = self._count
        return self._numbers[optimizer]

    def _look_at(self, parameters: list[Tensor]) -> dict[str, Any]:
        """Return how many parameters have gradients, their norm, if measured, and what is old."""
        stale = again = 0
        for followed in map(self.follow, parameters):
            followed.trained = True
            followed.fresh = False
            again += followed.version() is not None and followed.version() == followed.used_version
            grad = followed.parameter.grad
            followed.stale &= grad is not None and followed.used is grad  # not cleared by hand
            stale += followed.stale
        grads = [p.grad for p in parameters if p.grad is not None and not p.grad.is_sparse]
        step = self._session.trace.counts["step"] + 1
        on_cpu = all(grad.device.type == "cpu" for grad in grads)
        norm: float | None = None if grads else 0.0
        if grads and on_cpu and (step <= NORMS or step % NORMS_EVERY == 0):
            norm = get_total_norm(grads).item()
        measured = norm is not None and (step in MEASURED or step % 48 == 0)
        moving = [p for p in parameters if p.grad is not None] if measured else []
        self._moving = [(p, p.detach().clone()) for p in moving]
        held = frozenset(map(id, parameters))
        self._held = self._held if held == self._held else held  # one for many events
        numbers = {"grads": len(grads), "norm": norm, "stale": stale, "again": again}
        return {**numbers, "held": self._held}

    def after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Note which gradients were used, and complete what was noted of the step."""
        self._stepping = False
        self._session.pause()
        for followed in map(self.follow, _parameters_of(optimizer)):
            if followed.parameter.grad is not None:
                followed.used = followed.parameter.grad
                followed.used_version = followed.version()
        self._note_length()
        # Lightning hands a closure to every step; what counts is whether it computes gradients
        self._step.numbers["closure"] &= self._session.trace.counts["backward"] > self._backwards
        self._session.resume()

    # ---- weights that are updated by hand, and parts of graphs that are cut off -----------

    def on_use(self, module: nn.Module) -> None:
        """A module is called, with gradients on: its own parameters are in use."""
        for parameter in module._parameters.values():
            if parameter is not None and (followed := self._all.get(id(parameter))):
                followed.in_use = True
                if isinstance(module, nn.Embedding):  # which freezes what it is given, if so asked
                    followed.made = self._session.made.get(module)

    def _on_cleared(self, gradient: Tensor | None) -> None:
        if gradient is None:
            return
        last = self._session.trace.last
        if last is None or last.kind != "zero_grad":  # one for the gradients of all parameters
            last = self._session.note("zero_grad", by_optimizer=False, lost=0)
        for followed in self._all.values():
            if followed.parameter.grad is gradient:
                last.numbers["lost"] += followed.fresh
                followed.stale = followed.fresh = False

    def _on_updated(self, target: Tensor, key: int) -> None:
        """A parameter was moved by its gradient; all those in a row are one step."""
        if self._stepping:
            return
        followed = self._all.get(key)
        if followed is None and target.requires_grad and target.is_leaf:
            followed = self.follow(target)
        if followed is None or not followed.parameter.requires_grad:
            self._session.note("descent")  # of something else than a weight
            return
        round_ = self._session.trace.counts["backward"]
        if round_ != self._hand_round or key in self._by_hand:
            self._hand_round = round_
            everyone = [f.parameter for f in self._all.values() if f.parameter.grad is not None]
            self._by_hand, moving = set(), self._moving
            self._step = self._session.note(
                "step", optimizer="by hand",  # not said
                closure=False, learning_rate=0.0, length=None,
                by_hand=True, seen=self._session.looks, made=None, keeps=False, number=-1,
                **self._look_at(everyone),
            )  # fmt: skip
            self._moving, self._hand = moving, True
        self._by_hand.add(key)
        followed.used, followed.used_version = followed.parameter.grad, followed.version()

    def _on_cut(self, given: Tensor) -> None:
        """A tensor with a graph has left it."""
        place = users_place()
        if self._reads[place] < CUTS_READ and given.grad_fn is not None:
            self._reads[place] += 1
            self._leaves.setdefault(place, set()).update(leaves_of(given))

    def _cut_off(self) -> list[CutOff]:
        """Return the parameters that are used and trained and have never got a gradient."""
        empty = {
            id(f.parameter): f.name or translated("a parameter") for f in self._all.values()
            if f.in_use and f.trained and not f.filled and f.parameter.requires_grad
        }  # fmt: skip
        if not empty:
            return []
        whole = [place for place, leaves in self._leaves.items() if leaves >= {*empty}]
        part = [place for place, leaves in self._leaves.items() if leaves & {*empty}]
        place = min(whole or part, key=lambda place: len(self._leaves[place]), default=None)
        alone = self._session.trace.root_alone
        place = place if place is not None else root_made_at(alone) or alone if alone else None
        return [CutOff([*empty.values()], place)] if place is not None else []

    def _held_by_idle(self) -> Place | None:
        """Return where an optimizer was made that holds what is left out, and made no step."""
        left = {key for key, f in self._all.items() if f.filled and not f.trained}
        for owner, place in self._session.made.items():
            idle = isinstance(owner, Optimizer) and owner not in self._numbers
            if idle and left & {id(p) for p in _parameters_of(owner)}:
                return place
        return None

    def _frozen(self) -> list[CutOff]:
        """Return the parameters that an optimizer holds and that require no gradient."""
        named = [f for f in self._all.values() if f.trained and f.name]
        still = [
            f for f in named if not f.parameter.requires_grad and f.parameter.is_floating_point()
        ]
        made = next((f.made for f in still if f.made), self._step.numbers.get("made"))
        names = [full_name(f) for f in still]
        return [CutOff(names, made or self._step.place)] if names else []

    def conclude(self) -> None:
        """Note in the trace what is known of parameters only now, and let go of them."""
        trace = self._session.trace
        trace.cut_off, trace.frozen = self._cut_off(), self._frozen()
        trace.idle = self._held_by_idle()
        trace.maker = self._step.numbers.get("made")
        self._leaves = {}
        same = [f for f in self._all.values() if fingerprint(f.parameter) == f.start]
        left = [
            f for f in same if f.name and f.filled and not f.trained and f.parameter.requires_grad
        ]
        used = [f for f in self._all.values() if f in left or (f.trained and f.filled)]  # as called
        trace.head_alone = used[: len(left)] == left != used
        trace.weights_changed = len(same) < len(self._all)
        trace.left_out = [f.name for f in left if f.name]
        trace.hidden = next((f.name.partition("[")[0] for f in left if f.hidden and f.name), "")
        self._all, self._moving = {}, []


def _keeps_state(optimizer: Optimizer) -> bool:
    """Whether a step depends on the steps before."""
    group = optimizer.param_groups[0]
    return bool(group.get("momentum")) or any(k in group for k in ("betas", "alpha", "lr_decay"))


def _parameters_of(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]
