"""Typical wrong answers to the exercises of notebook 03, and a part of each one's first hint."""

RIGHT_P = "logits.softmax(-1).gather(-1, targets.unsqueeze(-1))"

WRONG = {
    "03.1": [
        ("my_cross_entropy = loss.item()", "not a function"),
        (f"my_cross_entropy = lambda logits, targets: {RIGHT_P}.log().mean()", "sign is wrong"),
        (f"my_cross_entropy = lambda logits, targets: -{RIGHT_P}.log().sum()", "six times"),
        (f"my_cross_entropy = lambda logits, targets: -{RIGHT_P}.mean()", "no logarithm"),
        (f"my_cross_entropy = lambda logits, targets: -{RIGHT_P}.mean().log()", "order of"),
        (f"my_cross_entropy = lambda logits, targets: -{RIGHT_P}.log()", "a loss is one number"),
        (
            "my_cross_entropy = lambda logits, targets: "
            + f"-{RIGHT_P}.log().mean()".replace("softmax(-1)", "softmax(1)"),
            "over which axis",
        ),
        (
            "my_cross_entropy = lambda logits, targets: "
            "-logits.gather(-1, targets.unsqueeze(-1)).mean()",
            "have not become probabilities",
        ),
        (
            "my_cross_entropy = lambda logits, targets: "
            "functional.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten())",
            "applied twice",
        ),
        ("my_cross_entropy = functional.cross_entropy", "Expected target size"),
        (
            f"my_cross_entropy = lambda logits, targets: -{RIGHT_P}.log2().mean()",
            "the right value is",
        ),
    ],
    "03.2": [
        (
            "answer = functional.mse_loss(last_predictions, last_targets)",
            "every prediction with every target",
        ),
        (
            "answer = (last_predictions[:, 0] - last_targets).square().sum()",
            "a sum over the",
        ),
        (
            "answer = (last_predictions[:, 0] - last_targets).square().mean().sqrt()",
            "the root of",
        ),
        ("answer = (last_predictions[:, 0] - last_targets).abs().mean()", "mean absolute"),
        ("answer = (last_predictions[:, 0] - last_targets).square()", "a loss is one number"),
        ("answer = last_targets.square().mean()", "is not it"),
    ],
    "03.3": [
        ("answer = sum(losses) / len(losses)", "average of the 7 batch averages"),
        (
            "answer = sum(a * b for a, b in zip(losses, sizes, strict=True))",
            "not yet divided",
        ),
        (
            "answer = sum(a * b for a, b in zip(losses, sizes, strict=True)) / len(sizes)",
            "divided by the 7 batches",
        ),
        ("answer = sum(losses) / sum(sizes)", "without their sizes"),
        ("answer = losses[-1]", "last batch alone"),
        ("answer = losses[0]", "should count once"),
    ],
}
