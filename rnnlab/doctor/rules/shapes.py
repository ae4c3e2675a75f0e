"""What torch refuses because sizes do not fit: each error with the number to change."""

import re
from math import prod
from traceback import walk_tb

from rnnlab.base.say import joined, say, translated
from rnnlab.doctor.recording.functions import LOSSES
from rnnlab.doctor.rules.rule import REFUSED, STEP, Advice, Rule
from rnnlab.doctor.source import arguments_at
from rnnlab.doctor.trace import Trace

LOSS_NAMES = {function.__name__ for function in LOSSES}


def _numbers(pattern: str, trace: Trace) -> list[int]:
    """Return the numbers of an error's text."""
    found = re.search(pattern, str(trace.error))
    return [int(number) for number in found.groups()] if found else []


def _features(trace: Trace) -> Advice:
    """Say how many features came, and to what."""
    for pattern in (r"Expected (\d+), got (\d+)", r"got (\d+) expected (\d+)"):
        if numbers := _numbers(pattern, trace):
            wanted, came = numbers if pattern.startswith("E") else numbers[::-1]
            name = trace.refused.name if trace.refused else "RNN"
            more = "The layer was made for {wanted} features a step and was given {came}."
            fix = "nn.{name}({came}, ...)  # input_size is the last axis of what it is given"
            return Advice(
                more=say(more, wanted=wanted, came=came), fix=say(fix, name=name, came=came)
            )
    came, wanted, out = _numbers(r"\(\d+x(\d+) and (\d+)x(\d+)\)", trace)
    both = any(call.numbers["both"] and 2 * call.numbers["hidden"] == came
               for call in trace.of("recurrent"))  # fmt: skip
    more = "The layer was made for {wanted} features and was given {came}."
    if both:
        more = (
            "The layer was made for {wanted} features and was given {came}. A bidirectional layer "
            "returns 2 * hidden_size features."
        )
    size = "2 * hidden_size" if both else f"{came}"
    return Advice(more=say(more, wanted=wanted, came=came), fix=f"nn.Linear({size}, {out})")


Rule(
    "input-size",
    why="A layer's weights are made for so many features, on the last axis of what it is given.",
    fix="make the layer for the size of the last axis of what it is given",
    lesson=REFUSED,
    raises=(
        r"input\.size\(-1\) must be equal to input_size",
        r"input has inconsistent input_size",
        r"mat1 and mat2 shapes cannot be multiplied",
    ),
    fits=_features,
)


def _squeezed(trace: Trace) -> Advice | bool:
    if trace.squeezed is None:
        return False
    more = (
        "squeeze() in line {line} takes every axis of size 1 away, the batch's too when a batch "
        "has one example."
    )
    fix = "squeeze(-1)  # in line {line}: one axis, by its number"
    line = trace.squeezed.line
    return Advice(more=say(more, line=line), fix=say(fix, line=line))


Rule(
    "batch-axis-squeezed",
    why="squeeze() without a number removes all axes of size 1; the last batch may have one "
    "example.",
    fix="squeeze(-1), or squeeze(1): one axis, by its number",
    lesson=REFUSED,
    raises=(
        r"[Tt]arget size \(torch\.Size.* input size \(torch\.Size",
        r"size mismatch \(got input",
        r"Dimension out of range",
        r"too many indices for tensor of dimension",
        r"(0D or 1D target|Expected floating point type for target|input batch_size)",
        r"must match the size of tensor",
        r"zero-dimensional|0-d tensor|0-D",
        r"Expected .*(2D|3D|2-D|3-D)",
        r"dimension specified as",
    ),
    fits=_squeezed,
)


