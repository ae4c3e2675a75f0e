"""The exercises of notebook 07: the training loop, the validation loop, two halves of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm, parameters_to_vector

from rnnlab.checks import Hints, exercise
from rnnlab.loop import PHASES, Batch, train_batch
from rnnlab.model import SequenceModel

SIZES = (4, 4, 4, 1)  # examples in each batch of the trial data: the last is smaller


class _Right(NamedTuple):
    losses: list[float]  # of each batch
    weights: list[Tensor]  # before the first batch, and after each
    clip_norm: float


class _Trace(NamedTuple):
    result: Any
    batches: int  # that the model read
    backwards: int
    norms: list[float]  # of the gradients that each step found
    left: float  # norm of the gradients at the end
    weights: Tensor


def _close(a: Any, b: Any) -> bool:
    return torch.allclose(torch.as_tensor(a), torch.as_tensor(b), rtol=1e-4, atol=1e-6)


def _model(dropout: float = 0.0) -> SequenceModel:
    with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
        torch.manual_seed(7)
        return SequenceModel(1, 6, 1, num_layers=2 if dropout else 1, dropout=dropout)


def _batches() -> list[Batch]:
    generator = torch.Generator().manual_seed(7)
    values = torch.randn(sum(SIZES), 6, 1, generator=generator).cumsum(1)
    values[-1] *= 3  # the single example of the last batch is harder than the others
    return [(part[:, :-1], part[:, 1:]) for part in values.split(SIZES)]  # (B, T, D) each


def _sgd(model: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=0.5)


def _norm(model: nn.Module) -> float:
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    return float(get_total_norm(gradients)) if gradients else 0.0


def _right(clip_norm: float = 0.1, clear: bool = True) -> _Right:
    model = _model()
    optimizer, loss_fn = _sgd(model), nn.L1Loss()
    losses, weights = [], [parameters_to_vector(model.parameters()).detach()]
    for inputs, targets in _batches():
        if clear:
            optimizer.zero_grad()
        loss = loss_fn(model(inputs)[0], targets)
        loss.backward()
        clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        losses.append(loss.item())
        weights.append(parameters_to_vector(model.parameters()).detach())
    return _Right(losses, weights, clip_norm)


def _follow(train_epoch: Callable[..., Any], clip_norm: float) -> _Trace:
    model = _model()
    optimizer = _sgd(model)
    norms: list[float] = []
    seen = {"batches": 0, "backwards": 0}

    def count(what: str) -> None:
        seen[what] += 1

    model.register_forward_hook(lambda *_: count("batches"))
    model.readout.bias.register_post_accumulate_grad_hook(lambda _: count("backwards"))
    optimizer.register_step_pre_hook(lambda *_: norms.append(_norm(model)))
    result = train_epoch(model, _batches(), nn.L1Loss(), optimizer, clip_norm)
    weights = parameters_to_vector(model.parameters()).detach()
    return _Trace(result, seen["batches"], seen["backwards"], norms, _norm(model), weights)


@exercise(
    "07.1",
    "write your own loop",
    """
