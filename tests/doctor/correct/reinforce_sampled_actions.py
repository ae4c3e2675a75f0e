"""REINFORCE: actions are sampled, and the gradient comes by their log-probabilities."""

import torch
from torch import nn

torch.manual_seed(48)
policy, head = nn.GRU(3, 16, batch_first=True), nn.Linear(16, 3)
optimizer = torch.optim.Adam([*policy.parameters(), *head.parameters()], lr=0.02)
for _step in range(60):
    seen = torch.randint(3, (32, 4))
    out, _ = policy(nn.functional.one_hot(seen, 3).float())
    chance = torch.distributions.Categorical(logits=head(out))
    action = chance.sample()
    reward = (action == seen).float()
    advantage = reward - reward.mean()
    loss = -(chance.log_prob(action) * advantage).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
