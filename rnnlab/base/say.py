"""Messages with values: one whole sentence with named fields, so that it can be translated."""

from typing import Any


def say(text: str, /, **values: Any) -> str:
    """Return a sentence with named fields, such as "{name} is {value!r}", with these filled in."""
    return text.format(**values)


def short(value: float) -> str:
    """Return a number with three significant digits: 0.00123, 20.8, 1230, 1.23e+04."""
    return f"{round(value, -1):.0f}" if 999.5 <= abs(value) < 10_000 else f"{value:.3g}"


def one_line(text: str, most: int = 300) -> str:
    """Return a text on one line, a longer one truncated to so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
