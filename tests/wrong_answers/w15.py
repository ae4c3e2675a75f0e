"""Wrong answers to the exercises of lesson 15, each with a part of its hint."""

WHICH = 'which = {{"A": "{}", "B": "{}", "C": "{}", "D": "{}"}}'
WRONG = {
    "15.1": [
        ("kept_and_stopped = 8, 5", "in the wrong order"),
        ("kept_and_stopped = 4, 7", "counted from 0"),
        ("kept_and_stopped = 11, 12", "Does the loop get there?"),
        ("kept_and_stopped = 3, 6", "for one epoch only"),
        ("kept_and_stopped = 5, 9", "later than it does"),
        ("kept_and_stopped = 5, 7", "sooner than it does"),
        ("kept_and_stopped = 1, 2", "makes another choice"),
        ("kept_and_stopped = 5", "could not be read"),
    ],
    "15.2": [
        ('which = {"A": "dropout"}', "expected a dictionary with the letters"),
        (WHICH.format("falling", "decay", "dropout", "small"), "'falling' is none of the cures"),
        (WHICH.format("decay", "decay", "dropout", "small"), "at more than one letter"),
        (WHICH.format("falling rate", "dropout", "decay", "small"), "You say that B is 'dropout'"),
        (WHICH.format("falling rate", "small", "dropout", "decay"), "You say that B is 'small'"),
        (WHICH.format("decay", "falling rate", "dropout", "small"), "B is not 'falling rate'"),
        ("which = 4", "could not be read"),
    ],
}
