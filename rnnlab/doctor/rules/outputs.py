"""What a loss compares: ranges, scales, probabilities, padding, and the targets themselves."""

from itertools import pairwise
from statistics import median

from rnnlab.base.say import say, translated
from rnnlab.doctor.rules.losses import name_of
from rnnlab.doctor.rules.rule import BATCHES, DATA, OUTPUTS, PADDING, RULES, Evidence, Rule
from rnnlab.doctor.source import arguments_at, assigned_above, names_at
from rnnlab.doctor.trace import Trace

EARLY = 12  # losses, of which it was looked at whether they count padding
CLASSES = ("label", "class", "categor", "kind", "genre", "species", "digit")  # in names


def _losses(trace: Trace, *names: str) -> Evidence:
    """Return the losses with a graph, that were looked into, of some functions, or of all."""
    return [
        loss for loss in trace.of("loss")
        if loss.numbers["graph"] and "op" in loss.numbers
        and (not names or loss.numbers["name"] in names)
    ]  # fmt: skip


@Rule(
    "sigmoid-before-bce-with-logits",
    "binary_cross_entropy_with_logits was given the values of a sigmoid, in {times} of {times} "
    "batches.",
    why="It takes the sigmoid itself: of a second one the values lie between 0.5 and 0.73.",
    fix="no sigmoid before BCEWithLogitsLoss, or nn.BCELoss",
    lesson=OUTPUTS,
)
def _sigmoid_twice(trace: Trace) -> Evidence:
    losses = _losses(trace, "binary_cross_entropy_with_logits")
    return losses if all(loss.numbers["op"] == "sigmoid" for loss in losses) else []


@Rule(
    "nll-without-log",
    "nll_loss was given values that are not logarithms of probabilities, in {times} of {times} "
    "batches.",
    why="NLLLoss takes the log-probability of the right class, with its sign turned, as the loss.",
    fix="nn.functional.log_softmax(scores, dim=1) before NLLLoss, or CrossEntropyLoss of the "
    "scores",
    lesson=OUTPUTS,
)
def _nll_without_log(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace, "nll_loss") if "no_logs" in loss.numbers]
    if any(event.numbers["batch"] for event in trace.of("softmax")):  # then that is why
        return []
    return losses if all(loss.numbers["no_logs"] for loss in losses) else []


@Rule(
    "softmax-axis",
    "A softmax was taken over axis {dim} of {shape}, which holds the examples of the batch: each "
    "example's numbers depend on the other examples.",
    why="What competes in a softmax must be the classes, or the time steps, of one example.",
    fix="softmax(scores, dim=-1) over classes; for attention the axis of time",
    lesson=OUTPUTS,
    least=3,
)
def _softmax_axis(trace: Trace) -> Evidence:
    return [event for event in trace.of("softmax") if event.numbers["batch"]]


@RULES["softmax-axis"].sign(
    "A softmax was taken over axis {dim} of {shape}, which has size 1: it is 1 whatever it is "
    "given.",
    least=3,
)
def _softmax_of_one(trace: Trace) -> Evidence:
    return [event for event in trace.of("softmax") if not event.numbers["batch"]]


@Rule(
    "padding-in-loss",
    "The loss counts what was computed from padding, in {times} batches that were looked at.",
    why="What is learnt for padding is lost to the real steps, and the loss is not theirs alone.",
    fix="CrossEntropyLoss(ignore_index=PAD), or (losses * mask).sum() / mask.sum()",
    lesson=PADDING,
    severity="warning",
)
def _padding_in_loss(trace: Trace) -> Evidence:
    losses = _losses(trace)[:EARLY]
    padded = [loss for loss in losses if loss.numbers.get("padded")]
    return padded if len(padded) >= 0.5 * len(losses) else []


@Rule(
    "mean-over-padding",
    "The mean over time was taken of padded outputs, in {times} batches that were looked at.",
    why="The longest sequence decides how much of a shorter one is left.",
    fix="(outputs * mask).sum(1) / lengths.unsqueeze(1)  # mask (B, T, 1)",
    lesson=PADDING,
    severity="warning",
)
def _mean_over_padding(trace: Trace) -> Evidence:
    return trace.of("padded_mean")


