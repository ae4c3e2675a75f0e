"""log_softmax and nll_loss, the two halves of cross-entropy."""

import torch
import torch.nn.functional as F

torch.manual_seed(111)
rnn = torch.nn.RNN(2, 8)
fc = torch.nn.Linear(8, 3)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.03)
for _ in range(20):
    label = torch.randint(3, (8,))
    angle = label * 2.1
    x = torch.stack([angle.cos(), angle.sin()], 1) + 0.3 * torch.randn(6, 8, 2)
    log_probs = F.log_softmax(fc(rnn(x)[0][-1]), dim=-1)
    loss = F.nll_loss(log_probs, label)
    opt.zero_grad()
    loss.backward()
    opt.step()
