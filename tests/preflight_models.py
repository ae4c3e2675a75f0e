"""Models and data for the tests of preflight: correct ones, and planted defects."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence
from torch.utils.data import DataLoader, TensorDataset

import rnnlab

B, T, D, H, C = 16, 12, 3, 8, 5
VALUES = torch.Generator().manual_seed(0)


def floats(*shape):
    return torch.randn(shape, generator=VALUES)


def symbols(*shape, most=C):
    return torch.randint(most, shape, generator=VALUES)


def loader(inputs, targets, size=B):
    return DataLoader(TensorDataset(inputs, targets), batch_size=size, shuffle=True)


class Net(nn.Module):
    """A recurrent layer and a readout, put together as a function says."""

    def __init__(self, forward, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self.compute = forward

    def forward(self, inputs):
        return self.compute(self, inputs)


def sequence_net(cell=nn.GRU, inputs=D, outputs=1, forward=None, **options):
    """Predictions at each step."""
    rnn = cell(inputs, H, **{"batch_first": True} | options)
    width = H * (2 if options.get("bidirectional") else 1)
    return Net(
        forward or (lambda net, x: net.head(net.rnn(x)[0])), rnn=rnn, head=nn.Linear(width, outputs)
    )


def last_net(cell=nn.LSTM, inputs=D, outputs=C, **options):
    return sequence_net(
        cell, inputs, outputs, lambda net, x: net.head(net.rnn(x)[0][:, -1]), **options
    )


def regression():
    x = floats(4 * B, T, D)
    return loader(x, x.cumsum(1)[..., :1] / 3)


def classes():
    return loader(floats(4 * B, T, D), symbols(4 * B))


def tags():
    return loader(floats(4 * B, T, D), symbols(4 * B, T))


def tokens():
    text = symbols(4 * B, T + 1)
    return loader(text[:, :-1], text[:, 1:])


def classes_on_axis_one(net, x):
    return net.head(net.rnn(x)[0]).transpose(1, 2)


def language_model(net, x):
    return net.head(net.rnn(net.embedding(x))[0])


def both_ends(net, x):
    _, h_n = net.rnn(x)
    return net.head(torch.cat([h_n[-2], h_n[-1]], -1))


def cell_loop(net, x):
    h, outputs = x.new_zeros(len(x), H), []
    for t in range(x.shape[1]):
        h = net.cell(x[:, t], h)
        outputs.append(net.head(h))
    return torch.stack(outputs, 1)


def forgetful_loop(net, x):
    h = x.new_zeros(len(x), H)
    return torch.stack([net.head(net.cell(x[:, t], h)) for t in range(x.shape[1])], 1)


def seq2seq(net, pair, passes_on=True):
    source, target = pair
    _, state = net.encoder(net.embedding(source))
    outputs, _ = net.decoder(net.embedding(target), state if passes_on else None)
    return net.head(outputs)


def make_seq2seq(**options):
    return Net(
        lambda net, pair: seq2seq(net, pair, **options),
        embedding=nn.Embedding(C + 1, H), encoder=nn.GRU(H, H, batch_first=True),
        decoder=nn.GRU(H, H, batch_first=True), head=nn.Linear(H, C + 1),
    )  # fmt: skip


def translations():
    source, target = symbols(B, T), symbols(B, 7)
    start = torch.full((B, 1), C)
    return [((source, torch.cat([start, target[:, :-1]], 1)), target)] * 2


def masked_mse(predictions, targets):
    values, mask = targets
    return ((predictions - values).square() * mask).sum() / mask.sum()


def padded():
    lengths = torch.arange(B) % 8 + 4
    mask = rnnlab.is_real(lengths, T).unsqueeze(-1)
    x = floats(B, T, D) * mask
    return [(x, (x.cumsum(1)[..., :1], mask))]


def packing(net, pair):
    x, lengths = pair
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, _ = pad_packed_sequence(net.rnn(packed)[0], batch_first=True, total_length=T)
    return net.head(rnnlab.last_step(outputs, lengths))


def with_lengths():
    lengths = torch.arange(B) % 8 + 4
    lengths[0] = T
    return [((floats(B, T, D), lengths), symbols(B))]


def attending(net, x):
    outputs, _ = net.rnn(x)
    weights = net.score(outputs).softmax(1)
    return net.head((weights * outputs).sum(1))


def causal(net, x):
    mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
    hidden, _ = net.rnn(net.embedding(x))
    return net.head(net.attention(hidden, hidden, hidden, attn_mask=mask)[0])


def convolving(net, x):
    features = net.conv(x.transpose(1, 2)).relu().transpose(1, 2)
    return net.head(net.rnn(features)[0][:, -1])


def autoencoding(net, x):
    _, h_n = net.encoder(x)
    return net.head(net.decoder(h_n[-1].unsqueeze(1).expand(-1, x.shape[1], -1))[0])


def windows_of(values, length=T):
    return rnnlab.windows(values, length)


class Stateful(nn.Module):
    """Keeps its state from call to call, detached."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head, self.state = nn.GRU(D, H, batch_first=True), nn.Linear(H, 1), None

    def forward(self, x):
        outputs, state = self.rnn(x, self.state)
        self.state = state.detach()
        return self.head(outputs)


