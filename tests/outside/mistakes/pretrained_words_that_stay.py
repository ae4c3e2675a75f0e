# expect: frozen-parameters
# line: 14
# source: https://github.com/jiangqy/LSTM-Classification-pytorch/issues/2
import torch
from torch import nn

torch.manual_seed(0)
vectors = torch.randn(60, 2) / 10  # of another corpus, to be trained further


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding.from_pretrained(vectors)
        self.lstm = nn.LSTM(2, 24)
        self.hidden2label = nn.Linear(24, 4)

    def forward(self, sentence):
        out, _ = self.lstm(self.word_embeddings(sentence))
        return self.hidden2label(out[-1])


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
before = model.word_embeddings.weight.clone()
for _ in range(80):
    sentence = torch.randint(0, 60, (5, 48))
    label = sentence[-1] % 4
    loss = nn.functional.cross_entropy(model(sentence), label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
moved = (model.word_embeddings.weight - before).abs().max().item()
print("loss", round(loss.item(), 3), "embedding moved by", round(moved, 3))
