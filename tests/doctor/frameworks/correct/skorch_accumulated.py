"""Gradient accumulation as skorch's documentation writes it."""

import torch
from skorch import NeuralNetRegressor
from torch import nn


class GradAccNet(NeuralNetRegressor):
    def __init__(self, *args, acc_steps=2, **kwargs):
        super().__init__(*args, **kwargs)
        self.acc_steps = acc_steps

    def get_loss(self, *args, **kwargs):
        return super().get_loss(*args, **kwargs) / self.acc_steps

    def train_step(self, batch, **fit_params):
        n_train_batches = len(self.history[-1, "batches"])
        step = self.train_step_single(batch, **fit_params)
        if n_train_batches % self.acc_steps == 0:
            self.optimizer_.step()
            self.optimizer_.zero_grad()
        return step


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


torch.manual_seed(5)
waves = torch.sin(0.4 * torch.arange(11) + 6 * torch.rand(48, 1))[..., None]
net = GradAccNet(
    Net, optimizer=torch.optim.Adam, lr=0.01, max_epochs=5, batch_size=4, train_split=None,
    verbose=0, acc_steps=4,
)  # fmt: skip
net.fit(waves[:, :-1], waves[:, 1:])
model, updates, backwards = net.module_, 5 * 3, 5 * 12