def normed(net, x):
    return net.head(net.norm(net.rnn(x)[0].flatten(0, 1))).unflatten(0, x.shape[:2])


def wave():
    return torch.sin(torch.arange(200.0) / 5).unsqueeze(-1) + 0.1 * floats(200, 1)


def task_case(name):
    task = rnnlab.load_task(name)
    sizes = (task.input_size, H, task.output_size)
    return rnnlab.SequenceModel(*sizes), task.batches(), task.loss_fn


def axis_one(predictions, targets):
    return functional.cross_entropy(predictions.transpose(1, 2), targets)


def squeezed(predictions, targets):
    return functional.mse_loss(predictions.squeeze(-1), targets)


CE, MSE = nn.CrossEntropyLoss(), nn.MSELoss()

CORRECT = {
    "regression": lambda: (sequence_net(), regression(), MSE),
    "classifier": lambda: (last_net(), classes(), CE),
    "tagger": lambda: (sequence_net(outputs=C), tags(), "cross_entropy"),
    "classes on axis 1": lambda: (
        sequence_net(outputs=C, forward=classes_on_axis_one), tags(), CE),
    "bidirectional classifier": lambda: (
        sequence_net(outputs=C, forward=both_ends, bidirectional=True), classes(), CE),
    "bidirectional tagger": lambda: (
        sequence_net(outputs=C, bidirectional=True), tags(), axis_one),
    "seq2seq": lambda: (make_seq2seq(), translations(), "cross_entropy"),
    "language model": lambda: (
        Net(language_model, embedding=nn.Embedding(C, H), rnn=nn.LSTM(H, H, batch_first=True),
            head=nn.Linear(H, C)), tokens(), "cross_entropy"),
    "one-hot characters": lambda: (
        rnnlab.SequenceModel(27, H, 27), rnnlab.load_task("names").batches(), "cross_entropy"),
    "time first, many to one": lambda: (
        sequence_net(outputs=C, forward=lambda net, x: net.head(net.rnn(x)[0][-1]),
                     batch_first=False), [(floats(T, B, D), symbols(B))], CE),
    "time first, transposed": lambda: (
        sequence_net(outputs=1, forward=lambda net, x: net.head(
            net.rnn(x.transpose(0, 1))[0]).transpose(0, 1), batch_first=False), regression(), MSE),
    "time first, many to many": lambda: (
        sequence_net(batch_first=False), [(floats(T, B, D), floats(T, B, 1))], MSE),
    "dropout": lambda: (sequence_net(num_layers=2, dropout=0.5), regression(), MSE),
    "batch norm": lambda: (
        Net(normed, rnn=nn.GRU(D, H, batch_first=True), norm=nn.BatchNorm1d(H),
            head=nn.Linear(H, 1)), regression(), MSE),
    "layer norm": lambda: (
        Net(lambda net, x: net.head(net.norm(net.rnn(x)[0])), rnn=nn.GRU(D, H, batch_first=True),
            norm=nn.LayerNorm(H), head=nn.Linear(H, 1)), regression(), MSE),
    "stateful": lambda: (Stateful(), regression(), MSE),
    "returns a state": lambda: (
        Net(lambda net, x: (net.head(net.rnn(x)[0]), net.rnn(x)[1]),
            rnn=nn.GRU(D, H, batch_first=True), head=nn.Linear(H, 1)), regression(), "mse"),
    "masked": lambda: (sequence_net(), padded(), masked_mse),
    "padding of -100": lambda: (
        rnnlab.SequenceModel(D, H, C),
        rnnlab.PaddedBatches([floats(n, D) for n in range(4, 24)],
                             [symbols(n) for n in range(4, 24)]), "cross_entropy"),
    "padded, with lengths": lambda: (
        rnnlab.SequenceModel(D, H, C),
        rnnlab.PaddedBatches([floats(n, D) for n in range(4, 24)], symbols(20)), "cross_entropy"),
    "packing": lambda: (
        Net(packing, rnn=nn.GRU(D, H, batch_first=True), head=nn.Linear(H, C)),
        with_lengths(), CE),
    "packed": lambda: (
        Net(lambda net, x: net.head(net.rnn(x)[1][-1]), rnn=nn.GRU(D, H), head=nn.Linear(H, C)),
        [(pack_sequence([floats(n, D) for n in (3, 9, 5, 7)], enforce_sorted=False),
          torch.tensor([0, 1, 2, 4]))], CE),
    "GRUCell": lambda: (
        Net(cell_loop, cell=nn.GRUCell(D, H), head=nn.Linear(H, 1)), regression(), MSE),
    "attention": lambda: (
        Net(attending, rnn=nn.GRU(D, H, batch_first=True), score=nn.Linear(H, 1),
            head=nn.Linear(H, C)), classes(), CE),
    "causal attention": lambda: (
        Net(causal, embedding=nn.Embedding(C, H), rnn=nn.GRU(H, H, batch_first=True),
            attention=nn.MultiheadAttention(H, 2, batch_first=True), head=nn.Linear(H, C)),
        tokens(), "cross_entropy"),
    "four layers": lambda: (sequence_net(nn.LSTM, num_layers=4), regression(), MSE),
    "convolution first": lambda: (
        Net(convolving, conv=nn.Conv1d(D, 6, 3, padding=1), rnn=nn.GRU(6, H, batch_first=True),
            head=nn.Linear(H, C)), classes(), CE),
    "autoregression": lambda: (
        sequence_net(nn.RNN, inputs=1), rnnlab.Batches(*windows_of(wave()), shuffle=True), "mse"),
    "autoencoder": lambda: (
        Net(autoencoding, encoder=nn.GRU(D, H, batch_first=True),
            decoder=nn.GRU(H, H, batch_first=True), head=nn.Linear(H, D)),
        [(x, x) for x in [floats(B, T, D)]], MSE),
    "binary": lambda: (
        last_net(outputs=1), loader(floats(4 * B, T, D), symbols(4 * B, 1, most=2).float()),
        nn.BCEWithLogitsLoss()),
    "probabilities of two": lambda: (
        sequence_net(outputs=1, forward=lambda net, x: net.head(net.rnn(x)[0][:, -1]).sigmoid()),
        loader(floats(4 * B, T, D), symbols(4 * B, 1, most=2).float()), nn.BCELoss()),
    "log probabilities": lambda: (
        sequence_net(outputs=C, forward=lambda net, x: net.head(net.rnn(x)[0][:, -1]
                                                               ).log_softmax(-1)),
        classes(), nn.NLLLoss()),
    "exp for counts": lambda: (
        sequence_net(forward=lambda net, x: net.head(net.rnn(x)[0]).exp()),
        loader(floats(4 * B, T, D), symbols(4 * B, T, 1).float()),
        nn.PoissonNLLLoss(log_input=False)),
    "squeezed in the loss": lambda: (
        last_net(outputs=1), loader(floats(4 * B, T, D), floats(4 * B)), squeezed),
    "a batch as long as its sequences": lambda: (
        sequence_net(), loader(floats(4 * T, T, D), floats(4 * T, T, 1), T), MSE),
    "a readout of zeros": lambda: (zero_head(), regression(), MSE),
    "fine-tuned on top": lambda: (frozen_below(), classes(), CE),
    "dictionary": lambda: (
        Net(lambda net, x: net.head(net.rnn(x["x"])[0] * x["mask"]),
            rnn=nn.GRU(D, H, batch_first=True), head=nn.Linear(H, 1)),
        [({"x": floats(B, T, D), "mask": torch.ones(B, T, 1, dtype=torch.bool)},
          floats(B, T, 1))], MSE),
    "log link": lambda: (
        sequence_net(), loader(floats(4 * B, T, D), 40.0 + symbols(4 * B, T, 1)),
        nn.PoissonNLLLoss()),
    "likelihood of values close to 0": lambda: (
        sequence_net(outputs=2), loader(floats(4 * B, T, D), 0.05 * floats(4 * B, T, 1)),
        lambda p, y: nn.functional.gaussian_nll_loss(p[..., :1], y, p[..., 1:].exp())),
    "sum over the batch": lambda: (last_net(), classes(), nn.CrossEntropyLoss(reduction="sum")),
    "a rate that warms up from 0": lambda: warming_up(),
    "two outputs time first": lambda: (
        sequence_net(forward=lambda net, x: (net.head(net.rnn(x)[0]).transpose(0, 1), None)),
        [(floats(B, T, D), floats(T, B, 1))], MSE),
    "transformer": lambda: (
        Net(lambda net, x: net.head(net.encoder(net.embedding(x)).mean(1)),
            embedding=nn.Embedding(C, H), head=nn.Linear(H, C), encoder=nn.TransformerEncoder(
                nn.TransformerEncoderLayer(H, 2, 16, batch_first=True), 2)),
        loader(symbols(4 * B, T), symbols(4 * B)), CE),
    "targets of a mean": lambda: (
        last_net(outputs=1), loader(floats(4 * B, T, D), 5 + floats(4 * B, 1)), MSE),
    **{task: lambda task=task: task_case(task)
       for task in ("sunspots", "co2", "sine", "recall", "adding", "reber", "names")},
}  # fmt: skip


