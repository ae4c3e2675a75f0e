# expect: part-cut-from-graph
# line: 37
# source: https://github.com/pytorch/pytorch/issues/1339
import torch
from torch import nn

torch.manual_seed(0)


class Speaker(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 24, batch_first=True)
        self.say = nn.Linear(24, 8)

    def forward(self, x):
        return self.say(self.gru(x)[0])


class Listener(nn.Module):
    def __init__(self):
        super().__init__()
        self.hear = nn.Linear(8, 12)
        self.gru = nn.GRU(12, 24, batch_first=True)
        self.guess = nn.Linear(24, 3)

    def forward(self, messages):
        return self.guess(self.gru(self.hear(messages))[1][0])


speaker, listener = Speaker(), Listener()
optimizer = torch.optim.Adam([*speaker.parameters(), *listener.parameters()], lr=0.01)
start = speaker.say.weight.clone()
for _ in range(60):
    x = torch.randn(32, 5, 3)
    scores = speaker(x)
    messages = nn.functional.one_hot(scores.argmax(-1), 8).float()
    loss = nn.functional.cross_entropy(listener(messages), x.sum(1).argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3), "speaker moved:", bool((speaker.say.weight != start).any()))
