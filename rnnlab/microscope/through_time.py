"""What the pictures of a batch need beside the batch itself, computed on a copy of the model."""

from copy import deepcopy

from torch import Tensor, no_grad

from rnnlab.loop.batch import call
from rnnlab.loop.hidden import detach
from rnnlab.microscope.stepping import PhaseStepper
from rnnlab.probes.gradients import gradient_norms
from rnnlab.runs.random_states import kept_random


def gradient_by_step(stepper: PhaseStepper) -> Tensor | None:
    """Return the norm (T,) of the gradient of the batch's loss with respect to each hidden state.

    It is that of the weights with which the batch began, also after they have moved, and of the
    same random numbers, as for dropout. None if the probes cannot look into the model.
    """
    batch, model, entered = stepper.batch, stepper.model_at_entry(), stepper.entered
    assert entered is not None  # forward has run
    with kept_random(entered.random):
        try:
            return gradient_norms(
                model, batch.inputs, batch.targets, stepper.loss_fn, state=detach(entered.state)
            ).cpu()
        except Exception:  # a model of the learner's own may raise anything
            return None


def predict_again(stepper: PhaseStepper) -> Tensor | None:
    """Return what the model predicts for the batch with the weights of now; None if it raises."""
    model, entered = deepcopy(stepper.model), stepper.entered
    assert entered is not None  # as above
    with kept_random(entered.random), no_grad():
        try:
            return call(model, stepper.batch.inputs, detach(entered.state))[0]
        except Exception:
            return None


def loss_again(stepper: PhaseStepper) -> float | None:
    """Return the loss of the batch with the weights of now; None where it raises."""
    assert stepper.entered is not None  # as above
    with kept_random(stepper.entered.random), no_grad():
        try:
            result = stepper.loss_fn(predict_again(stepper), stepper.batch.targets)
            return float(result[0] if isinstance(result, tuple) else result)
        except Exception:
            return None