def zero_head():
    model = sequence_net()
    nn.init.zeros_(model.head.weight)
    return model


def warming_up():
    model = sequence_net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step / 100, 1))
    return model, regression(), MSE, optimizer


def frozen_below():
    model = last_net()
    model.rnn.requires_grad_(False)
    return model


def reshaped(net, x):
    """Time first, by view in place of transpose."""
    outputs, _ = net.rnn(x.reshape(x.shape[1], x.shape[0], -1))
    return net.head(outputs).reshape(x.shape[0], x.shape[1], -1)


def detached(net, x):
    return net.head(net.rnn(x)[0].detach())


def in_list():
    layers = [nn.GRU(D, H, batch_first=True), nn.GRU(H, H, batch_first=True)]

    def forward(net, x):
        for layer in net.layers:
            x, _ = layer(x)
        return net.head(x)

    return Net(forward, layers=layers, head=nn.Linear(H, 1))


def zeroed():
    model = sequence_net()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model


def with_nan():
    x = floats(B, T, D)
    x[3, 4, 1] = float("nan")
    return [(x, floats(B, T, 1))]


def half_optimizer(make):
    def case():
        model, batches, loss_fn = make()
        return model, batches, loss_fn, torch.optim.Adam(model.rnn.parameters())

    return case


def optimized(make, optimizer, **options):
    def case():
        model, batches, loss_fn = make()
        return model, batches, loss_fn, optimizer(model.parameters(), **options)

    return case


