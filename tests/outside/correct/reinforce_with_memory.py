# expect: nothing
"""REINFORCE with a recurrent policy: it is shown a side once and must go there at the end."""

import torch
from torch import nn
from torch.distributions import Categorical

torch.manual_seed(0)
STEPS, PLAYERS = 5, 16


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 24)
        self.actor = nn.Linear(24, 2)

    def forward(self, seen, h):
        h = self.cell(seen, h)
        return Categorical(logits=self.actor(h)), h


policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=0.02)
baseline = 0.5
for episode in range(120):
    side = torch.randint(0, 2, (PLAYERS,))
    h, log_probs = torch.zeros(PLAYERS, 24), []
    for t in range(STEPS):
        shown = nn.functional.one_hot(side, 2).float() * (t == 0)
        seen = torch.cat([shown, torch.full((PLAYERS, 1), t / STEPS)], 1)
        choice, h = policy(seen, h)
        action = choice.sample()
        log_probs.append(choice.log_prob(action))
    reward = (action == side).float()
    loss = -(log_probs[-1] * (reward - baseline)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    if episode % 30 == 29:
        print(episode, round(baseline, 3))
