"""What each script of the corpus would hand to `rnnlab.preflight` just before its loop.

A script is run up to its loop; then the loop makes its first batches as it stands, up to the line
that first uses a module, the optimizer or the loss.
"""

import ast
import contextlib
import io
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader

HERE = Path(__file__).parent
BATCHES = 4


class Made(nn.Module):
    """What a script computes without a module of its own: layers, and a function of them."""

    def __init__(self, compute, **layers):
        super().__init__()
        self.compute = compute
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, inputs):
        return self.compute(self, inputs)


def through(cell, box, x):
    """Predictions of an LSTMCell at each step."""
    h, c = x.new_zeros(len(x), 20), x.new_zeros(len(x), 20)
    outputs = []
    for step in x.unbind(1):
        h, c = cell(step, (h, c))
        outputs.append(box(h))
    return torch.stack(outputs, 1)


def spell(rnn, line):
    """The prediction after the last letter."""
    hidden = torch.zeros(1, 24)
    for letter in line:
        output, hidden = rnn(letter, hidden)
    return output


def several(model):
    """The model, with its arguments as one tuple."""
    return Made(lambda net, inputs: net.model(*inputs), model=model)


class Enough(Exception):
    """All batches that are wanted are there."""


HELPERS = {
    "torch": torch, "nn": nn, "F": functional, "Made": Made, "several": several, "through": through,
    "spell": spell,
    "last": lambda rnn, head: Made(
        lambda net, x: net.head(net.rnn(x)[0][:, -1]), rnn=rnn, head=head),
    "each": lambda rnn, head: Made(lambda net, x: net.head(net.rnn(x)[0]), rnn=rnn, head=head),
}  # fmt: skip


def case_of(path, recipe):
    """Return model, batches, loss_fn and optimizer of a script, as a recipe says."""
    values = {"model": "model", "optimizer": "optimizer", "loop": 0} | recipe
    nodes = ast.parse(path.read_text()).body
    loops = [k for k, node in enumerate(nodes) if isinstance(node, ast.For)]
    until = [k for k, node in enumerate(nodes) if values.get("until", "\n") in ast.unparse(node)]
    at = until[-1] if "until" in values else loops[values["loop"]]
    space = {"__name__": "script", **HELPERS}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(ast.Module(nodes[:at], []), path.name, "exec"), space)
    space |= HELPERS
    if "batches" in values:
        batches = eval(values["batches"], space)
    else:
        batches = _batches(nodes[at], space, values["inputs"], values["targets"])
    return (eval(values["model"], space), batches, eval(values["loss"], space),
            eval(values["optimizer"], space))  # fmt: skip


def _batches(loop, space, inputs, targets):
    inner = loop
    while loops := [node for node in inner.body if isinstance(node, ast.For)]:
        if "backward" not in ast.unparse(loops[0]):
            break
        outer, inner = inner, loops[0]
        outer.body = outer.body[: outer.body.index(inner) + 1]
    if (
        isinstance(inner.target, ast.Tuple)
        and ast.unparse(inner.target) == f"({inputs}, {targets})"
    ):
        with contextlib.suppress(NameError):
            if isinstance(loader := eval(ast.unparse(inner.iter), space), DataLoader):
                return loader
    kept, pairs = [], []
    for node in inner.body:
        if _uses_a_module(node, space):
            break
        kept.append(node)

    def collect(pair):
        pairs.append(pair)
        if len(pairs) == BATCHES:
            raise Enough

    inner.body = [*kept, *ast.parse(f"collect_(({inputs}, {targets}))").body]
    with contextlib.suppress(Enough):
        code = ast.unparse(ast.fix_missing_locations(ast.Module([loop], [])))
        exec(code, space | {"collect_": collect})
    return pairs


def _uses_a_module(node, space):
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    kinds = nn.Module | torch.optim.Optimizer
    return "loss" in names or any(isinstance(space.get(name), kinds) for name in names)


def pair(inputs, targets, loss, model="model", **others):
    """A recipe, in the script's own names."""
    return {"inputs": inputs, "targets": targets, "loss": loss, "model": model, **others}


CE, MSE, LAST = "F.cross_entropy", "F.mse_loss", "'cross_entropy'"
BCE = "F.binary_cross_entropy_with_logits"
ROWS = "x[rows]", "y[rows]"

