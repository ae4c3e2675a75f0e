"""Typical wrong answers to the exercises of notebook 07, each with a part of its first hint."""

LINES = {
    "clear": "optimizer.zero_grad()",
    "forward": "loss = loss_fn(model(inputs)[0], targets)",
    "backward": "loss.backward()",
    "clip": "nn.utils.clip_grad_norm_(model.parameters(), clip_norm)",
    "step": "optimizer.step()",
    "add": "total, examples = total + loss.item() * len(inputs), examples + len(inputs)",
}
RIGHT = ("clear", "forward", "backward", "clip", "step", "add")


def loop(*order, result="total / examples", lines=LINES):
    """Return the code of a train_epoch with these lines in this order."""
    body = "".join(f"        {lines[name]}\n" for name in order)
    return (
        "def train_epoch(model, batches, loss_fn, optimizer, clip_norm):\n"
        "    total, examples = 0.0, 0\n"
        f"    for inputs, targets in batches:\n{body}"
        f"    return {result}\n"
    )


def add(code):
    """Return the lines with another way to add up the loss."""
    return {**LINES, "add": code}


def validation(body, before="", after="    model.train()\n", block="with torch.no_grad():"):
    """Return the code of a validation_loss."""
    return (
        f"def validation_loss(model, batches, loss_fn):\n{before}"
        f"    total, examples = 0.0, 0\n    {block}\n"
        f"        for inputs, targets in batches:\n{body}{after}"
        "    return total / examples\n"
    )


ADD = (
    "            loss = loss_fn(model(inputs)[0], targets).item()\n"
    "            total, examples = total + loss * len(inputs), examples + len(inputs)\n"
)
ADD_MEANS = ADD.replace("loss * len(inputs)", "loss").replace(
    "examples + len(inputs)", "examples + 1"
)
EVAL = "    model.eval()\n"

WRONG = {
    "07.1": [
        ("train_epoch = 0.2", "not a function"),
        (loop(*RIGHT, result="None"), "the average loss is a number"),
        (loop(*RIGHT).replace("    return", "        return"), "the model it gave read 1"),
        (loop(*RIGHT[1:]), "backward has added to gradients that an earlier update had used"),
        (loop("clear", "forward", "backward", "step", "add"), "Nothing held it to the bound"),
        (
            loop("clear", "forward", "backward", "step", "clip", "add"),
            "clipped after the step that had used them",
        ),
        (
            loop("clear", "forward", "clip", "backward", "step", "add"),
            "clipped before backward had brought any",
        ),
        (
            loop("clear", "forward", "step", "backward", "clip", "add"),
            "the step came between the loss and its backward",
        ),
        (loop("clear", "forward", "clip", "step", "add"), "no backward: every step found no"),
        (loop(*RIGHT).replace("model(inputs)[0]", "model(inputs)"), "AttributeError: 'tuple'"),
        (
            loop("clear", "forward", "backward", "clip", "add"),
            "no optimizer step: no weight has changed",
        ),
        (
            loop("forward", "backward", "clear", "clip", "step", "add"),
            "cleared between backward and the optimizer's step",
        ),
        (loop("step", "clear", "forward", "backward", "clip", "add"), "one batch late"),
        (
            loop(*RIGHT, result="total / examples")
            .replace("        optimizer.step()\n", "")
            .replace("    return", "    optimizer.step()\n    return"),
            "but 1 update",
        ),
        (
            loop(*RIGHT, lines=add("total, examples = total + loss.item(), examples + 1")),
            "the mean of the batch means",
        ),
        (
            loop(
                *RIGHT, lines=add("total, examples = total + loss.item(), examples + len(inputs)")
            ),
            "the sum of batch means, divided by the examples",
        ),
        (loop(*RIGHT, result="loss.item()"), "the loss of the last batch alone"),
        (
            loop(*RIGHT, lines=add("total += loss * len(inputs); examples += len(inputs)")),
            "still holds its graph",
        ),
        (
            loop(*RIGHT).replace("loss_fn(model", "nn.functional.mse_loss(model"),
            "the right update is another one",
        ),
    ],
    "07.2": [
        ("validation_loss = 0.4", "not a function"),
        (validation(ADD), "Something still plays dice"),
        (validation(ADD, EVAL, block="if True:"), "recorded a graph"),
        (validation(ADD, EVAL, after=""), "model.training is False"),
        (validation(ADD_MEANS, EVAL), "the mean of the batch means"),
        (
            validation(ADD, EVAL).replace("    return total / examples\n", ""),
            "the average loss is a number",
        ),
    ],
    "07.3": [
        ('two_halves = "zero_grad, forward"', "expected a list of phases"),
        (
            'two_halves = ["zero_grad", "forward", "loss", "backward", "clip", "step"]',
            "there are 2 halves",
        ),
        (
            'two_halves = ["zero_grad", "forward", "loss", "backward", "clip", "step"] * 2',
            "one update was asked for",
        ),
        (
            'half = ["zero_grad", "forward", "loss", "backward"]\n'
            'two_halves = [*half, *half, "clip", "step"]',
            "cleared before the second half",
        ),
        (
            'half = ["forward", "loss", "backward"]\ntwo_halves = [*half, *half, "clip", "step"]',
            "nothing clears the gradients",
        ),
        (
            'half = ["forward", "loss", "backward", "clip"]\n'
            'two_halves = ["zero_grad", *half, *half, "step"]',
            "clipped before the second one was added",
        ),
        (
            'half = ["forward", "loss", "backward"]\n'
            'two_halves = ["zero_grad", *half, *half, "step"]',
            "above the bound",
        ),
        (
            'half = ["forward", "loss", "backward"]\n'
            'two_halves = [*half, *half, "zero_grad", "clip", "step"]',
            "The step found a gradient of norm 0",
        ),
        (
            'two_halves = ["zero_grad", "forward", "forward", "loss", "backward", "clip", "step"]',
            "gets lost on the way",
        ),
        (
            'half = ["forward", "loss", "backward"]\n'
            'two_halves = ["zero_grad", *half, "clip", "step", *half]',
            "before the second half's gradient",
        ),
    ],
}
