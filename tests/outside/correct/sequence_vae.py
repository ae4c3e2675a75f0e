# expect: nothing
"""A variational autoencoder of waves: a reconstruction, and a divergence that is annealed."""

import torch
from torch import nn

torch.manual_seed(0)
T = 12


class SeqVAE(nn.Module):
    def __init__(self, width=32, latent=3):
        super().__init__()
        self.encoder = nn.GRU(1, width, batch_first=True)
        self.mu, self.logvar = nn.Linear(width, latent), nn.Linear(width, latent)
        self.decoder = nn.GRU(latent, width, batch_first=True)
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        h = self.encoder(x)[1][-1]
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        decoded, _ = self.decoder(z.unsqueeze(1).expand(-1, x.size(1), -1))
        return self.out(decoded), mu, logvar


model = SeqVAE()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(160):
    phase = torch.rand(32, 1) * 6.28
    x = torch.sin(phase + torch.arange(T) / 2).unsqueeze(-1)
    recon, mu, logvar = model(x)
    mse = nn.functional.mse_loss(recon, x)
    kld = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
    loss = mse + min(1.0, step / 160) * 0.02 * kld
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        print(step, round(mse.item(), 4), round(kld.item(), 3))