BOTH = {  # of mistakes and mended ones alike
    "attention_over_the_batch": pair("words", "label", CE),
    "decoder_that_reads_the_answer": pair("sentence[:, :-1]", "sentence[:, 1:]", LAST),
    "detached_and_thrown_away": pair(
        "corpus[begin : begin + 10]", "corpus[begin + 1 : begin + 11]", LAST,
        "Made(lambda net, x: (net.model.detach(), net.model(x))[1], model=decoder)"),
    "epochs_of_a_scheduler_counted_in_batches": pair("a", "b", MSE),
    "eval_in_the_middle_of_an_epoch": pair("words", "following", LAST),
    "final_states_viewed": pair("sentence", "label", CE),
    "graph_kept_for_an_old_state": pair(
        "video[:, :-1]", "path[:, 1:]", "F.smooth_l1_loss",
        "Made(lambda net, x: through(net.cell, net.box, x), cell=cell, box=box)"),
    "keyword_spotting_that_never_clears": pair("", "", "F.binary_cross_entropy",
                                               batches="batches"),
    "last_output_of_both_directions": pair("images", "labels", "criterion"),
    "loss_made_a_variable_of_its_own": pair("a", "b", MSE, "each(lstm, mask)"),
    "mean_with_the_padding": pair("(words, lengths)", "share", MSE, "several(model)"),
    "one_layer_for_two": pair("(query, shifted)", "answer", LAST, "several(model)"),
    "one_step_at_a_time_batch_as_time": pair("x", "slots", LAST),
    "optimizer_of_the_first_instance": pair("name", "nation", "criterion", "rnn"),
    "pretrained_words_that_stay": pair("sentence", "label", CE),
    "prices_as_they_are": pair("x", "y", MSE, "last(lstm, head)"),
    "probabilities_for_nll": pair("text", "label", "criterion"),
    "rate_of_one": pair("x[rows]", "digit[rows]", CE),
    "ratings_beside_a_column": pair("essay", "grade", "criterion"),
    "relu_behind_the_last_layer": pair("x", "y", MSE),
    "root_of_a_negative_flow": pair("rain", "observed", "loss_of"),
    "sequential_of_a_layer_that_returns_two": pair("part[:, :-1]", "part[:, 1:]", MSE),
    "squeezed_down_to_one_review": pair("batch", "label", "criterion"),
    "state_of_other_sentences": pair("batch[:, :-1]", "batch[:, 1:]", LAST),
    "state_without_its_layer_axis": pair("waves", "waves", MSE),
    "text_of_no_words": pair("text[rows]", "targets[rows]", BCE),
    "token_above_vocabulary": pair(
        "texts", "good", CE,
        "Made(lambda net, x: net.head(net.gru(net.embedding(x))[1][0]), embedding=embedding, "
        "gru=gru, head=head)"),
    "token_numbers_as_floats": pair("text", "mel", "F.l1_loss"),
    "translation_with_two_softmaxes": pair(
        "(x, y_before)", "y", "lambda p, y: loss_function(p.permute(0, 2, 1), y)",
        "several(model)"),
    "update_of_leaves_by_hand": pair(
        "data", "target", LAST,
        "Made(lambda net, x: net.decoder(net.rnn(net.embedding(x))[0]), embedding=embedding, "
        "rnn=rnn, decoder=decoder)", optimizer="None"),
    "words_of_unequal_length_stacked": pair(
        "word", "count", MSE,
        "Made(lambda net, x: net.head(net.gru(net.embedding(x.T))[1][0])[:, 0], "
        "embedding=embedding, gru=gru, head=head)"),
}  # fmt: skip

