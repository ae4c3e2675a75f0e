"""The untrained model's loss beside what guessing gives: scale, bounds, what the loss takes."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.say import say, short, translated
from rnnlab.doctor.before.check import FACT, FAULT, FIRST_LOSS, OK, OPEN, Check
from rnnlab.doctor.before.rest import other_weights
from rnnlab.doctor.before.subject import Subject

FAR, FAR_SQUARED = 2.0, 1000.0  # times what guessing gives
UNSCALED = 10.0
SEARCH_CALLS = 1  # of the model, in time, that are left for the rest
DRAWS = 8  # of weights, to see between which bounds predictions lie
SCALE = "scale: targets = (targets - mean) / std, both of the training part"


def check_first_loss(subject: Subject, loss: float) -> Check:
    """Compare the untrained model's loss with what guessing gives."""
    if not math.isfinite(loss):
        advice = say("print predictions and targets, and what loss_fn makes of them")
        return Check(FIRST_LOSS, FAULT, say("the first loss is {loss}", loss=loss), advice)
    axis = class_axis(subject)
    if _is_nll_of_probabilities(subject, loss, axis):
        text = (
            "the first loss is {loss}; the predictions are probabilities, and the loss is the mean "
            "of those of the right classes, without a logarithm"
        )
        advice = "end the model with log_softmax, or use CrossEntropyLoss"
        return Check(FIRST_LOSS, FAULT, say(text, loss=short(loss)), translated(advice))
    if takes_softmax(subject):
        return _check_cross_entropy(subject, loss, axis)
    best = _best_constant(subject, axis)
    if best is None:
        text = "the first loss is {loss}; what guessing gives is not known for this loss_fn"
        return Check(FIRST_LOSS, OPEN, say(text, loss=short(loss)))
    text = "the first loss is {loss}; the best constant prediction gives {best}"
    if _is_binary(subject):
        text = (
            "the first loss is {loss}; the best constant prediction gives {best}, and log 2 = "
            "0.693 is what a coin gives"
        )
    seen = say(text, loss=short(loss), best=short(best))
    if not (_is_binary(subject) or _is_comparison(subject, best)):
        return Check(FIRST_LOSS, FACT, seen)
    if not subject.is_time_for(DRAWS):
        text = "{seen}; there was no time to see which predictions can be made"
        return Check(FIRST_LOSS, OPEN, say(text, seen=seen))
    return _check_bounds(subject, seen) or _check_scale(subject, loss, best, seen)


def _check_scale(subject: Subject, loss: float, best: float, seen: str) -> Check:
    targets, predictions = subject.targets, subject.predictions
    if isinstance(targets, Tensor):
        size, predicted = _rms(targets), _rms(predictions)
        if size > UNSCALED and predicted < size / UNSCALED:
            text = "{seen}; targets are about {size} in size, predictions {predicted}"
            seen = say(text, seen=seen, size=short(size), predicted=short(predicted))
            return Check(FIRST_LOSS, FAULT, seen, say(SCALE))
    if best > 1e-6 and loss > FAR_SQUARED * best and not _is_binary(subject):
        advice = (
            "scale: targets = (targets - mean) / std, both of the training part, or look at the "
            "last layer"
        )
        return Check(FIRST_LOSS, FAULT, seen, translated(advice))
    return Check(FIRST_LOSS, OK, seen)


def _check_cross_entropy(subject: Subject, loss: float, axis: int) -> Check:
    predictions = subject.predictions
    classes, best = predictions.shape[axis], _best_constant(subject, axis)
    guess = subject.loss(torch.zeros_like(predictions))  # all classes alike
    text = "the first loss is {loss}; guessing gives {guess}"
    if math.isclose(guess, math.log(classes), rel_tol=1e-3):
        text = "the first loss is {loss}; guessing gives {guess} = log({classes})"
    seen = say(text, loss=short(loss), guess=short(guess), classes=classes)
    if best is not None:
        text = "{seen}, or {best} by how often each class occurs in the batch"
        seen = say(text, seen=seen, best=short(best))
    if _are_probabilities(predictions, axis):
        text = "{seen}; the predictions are probabilities already, and the loss takes a softmax too"
        advice = "leave out the softmax at the end of the model"
        return Check(FIRST_LOSS, FAULT, say(text, seen=seen), translated(advice))
    if loss > FAR * guess + guess / math.log(max(classes, 2)):
        advice = "look at the last layer and at the labels: the untrained model is sure, and wrong"
        return Check(FIRST_LOSS, FAULT, seen, translated(advice))
    return Check(FIRST_LOSS, OK, seen)


def _are_probabilities(predictions: Tensor, axis: int) -> bool:
    if predictions.dim() < 2 or predictions.shape[axis] < 2 or bool((predictions < 0).any()):
        return False
    sums = predictions.sum(axis)
    return torch.allclose(sums, torch.ones_like(sums), atol=1e-3)


def _is_nll_of_probabilities(subject: Subject, loss: float, axis: int) -> bool:
    """Whether the loss is -p of the right classes: less than 0, and twice as much for 2 p."""
    predictions, targets = subject.predictions, subject.targets
    if loss >= 0 or not isinstance(targets, Tensor) or targets.is_floating_point():
        return False
    twice = subject.loss(2 * predictions)
    return _are_probabilities(predictions, axis) and math.isclose(twice, 2 * loss, rel_tol=1e-3)


def class_axis(subject: Subject) -> int:
    """Return the axis of the predictions that the classes, or the features, stand on."""
    predictions, targets, loss_fn = subject.predictions, subject.targets, subject.loss_fn
    if predictions.dim() < 3 or not isinstance(targets, Tensor):
        return -1
    torchs = isinstance(loss_fn, nn.CrossEntropyLoss) or loss_fn is functional.cross_entropy
    shape = predictions.shape
    first = targets.shape == shape[:1] + shape[2:]
    return 1 if first and (torchs or targets.shape != shape[:-1]) else -1