def other_optimizer():
    return (*CORRECT["regression"](), torch.optim.Adam(sequence_net().parameters()))


def frozen_embedding():
    embedding = nn.Embedding.from_pretrained(floats(C, H))
    model = Net(language_model, embedding=embedding, rnn=nn.GRU(H, H, batch_first=True),
                head=nn.Linear(H, C))  # fmt: skip
    return model, tokens(), "cross_entropy", torch.optim.Adam(model.parameters())


def double_inputs():
    return loader(floats(B, T, D).double(), floats(B, T, 1))


class Undetached(Stateful):
    def forward(self, x):
        outputs, self.state = self.rnn(x, self.state)
        return self.head(outputs)


def last_example(net, x):
    """Not the last step, with batch_first."""
    return net.head(net.rnn(x)[0][-1])


def first_left_out(net, pair):
    """A decoder that fills its outputs from the second step on."""
    source, target = pair
    h, outputs = net.encoder(net.embedding(source))[1][0], []
    for before in target[:, :-1].unbind(1):
        h = net.decoder(net.embedding(before), h)
        outputs.append(net.head(h))
    return torch.stack([torch.zeros_like(outputs[0]), *outputs], 1)


def make_first_left_out():
    return Net(first_left_out, embedding=nn.Embedding(C, H), head=nn.Linear(H, C),
               encoder=nn.GRU(H, H, batch_first=True), decoder=nn.GRUCell(H, H))  # fmt: skip


