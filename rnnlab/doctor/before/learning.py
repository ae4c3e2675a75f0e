"""Whether it can learn: gradients, and one batch's loss in 20 steps."""

import math
import time
from typing import Any

import torch
from torch import nn
from torch.nn import Parameter
from torch.optim import Optimizer

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import in_short, say, say_count, short, translated
from rnnlab.doctor.before.check import (
    FACT,
    FAULT,
    GRADIENTS,
    OK,
    ONE_BATCH,
    OPEN,
    Check,
    fault_of,
)
from rnnlab.doctor.before.subject import Copies, Subject, as_loss, as_predictions, seed

STEPS, ENOUGH = 20, 5
RATES = (1e-2, 1e-3)  # of Adam, where no optimizer is given
JUMP = 4.0  # times the first loss: the rate is too high
UPDATE_SECONDS = 2e-8  # of one parameter by Adam, about


class Trial:
    """Some 20 updates on one batch, made on copies.

    Attributes:
        losses: before each update, and after the last.
        gradients: by a parameter's name the largest |gradient| of all updates; None if there
            was none.
        unregistered: the attributes that hold layers which the model does not know, and use.
        borrowed: names of parameters of the model itself that the copy computes with, as a
            function that closes over the model does.
        error: what was raised, if anything.
    """

    def __init__(self, subject: Subject, optimizer: Optimizer | None, rate: float) -> None:
        copies = Copies(subject.model, subject.loss_fn, optimizer)
        self.subject, self.model, self.loss_fn = subject, copies.model.train(), copies.loss_fn
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.losses: list[float] = []
        self.gradients: dict[str, float | None] = {
            n: None for n, _ in self.model.named_parameters()
        }
        self.error: Exception | None = None
        self.optimizer = copies.optimizer
        if self.optimizer is None and trained:
            self.optimizer = torch.optim.Adam(trained, lr=rate)
        for group in self.optimizer.param_groups if self.optimizer is not None else []:
            if group.get("initial_lr", 0) > group["lr"]:  # a scheduler begins lower
                group["lr"] = group["initial_lr"]
        hidden = _hidden_layers(self.model)
        self._heard: set[str] = set()
        self._note_inputs()
        try:
            self._train()
        except Exception as error:  # of the user's model, loss or optimizer
            self.error = error
        own = subject.model.named_parameters()
        self.borrowed = {name for name, parameter in own if parameter.grad is not None}
        self.unregistered = [
            name for name, layers in hidden.items() if any(p.grad is not None for p in layers)
        ]

    def _note_inputs(self) -> None:
        """Note the weights whose inputs are not all 0."""
        for path, module in self.model.named_modules():
            names = [name for name, _ in module.named_parameters(path, recurse=False)]

            def note(module: nn.Module, args: Any, names: list[str] = names) -> None:
                if not args or not isinstance(args[0], torch.Tensor) or bool(args[0].any()):
                    self._heard.update(names)

            if names:
                module.register_forward_pre_hook(note)

    def is_meant(self, name: str) -> bool:
        """Whether a gradient of 0 says nothing: of a weight of inputs 0, of a bias that cancels."""
        path, _, last = name.rpartition(".")
        if "bias" in last:
            beside = [n for n in self.gradients if n.rpartition(".")[0] == path and "bias" not in n]
            return any(self.gradients[n] for n in beside)
        return last in ("weight", "weight_ih", "weight_ih_l0") and name not in self._heard

    @torch.enable_grad()
    def _train(self) -> None:
        seconds, self._seen = 0.0, False
        start = time.monotonic()
        self._closure()  # gradients, before there is time for an update
        update = time.monotonic() - start + UPDATE_SECONDS * _count(self.optimizer)
        for _ in range(STEPS):
            if self.optimizer is None:
                break
            start = time.monotonic()
            if start + max(seconds, update) > self.subject.end:
                return
            self._seen = len(self.losses) == 1 and not seconds
            self.optimizer.step(self._closure)
            seconds = max(seconds, time.monotonic() - start)
        with torch.no_grad():
            self.losses.append(float(self._forward()))

    def _forward(self) -> Any:
        seed()  # the same dropout each time
        clone = lambda t: t.clone() if isinstance(t, torch.Tensor) else t  # noqa: E731
        inputs, targets = map_tensors(clone, (self.subject.inputs, self.subject.targets))
        return as_loss(self.loss_fn(as_predictions(self.model(inputs)), targets))

    def _closure(self) -> float:
        self.model.zero_grad()
        if self.optimizer is not None:
            self.optimizer.zero_grad()
        loss = self._forward()
        loss.backward()
        if not self._seen:  # an optimizer may call more than once
            self.losses.append(loss.item())
            self._seen = True
        for name, parameter in self.model.named_parameters():
            if parameter.grad is not None:
                largest = float(parameter.grad.detach().abs().max()) if parameter.numel() else 1.0
                self.gradients[name] = max(self.gradients[name] or 0.0, largest)
        return loss.item()


