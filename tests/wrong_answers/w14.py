"""Wrong answers to the exercises of lesson 14, each with a part of its hint."""

ROWS = "last_real = lambda states, lengths: states[torch.arange(len(lengths)), {place}]"
REAL = "real = torch.arange(losses.shape[1]) < lengths.unsqueeze(1)\nanswer = "

WRONG = {
    "14.1": [
        ("last_real = states[:, -1]", "not a function"),
        ("last_real = lambda states, lengths: states[:, -1]", "states of the last column"),
        ("last_real = lambda states, lengths: states[:, lengths - 1]", "at the length of every"),
        (ROWS.format(place="lengths"), "one step after the end"),
        (ROWS.format(place="lengths - 2"), "one step before the last"),
        ("last_real = lambda states, lengths: states[:, max(lengths) - 1]", "of the longest one"),
        ("last_real = lambda states, lengths: states.mean(1)", "mean over all columns"),
        (
            "last_real = lambda states, lengths: torch.stack(\n"
            "    [row[:n].mean(0) for row, n in zip(states, lengths, strict=True)]\n)",
            "mean over the real steps",
        ),
        ("last_real = lambda states, lengths: states[:, 0]", "are not those of the last real"),
        ("last_real = lambda states, lengths: states[lengths - 1]", "could not be read"),
    ],
    "14.2": [
        ("answer = losses.mean()", "the mean over all"),
        (REAL + "(losses * real).mean()", "it is still counted"),
        (REAL + "((losses * real).sum(1) / lengths).mean()", "first of each, then of"),
        (REAL + "losses[real].sum()", "not yet divided"),
        (REAL + "losses[real].sum() / len(lengths)", "what a string costs on average"),
        ("answer = losses.sum() / lengths.sum()", "the padding is in the sum"),
        (REAL + "losses[~real].mean()", "the wrong way round"),
        (REAL + "losses[real]", "one number is asked for"),
        ("answer = losses[:, 0].mean()", "each counts once"),
    ],
}
