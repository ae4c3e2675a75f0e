"""Messages of the library in the words of the command line: `--column b`, not `value='b'`."""

import re
import shlex
from collections.abc import Iterable

OPTIONS = {  # where an argument of the library has another name than its option
    "value": "--column",
    "time": "--time-column",
    "time=False": "--no-times",
}
QUOTES = "\"'"
_ARGUMENT = re.compile(
    r"""\b(?P<name>value|time|decimal|missing|encoding|fill_gaps|window|clip_norm)="""
    r"""(?P<value>\.\.\.|"[^"]*"|'[^']*'|\([^()]*\)|[\w.]*\w)"""
)


def option(name: str) -> str:
    """Return the option of an argument: "--hidden-size" for "hidden_size"."""
    return OPTIONS.get(name, "--" + name.replace("_", "-"))


def in_options(error: Exception | str, names: Iterable[str] = ()) -> str:
    """Return what an error says, with options in place of the library's arguments.

    Args:
        error: it or its message, which may hold `value='b'`, `fill_gaps=True` or `time=...`, and
            may begin with "hidden_size is 0".
        names: of the arguments that it may begin with.
    """
    text = _ARGUMENT.sub(_as_option, str(error))
    text = text.replace(": value and time are", f": {option('value')} and {option('time')} are")
    first, found, rest = text.partition(" is ")
    return f"{option(first)} is {rest}" if found and first in names else text


def _as_option(found: re.Match[str]) -> str:
    """Return an argument with its value as an option: `--column b` for `value='b'`."""
    name, value = found["name"], found["value"]
    if found[0] in OPTIONS or value == "True":
        return OPTIONS.get(found[0], option(name))
    if value in ("...", "()"):
        return option(name)
    if value[0] == "(":  # numbers; those with an exponent a command line would take for options
        numbers = value.strip("(,)").split(", ")
        if any("e" in number for number in numbers):
            return " ".join(f"{option(name)}={number}" for number in numbers)
        return f"{option(name)} {' '.join(numbers)}"
    return f"{option(name)} {shlex.quote(value.strip(QUOTES))}"