def check_gradients(trial: Trial) -> Check:
    """Name the parameters that no gradient reaches."""
    parameters = dict(trial.model.named_parameters())
    if trial.unregistered:
        text = "the model computes with layers that it does not list as its own: {names}"
        advice = "hold them in nn.ModuleList or nn.ModuleDict, not in a Python list or dictionary"
        return Check(
            GRADIENTS, FAULT, say(text, names=", ".join(trial.unregistered)), translated(advice)
        )
    if trial.error is not None and not trial.losses:
        advice = "print shapes and dtypes that meet in this line; look for detach() and no_grad()"
        return fault_of(GRADIENTS, trial.error, say("the backward pass"), translated(advice))
    free = {n: trial.gradients[n] for n, p in parameters.items() if p.requires_grad}
    if not free:
        return Check(GRADIENTS, FACT, say("the model has no parameters to train"))
    frozen = [n for n in parameters if n not in free]
    if (check := _unreached(trial, free)) is not None or not frozen:
        text = "a gradient reaches all {count} parameters"
        return check or Check(GRADIENTS, OK, say(text, count=len(free)))
    seen = say_count(
        "a gradient reaches all {count} parameters that are trained; {names} is frozen "
        "(requires_grad=False)",
        "a gradient reaches all {count} parameters that are trained; {names} are frozen "
        "(requires_grad=False)",
        n=len(frozen), count=len(free), names=in_short(frozen),
    )  # fmt: skip
    advice = "if that is not meant: requires_grad_(True), or from_pretrained(..., freeze=False)"
    return Check(GRADIENTS, FACT, seen, translated(advice))


def _unreached(trial: Trial, free: dict[str, float | None]) -> Check | None:
    """Return what is wrong with the gradients of the parameters that are trained."""
    sizes = {n: p.numel() for n, p in trial.model.named_parameters()}
    without = [n for n, largest in free.items() if largest is None]
    zero = [n for n, largest in free.items() if largest == 0 and sizes[n] > 1]
    meant = [n for n in zero if trial.is_meant(n)]
    zero = [n for n in zero if n not in meant]
    if borrowed := [n for n in without if n in trial.borrowed]:
        text = "a copy of the model computes with {names} of the model itself, so it cannot be seen"
        return Check(GRADIENTS, OPEN, say(text, names=in_short(borrowed)))
    if without:
        text = "no gradient reaches {names}: the loss does not depend on them"
        advice = "look for detach(), no_grad(), .data, or a layer that forward does not use"
        return Check(GRADIENTS, FAULT, say(text, names=in_short(without)), translated(advice))
    if zero and len(trial.losses) > ENOUGH:
        text = "the gradient of {names} is 0 in each of {count} steps"
        advice = "look at the initial weights (all 0?), and whether forward uses these layers"
        seen = say(text, names=in_short(zero), count=len(trial.losses) - 1)
        return Check(GRADIENTS, FAULT, seen, translated(advice))
    if zero:
        text = "the gradient of {names} is 0 in the first step; there was no time for more"
        return Check(GRADIENTS, OPEN, say(text, names=in_short(zero)))
    if meant:
        text = (
            "the gradient of {names} is 0: its inputs are all 0, or the loss has it twice, as a - a"
        )
        return Check(GRADIENTS, FACT, say(text, names=in_short(meant)))
    return None


