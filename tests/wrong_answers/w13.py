"""Wrong answers to the exercises of lesson 13, each with a part of its hint."""

INTERVAL = """
def wilson(solved, runs):
    share, z = solved / runs, {z}
    middle = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    half = z * (share * (1 - share) / runs + z**2 / (4 * {n})) ** 0.5 / (1 + z**2 / runs)
    {end}
"""
MIDDLE = "return middle - half, middle + half"
SIMPLE = """
def wilson(solved, runs):
    share = solved / runs
    half = 1.96 * (share * (1 - share) / runs) ** 0.5
    return share - half, share + half
"""
NOT_DIVIDED = """
def wilson(solved, runs):
    share, z = solved / runs, 1.96
    middle = share + z**2 / (2 * runs)
    half = z * (share * (1 - share) / runs + z**2 / (4 * runs**2)) ** 0.5
    return middle - half, middle + half
"""
WRONG = {
    "13.1": [
        ("steps_back = 44, 40", "in the wrong order"),
        ("steps_back = 41, 45", "one too many"),
        ("steps_back = 5, 9", "not the way back"),
        ("steps_back = 20, 24", "the way to the second symbol"),
        ("steps_back = 45, 49", "it is another way"),
        ("steps_back = 44", "could not be read"),
    ],
    "13.2": [
        ("wilson = 0.7", "not a function"),
        (INTERVAL.format(z=1.96, n="runs**2", end="print(middle)"), "returned None"),
        (SIMPLE, "that is the simple formula"),
        (NOT_DIVIDED, "the division is missing"),
        (INTERVAL.format(z=1, n="runs**2", end=MIDDLE), "which holds 68 %"),
        (
            INTERVAL.format(z=1.96, n="runs**2", end="return middle + half, middle - half"),
            "the high end comes first",
        ),
        (
            INTERVAL.format(
                z=1.96, n="runs**2", end="return 100 * (middle - half), 100 * (middle + half)"
            ),
            "in percent",
        ),
        (INTERVAL.format(z=1.96, n="runs", end=MIDDLE), "gives another interval"),
    ],
    "13.3": [
        (
            "clear = [n for n in lengths\n"
            "         if wilson(*counts[n, None])[1] >= wilson(*counts[n, 1.0])[0]]",
            "at which the intervals overlap",
        ),
        ("clear = [counts[20, 1.0][0]]", "is no length of this sweep"),
        ("clear = lengths", "20 is in your list. There"),
        ("clear = []", "is not in your list. There"),
    ],
}
AFTER = {"13.3": ["13.2"]}  # whose solution these answers use
