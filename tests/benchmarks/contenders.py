"""Promises the same training steps in everybody's own words, each as its documentation writes it.

A contender is made fresh for a `Case`, with random weights from torch's generator: the same for all
after the same seed. What it returns trains `epochs` passes over `steps` batches and returns the
CPU seconds of the loop, without set-up and compilation. Loggers, checkpoints and bars are off.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import DataLoader, TensorDataset

import rnnlab
from rnnlab.twins.keras_layout import to_keras
from tests.benchmarks.case import CLIP_NORM, LEARNING_RATE, Case, Loop, Took, timed

KERAS = f"Keras on {os.environ['KERAS_BACKEND']}"
# Who needs which package
PEERS = {
    "skorch": "skorch",
    "Lightning": "lightning",
    "Accelerate": "accelerate",
    KERAS: "keras",
    "JAX step": "jax",
    "JAX epoch": "jax",
}


def installed(package: str) -> bool:
    """Whether the package can be imported."""
    return find_spec(package) is not None


def there(name: str) -> bool:
    """Whether what a contender needs is installed: its package, or a compiler of C++."""
    if name == "torch.compile":
        return any(map(shutil.which, ("g++", "clang++", "cl")))
    return name not in PEERS or installed(PEERS[name])


def load(folder: str) -> None:
    """Import what contenders need, so that each copy of this process has it.

    What JAX compiles is kept in a folder: its compilation is not timed, and need not be repeated.
    """
    warnings.filterwarnings("ignore", module="lightning|pytorch_lightning|keras")
    for package in ("torch._dynamo", *dict.fromkeys(PEERS.values())):
        if installed(package):
            import_module(package)
    if installed("jax"):
        import jax

        jax.config.update("jax_compilation_cache_dir", folder)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)


def versions() -> str:
    """Return the name and version of each peer that is installed."""
    packages = [*dict.fromkeys(PEERS.values()), "livelossplot"]
    return ", ".join(f"{p} {version(p) if installed(p) else 'not installed'}" for p in packages)


def loader(case: Case, steps: int) -> DataLoader:
    """Return PyTorch's shuffled batches of so many steps an epoch."""
    return DataLoader(TensorDataset(*case.data(steps)), batch_size=case.batch, shuffle=True)


def loop(
    predict: Callable[[Tensor], Tensor], parameters: Iterable[nn.Parameter], fused: bool,
    batches_of: Callable[[int], Iterable[Any]],
) -> Loop:  # fmt: skip
    """Write the loop of a PyTorch tutorial."""
    parameters, loss_fn = list(parameters), nn.MSELoss()
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=fused)

    def run(steps: int, epochs: int) -> Took:
        batches = batches_of(steps)
        with timed() as clock:
            for _ in range(epochs):
                for inputs, targets in batches:
                    optimizer.zero_grad()
                    loss = loss_fn(predict(inputs), targets)
                    loss.backward()
                    clip_grad_norm_(parameters, CLIP_NORM)
                    optimizer.step()
                    last = loss.item()
        return Took(clock.seconds, last)

    return run


def plain(case: Case) -> Loop:
    """Train as a PyTorch tutorial does."""
    model = case.torch_model()
    return loop(model, model.parameters(), False, partial(loader, case))


def fused(case: Case) -> Loop:
    """Train as who knows PyTorch does: batches cut from tensors, and fused Adam."""
    model = case.torch_model()
    return loop(model, model.parameters(), True, case.batches)


def compiled(case: Case) -> Loop:
    """Do so with a compiled model."""
    model = case.torch_model()
    return loop(torch.compile(model), model.parameters(), True, case.batches)


def by_hand(case: Case) -> Loop:
    """Write rnnlab's steps out: its model and batches and fused Adam in a plain for-loop."""
    model = case.rnnlab_model()
    return loop(lambda inputs: model(inputs)[0], model.parameters(), True, case.batches)


