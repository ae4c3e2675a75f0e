"""Promises the same training steps in everybody's own words, each as its documentation writes it.

A contender is made fresh for a `Case`; what it returns trains `epochs` passes over `steps` batches
and returns the seconds of the loop, without set-up. Loggers, checkpoints and bars are off.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from tests.benchmarks.case import CLIP_NORM, LEARNING_RATE, Case, timed

Loop = Callable[[int, int], float]  # (steps an epoch, epochs) -> seconds
PEERS = {"skorch": "skorch", "Lightning": "lightning", "Accelerate": "accelerate", "Keras": "keras"}


def installed(package: str) -> bool:
    """Whether the package can be imported."""
    return find_spec(package) is not None


def versions() -> str:
    """Return the name and version of each peer that is installed."""
    packages = [*PEERS.values(), "livelossplot"]
    return ", ".join(f"{p} {version(p) if installed(p) else 'not installed'}" for p in packages)


def loader(case: Case, steps: int) -> DataLoader:
    """Return PyTorch's shuffled batches of so many steps an epoch."""
    return DataLoader(TensorDataset(*case.data(steps)), batch_size=case.batch, shuffle=True)


def plain(case: Case) -> Loop:
    """Write the loop of a PyTorch tutorial."""
    model, loss_fn = case.torch_model(), nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    def run(steps: int, epochs: int) -> float:
        batches = loader(case, steps)
        with timed() as clock:
            for _ in range(epochs):
                for inputs, targets in batches:
                    optimizer.zero_grad()
                    loss = loss_fn(model(inputs), targets)
                    loss.backward()
                    clip_grad_norm_(model.parameters(), CLIP_NORM)
                    optimizer.step()
                    loss.item()
        return clock.seconds

    return run


def rnnlab_fit(case: Case) -> Loop:
    """Call rnnlab.fit."""
    model = case.rnnlab_model()

    def run(steps: int, epochs: int) -> float:
        batches = case.batches(steps)
        with timed() as clock:
            rnnlab.fit(
                model, batches, loss_fn="mse", learning_rate=LEARNING_RATE, epochs=epochs,
                clip_norm=CLIP_NORM, device="cpu", progress=False,
            )  # fmt: skip
        return clock.seconds

    return run


def by_hand(case: Case) -> Loop:
    """Write rnnlab's steps out: its model and batches and fused Adam in a plain for-loop."""
    model, loss_fn = case.rnnlab_model(), nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)

    def run(steps: int, epochs: int) -> float:
        batches = case.batches(steps)
        with timed() as clock:
            for _ in range(epochs):
                for inputs, targets in batches:
                    optimizer.zero_grad()
                    predictions, _state = model(inputs)
                    loss = loss_fn(predictions, targets)
                    loss.backward()
                    clip_grad_norm_(model.parameters(), CLIP_NORM)
                    optimizer.step()
                    loss.item()
        return clock.seconds

    return run


def skorch(case: Case) -> Loop:
    """Call skorch's partial_fit."""
    from skorch import NeuralNetRegressor
    from skorch.callbacks import GradientNormClipping

    net = NeuralNetRegressor(
        case.torch_model(), criterion=nn.MSELoss, optimizer=torch.optim.Adam, lr=LEARNING_RATE,
        batch_size=case.batch, iterator_train__shuffle=True, train_split=None, verbose=0,
        callbacks=[("clip", GradientNormClipping(CLIP_NORM))], callbacks__print_log=None,
    ).initialize()  # fmt: skip

    def run(steps: int, epochs: int) -> float:
        inputs, targets = case.data(steps)
        with timed() as clock:
            net.partial_fit(inputs, targets, epochs=epochs)
        return clock.seconds

    return run


def lightning(case: Case) -> Loop:
    """Call Lightning's Trainer.fit, timed from its on_train_start to its on_train_end."""
    import lightning as L

    warnings.filterwarnings("ignore", module="lightning")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    module = _lightning_module(case)

    def run(steps: int, epochs: int) -> float:
        trainer = L.Trainer(
            max_epochs=epochs, accelerator="cpu", devices=1, gradient_clip_val=CLIP_NORM,
            logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(module, loader(case, steps))
        return module.clock.seconds

    return run


def _lightning_module(case: Case) -> Any:
    import lightning as L

    class Module(L.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = case.torch_model()

        def training_step(self, batch: Any, _index: int) -> torch.Tensor:
            inputs, targets = batch
            return nn.functional.mse_loss(self.model(inputs), targets)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=LEARNING_RATE)

        def on_train_start(self) -> None:
            self.block = timed()
            self.clock = self.block.__enter__()

        def on_train_end(self) -> None:
            self.block.__exit__(None, None, None)

    return Module()


def accelerate(case: Case) -> Loop:
    """Write the loop of Accelerate's documentation."""
    from accelerate import Accelerator

    accelerator, loss_fn = Accelerator(cpu=True), nn.MSELoss()
    plain_model = case.torch_model()
    model, optimizer = accelerator.prepare(
        plain_model, torch.optim.Adam(plain_model.parameters(), lr=LEARNING_RATE)
    )

    def run(steps: int, epochs: int) -> float:
        batches = accelerator.prepare(loader(case, steps))
        with timed() as clock:
            for _ in range(epochs):
                for inputs, targets in batches:
                    optimizer.zero_grad()
                    loss = loss_fn(model(inputs), targets)
                    accelerator.backward(loss)
                    accelerator.clip_grad_norm_(model.parameters(), CLIP_NORM)
                    optimizer.step()
                    loss.item()
        accelerator.free_memory()
        return clock.seconds

    return run


def keras(case: Case) -> Loop:
    """Call Keras' fit, on torch."""
    import keras as k

    kind = {"rnn": k.layers.SimpleRNN, "gru": k.layers.GRU, "lstm": k.layers.LSTM}[case.cell]
    model = k.Sequential(
        [
            k.Input((case.length, 1)),
            kind(case.hidden, return_sequences=True),
            k.layers.Dense(1),
        ]
    )
    optimizer = k.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM)
    model.compile(optimizer=optimizer, loss="mse")

    def run(steps: int, epochs: int) -> float:
        inputs, targets = (tensor.numpy() for tensor in case.data(steps))
        with timed() as clock:
            model.fit(inputs, targets, batch_size=case.batch, epochs=epochs, verbose=0)
        return clock.seconds

    return run


CONTENDERS: dict[str, Callable[[Case], Loop]] = {
    "plain": plain,
    "rnnlab": rnnlab_fit,
    "by hand": by_hand,
    "skorch": skorch,
    "Lightning": lightning,
    "Accelerate": accelerate,
    "Keras": keras,
}
