"""Wrong answers to the exercises of lesson 12, each with a part of its hint."""

HEAD = "def safe_rate(rows, clip_norm):\n"
LOSS = "def whole_loss(losses, rows):\n"
TOOLS = 'tools = {{"many": "{}", "long": "{}", "short": "{}", "stuck": "{}"}}'

WRONG = {
    "12.1": [
        ("safe_rate = 0.3", "not a function"),
        (HEAD + "    print(max(row['learning_rate'] for row in rows))", "has to be one number"),
        (
            HEAD + "    lost = {r['learning_rate'] for r in rows if r['outcome'] == 'diverged'}\n"
            "    return max(r['learning_rate'] for r in rows if r['learning_rate'] not in lost)",
            "with and without clipping",
        ),
        (
            HEAD + "    return max(r['learning_rate'] for r in rows\n"
            "               if r['clip_norm'] == clip_norm and r['outcome'] == 'finished')",
            "one of the two seeds diverged",
        ),
        (
            HEAD + "    chosen = [r for r in rows\n"
            "              if r['clip_norm'] == clip_norm and r['outcome'] == 'finished']\n"
            "    return min(chosen, key=lambda r: r['validation_loss'])['learning_rate']",
            "the rate with the lowest loss",
        ),
        (HEAD + "    return 0.3 if clip_norm is None else 0.1", "yours says 0.1"),
    ],
    "12.2": [
        ("whole_loss = sum", "could not be read"),
        ("whole_loss = 2.0", "not a function"),
        (LOSS + "    print(losses)", "returned None; it has to be one number"),
        (LOSS + "    return sum(losses) / len(losses)", "the mean of the processes' means"),
        (LOSS + "    return sum(losses)", "the sum of the losses"),
        (
            LOSS + "    return sum(loss * n for loss, n in zip(losses, rows))",
            "the sum over all rows",
        ),
        (
            LOSS + "    return sum(loss * n for loss, n in zip(losses, rows)) / len(rows)",
            "divided by the number of processes",
        ),
        (LOSS + "    return max(losses)", "yours gives 3; expected 2"),
    ],
    "12.3": [
        ("tools = 'sweep'", "not a dictionary"),
        (TOOLS.format("sweep", "sweep", "neither", "doctor"), "it is as long as before"),
        (
            TOOLS.format("data parallel", "sweep", "neither", "neither"),
            "need nothing of each other",
        ),
        (TOOLS.format("neither", "sweep", "neither", "neither"), "one core of all you have"),
        (TOOLS.format("sweep", "neither", "neither", "neither"), "what more machines are for"),
        (TOOLS.format("sweep", "data parallel", "sweep", "neither"), "half of your run"),
        (
            TOOLS.format("sweep", "data parallel", "neither", "data parallel"),
            "makes the same mistake",
        ),
        (TOOLS.format("sweep", "data parallel", "neither", "the doctor"), "which is none of"),
    ],
}
