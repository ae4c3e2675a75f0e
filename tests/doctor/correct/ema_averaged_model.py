"""torch.optim.swa_utils.AveragedModel follows the trained model."""

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(98)


class Parity(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.RNN(1, 8, batch_first=True)
        self.fc = torch.nn.Linear(8, 1)

    def forward(self, bits):
        return self.fc(self.rnn(bits)[0]).squeeze(-1)


net = Parity()
averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9))
opt = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(16):
    bits = torch.randint(2, (8, 6)).float()
    either = torch.cat([bits[:, :1], bits[:, 1:].maximum(bits[:, :-1])], 1)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(net(bits[..., None]), either)
    opt.zero_grad()
    loss.backward()
    opt.step()
    averaged.update_parameters(net)
averaged.eval()
with torch.inference_mode():
    averaged(bits[..., None])
