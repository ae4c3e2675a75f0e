"""Wrong answers to the exercises of notebook 09, each with a part of the hint it gets."""

STEP = """
def fixed_step(model, optimizer, inputs, targets):
    {clear}
    predictions, _ = model(inputs)
    loss = mse_loss({predictions}, targets)
    {late}
    loss.backward()
    {clip}
    optimizer.step()
    return loss
"""
RIGHT_STEP = {
    "clear": "optimizer.zero_grad()",
    "predictions": "predictions[:, -1, 0]",
    "late": "",
    "clip": "nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
}
EPOCH = """
def fixed_epoch(model, optimizer, batches):
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        optimizer.zero_grad()
        predictions, state = model(inputs, {state})
        loss = mse_loss(predictions, targets)
        loss.backward({backward})
        optimizer.step()
        total += {loss}
        count += {count}
    return total / count
"""
RIGHT_EPOCH = {
    "state": "hidden.detach(state)",
    "backward": "",
    "loss": "loss.item() * targets.numel()",
    "count": "targets.numel()",
}


def step(**wrong):
    return STEP.format(**{**RIGHT_STEP, **wrong})


def epoch(**wrong):
    return EPOCH.format(**{**RIGHT_EPOCH, **wrong})


WRONG = {
    "09.1": [
        ('answer = "missing-backward"', "Backward is there: it gave 6 parameters a gradient"),
        ('answer = "missing-step"', "Step is there, called 1 time"),
        ('answer = "step-before-backward"', "Step comes after backward"),
        ('answer = "missing-zero-grad"', "without it gradients add up"),
        ('answer = "clip-before-backward"', "somebody else made it so"),
        ('answer = "clip-after-step"', "take it out, and the loss still stands"),
        ('answer = "learning-rate-too-low"', "is no mistake that makes a loss repeat itself"),
        ("answer = 10", "give the code in quotes"),
    ],
    "09.2": [
        (step(predictions="predictions[:, -1]"), "every prediction is compared with every target"),
        (step(clear=""), "backward has added to gradients that an earlier update had used"),
        (
            step(clear="", clip="optimizer.zero_grad()"),
            "cleared between backward and the optimizer's step",
        ),
        (
            step(clip="", late="nn.utils.clip_grad_norm_(model.parameters(), 1.0)"),
            "clipped before backward had brought any",
        ),
        (step(clip=""), "those of a step with no clipping"),
        (step(predictions="predictions.mean(1)[:, 0]"), "right would be"),
        (step(predictions="predictions[:, :, 0]"), "The predictions are (6, 5), the targets (6,)"),
        (step().replace("return loss", "loss.item()"), "it should return the loss"),
        ("fixed_step = 3", "not a function"),
    ],
    "09.3": [
        (epoch(state="state"), "a second time"),
        (epoch(state="state", backward="retain_graph=True"), "modified by an inplace operation"),
        (epoch(state="state.detach()"), "at the first batch the state is None"),
        (epoch(state="None"), "a state that is reset at each batch"),
        (epoch(loss="loss.item()", count="1"), "the mean of the batch means"),
        (epoch(loss="loss * targets.numel()"), "still holds its graph"),
        (epoch(count="1"), "the average over target values is another number"),
        (
            epoch().replace("optimizer.zero_grad()", "pass"),
            "backward has added to gradients that an earlier update had used",
        ),
        (
            epoch().replace("optimizer.step()", "optimizer.step(); optimizer.step()"),
            "made a second step",
        ),
        (epoch().replace("return total / count", "pass"), "returns None"),
    ],
}
