"""What a user may have set for all of torch, and what training needs of it."""

import torch

from rnnlab.base.say import say

_NEEDING = ("a lab", "a sweep", "a task")  # what needs torch's own defaults


def check_graph(no_grad: bool = True) -> None:
    """Refuse to train where torch makes no graph; `no_grad` False: where none can be made.

    Raises:
        RuntimeError: in inference mode, and where gradients are off.
    """
    if torch.is_inference_mode_enabled():
        text = (
            "torch is in inference mode here, in which there are no gradients: leave the block of "
            "torch.inference_mode()"
        )
        raise RuntimeError(say(text))
    if no_grad and not torch.is_grad_enabled():
        text = (
            "gradients are off here, and training needs them: leave the block of torch.no_grad(), "
            "or call torch.set_grad_enabled(True)"
        )
        raise RuntimeError(say(text))


def check_defaults(what: str) -> None:
    """Refuse torch's defaults with which rnnlab's own models and data would not go together.

    Args:
        what: needs them, as in "a lab".

    Raises:
        RuntimeError: for another default than float32 on the CPU, and as `check_graph`.
    """
    check_graph()
    check_device(what)
    dtype = torch.get_default_dtype()
    if dtype != torch.float32:
        what = say(_NEEDING[_NEEDING.index(what)]) if what in _NEEDING else what
        text = (
            "torch's default dtype is {dtype}; {what} needs float32: call "
            "torch.set_default_dtype(torch.float32) first"
        )
        raise RuntimeError(say(text, dtype=str(dtype).removeprefix("torch."), what=what))


def check_device(what: str, fitting: tuple[str, ...] = ("cpu",)) -> None:
    """Refuse another default device of torch, as "meta", than the kinds that are fitting."""
    device = torch.get_default_device()
    if device.type not in fitting:
        what = say(_NEEDING[_NEEDING.index(what)]) if what in _NEEDING else what
        text = (
            "torch's default device is {device}; {what} needs the CPU: call "
            'torch.set_default_device("cpu") first'
        )
        raise RuntimeError(say(text, device=device, what=what))
