"""A Trainer that calls back at fixed points; clipping and logging are callbacks."""

import torch


class Callback:
    def after_backward(self, trainer):
        pass

    def after_batch(self, trainer):
        pass


class Clip(Callback):
    def after_backward(self, trainer):
        torch.nn.utils.clip_grad_norm_(trainer.model.parameters(), 1.0)


class Log(Callback):
    def __init__(self):
        self.values = []

    def after_batch(self, trainer):
        self.values.append(trainer.loss.item())


class Trainer:
    def __init__(self, model, callbacks, lr):
        self.model, self.callbacks = model, callbacks
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def call(self, name):
        for callback in self.callbacks:
            getattr(callback, name)(self)

    def fit(self, batches):
        for x, y in batches:
            self.optimizer.zero_grad()
            self.loss = torch.nn.functional.mse_loss(self.model(x), y)
            self.loss.backward()
            self.call("after_backward")
            self.optimizer.step()
            self.call("after_batch")


class Last(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = torch.nn.GRU(1, 8, batch_first=True)
        self.fc = torch.nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.gru(x)[0][:, -1])


torch.manual_seed(121)
inputs = torch.randn(16, 8, 6, 1)
Trainer(Last(), [Clip(), Log()], lr=0.08).fit([(x, x[:, -1]) for x in inputs])