@Rule(
    "target-is-input",
    "The targets are what the network reads at the same step, in {times} of {times} batches: it "
    "has only to copy.",
    why="To predict the next step the targets are the inputs one step later.",
    fix="inputs, targets = sequence[:, :-1], sequence[:, 1:]",
    lesson=DATA,
    least=3,
)
def _target_is_input(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace) if "same" in loss.numbers]
    if not losses or not all(loss.numbers["same"] for loss in losses):
        return []
    names = arguments_at(losses[-1].place)[1:2]
    made = next((assigned_above(losses[-1].place, name) for name in names), None)
    return [loss._replace(place=loss.numbers["source"] or made or loss.place) for loss in losses]


@Rule(
    "future-seen",
    "A bidirectional layer is to predict the next input, in {times} of {times} batches: its "
    "backward half has read it.",
    why="What is to be predicted must not be among what is read.",
    fix="bidirectional=False",
    lesson=OUTPUTS,
    least=3,
)
def _future_seen(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace) if "shifted" in loss.numbers]
    if not all(loss.numbers["shifted"] and loss.numbers["both"] for loss in losses):
        return []
    return [loss._replace(place=loss.numbers["both"]) for loss in losses]


@Rule(
    "rows-never-filled",
    "{places} of the predictions is exactly 0 in {times} of {times} batches: nothing was ever "
    "written there.",
    why="The loss of what no network has computed teaches nothing.",
    fix="leave them out of the loss: outputs[1:], targets[1:]",
    lesson=OUTPUTS,
    least=3,
)
def _row_never_filled(trace: Trace) -> Evidence:
    found = _never_filled(trace)
    return found if found and found[0].numbers["alone"] else []


@RULES["rows-never-filled"].sign(
    "{places} of the predictions are exactly 0 in {times} of {times} batches: nothing was ever "
    "written there.",
    least=3,
)
def _rows_never_filled(trace: Trace) -> Evidence:
    return _never_filled(trace)


def _never_filled(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace) if loss.numbers.get("empty_rows") is not None]
    found = {loss.numbers["empty_rows"] for loss in losses}
    if len(found) != 1:
        return []
    ((axis, rows),) = found
    numbers = {"places": _in_short(axis, rows), "alone": len(rows) == 1}
    if axis == 1:
        fix = "leave them out of the loss: outputs[:, 1:], targets[:, 1:]"
        numbers["fix"] = translated(fix)
    return [loss.with_numbers(**numbers) for loss in losses]


def _in_short(axis: int, rows: tuple[int, ...]) -> str:
    """Return in words which rows, of axis 0, or columns, of axis 1, these are."""
    first, last, shown = rows[0], rows[-1], ", ".join(map(str, rows[:4]))
    if len(rows) == 1:
        text = ("Row {first}", "Column {first}")
    elif len(rows) > 2 and last - first == len(rows) - 1:
        text = ("Rows {first} to {last}", "Columns {first} to {last}")
    elif len(rows) > 4:
        text = ("Rows {shown} and {more} more", "Columns {shown} and {more} more")
    else:
        text = ("Rows {shown}", "Columns {shown}")
    return say(text[axis], first=first, last=last, shown=shown, more=len(rows) - 4)


@Rule(
    "outputs-cannot-reach",
    "{outside:.0%} of the targets lie where no {function} can reach.",
    why="The last function bounds the predictions: ReLU at 0, sigmoid at 0 and 1, tanh at -1 "
    "and 1.",
    fix="no activation behind the last layer of a regression, or targets scaled into its range",
    lesson=OUTPUTS,
    severity="warning",
    least=3,
)
def _outputs_cannot_reach(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace) if "outside" in loss.numbers]
    shares = [loss.numbers["outside"] for loss in losses]
    if not shares or median(shares) < 0.1:
        return []
    numbers = {"outside": median(shares), "function": losses[-1].numbers["op"].rstrip("_")}
    if numbers["function"] == "recurrence":  # a layer's outputs as they are, which may be meant
        fix = translated("nn.Linear(hidden_size, 1) behind the recurrence")
        numbers |= {"function": translated("recurrence"), "severity": "note", "fix": fix}
    return [loss.with_numbers(**numbers) for loss in losses]