def train_epoch(model, batches, loss_fn, optimizer, clip_norm):
    total, examples = 0.0, 0
    for inputs, targets in batches:
        optimizer.zero_grad()
        predictions, state = model(inputs)
        loss = loss_fn(predictions, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        total += loss.item() * len(inputs)
        examples += len(inputs)
    return total / examples
""",
)
def judge_train_epoch(train_epoch: Any) -> Hints | None:
    """Judge the learner's loop over one epoch by what it does to a small model."""
    if hints := _not_a_function("train_epoch", train_epoch, "an epoch's average loss"):
        return hints
    right = _right()
    trace = _follow(train_epoch, right.clip_norm)
    return (
        _about_batches(trace.batches, "train_epoch")
        or _about_result(trace.result, "train_epoch")
        or _about_steps(trace)
        or _about_weights(trace, right)
        or _about_average(float(trace.result), right.losses)
    )


def _not_a_function(name: str, answer: Any, what: str) -> Hints | None:
    if callable(answer):
        return None
    text = f"{name} is {answer!r}, not a function"
    return (
        f"{text}.",
        f"{text}: the check calls it on a small model.",
        f"{text}: write def {name}(...): and return {what}.",
    )


def _about_batches(count: int, name: str) -> Hints | None:
    if count == len(SIZES):
        return None
    text = f"The check gave {len(SIZES)} batches; the model it gave read {count}"
    return (
        f"{text}.",
        f"{text}. Each batch goes through the model once.",
        f"{text}. Use {name}'s own arguments, not the notebook's variables, and return only "
        "after the loop over the batches.",
    )


def _about_result(result: Any, name: str) -> Hints | None:
    if isinstance(result, Tensor) and result.requires_grad:
        text = f"{name} returns a tensor that still holds its graph"
        return (
            f"{text}: {result.detach()}.",
            f"{text}. A number is enough for an average.",
            f"{text}. What gives a tensor's value as a plain number?",
        )
    try:
        float(result)
    except (TypeError, ValueError, RuntimeError):
        text = f"{name} returns {result!r}"
        return (
            f"{text}; the average loss is a number.",
            f"{text}. Does it end in a return, behind the loop?",
            f"{text}. Return the sum of the losses over the number of examples.",
        )
    return None


def _about_steps(trace: _Trace) -> Hints | None:
    norms, count = trace.norms, len(trace.norms)
    if count == 0:
        text = f"The weights never moved: {len(SIZES)} batches and no update"
        return (
            f"{text}.",
            f"{text}. The gradients are there (norm {trace.left:.3f}), and nobody used them.",
            f"{text}. Only one line of the loop changes the weights; is it in yours?",
        )
    if count != len(SIZES):
        text = f"{len(SIZES)} batches, but {count} update{'s' if count > 1 else ''}"
        return (
            f"{text}.",
            f"{text}: each batch makes one.",
            f"{text}. Look at the indentation of optimizer.step().",
        )
    if trace.backwards != len(SIZES):
        text = f"{len(SIZES)} batches, but gradients were computed {trace.backwards} times"
        return (
            f"{text}.",
            f"{text}: each batch's loss goes back once.",
            f"{text}. Look for the line with backward, and at its indentation.",
        )
    if max(norms) == 0:
        text = "Every step found a gradient of norm 0"
        return (
            f"{text}, so the loss never moves.",
            f"{text}, though backward ran {trace.backwards} times: it was cleared in between, "
            "or came after the step.",
            f"{text}. From backward to step no line may clear the gradients.",
        )
    if norms[0] == 0:
        text = "Your first step found a gradient of norm 0"
        return (
            f"{text}: the updates come one batch late.",
            f"{text}, and the last batch's (norm {trace.left:.3f}) was left unused.",
            f"{text}. The step stands behind its own batch's backward, not before it.",
        )
    return None


def _about_weights(trace: _Trace, right: _Right) -> Hints | None:
    norm, bound = max(trace.norms), right.clip_norm
    if norm > 1.01 * bound and trace.left <= 1.01 * bound:
        text = f"A step used a gradient of norm {norm:.3f}; clip_norm is {bound}"
        return (
            f"{text}. Clipped it was, but too late.",
            f"{text}. At the end the norm is {trace.left:.3f}: something clipped after the step.",
            f"{text}. The step must find the gradients clipped: which line comes first?",
        )
    if norm > 1.01 * bound:
        text = f"A step used a gradient of norm {norm:.3f}; clip_norm is {bound}"
        return (
            f"{text}. Nothing held it to the bound.",
            f"{text}. All gradients together, seen as one vector, must keep to it.",
            f"{text}. Is there a clip, behind backward and before the step, with clip_norm?",
        )
    if _close(trace.weights, right.weights[-1]):
        return None
    away = float((trace.weights - right.weights[-1]).norm())
    text = f"Your weights end {away:.3f} away from the right ones"
    if _close(trace.weights, _right(clear=False).weights[-1]):
        return (
            f"{text}: the gradients of all batches pile up.",
            f"{text}. Your second step used the gradient of the first batch once more.",
            f"{text}. What must be forgotten before each batch?",
        )
    return (
        f"{text}; the right update is another one.",
        f"{text}. The norms that your steps found: {[round(n, 3) for n in trace.norms]}; "
        f"clipped to {bound} they should be.",
        f"{text}. Compare line by line: the loss_fn given, the order, the arguments.",
    )


def _about_average(result: float, losses: Sequence[float]) -> Hints | None:
    examples = sum(SIZES)
    weighted = sum(loss * size for loss, size in zip(losses, SIZES, strict=True))
    if _close(result, weighted / examples):
        return None
    text = f"You return {result:.4f}"
    if _close(result, sum(losses) / len(losses)):
        return (
            f"{text}, the mean of the batch means.",
            f"{text}. The batches have {', '.join(map(str, SIZES))} examples; the last one's loss "
            f"of {losses[-1]:.2f} counts as much as that of four.",
            f"{text}. Weight each batch's loss by its number of examples, and divide by "
            f"all {examples}.",
        )
    if _close(result, losses[-1]):
        return (
            f"{text}, the loss of the last batch alone.",
            f"{text}. The batches' losses are {[round(loss, 2) for loss in losses]}.",
            f"{text}. Add up inside the loop, divide behind it.",
        )
    if _close(result, sum(losses) / examples):
        return (
            f"{text}: the sum of batch means, divided by the examples.",
            f"{text}, less than any batch's loss: {[round(loss, 2) for loss in losses]}.",
            f"{text}. A batch's loss is a mean; what makes it the sum over its examples?",
        )
    return (
        f"{text}; the average over examples is another number.",
        f"{text}. The batches' losses are {[round(loss, 2) for loss in losses]}, "
        f"of {', '.join(map(str, SIZES))} examples.",
        f"{text}. Sum of (loss times examples of the batch), over all {examples} examples.",
    )


@exercise(
    "07.2",
    "measure the loss on held-out batches",
    """
def validation_loss(model, batches, loss_fn):
    model.eval()
    total, examples = 0.0, 0
    with torch.no_grad():
        for inputs, targets in batches:
            predictions, state = model(inputs)
            total += loss_fn(predictions, targets).item() * len(inputs)
            examples += len(inputs)
    model.train()
    return total / examples
""",
)
def judge_validation_loss(validation_loss: Any) -> Hints | None:
    """Judge the learner's validation by the switches it sets, and by its average."""
    if hints := _not_a_function("validation_loss", validation_loss, "the average loss"):
        return hints
    model, modes, graphs = _model(dropout=0.5), [], []

    def look(*_: Any) -> None:
        modes.append(model.training)
        graphs.append(torch.is_grad_enabled())

    hook = model.register_forward_hook(look)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = validation_loss(model, _batches(), nn.L1Loss())
        ended_in_training, read = model.training, len(modes)
        model.train()
        second = validation_loss(model, _batches(), nn.L1Loss())
    hook.remove()
    return (
        _about_batches(read, "validation_loss")
        or _about_switches(any(modes), any(graphs), first, second)
        or _about_result(first, "validation_loss")
        or (None if ended_in_training else _left_in_eval())
        or _about_average(float(first), _held_out_losses(model))
    )


def _held_out_losses(model: nn.Module) -> list[float]:
    model.eval()
    with torch.no_grad():
        return [nn.L1Loss()(model(inputs)[0], targets).item() for inputs, targets in _batches()]


def _about_switches(training: bool, graph: bool, first: Any, second: Any) -> Hints | None:
    if training and isinstance(first, (float, Tensor)) and isinstance(second, (float, Tensor)):
        text = f"The same model on the same data: {float(first):.4f}, then {float(second):.4f}"
        return (
            f"{text}. Something still plays dice.",
            f"{text}. Dropout was at work: the model was in training mode.",
            f"{text}. no_grad() does not end dropout; that is the other switch's job.",
        )
    if graph:
        text = "The model's calls recorded a graph that no backward will ever use"
        return (
            f"{text}.",
            f"{text}. eval() does not stop that; it is the other switch's job.",
            f"{text}. Put the loop over the batches into the block that switches it off.",
        )
    return None


def _left_in_eval() -> Hints:
    text = "After your function model.training is False"
    return (
        f"{text}.",
        f"{text}: the next epoch would train with no dropout at all.",
        f"{text}. Before you return, put the model back in the mode it came in.",
    )


@exercise(
    "07.3",
    "one update from two halves of a batch",
    """
two_halves = [
    "zero_grad",
    "forward", "loss", "backward",
    "forward", "loss", "backward",
    "clip",
    "step",
]
""",
)
def judge_two_halves(order: Any) -> Hints | None:
    """Judge the order by running it beside the update that the whole batch makes."""
    if not isinstance(order, (list, tuple)) or any(name not in PHASES for name in order):
        text = f"two_halves is {order!r}"
        known = ", ".join(PHASES)
        return (
            f"{text}; expected a list of phases.",
            f"{text}. The phases are {known}.",
            f'{text}. A list of names in quotes, like ["forward", "loss"].',
        )
    counts = {name: order.count(name) for name in PHASES}
    if counts["forward"] != 2:
        text = f"Your order has {counts['forward']} forward; there are 2 halves"
        return (
            f"{text}.",
            f"{text}, and each forward reads the next one.",
            f"{text}. Some phases come twice, others once.",
        )
    if hints := _about_graph(order) or _about_updates(order, counts["step"]):
        return hints
    return _about_halves(order)


def _about_graph(order: Sequence[str]) -> Hints | None:
    chain = [name for name in order if name in ("forward", "loss", "backward")]
    if chain == ["forward", "loss", "backward"] * 2:
        return None
    text = f"Of forward, loss and backward your order is: {', '.join(chain)}"
    return (
        f"{text}. A half gets lost on the way.",
        f"{text}. A second forward overwrites the first one's predictions.",
        f"{text}. One half goes all the way to backward before the next one starts.",
    )


def _about_updates(order: Sequence[str], count: int) -> Hints | None:
    if count == 1:
        return None
    text = f"Your order holds {count} times step; one update was asked for"
    return (
        f"{text}.",
        f"{text}. The gradients of both halves wait for a single step.",
        f"{text}. Where are the gradients of both halves together in .grad?",
    )


def _about_halves(order: Sequence[str]) -> Hints | None:
    inputs, targets = (torch.cat(parts) for parts in zip(*_batches()[:2], strict=True))
    whole = _model()
    phases = train_batch(
        whole, inputs, targets, loss_fn="mse", optimizer=_sgd(whole), clip_norm=0.1
    )
    full = float(list(phases)[-1].grad_norm)  # type: ignore[arg-type]  # the last phase has a norm
    model, found = _run_halves(order)
    if "zero_grad" not in order:
        text = "In your order nothing clears the gradients"
        return (
            f"{text}.",
            f"{text}: the next batch would start with this one's.",
            f"{text}. When is nothing of value in .grad?",
        )
    moved, right = (parameters_to_vector(m.parameters()).detach() for m in (model, whole))
    if _close(moved, right):
        return None
    backwards = [k for k, name in enumerate(order) if name == "backward"]
    if found == 0:
        text = "The step found a gradient of norm 0"
        return (
            f"{text}: the weights did not move.",
            f"{text}. Both halves were read, and both gradients were gone, or not there yet.",
            f"{text}. Look at what stands between the last backward and the step.",
        )
    if "zero_grad" in order[backwards[0] : backwards[1]]:
        text = "The first half's gradient was cleared before the second half's came"
        return (
            f"{text}.",
            f"{text}: the step knows only half of the batch.",
            f"{text}. Here the piling up of gradients is wanted: when must they be cleared?",
        )
    if "step" in order[: backwards[1]]:
        text = "Your step came before the second half's gradient"
        return (
            f"{text}.",
            f"{text}: it used a gradient of norm {found:.3f} from one half alone.",
            f"{text}. What is the last thing that the update waits for?",
        )
    if found > 0.101:
        text = f"The step found a gradient of norm {found:.3f}, above the bound of 0.1"
        return (
            f"{text}.",
            f"{text}. The sum of both halves has norm {full:.3f}; nothing clipped that sum.",
            f"{text}. What comes after the last backward and before the step?",
        )
    text = "The first half was clipped before the second one was added"
    return (
        f"{text}.",
        f"{text}, and so it weighs less than it should.",
        f"{text}. The bound is for the whole batch's gradient, once it is there.",
    )


def _run_halves(order: Sequence[str]) -> tuple[nn.Module, float]:
    """Run the phases, the loss of each half divided by two; return what the step found too."""
    model = _model()
    optimizer, halves = _sgd(model), iter(_batches()[:2])
    targets = predictions = loss = torch.zeros(())
    found = 0.0
    for name in order:
        if name == "zero_grad":
            optimizer.zero_grad()
        elif name == "forward":
            inputs, targets = next(halves)
            predictions, _ = model(inputs)
        elif name == "loss":
            loss = nn.functional.mse_loss(predictions, targets) / 2
        elif name == "backward":
            loss.backward()
        elif name == "clip":
            clip_grad_norm_(model.parameters(), 0.1)
        else:
            found = _norm(model)
            optimizer.step()
    return model, found
