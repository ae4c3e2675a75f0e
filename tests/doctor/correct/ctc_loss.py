"""CTC: a time-major RNN reads frames and spells shorter labels."""

import torch
from torch import nn

torch.manual_seed(115)
T, B, C = 12, 4, 4  # class 0 is the blank
rnn, fc = nn.GRU(C, 8), nn.Linear(8, C)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.05)
ctc = nn.CTCLoss(blank=0)
for _ in range(20):
    labels = torch.randint(1, C, (B, 3))
    frames = labels.repeat_interleave(4, dim=1).T  # (T, B)
    x = nn.functional.one_hot(frames, C).float() + 0.1 * torch.randn(T, B, C)
    log_probs = fc(rnn(x)[0]).log_softmax(2)
    loss = ctc(log_probs, labels, torch.full((B,), T), torch.full((B,), 3))
    opt.zero_grad()
    loss.backward()
    opt.step()