def check_one_batch(trials: list[Trial]) -> Check:
    """Look whether the loss of one batch falls; of the trials, one at least, the best counts."""
    checks = [_check_trial(trial) for trial in trials]
    return next((c for c in checks if c.verdict == OK), checks[-1])


def _check_trial(trial: Trial) -> Check:
    losses = trial.losses
    if trial.error is not None:
        where = say("the loop, after {count} updates,", count=max(len(losses) - 1, 0))
        advice = "print what the model keeps from call to call"
        return fault_of(ONE_BATCH, trial.error, where, translated(advice))
    if len(losses) <= ENOUGH:
        text = "there was time for {count} updates only"
        return Check(ONE_BATCH, OPEN, say(text, count=len(losses) - 1))
    first, last, count = losses[0], losses[-1], len(losses) - 1
    late = sum(losses[-3:]) / 3
    rate = _rate(trial.optimizer)
    seen = say(
        "in {count} updates on this batch the loss went from {first} to {last} ({by}, {rate})",
        count=count, first=short(first), last=short(last),
        by=type(trial.optimizer).__name__, rate=rate,
    )  # fmt: skip
    if not all(map(math.isfinite, losses)) or late > first + abs(first) + 1e-3:
        advice = "choose a learning rate ten times lower, or clip the gradient"
        return Check(ONE_BATCH, FAULT, seen, translated(advice))
    if max(losses) > JUMP * abs(first) and late > 0.5 * first:
        seen = say("{seen}, and up to {most} between", seen=seen, most=short(max(losses)))
        return Check(ONE_BATCH, FAULT, seen, say("choose a learning rate ten times lower"))
    if late < first and last < first:
        return Check(ONE_BATCH, OK, seen)
    if abs(first) < 1e-8:
        return Check(ONE_BATCH, OK, say("{seen}: there was nothing left to fall", seen=seen))
    if min(losses) < 0.99 * first:
        seen = say("{seen}, lower between: {least}", seen=seen, least=short(min(losses)))
        return Check(ONE_BATCH, OPEN, seen, say("try a lower rate"))
    return Check(ONE_BATCH, FAULT, seen, say("look at the rows above, and at the learning rate"))


def _count(optimizer: Optimizer | None) -> int:
    """Return how many values an optimizer updates."""
    groups = optimizer.param_groups if optimizer is not None else []
    return sum(p.numel() for group in groups for p in group["params"])


def _rate(optimizer: Optimizer | None) -> str:
    rates = {group.get("lr") for group in optimizer.param_groups} if optimizer else set()
    return say(
        "learning rate {rates}", rates=", ".join(f"{float(r):g}" for r in rates if r is not None)
    )


def _hidden_layers(model: nn.Module) -> dict[str, list[Parameter]]:
    """Return the parameters that stand in lists and dictionaries of the model, unregistered."""
    known, found = {id(p) for p in model.parameters()}, {}
    for path, module in model.named_modules():
        for key, value in vars(module).items():
            if key.startswith("_") or not isinstance(value, list | tuple | dict):
                continue
            items = [*value.values()] if isinstance(value, dict) else [*value]
            parameters = [p for item in items for p in _parameters_of(item) if id(p) not in known]
            if parameters:
                found[f"{path}.{key}".lstrip(".")] = parameters
    return found


def _parameters_of(item: Any) -> list[Parameter]:
    if isinstance(item, nn.Module):
        return [*item.parameters()]
    if isinstance(item, list | tuple):
        return [p for part in item for p in _parameters_of(part)]
    return [item] if isinstance(item, Parameter) else []