def _of_loss(trace: Trace) -> Advice | bool:
    """Say how the targets come into the predictions' shape, in the line's own words."""
    refused = trace.refused
    if refused is not None and refused.name not in LOSS_NAMES | {"sub", "__sub__", "__rsub__"}:
        return refused.name.endswith("Loss")
    place = trace.error_place
    given, target = (arguments_at(place) if place else [])[:2] or ("predictions", "targets")
    shapes = refused.shapes if refused else []
    text = "The predictions are {shapes[0]}, the targets {shapes[1]}."
    more = say(text, shapes=shapes) if len(shapes) > 1 else ""
    if len(shapes) > 1 and refused is not None and refused.name == "cross_entropy":
        if len(shapes[0]) > 2 or shapes[0][:1] == shapes[1][:1]:
            return False
        fix = "{target}: one class number for each row of {given}"
        return Advice(more=more, fix=say(fix, target=target, given=given))
    same = len(shapes) > 1 and prod(shapes[0]) == prod(shapes[1])
    if same:
        return Advice(more=more, fix=f"{target}.reshape({given}.shape)")
    return Advice(more=more, fix=translated("one target for each prediction"))


Rule(
    "target-shape",
    why="Each prediction is compared with one target: the two have the same shape.",
    fix="targets.reshape(predictions.shape)",
    lesson=REFUSED,
    raises=(
        r"Target size \(torch\.Size.* must be the same as input size",
        r"Using a target size .* that is different",
        r"must match the size of tensor",
        r"Expected input batch_size \(\d+\) to match target batch_size",
        r"0D or 1D target tensor expected, multi-target not supported",
    ),
    fits=_of_loss,
)
Rule(
    "embedding-index",
    why="An embedding has a row for each number from 0 to num_embeddings - 1, and this one is not "
    "among them.",
    fix="nn.Embedding(max(numbers) + 1, ...)  # count padding and unknown words too",
    lesson=REFUSED,
    raises=(r"index out of range in self",),
)


def _state_has_other_shape(trace: Trace) -> Advice | bool:
    pattern = r"Expected hidden\S* size \((.*?)\), got \[(.*?)\]"  # not said
    found = re.search(pattern, str(trace.error))
    if found is None:
        more = (
            "A state has an axis for the layers in front: (layers, B, H); of one sequence without "
            "a batch (layers, H)."
        )
        fix = "state.unsqueeze(0)  # one layer; without batch: two axes for input and state"
        return Advice(more=translated(more), fix=translated(fix))
    wanted, given = ([int(n) for n in part.split(",")] for part in found.groups())
    if wanted[0] == given[0] and wanted[-1] == given[-1]:
        return False  # the axis of the batch
    more = "The state is {given}; this layer wants (layers * directions, B, H) = {wanted}."
    fix = "torch.zeros{wanted}, or a state of a layer with as many layers and units"
    shapes = {"given": tuple(given), "wanted": tuple(wanted)}
    return Advice(more=say(more, **shapes), fix=say(fix, **shapes))


Rule(
    "state-shape",
    why="A state has the shape (layers * directions, B, hidden_size) of the layer that takes it.",
    fix="torch.zeros(num_layers * directions, batch, hidden_size)",
    lesson=REFUSED,
    raises=(
        r"For (un)?batched \d-D input, hx( and cx)? should also be",
        r"Expected hidden(\[\d\])? size \(",
        r"hidden\d? has inconsistent hidden_size",
    ),
    fits=_state_has_other_shape,
)
Rule(
    "loss-not-scalar",
    why="backward starts from one number: of a tensor of losses it does not know how they count.",
    fix="loss.mean().backward()",
    lesson=REFUSED,
    raises=(r"grad can be implicitly created only for scalar outputs",),
)


def _lengths(trace: Trace) -> Advice:
    text = str(trace.error)
    if "sorted" in text:
        return Advice(fix="pack_padded_sequence(..., enforce_sorted=False)")
    if "greater than 0" in text:  # not said
        return Advice(fix=translated("leave empty sequences out, or lengths.clamp(min=1)"))
    return Advice(fix=translated("one length for each sequence, on the CPU, as whole numbers"))


