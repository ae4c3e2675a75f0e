"""Wrong answers to the exercises of lesson 10, each with a part of its hint."""

WRONG = {
    "10.1": [
        ("should_stop = 10", "not a function"),
        (
            "def should_stop(losses, patience):\n    print(min(losses))",
            "returned None",
        ),
        (
            "def should_stop(losses, patience):\n"
            "    return losses.index(min(losses)) >= patience  # where it is, not how old",
            "fall all the time",
        ),
        (
            "def should_stop(losses, patience):\n    return losses[-1] > min(losses)",
            "worse for one epoch only",
        ),
        (
            "def should_stop(losses, patience):\n"
            "    recent = losses[-patience - 1 :]\n"
            "    return len(recent) > patience and recent == sorted(recent)",
            "never stops",
        ),
        (
            "def should_stop(losses, patience):\n"
            "    return len(losses) - 1 - losses.index(min(losses)) > patience",
            "too late",
        ),
        (
            "def should_stop(losses, patience):\n"
            "    return len(losses) - losses.index(min(losses)) >= patience",
            "too early",
        ),
    ],
    "10.2": [
        ("sharper = logits / 0.5", "never below 0"),
        ("sharper = logits.softmax(0) / 0.5", "add up to 2.00"),
        ("sharper = (logits * 0.5).softmax(0)", "It should have grown"),
        ("sharper = (logits - 0.5).softmax(0)", "the one of temperature 1"),
        ("sharper = (logits / 0.5).softmax(0).max()", "has shape ()"),
        ("sharper = (logits / 0.5 / 0.5).softmax(0)", "not to what temperature 0.5 gives"),
    ],
    "10.3": [
        ("last_week = own.held_out_values", "the held-out values themselves"),
        ("last_week = own.series.values[own.split - 1 : -1]", "the value of 1 day before"),
        ("last_week = own.series.values[own.split - 6 : -6]", "the value of 6 days before"),
        ("last_week = own.series.values[own.split - 7 :]", "has shape (73,)"),
        ("last_week = own.scaled[own.split - 7 : -7, 0]", "which are not visitors"),
        (
            "last_week = own.series.values[own.split - 7 : own.split].repeat(10)[:66]",
            "repeat the last week of training",
        ),
        (
            "last_week = (own.series.values[own.split - 14 : -14] + "
            "own.series.values[own.split - 7 : -7]) / 2",
            "seven days before it there were",
        ),
    ],
}
