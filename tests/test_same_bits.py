"""Watching leaves loops of many kinds as they are, bit for bit: losses, weights, random numbers."""

import random
import runpy

import numpy as np
import pytest
import torch

import rnnlab
from tests.test_doctor import CORPUS, NEEDS_ALL

QUICK = [
    "correct/amp_scaler_cpu", "correct/plain_lstm_cell", "correct/trainer_with_callbacks",
    "correct/dropout_stacked", "defects/missing-zero-grad_1", "defects/learning-rate-too-high_5",
]  # fmt: skip
OTHERS = [
    "correct/accumulate_with_remainder", "correct/adam_closure", "correct/autocast_bfloat16_only",
    "correct/batch_norm_inputs", "correct/custom_autograd_clip_in_time",
    "correct/data_parallel_wrapper", "correct/descent_by_hand_with_momentum",
    "correct/double_precision", "correct/dropout_locked_mask", "correct/ema_averaged_model",
    "correct/gan_like", "correct/gradient_noise", "correct/gradient_penalty",
    "correct/hand_written_gated_cell", "correct/jit_scripted_cell", "correct/lbfgs_strong_wolfe",
    "correct/lstm_projection", "correct/missing_readings_filled_and_marked",
    "correct/packed_per_step", "correct/scheduled_sampling", "correct/scheduler_one_cycle",
    "correct/sharpness_aware_two_steps", "correct/state_carried_detached",
    "correct/two_optimizers_two_parts", "correct/validation_no_grad",
    "defects/carried-and-shuffled_1", "defects/detached-every-time-step_2",
    "defects/exploding-gradient_1", "defects/graph-kept_1", "defects/nonfinite-gradient_4",
    "defects/softmax-before-cross-entropy_2", "defects/stepped-twice_1",
    "defects/train-mode-in-validation_1", "defects/update-outside-no-grad_1",
]  # fmt: skip


def bits(tensor):
    """Return a tensor's type, shape and bytes, so that nan equals nan and 0.0 is not -0.0."""
    values = tensor.detach().contiguous()
    return values.dtype, tuple(values.shape), values.flatten().view(torch.uint8).numpy().tobytes()


def leaves_in(root):
    """Yield the tensors from which a loss was computed and that collect gradients."""
    waiting, seen = [root.grad_fn], {None}
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [part for part, _ in node.next_functions]
            if hasattr(node, "variable"):
                yield node.variable


def run(path, monkeypatch):
    """Run a script from one seed; return losses, weights and random states, and its exception."""
    for seed in (torch.manual_seed, random.seed, np.random.seed):
        seed(0)
    losses, weights = [], {}
    backward = torch.autograd.backward  # Tensor.backward calls it too

    def record(tensors, *args, **kwargs):
        for root in [tensors] if isinstance(tensors, torch.Tensor) else tensors:
            losses.append(bits(root))
            weights.update((id(leaf), leaf) for leaf in leaves_in(root))
        return backward(tensors, *args, **kwargs)

    error = None
    with monkeypatch.context() as patch:
        patch.setattr(torch.autograd, "backward", record)
        try:
            runpy.run_path(str(path), run_name="__main__")
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    numbers = bits(torch.get_rng_state()), random.getstate(), np.random.get_state()[1].tobytes()
    return losses, [bits(weight) for weight in weights.values()], numbers, error


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(n, marks=NEEDS_ALL) for n in OTHERS)])
def test_a_loop_under_watch_is_the_loop_bit_for_bit(name, monkeypatch):
    path = CORPUS / f"{name}.py"
    without = run(path, monkeypatch)
    with rnnlab.watch() as report:
        under_watch = run(path, monkeypatch)
    losses, weights, _, _ = without
    assert losses
    assert weights
    assert report.trace.counts["backward"] >= len(losses)
    for mine, seen in zip(without, under_watch, strict=True):
        assert seen == mine