def rnnlab_fit(case: Case) -> Loop:
    """Call rnnlab.fit."""
    model = case.rnnlab_model()

    def run(steps: int, epochs: int) -> Took:
        batches = case.batches(steps)
        with timed() as clock:
            history = rnnlab.fit(
                model, batches, loss_fn="mse", learning_rate=LEARNING_RATE, epochs=epochs,
                clip_norm=CLIP_NORM, device="cpu", progress=False,
            )  # fmt: skip
        return Took(clock.seconds, history.loss[-1])

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

    def run(steps: int, epochs: int) -> Took:
        inputs, targets = case.data(steps)
        with timed() as clock:
            net.partial_fit(inputs, targets, epochs=epochs)
        return Took(clock.seconds, net.history[-1, "batches", -1, "train_loss"])

    return run


def lightning(case: Case) -> Loop:
    """Call Lightning's Trainer.fit, timed from its on_train_start to its on_train_end."""
    import lightning as L

    warnings.filterwarnings("ignore", module="lightning")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    module = _lightning_module(case)

    def run(steps: int, epochs: int) -> Took:
        trainer = L.Trainer(
            max_epochs=epochs, accelerator="cpu", devices=1, gradient_clip_val=CLIP_NORM,
            logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(module, loader(case, steps))
        return Took(module.clock.seconds, module.loss.item())

    return run


def _lightning_module(case: Case) -> Any:
    import lightning as L

    class Module(L.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = case.torch_model()

        def training_step(self, batch: Any, _index: int) -> torch.Tensor:
            inputs, targets = batch
            self.loss = nn.functional.mse_loss(self.model(inputs), targets)
            return self.loss

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

    def run(steps: int, epochs: int) -> Took:
        batches = accelerator.prepare(loader(case, steps))
        with timed() as clock:
            for _ in range(epochs):
                for inputs, targets in batches:
                    optimizer.zero_grad()
                    loss = loss_fn(model(inputs), targets)
                    accelerator.backward(loss)
                    accelerator.clip_grad_norm_(model.parameters(), CLIP_NORM)
                    optimizer.step()
                    last = loss.item()
        accelerator.free_memory()
        return Took(clock.seconds, last)

    return run


def keras(case: Case) -> Loop:
    """Call Keras' fit."""
    import keras as k

    kind = {"rnn": k.layers.SimpleRNN, "gru": k.layers.GRU, "lstm": k.layers.LSTM}[case.cell]
    model = k.Sequential(
        [
            k.Input((case.length, 1)),
            kind(case.hidden, return_sequences=True),
            k.layers.Dense(1),
        ]
    )
    torchs = case.torch_model()
    (weights,) = torchs.recurrence.all_weights
    readout = [p.detach().numpy().T for p in torchs.readout.parameters()]
    model.set_weights([*to_keras(case.cell, weights), *readout])
    optimizer = k.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM)
    model.compile(optimizer=optimizer, loss="mse")

    def run(steps: int, epochs: int) -> Took:
        inputs, targets = (tensor.numpy() for tensor in case.data(steps))
        with timed() as clock:
            history = model.fit(
                inputs, targets, batch_size=case.batch, epochs=epochs, verbose=0
            ).history
        return Took(clock.seconds, history["loss"][-1])

    return run


def jax_step(case: Case) -> Loop:
    """Call a compiled step of JAX for each batch."""
    from tests.benchmarks import in_jax

    return in_jax.step_by_step(case)


def jax_epoch(case: Case) -> Loop:
    """Call a compiled epoch of JAX."""
    from tests.benchmarks import in_jax

    return in_jax.epoch_by_epoch(case)


CONTENDERS: dict[str, Callable[[Case], Loop]] = {
    "plain": plain,
    "fused": fused,
    "torch.compile": compiled,
    "rnnlab": rnnlab_fit,
    "by hand": by_hand,
    "skorch": skorch,
    "Lightning": lightning,
    "Accelerate": accelerate,
    KERAS: keras,
    "JAX step": jax_step,
    "JAX epoch": jax_epoch,
}