def takes_softmax(subject: Subject) -> bool:
    """Whether the loss is the same when all predictions are larger by as much."""
    try:
        some = torch.randn(subject.predictions.shape, generator=torch.Generator().manual_seed(0))
        some = some.to(subject.predictions)
        before, after = subject.loss(some), subject.loss(some + 2)
        apart = math.isclose(before, subject.loss(some * 2), rel_tol=1e-3)
    except Exception:  # a loss of something else
        return False
    return math.isclose(before, after, rel_tol=1e-3, abs_tol=1e-5) and not apart


@torch.enable_grad()
def _best_constant(subject: Subject, axis: int) -> float | None:
    """Return the loss of the best prediction that is the same for all; None if it is not found."""
    predictions = subject.predictions
    size = predictions.shape[axis] if predictions.dim() > 1 else 1
    axis = axis % max(predictions.dim(), 1)
    shape = [size if k == axis and predictions.dim() > 1 else 1 for k in range(predictions.dim())]
    constant = predictions.new_zeros(size, requires_grad=True)
    lowest = [math.inf]
    search = torch.optim.LBFGS([constant], max_iter=50, line_search_fn="strong_wolfe")
    through = _to_probabilities(subject, axis)

    def closure() -> Any:
        if not subject.is_time_for(SEARCH_CALLS):
            raise TimeoutError
        search.zero_grad()
        guess = through(constant.view(shape).expand(predictions.shape))
        loss = subject.loss_with_graph(guess)
        lowest[0] = min(lowest[0], loss.item())
        loss.backward()
        return loss

    try:
        search.step(closure)
    except Exception:  # a loss of the model's own state, or of something else than values
        return None
    return lowest[0] if math.isfinite(lowest[0]) else None


def _to_probabilities(subject: Subject, axis: int) -> Any:
    """Return what makes of any numbers what this loss takes: probabilities, their logarithm."""
    predictions, loss_fn = subject.predictions, subject.loss_fn
    if isinstance(loss_fn, nn.NLLLoss) or loss_fn is functional.nll_loss:
        return lambda values: values.log_softmax(axis)
    if isinstance(loss_fn, nn.BCELoss) or loss_fn is functional.binary_cross_entropy:
        return torch.sigmoid
    sums = predictions.logsumexp(axis) if predictions.dim() > 1 else predictions
    if predictions.dim() > 1 and bool((sums.abs() < 1e-3).all()):
        return lambda values: values.log_softmax(axis)
    return lambda values: values


def _is_binary(subject: Subject) -> bool:
    """Whether targets are 0 and 1, and logits of 0 cost log 2."""
    targets, predictions = subject.targets, subject.predictions
    if not isinstance(targets, Tensor) or not bool(((targets == 0) | (targets == 1)).all()):
        return False
    logits = 0.5 if _to_probabilities(subject, -1) is torch.sigmoid else 0.0
    return math.isclose(
        subject.loss(torch.full_like(predictions, logits)), math.log(2), rel_tol=1e-3
    )


def _is_comparison(subject: Subject, best: float) -> bool:
    """Whether the loss is lowest where predictions equal targets: predictions are no logarithms."""
    targets, predictions = subject.targets, subject.predictions
    if isinstance(targets, tuple | list):  # values, and a mask
        targets = targets[0]
    if not isinstance(targets, Tensor) or not targets.is_floating_point():
        return False
    if targets.numel() != predictions.numel():
        return False
    return subject.loss(targets.reshape(predictions.shape)) <= best


def _check_bounds(subject: Subject, seen: str) -> Check | None:
    """Return a fault if targets lie where no weights bring a prediction."""
    targets = subject.targets
    if not isinstance(targets, Tensor):
        return None
    low, high = _bounds(subject)
    takes_logits = _to_probabilities(subject, -1) is not torch.sigmoid
    if low >= 0 and high <= 1 and takes_logits and _is_binary(subject):
        text = (
            "{seen}; the predictions lie between 0 and 1 already, and the loss takes a sigmoid too"
        )
        advice = "leave out the sigmoid at the end of the model"
        return Check(FIRST_LOSS, FAULT, say(text, seen=seen), translated(advice))
    advice = say("end the model with a linear layer: no relu, no sigmoid, no tanh")
    below = float((targets < -0.01 * _rms(targets)).float().mean())
    if low >= 0 and below > 0.01:
        text = "{seen}; no weights make a prediction negative, and {below:.0%} of the targets are"
        return Check(FIRST_LOSS, FAULT, say(text, seen=seen, below=below), advice)
    above = float((targets.abs() > 1.05).float().mean())
    if low >= -1 and 0.9 < high <= 1 and above > 0.05:
        text = (
            "{seen}; no weights bring a prediction out of {low:.0f} to 1, and {above:.0%} of "
            "targets are"
        )
        return Check(FIRST_LOSS, FAULT, say(text, seen=seen, low=round(low), above=above), advice)
    return None


def _bounds(subject: Subject) -> tuple[float, float]:
    """Return the least and the largest prediction with all kinds of weights."""
    found = [subject.predictions]
    found += [subject.predict(prepare=other_weights(draw)) for draw in range(DRAWS)]
    values = torch.cat([p.flatten() for p in found])
    values = values[torch.isfinite(values)]
    return float(values.min()), float(values.max())


def _rms(values: Tensor) -> float:
    return float(values.float().square().mean().sqrt())