def copies():
    source = symbols(B, T)
    return [((source, source), source)] * 2


def after_the_first(predictions, targets):
    return CE(predictions[:, 1:].transpose(1, 2), targets[:, 1:])


def two_at_a_distance():
    """The bias of its last layer cancels, with a gradient of 0."""

    def distance(net, pair):
        a, b = (net.head(net.rnn(x)[0][:, -1]) for x in pair)
        return (a - b).square().mean(1)

    return Net(distance, rnn=nn.LSTM(D, H, batch_first=True),
                                head=nn.Linear(H, C))  # fmt: skip


def decoder_of_zeros():
    """A decoder that reads nothing but the encoder's state."""

    def decode(net, x):
        return net.head(net.decoder(x.new_zeros(len(x), T, 1), net.encoder(x)[1])[0])

    return Net(decode, encoder=nn.GRU(D, H, batch_first=True),
               decoder=nn.GRU(1, H, batch_first=True), head=nn.Linear(H, 1))  # fmt: skip


def state_of_sixteen(net, x):
    return net.head(net.rnn(x, torch.zeros(1, B, H))[0][:, -1])


class Ragged(torch.utils.data.Dataset):
    """Sequences of different lengths, which the default collate function cannot stack."""

    def __len__(self):
        return 40

    def __getitem__(self, index):
        return floats(4 + index % 5, D), torch.zeros(1)


def no_state_loop(net, x):
    return torch.stack([net.head(net.rnn(x[:, t : t + 1])[0][:, 0]) for t in range(T)], 1)


def softmaxed(axis):
    return lambda net, x: net.head(net.rnn(x)[0][:, -1]).softmax(axis)


def scaled(net, x):
    return net.head(net.rnn(x)[0] * 1000)


