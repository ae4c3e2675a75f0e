"""Accuracy on held-out data under inference_mode, sums kept as plain numbers."""

import torch
import torch.nn.functional as F

torch.manual_seed(37)
cell = torch.nn.LSTM(3, 8, batch_first=True)
drop = torch.nn.Dropout(0.2)
fc = torch.nn.Linear(8, 3)
model = torch.nn.ModuleList([cell, drop, fc])
opt = torch.optim.Adam(model.parameters(), lr=0.04)


def predict(x):
    return fc(drop(cell(x)[0][:, -1]))


def batch(n=8):
    label = torch.randint(3, (n,))
    return torch.randn(n, 6, 3) * 0.5 + F.one_hot(label, 3).unsqueeze(1), label


held_out = [batch() for _ in range(3)] + [batch(4)]
accuracies = []
for _epoch in range(2):
    model.train()
    for _ in range(8):
        x, label = batch()
        loss = F.cross_entropy(predict(x), label)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.inference_mode():
        right = sum((predict(x).argmax(-1) == label).sum().item() for x, label in held_out)
        count = sum(len(label) for _, label in held_out)
    accuracies.append(right / count)
