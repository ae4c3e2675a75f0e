"""LBFGS with line search, the closure made inside the loop for each batch."""

import torch

torch.manual_seed(18)


class Tagger(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.GRU(1, 5, batch_first=True)
        self.tag = torch.nn.Linear(5, 2)

    def forward(self, x):
        return self.tag(self.rnn(x)[0])


def main():
    tagger = Tagger()
    ce = torch.nn.CrossEntropyLoss()
    lbfgs = torch.optim.LBFGS(tagger.parameters(), lr=1, max_iter=3, line_search_fn="strong_wolfe")
    for _ in range(8):
        x = torch.randn(8, 6, 1)
        tags = (x.squeeze(-1) > 0.2).long()

        def evaluate(x=x, tags=tags):
            lbfgs.zero_grad()
            loss = ce(tagger(x).flatten(0, 1), tags.flatten())
            loss.backward()
            return loss

        lbfgs.step(evaluate)


main()
