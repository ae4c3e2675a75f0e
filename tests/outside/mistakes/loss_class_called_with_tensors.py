# expect: loss-made-not-called
# line: 17
# source: https://github.com/Lightning-AI/pytorch-lightning/issues/501
import torch
from torch import nn

torch.manual_seed(0)
steps = torch.randn(64, 10, 3)
label = steps[:, :, 0].sum(1).gt(0).long()
rnn = nn.RNN(3, 20, batch_first=True)
head = nn.Linear(20, 2)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(50):
    optimizer.zero_grad()
    out, _ = rnn(steps)
    scores = head(out[:, -1])
    loss = nn.CrossEntropyLoss(scores, label)
    loss.backward()
    optimizer.step()
print(loss)
