"""Probabilities are worked out for a report; the loss gets the logits."""

import torch

torch.manual_seed(137)
lstm, fc = torch.nn.LSTM(3, 8, batch_first=True), torch.nn.Linear(8, 3)
opt = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.05)
confidence = []
for _ in range(18):
    x = torch.randn(8, 5, 3)
    y = x.mean(1).argmax(-1)
    logits = fc(lstm(x)[1][0][-1])
    probabilities = torch.softmax(logits.detach(), dim=-1)
    confidence.append(probabilities.max(-1).values.mean().item())
    loss = torch.nn.functional.cross_entropy(logits, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