CORRECT |= {
    "two at a distance": lambda: (
        two_at_a_distance(), [((floats(B, T, D), floats(B, T, D)), floats(B).abs())] * 2, MSE),
    "a decoder that reads zeros": lambda: (
        decoder_of_zeros(), loader(floats(4 * B, T, D), floats(4 * B, T, 1)), MSE),
    "a decoder that shifts for itself": lambda: (
        make_first_left_out(), copies(), after_the_first),
    "a smaller last batch": lambda: (
        last_net(), loader(floats(4 * B + 1, T, D), symbols(4 * B + 1)), CE),
    "words in and out, whole sentences": lambda: (
        Net(language_model, embedding=nn.Embedding(C, H),
            rnn=nn.GRU(H, H, batch_first=True, bidirectional=True), head=nn.Linear(2 * H, C)),
        [(x, x) for x in [symbols(B, T)]] * 2, "cross_entropy"),
}  # fmt: skip
DEFECTS = {  # what is wrong: the checks that may name it, a part of what it says, the case
    "view for transpose": ("other examples", "others moved", lambda: (
        sequence_net(batch_first=False, forward=reshaped), regression(), MSE)),
    "view for transpose, a list": ("other examples", "axis 0 and along axis 1", lambda: (
        sequence_net(batch_first=False, forward=reshaped),
        [(floats(B, T, D), floats(B, T, 1))], MSE)),
    "batch_first left out": ("other examples", "others moved", lambda: (
        sequence_net(batch_first=False), regression(), MSE)),
    "batch_first left out, many to one": ("other examples", "others moved", lambda: (
        last_net(batch_first=False), classes(), CE)),
    "windows unbatched": ("other examples", "others moved", lambda: (
        sequence_net(inputs=T, forward=lambda net, x: net.head(net.rnn(x)[0])),
        loader(floats(B, T), floats(B, 1)), MSE)),
    "softmax over the batch": ("other examples", "others moved", lambda: (
        sequence_net(outputs=C, forward=softmaxed(0)), classes(), CE)),
    "softmax twice": ("first loss", "probabilities already", lambda: (
        sequence_net(outputs=C, forward=softmaxed(-1)), classes(), CE)),
    "sigmoid twice": ("first loss", "between 0 and 1 already", lambda: (
        sequence_net(forward=lambda net, x: net.head(net.rnn(x)[0][:, -1]).sigmoid()),
        loader(floats(4 * B, T, D), symbols(4 * B, 1, most=2).float()), nn.BCEWithLogitsLoss())),
    "targets not scaled": ("first loss", "targets are about", lambda: (
        last_net(outputs=1), loader(floats(4 * B, T, D), 300 + 80 * floats(4 * B, 1)), MSE)),
    "relu on negative targets": ("first loss", "prediction negative", lambda: (
        sequence_net(forward=lambda net, x: net.head(net.rnn(x)[0]).relu()), regression(), MSE)),
    "tanh on large targets": ("first loss", "out of -1 to 1", lambda: (
        sequence_net(forward=lambda net, x: net.head(net.rnn(x)[0]).tanh()), regression(), MSE)),
    "logits not scaled": ("first loss", "guessing gives", lambda: (
        sequence_net(outputs=C, forward=scaled), tags(), "cross_entropy")),
    "encoder detached": ("gradients", "rnn.weight_ih_l0", lambda: (
        sequence_net(forward=detached), regression(), MSE)),
    "layers in a list": ("gradients", "layers", lambda: (in_list(), regression(), MSE)),
    "weights of zero": ("gradients", "rnn.weight_ih_l0", lambda: (zeroed(), regression(), MSE)),
    "the last step of a bidirectional layer": ("gradients", "weight_hh_l0_reverse", lambda: (
        last_net(bidirectional=True), classes(), CE)),
    "argmax in the model": ("gradients", "does not require grad", lambda: (
        sequence_net(outputs=C, forward=lambda net, x: net.head(net.rnn(x)[0]).argmax(-1).float()),
        loader(floats(B, T, D), floats(B, T)), MSE)),
    "frozen embedding": ("gradients", "embedding.weight is frozen", frozen_embedding),
    "head not in the optimizer": (
        "optimizer", "head.weight", half_optimizer(CORRECT["regression"])),
    "optimizer of another model": ("optimizer", "of another", other_optimizer),
    "one time step": ("its past", "sees one time step", lambda: (
        sequence_net(inputs=T, forward=lambda net, x: net.head(net.rnn(x)[0][:, -1])),
        loader(floats(B, 1, T), floats(B, 1)), MSE)),
    "one time step, made in forward": ("its past", "sees one time step", lambda: (
        sequence_net(inputs=T, forward=lambda net, x: net.head(net.rnn(x[:, None])[0][:, -1])),
        loader(floats(B, T), floats(B, 1)), MSE)),
    "state not passed on": ("its past", "alone", lambda: (
        Net(forgetful_loop, cell=nn.GRUCell(D, H), head=nn.Linear(H, 1)), regression(), MSE)),
    "state not passed on to an LSTM": ("its past", "alone", lambda: (
        sequence_net(nn.LSTM, forward=no_state_loop), regression(), MSE)),
    "decoder without the encoder": ("its past", "inputs[0]", lambda: (
        make_seq2seq(passes_on=False), translations(), "cross_entropy")),
    "bidirectional language model": ("its future", "read its answer", lambda: (
        Net(language_model, embedding=nn.Embedding(C, H),
            rnn=nn.GRU(H, H, batch_first=True, bidirectional=True), head=nn.Linear(2 * H, C)),
        tokens(), "cross_entropy")),
    "bidirectional forecast": ("its future", "read its answer", lambda: (
        sequence_net(inputs=1, bidirectional=True), rnnlab.Batches(*windows_of(wave())), "mse")),
    "decoder reads its targets": ("its future", "the targets themselves", lambda: (
        make_seq2seq(), [((source, target), target) for (source, _), target in translations()],
        "cross_entropy")),
    "the first output in place of the last": ("its past", "first of 12", lambda: (
        sequence_net(outputs=C, forward=lambda net, x: net.head(net.rnn(x)[0][:, 0])),
        classes(), CE)),
    "the last example in place of the last step": ("other examples", "of that one moved", lambda: (
        sequence_net(outputs=C, forward=last_example),
        loader(floats(4 * T, T, D), symbols(4 * T), T), CE)),
    "targets not shifted": ("its future", "the targets themselves", lambda: (
        Net(language_model, embedding=nn.Embedding(C, H), rnn=nn.GRU(H, H, batch_first=True),
            head=nn.Linear(H, C)),
        [(x, x) for x in [symbols(B, T)]] * 2, "cross_entropy")),
    "probabilities for NLLLoss": ("first loss", "without a logarithm", lambda: (
        sequence_net(outputs=C, forward=softmaxed(-1)), classes(), nn.NLLLoss())),
    "the first output never filled": ("predictions", "predictions[:, 0]", lambda: (
        make_first_left_out(), copies(), "cross_entropy")),
    "a state of a full batch": ("last batch", "5 in place of 16", lambda: (
        sequence_net(outputs=C, forward=state_of_sixteen),
        loader(floats(9 * B + 5, T, D), symbols(9 * B + 5)), CE)),
    "squeezed down to one example": ("last batch", "of (1, 12)", lambda: (
        sequence_net(forward=lambda net, x: net.head(net.rnn(x)[0][:, -1]).squeeze()),
        [(floats(n, T, D), symbols(n, most=2).float()) for n in (B, B, 1)],
        nn.BCEWithLogitsLoss())),
    "sequences that do not stack": ("inputs and targets", "batch 0 raised", lambda: (
        sequence_net(), DataLoader(Ragged(), B), MSE)),
    "Adam at 3": ("one batch", "up to", optimized(
        CORRECT["classifier"], torch.optim.Adam, lr=3.0)),
    "learning rate 0": ("one batch", "learning rate 0", optimized(
        CORRECT["regression"], torch.optim.SGD, lr=0.0)),
    "learning rate 1000": ("one batch", "learning rate 1000", optimized(
        CORRECT["regression"], torch.optim.SGD, lr=1e3)),
    "Adam at 1000": ("one batch", "learning rate 1000", optimized(
        CORRECT["classifier"], torch.optim.Adam, lr=1e3)),
    "rising": ("one batch", "SGD", optimized(
        CORRECT["regression"], torch.optim.SGD, lr=0.01, maximize=True)),
    "graph kept": ("one batch", "second time", lambda: (Undetached(), regression(), MSE)),
    "nan in the inputs": ("inputs and targets", "1 of 576", lambda: (
        sequence_net(), with_nan(), MSE)),
    "targets broadcast": ("shapes", "broadcast", lambda: (
        last_net(outputs=1), loader(floats(B, T, D), floats(B)), MSE)),
    "targets broadcast by hand": ("shapes", "broadcast", lambda: (
        last_net(outputs=1), loader(floats(B, T, D), floats(B)),
        lambda p, y: (p - y).abs().mean())),
    "one target for all steps": ("shapes", "broadcast", lambda: (
        sequence_net(), loader(floats(B, T, D), floats(B, 1, 1)), MSE)),
    "double inputs": ("forward", "RNN input dtype", lambda: (sequence_net(), double_inputs(), MSE)),
    "input size": ("forward", "Expected", lambda: (sequence_net(inputs=4), regression(), MSE)),
    "float class numbers": ("loss", "Long", lambda: (
        last_net(), loader(floats(B, T, D), symbols(B).float()), CE)),
    "classes on the wrong axis": ("loss", "target size", lambda: (
        sequence_net(outputs=C), tags(), CE)),
    "returns a list": ("forward", "returned list", lambda: (
        sequence_net(forward=lambda net, x: [net.head(net.rnn(x)[0])]), regression(), MSE)),
}  # fmt: skip
