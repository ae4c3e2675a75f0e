"""Numbers that may be codes for missing values, such as -99.99: found, so that one can ask."""

import math
import re
from collections import Counter
from collections.abc import Sequence

# What tables write where nothing was measured: nines above all.
_NINES = re.compile(r"9+(?:\.9+)?")
_OTHERS = re.compile(
    r"9+\.25|8{3,}|7{3,}|[1-9]0{2,}|32767|32768|2147483647|2147483648|65535|1e\+?[0-9]+"
)
FAR, FAR_REPEATED, FAR_ANY = 0.5, 0.1, 5.0  # of the range of the other values


def find_codes(values: Sequence[float]) -> list[float]:
    """Return those of a column's values that may be codes for missing ones, the first first.

    A code stands beyond all other values: nines by half their range, or by a tenth where three
    nines or more come again; any other number that comes again and again, by five times it. A
    negative code is also one that comes where all other values are at least 0.
    """
    counts = Counter(filter(math.isfinite, values))
    possible = [value for value in counts if _kind(value)]
    others = sorted(value for value in counts if value not in possible)
    if others and not possible:  # any number that is repeated far outside the rest
        possible = [end for end in (others[0], others[-1]) if counts[end] > 2]
        others = [value for value in others if value not in possible]
        if len(others) < 5:
            return []
    if not others:
        return []
    found = [value for value in possible if _is_code(value, counts[value], others)]
    return found if len(found) < len(values) else []


def _kind(value: float) -> str:
    """Return whether a number is made of "nines", or another that codes are; "" if neither."""
    digits = f"{abs(value):.15g}"
    if _NINES.fullmatch(digits):
        return "nines"
    return "other" if value < 0 and _OTHERS.fullmatch(digits) else ""


def _is_code(value: float, count: int, others: list[float]) -> bool:
    low, high = others[0], others[-1]
    beyond = max(low - value, value - high)
    if beyond <= 0:
        return False
    size = len(re.findall("[0-9]", f"{value:.15g}"))  # digits
    spread = high - low
    kind = _kind(value)
    if kind == "nines":
        if value < 0 <= low and (size > 1 or count > 1):
            return True
        if size == 1 or (size == 2 and value > 0 and count == 1):
            return False
        return beyond >= spread * (FAR_REPEATED if size > 2 and count > 1 else FAR)
    if kind == "other":
        return count > 1 and (low >= 0 or beyond >= spread)
    return beyond >= FAR_ANY * spread
