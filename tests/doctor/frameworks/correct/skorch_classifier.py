"""skorch's classifier on logits: a GRU, a scheduler, early stopping, two numbers to report."""

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping, EpochScoring, GradientNormClipping, LRScheduler
from skorch.dataset import ValidSplit
from torch import nn


class GRUClassifier(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.embed = nn.Embedding(12, 6)
        self.gru = nn.GRU(6, 10, num_layers=2, dropout=0.1, batch_first=True)
        self.fc = nn.Linear(10, n_classes)

    def forward(self, X):
        return self.fc(self.gru(self.embed(X))[0][:, -1])


torch.manual_seed(1)
X = np.random.default_rng(1).integers(0, 12, (60, 7))
y = X[:, -1] % 3
net = NeuralNetClassifier(
    GRUClassifier, module__n_classes=3, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.AdamW,
    lr=0.02, max_epochs=4, batch_size=8, verbose=0, train_split=ValidSplit(4, stratified=True),
    iterator_train__shuffle=True,
    callbacks=[
        GradientNormClipping(0.5), EarlyStopping(patience=4),
        LRScheduler(torch.optim.lr_scheduler.StepLR, step_size=2),
        EpochScoring("balanced_accuracy", lower_is_better=False),
    ],
)  # fmt: skip
net.fit(X, y)
net.score(X, y)
model, updates = net.module_, sum(len(epoch["batches"]) - 2 for epoch in net.history)