@Rule(
    "regression-on-class-numbers",
    "The targets {name!r} are whole numbers of classes, and the loss is {loss}: it takes class "
    "2 for twice class 1, and for near to class 3.",
    why="The numbers of classes are names; a distance between them means nothing.",
    fix="as many outputs as classes, and cross_entropy(scores, labels)",
    lesson=OUTPUTS,
    severity="warning",
    least=3,
)
def _regression_on_class_numbers(trace: Trace) -> Evidence:
    found = []
    for loss in (loss for loss in _losses(trace) if "whole" in loss.numbers):
        names = [
            name for name in sorted(names_at(loss.place))
            if any(part in name.lower() for part in CLASSES)
        ]  # fmt: skip
        if not loss.numbers["whole"] or not names:
            return []
        if loss.numbers["target_std"] > 0 and loss.numbers["most"] > 1:
            found.append(loss.with_numbers(name=names[0], loss=name_of(loss)))
    return found


@Rule(
    "targets-not-scaled",
    "The targets are about {mean:.3g}, the predictions at the end about {reached:.3g}: a constant "
    "would still be nearer.",
    why="Weights begin near 0 and move by the learning rate; to reach hundreds takes long.",
    fix="targets = (targets - mean) / std, and back for the forecast",
    lesson=DATA,
    severity="warning",
    least=10,
)
def _targets_not_scaled(trace: Trace) -> Evidence:
    losses = [loss for loss in _losses(trace) if "target_mean" in loss.numbers]
    if len(losses) < 10:
        return []
    last = losses[-5:]
    mean, spread, reached = (
        median(loss.numbers[name] for loss in last)
        for name in ("target_mean", "target_std", "prediction_mean")
    )
    on_its_way = 0 <= reached / mean < 1 if mean else False  # else it has run away
    far = on_its_way and abs(reached - mean) > 2 * spread and abs(mean) > 10
    numbers = {"mean": mean, "reached": reached}
    return [loss.with_numbers(**numbers) for loss in losses] if far else []


@Rule(
    "inputs-not-scaled",
    "The inputs alone drive {saturated:.0%} of the gates of {module} to their ends, where they no "
    "longer react.",
    why="sigmoid and tanh are flat beyond some 5: there the gradient is as good as 0.",
    fix="inputs = (inputs - inputs.mean()) / inputs.std(), each feature by itself",
    lesson=BATCHES,
    severity="warning",
    least=3,
)
def _inputs_not_scaled(trace: Trace) -> Evidence:
    calls = [c for c in trace.of("recurrent") if c.numbers["saturated"] is not None]
    shares = [call.numbers["saturated"] for call in calls[:3]]  # later the weights have moved
    if not shares or median(shares) < 0.4:
        return []
    return [call.with_numbers(saturated=median(shares)) for call in calls]


@Rule(
    "sorted-by-class",
    "In {times} of {batches} batches that were looked at all examples were of one class.",
    why="Each batch then pulls towards its own class, and the next one back.",
    fix="DataLoader(..., shuffle=True), or x[torch.randperm(len(x))]",
    lesson=DATA,
    least=6,
)
def _sorted_by_class(trace: Trace) -> Evidence:
    losses = [
        loss for loss in trace.of("loss")
        if loss.numbers["graph"] and loss.numbers.get("rows", 0) >= 6
    ]  # fmt: skip
    alone = [loss for loss in losses if loss.numbers["one_class"] is not None]
    several = len({loss.numbers["one_class"] for loss in alone}) > 1
    in_a_row = [loss.numbers["one_class"] for loss in alone if "op" in loss.numbers]
    changes = sum(a != b for a, b in pairwise(in_a_row))  # a GAN's true and false take turns
    several &= changes < 0.4 * len(in_a_row)
    if not several or len(alone) < 0.6 * len(losses):
        return []
    return [loss.with_numbers(batches=len(losses)) for loss in alone]
