"""Messages with values: one whole sentence with named fields, so that it can be translated."""

from string import Formatter
from typing import Any

from rnnlab.base.showable import repr_of, showable_lines

LONGEST = 1000  # characters of a `repr`


class _Sentence(Formatter):
    """Fills fields in as `str.format` does, with what may be shown."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Return the value; for `!r`, its `repr`, which may fail."""
        if conversion != "r":
            return super().convert_field(value, conversion)
        return showable_lines(repr_of(value), LONGEST)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as text that can be shown, whatever a user's class makes of itself."""
        try:
            text = super().format_field(value, format_spec)
        except Exception:
            if format_spec:  # our own mistake
                raise
            text = value
        return showable_lines(text, None)


_sentence = _Sentence()


def say(text: str, /, **values: Any) -> str:
    """Return a sentence with named fields, such as "{name} is {value!r}", with these filled in."""
    return _sentence.vformat(text, (), values)


def short(value: float) -> str:
    """Return a number with three significant digits: 0.00123, 20.8, 1230, 1.23e+04."""
    return f"{round(value, -1):.0f}" if 999.5 <= abs(value) < 10_000 else f"{value:.3g}"