Rule(
    "sequence-lengths",
    why="pack_padded_sequence wants a length above 0 for each sequence of the batch, and, unless "
    "told otherwise, the longest first.",
    fix="pack_padded_sequence(..., lengths, enforce_sorted=False)",
    lesson=REFUSED,
    raises=(
        r"`lengths` array must be sorted",
        r"Length of all samples has to be greater than 0",
        r"Expected `len\(lengths\)` to be equal to batch_size",
        r"'lengths' argument should be a 1D CPU",
    ),
    fits=_lengths,
)


def _in_place(trace: Trace) -> Advice | bool:
    sizes = re.search(r"Tensor \[(.*?)\]", str(trace.error))
    shape = tuple(int(n) for n in re.findall(r"\d+", sizes[1])) if sizes else ()
    place = trace.changed.get(shape) or next(reversed(trace.changed.values()), None)
    return Advice(place) if place else True


Rule(
    "changed-in-place",
    why="backward needs the values that this tensor had in the forward pass.",
    fix="h = torch.where(mask, new, h), or h = h * keep: a new tensor in place of the change",
    lesson=REFUSED,
    raises=(r"modified by an inplace operation",),
    fits=_in_place,
    general=True,
)
Rule(
    "unequal-lengths",
    why="A tensor has no rows of unequal length: sequences of a batch are padded to one length.",
    fix="collate_fn with pad_sequence(sequences, batch_first=True), and their lengths",
    lesson=REFUSED,
    raises=(
        r"stack expects each tensor to be equal size",
        r"expected sequence of length \d+ at dim",
        r"each element in list of batch should be of equal size",
        r"inhomogeneous shape",
        r"can't convert np\.ndarray of type numpy\.object_",
    ),
)


def _in_loss_class(trace: Trace) -> bool:
    """Whether the error comes from the making of a loss."""
    traceback = trace.error.__traceback__ if trace.error else None
    files = [frame.f_code.co_filename for frame, _ in walk_tb(traceback)]
    made = any(file.endswith(("modules/loss.py", "_reduction.py")) for file in files)
    return made or "Loss' object has no attribute" in str(trace.error)  # not said


Rule(
    "loss-made-not-called",
    why="nn.CrossEntropyLoss(...) makes a loss; predictions and targets are given to what it made.",
    fix="loss_fn = nn.CrossEntropyLoss(), then loss = loss_fn(predictions, targets)",
    lesson=REFUSED,
    raises=(
        r"Boolean value of Tensor with (more than one value|no values) is ambiguous",
        r"'\w+Loss' object has no attribute",
    ),
    fits=_in_loss_class,
)
Rule(
    "update-outside-no-grad",
    why="torch would have to follow the update as a part of the graph.",
    fix="with torch.no_grad():  # around the update of the weights",
    lesson=STEP,
    raises=(r"leaf Variable that requires grad is being used in an in-place operation",),
)


def _shapes_that_met(trace: Trace) -> Advice:
    shapes = [str(shape) for shape in trace.refused.shapes] if trace.refused else []
    name = trace.refused.name if trace.refused else ""
    if not shapes:
        return Advice()
    return Advice(more=say("{name} was given {shapes}.", name=name, shapes=joined(shapes)))


Rule(
    "shape-mismatch",
    why="Axes that meet must have the same size, or size 1; a new shape must have as many "
    "elements.",
    fix="print the shapes before this line, and name their axes: (batch, time, features)",
    lesson=REFUSED,
    raises=(
        r"must match the size of tensor",
        r"Sizes of tensors must match except in dimension",
        r"Tensors must have same number of dimensions",
        r"shape '.*' is invalid for input of size",
        r"view size is not compatible",
        r"Expected size for first two dimensions of batch2 tensor",
        r"Dimension out of range",
        r"too many indices for tensor of dimension",
        r"Expected input to be (2D|3D|2D or 3D)",
        r"expected input\[.*\] to have \d+ channels",
        r"running_mean should contain",
        r"The expanded size of the tensor",
        r"The shape of the mask",
        r"Expected \d-D|must be (2-D|3-D|2D|3D)|batch1 must be a 3D tensor|1D tensors expected",
        r"size mismatch, got input",
        r"shape mismatch: ",
    ),
    fits=_shapes_that_met,
    general=True,
)
