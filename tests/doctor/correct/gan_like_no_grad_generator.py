"""GAN-like, generator first; its samples for the critic are made again under no_grad."""

import torch

torch.manual_seed(16)
gen = torch.nn.RNN(1, 8)  # time first
gen_out = torch.nn.Linear(8, 1)
dis = torch.nn.RNN(1, 8)
dis_out = torch.nn.Linear(8, 1)
gen_params = [*gen.parameters(), *gen_out.parameters()]
dis_params = [*dis.parameters(), *dis_out.parameters()]
opt_gen = torch.optim.RMSprop(gen_params, lr=0.005)
opt_dis = torch.optim.RMSprop(dis_params, lr=0.005)


def sample():
    return gen_out(gen(torch.randn(6, 8, 1))[0])


def score(x):
    return dis_out(dis(x)[0][-1])


def train_generator():
    opt_gen.zero_grad()
    loss = -score(sample()).mean()
    loss.backward()
    opt_gen.step()


def train_critic(real):
    with torch.no_grad():
        fake = sample()
    opt_dis.zero_grad()
    loss = torch.relu(1 - score(real)).mean() + torch.relu(1 + score(fake)).mean()
    loss.backward()
    opt_dis.step()


for _ in range(10):
    train_generator()
    train_critic(torch.linspace(-1, 1, 6).view(6, 1, 1).expand(6, 8, 1))
