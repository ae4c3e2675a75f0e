"""A GradScaler on the CPU without unscale or clipping; the scaler drives the step."""

import torch

torch.manual_seed(22)
scaler = torch.amp.GradScaler(device="cpu")
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh())
rec = torch.nn.RNNCell(8, 8)
cls = torch.nn.Linear(8, 3)
modules = torch.nn.ModuleDict({"net": net, "rec": rec, "cls": cls})
opt = torch.optim.AdamW(modules.parameters(), lr=0.03)
loss_fn = torch.nn.CrossEntropyLoss()

for _ in range(20):
    classes = torch.randint(3, (8,))
    x = torch.randn(6, 8, 4) + torch.nn.functional.one_hot(classes, 4)
    with torch.amp.autocast("cpu", dtype=torch.bfloat16):
        state = torch.zeros(8, 8)
        for frame in x:
            state = rec(net(frame), state)
        logits = cls(state)
        loss = loss_fn(logits, classes)
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
    opt.zero_grad()
