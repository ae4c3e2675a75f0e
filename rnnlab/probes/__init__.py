"""Instruments: gradients through time, hidden states and gates of a network, as tensors."""

from rnnlab.probes.instruments import (
    GateActivity,
    GradientThroughTime,
    gate_activity,
    gradient_through_time,
    hidden_states,
    parameter_gradients,
    spectral_radius,
)

__all__ = [
    "GateActivity",
    "GradientThroughTime",
    "gate_activity",
    "gradient_through_time",
    "hidden_states",
    "parameter_gradients",
    "spectral_radius",
]
