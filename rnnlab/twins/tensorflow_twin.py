"""The same network in TensorFlow: build a model's twin, and copy weights there and back.

TensorFlow is loaded by the first call, and not by the import of this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rnnlab.base.checks import check_count
from rnnlab.base.extras import require
from rnnlab.base.say import say
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.twins.keras_layout import cell_and_sizes, one_bias, to_keras, to_torch

if TYPE_CHECKING:
    from rnnlab.twins.keras_twin import KerasTwin

__all__ = ["copy_to_keras", "copy_to_torch", "make_twin", "one_bias", "start_tensorflow"]


def start_tensorflow(cpu_devices: int = 1) -> None:
    """Let TensorFlow compute on one thread, and take the CPU for so many devices.

    Small networks are slower on several threads. More than one device lets a machine without a
    GPU show what happens between devices. Both can be set only before TensorFlow computes: a
    second call with the same number changes nothing.

    Args:
        cpu_devices: "/CPU:0", "/CPU:1", and so on.

    Raises:
        MissingExtra: if TensorFlow is not installed.
        RuntimeError: if TensorFlow has computed already, in another way than is asked for.
    """
    check_count("cpu_devices", cpu_devices)
    require("tensorflow")
    import tensorflow as tf

    (cpu,), threads = tf.config.list_physical_devices("CPU"), tf.config.threading
    have = len(tf.config.get_logical_device_configuration(cpu) or [None])
    numbers = threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads()
    if have == cpu_devices and numbers == (1, 1):
        return
    try:
        threads.set_intra_op_parallelism_threads(1)
        threads.set_inter_op_parallelism_threads(1)
        devices = [tf.config.LogicalDeviceConfiguration() for _ in range(cpu_devices)]
        tf.config.set_logical_device_configuration(cpu, devices)
    except RuntimeError as error:
        text = (
            "TensorFlow has computed already, so it cannot be set to one thread and {count} CPU "
            "device(s) any more: restart the kernel, and call start_tensorflow first"
        )
        raise RuntimeError(say(text, count=cpu_devices)) from error


def make_twin(model: SequenceModel, *, batch_size: int | None = None) -> KerasTwin:
    """Build the Keras model that computes what `model` computes, from the same weights.

    To learn the same as well, an RNN or LSTM of torch must have one bias: `one_bias(model)`.

    Args:
        model: stays as it is.
        batch_size: None: the twin takes and returns its state. A number: it is stateful, for
            batches of just so many rows.

    Returns:
        a `KerasTwin` of the model's sizes and dtype.

    Raises:
        MissingExtra: if TensorFlow is not installed.
        TypeError, ValueError: if `model` is no `SequenceModel`, has a cell that Keras does not
            have, or dropout, which draws other random numbers in TensorFlow.
    """
    cell_and_sizes(model)  # what is no SequenceModel has none
    if batch_size is not None:
        check_count("batch_size", batch_size)
    if (dropout := model.recurrence.dropout) > 0:
        text = (
            "the model has dropout {dropout}; expected 0. TensorFlow draws other random numbers "
            "than torch, so the two cannot drop the same units: build it without"
        )
        raise ValueError(say(text, dropout=dropout))
    from rnnlab.twins.keras_twin import KerasTwin

    twin = KerasTwin(model, batch_size)
    copy_to_keras(model, twin)
    return twin


def copy_to_keras(model: SequenceModel, twin: KerasTwin) -> None:
    """Write the weights of a model into its twin.

    Args:
        model: where from. Two biases of an RNN or LSTM become one, their sum.
        twin: where to; changed in place.

    Raises:
        ValueError: if cell, layers or sizes differ.
    """
    _check_alike(model, twin)
    for layer, weights in zip(twin.recurrence, model.recurrence.all_weights, strict=True):
        layer.set_weights(to_keras(model.cell, weights))
    weight, bias = (p.detach().cpu().numpy() for p in model.readout.parameters())
    twin.readout.set_weights([weight.T, bias])  # (output_size, H) -> (H, output_size)


def copy_to_torch(twin: KerasTwin, model: SequenceModel) -> None:
    """Write the weights of a twin into its model.

    Args:
        twin: where from.
        model: where to; changed in place. Of an RNN or LSTM, bias_hh becomes zeros. Which
            parameters are trained stays as it is.

    Raises:
        ValueError: if cell, layers or sizes differ.
    """
    _check_alike(model, twin)
    with torch.no_grad():
        for layer, weights in zip(twin.recurrence, model.recurrence.all_weights, strict=True):
            for mine, new in zip(weights, to_torch(model.cell, layer.get_weights()), strict=True):
                mine.copy_(new)
        kernel, bias = twin.readout.get_weights()
        model.readout.weight.copy_(torch.from_numpy(kernel.T.copy()))
        model.readout.bias.copy_(torch.from_numpy(bias))


def _check_alike(model: SequenceModel, twin: KerasTwin) -> None:
    ours, theirs = cell_and_sizes(model), tuple(twin.sizes)
    if ours != theirs:
        text = (
            "the model has cell and sizes {ours}, the twin {theirs}; they must be the same: "
            "make_twin(model) builds one that fits"
        )
        raise ValueError(say(text, ours=ours, theirs=theirs))