VIEWED = "lambda p, y: F.cross_entropy(p.view(-1, VOCAB), y.view(-1))"
SHIFTED = "lambda p, y: F.cross_entropy(p[1:].view(-1, VOCAB), y[1:].view(-1))"
MADE_LAST = "last(rnn, head)"
STATED = "Made(lambda net, x: net.net(x, net.net.init_hidden({}))[0], net=net)"
TOKENS = (
    "Made(lambda net, x: net.fc(net.lstm(net.embedding(x))[0]), embedding=embedding, lstm=lstm, "
    "fc=fc)"
)
TALK = "Made(lambda net, x: net.listener({}), speaker=speaker, listener=listener)"
MISTAKES = BOTH | {
    "every_step_against_the_last_target": pair(
        "series[t : t + 10].view(10, 1, 1)", "series[t + 10].view(1, 1)", "criterion",
        "Made(lambda net, x: net.head(net.lstm(x)[0]).view(10, 1), lstm=lstm, head=head)"),
    "first_output_left_at_zero": pair("(src, trg)", "trg", VIEWED, "several(model)"),
    "loss_class_called_with_tensors": pair("steps", "label", "nn.CrossEntropyLoss", MADE_LAST),
    "loss_made_a_variable_of_its_own": pair(
        "a", "b", "lambda p, y: Variable(F.mse_loss(p, y), requires_grad=True)",
        "each(lstm, mask)"),
    "loss_of_every_token": pair(
        "tokens", "tags", "lambda p, y: criterion(p[real], y[real])", TOKENS),
    "one_hot_labels_in_one_row": pair(
        "x", "labels", "lambda p, y: criterion(p, y.view(-1))"),
    "prediction_detached_to_fit": pair(
        *ROWS, "lambda p, y: F.binary_cross_entropy(p.squeeze().detach(), y)"),
    "state_of_a_full_batch": pair("batch", "label", BCE, STATED.format("BATCH")),
    "tokens_chosen_between_two_networks": pair(
        "x", "x.sum(1).argmax(1)", CE,
        TALK.format("F.one_hot(net.speaker(x).argmax(-1), 8).float()")),
    "words_where_time_is": pair(
        "inputs", "targets", "loss_func", "Made(lambda net, x: net.model(x, None), model=model)"),
}  # fmt: skip
MENDED = BOTH | {
    "every_step_against_the_last_target": pair(
        "series[t : t + 10].view(10, 1, 1)", "series[t + 10].view(1, 1)", "criterion",
        "Made(lambda net, x: net.head(net.lstm(x)[0][-1]), lstm=lstm, head=head)"),
    "first_output_left_at_zero": pair("(src, trg)", "trg", SHIFTED, "several(model)"),
    "loss_class_called_with_tensors": pair("steps", "label", "nn.CrossEntropyLoss()", MADE_LAST),
    "loss_of_every_token": pair(
        "tokens", "tags", "lambda p, y: criterion(p[real], y[real]).mean()", TOKENS),
    "one_hot_labels_in_one_row": pair(
        "x", "labels", "lambda p, y: criterion(p, y.argmax(1))"),
    "prediction_detached_to_fit": pair(
        *ROWS, "lambda p, y: F.binary_cross_entropy(p.squeeze(1), y)"),
    "state_of_a_full_batch": pair("batch", "label", BCE, STATED.format("len(x)")),
    "tokens_chosen_between_two_networks": pair(
        "x", "x.sum(1).argmax(1)", CE,
        TALK.format("F.gumbel_softmax(net.speaker(x), hard=True)")),
    "words_where_time_is": pair(
        "inputs", "targets", "lambda p, y: loss_func(p.transpose(1, 2), y)",
        "Made(lambda net, x: net.model(x, None), model=model)"),
}  # fmt: skip
CORRECT = {
    "activation_regularized": pair("data", "target", LAST),
    "attention_decoder": pair(
        "(source, shifted)", "source",
        "lambda p, y: F.cross_entropy(p.transpose(1, 2), y, ignore_index=0)", "several(model)"),
    "batch_norm_after_gru": pair(*ROWS, CE),
    "bidirectional_sentiment": pair("batch", "y", "lambda p, y: criterion(p.squeeze(1), y)"),
    "bucket_sampler": pair(
        "(x, lengths)", "torch.tensor(sums)", MSE,
        "Made(lambda net, x: net.head(net.gru(x[0])[0][torch.arange(len(x[0])), x[1] - 1])"
        ".squeeze(1), gru=gru, head=head)"),
    "char_rnn": pair(
        "chunk[:, :-1]", "chunk[:, 1:]",
        "lambda p, y: criterion(p.reshape(-1, p.shape[-1]), y.reshape(-1))"),
    "distilled_from_a_teacher": pair(
        "x", "(y, F.softmax(teacher(x).detach() / TEMPERATURE, dim=-1))",
        "lambda p, t: 0.7 * 4 * F.kl_div(F.log_softmax(p / 2, dim=-1), t[1], reduction="
        "'batchmean') + 0.3 * F.cross_entropy(p, t[0])", "student", loop=1),
    "early_stopping_best_restored": pair("x_train[rows]", "y_train[rows]", "criterion"),
    "checkpoint_and_resume": pair(
        "", "", "lambda p, y: F.cross_entropy(p.transpose(1, 2), y)", until="after",
        batches="[(b.unsqueeze(-1).float(), b.cumsum(1) % 2) for b in "
        "torch.randint(0, 2, (4, 32, 6))]"),
    "ema_of_the_weights": pair("x", "y", MSE),
    "forecast_many_steps": pair("x", "y", "F.huber_loss"),
    "forecast_sliding_windows": pair("X_batch", "y_batch", "loss_fn"),
    "frozen_vectors": pair("x", "y", CE),
    "gan_with_recurrent_critic": pair(
        "torch.cat([real, G(torch.randn(32, T, 2)).detach()])", "torch.cat([ones, zeros])",
        "criterion", "D", optimizer="optimizer_d"),
    "gradient_accumulation": pair("", "", "criterion", batches="loader"),
    "gru_cell_loop": pair("x", "running_mean", MSE),
    "k_fold_new_model_each": pair(
        "", "", "nn.BCEWithLogitsLoss()", "Net()", optimizer="None",
        batches="[(x[r], y[r]) for r in torch.randperm(200).split(32)]"),
    "lstm_cells_two_layers_lbfgs": pair("", "", "criterion", "seq", batches="[(given, target)]"),
    "masked_loss": pair(
        "(values, seen)", "(values, hidden)",
        "lambda p, t: ((p - t[0]) ** 2 * t[1]).sum() / t[1].sum().clamp(min=1)",
        "several(model)"),
    "multi_task_heads": pair(
        "words", "words", "lambda p, w: F.cross_entropy(p[:, :3], w[:, -1] % 3) + 0.5 * "
        "F.mse_loss(p[:, 3], w.float().mean(1) / 12 - 1) + F.cross_entropy("
        "p[:, 4:].reshape(-1, 4), (w % 4).flatten())",
        "Made(lambda net, x: (lambda a, b, c: torch.cat([a, b[:, None], c.flatten(1)], 1))"
        "(*net.model(x)), model=model)"),
    "names_by_hand_written_sgd": pair(
        "", "", "criterion", "Made(lambda net, x: spell(net.rnn, x), rnn=rnn)", optimizer="None",
        batches="[(F.one_hot(n, LETTERS).float().unsqueeze(1), (n[-1:] > 1).long()) for n in "
        "torch.randint(0, LETTERS, (4, 5))]"),
    "noise_on_the_gradient": pair("x", "y", CE, "net"),
    "one_cycle_each_batch": pair("tokens[rows]", "label[rows]", CE),
    "own_dataset": pair("X", "y", "loss_function"),
    "permuted_for_a_time_first_layer": pair("inputs", "target", "criterion"),
    "plateau_on_validation": pair("part[:, :-1]", "part[:, 1:]", "criterion", "net"),
    "regression_with_much_noise": pair("a", "b", MSE),
    "seq2seq_teacher_forcing": pair("(src, trg)", "trg", SHIFTED, "several(model)"),
    "sequence_vae": pair("x", "x", MSE),
    "session_recommender_bpr": pair(
        "(session, torch.randint(0, ITEMS, (24, 6)))", "torch.ones(24, 6)",
        "lambda p, y: -F.logsigmoid(p).mean()",
        "Made(lambda net, x: (lambda state: net.model.score(state, x[0][:, 1:]) - "
        "net.model.score(state, x[1]))(net.model(x[0][:, :-1])), model=model)"),
    "siamese_contrastive": pair(
        "(of_kind(left), of_kind(right))", "different",
        "lambda d, y: ((1 - y) * d ** 2 + y * (MARGIN - d).clamp(min=0) ** 2).mean()",
        "several(model)"),
    "stateful_lstm": pair("part[:, :-1]", "part[:, 1:]", MSE),
    "step_lr_each_epoch": pair("a", "b", MSE),
    "tagger_packed": pair(
        "(words, lengths)", "tags", "lambda p, y: criterion(p.view(-1, 4), y.view(-1))",
        "several(model)"),
    "tied_weights": pair("x", "y", "lambda p, y: F.cross_entropy(p.transpose(1, 2), y)"),
    "time_first_classifier": pair("x", "y", "F.nll_loss", "net"),
    "two_optimizers_for_two_parts": pair(
        "", "", "lambda p, y: F.nll_loss(p.view(-1, VOCAB), y.view(-1))",
        "Made(lambda net, x: net.decoder(x[1], net.encoder(x[0])[1]), encoder=encoder, "
        "decoder=decoder)", optimizer="None", batches="[((s, torch.cat([torch.zeros(16, 1, "
        "dtype=torch.long), ((s * 2) % VOCAB)[:, :-1]], 1)), (s * 2) % VOCAB) for s in "
        "torch.randint(1, VOCAB, (4, 16, 3))]"),
    "warmup_then_decay": pair("x", "y", MSE),
    "word_language_model": pair(
        "data", "targets", "criterion",
        "Made(lambda net, x: net.model(x, net.model.init_hidden(x.shape[1])), model=model)",
        optimizer="None"),
}  # fmt: skip
FOLDERS = {"mistakes": MISTAKES, "mended": MENDED, "correct": CORRECT}
