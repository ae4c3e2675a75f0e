"""A small RNN is taught the soft answers of a fixed one by KL divergence."""

import torch
import torch.nn.functional as F

torch.manual_seed(113)


class Net(torch.nn.Module):
    def __init__(self, h):
        super().__init__()
        self.rnn = torch.nn.GRU(2, h, batch_first=True)
        self.fc = torch.nn.Linear(h, 3)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


teacher = Net(8).eval()
with torch.no_grad():
    teacher.fc.weight.mul_(6)
student = Net(5)
opt = torch.optim.Adam(student.parameters(), lr=0.03)
for _ in range(20):
    x = torch.randn(8, 5, 2)
    with torch.no_grad():
        wanted = F.softmax(teacher(x), dim=-1)
    loss = F.kl_div(F.log_softmax(student(x), dim=-1), wanted, reduction="batchmean")
    opt.zero_grad()
    loss.backward()
    opt.step()
