"""Instruments: gradients through time, hidden states and gates of a network, as tensors."""

from rnnlab.probes.gradients import GradientThroughTime, gradient_through_time, parameter_gradients
from rnnlab.probes.states import GateActivity, gate_activity, hidden_states, spectral_radius

__all__ = [
    "GateActivity",
    "GradientThroughTime",
    "gate_activity",
    "gradient_through_time",
    "hidden_states",
    "parameter_gradients",
    "spectral_radius",
]
