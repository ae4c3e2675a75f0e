"""Which packages a notebook needs beyond those of all, and whether they are there."""

import functools
import re

from rnnlab.base import extras


@functools.cache
def needed(path):
    """Return the extras that a notebook asks for by `extras.need`."""
    return re.findall(r'extras\.need\(\\?"(\w+)\\?"\)', path.read_text())


def reason(path):
    """Return why a notebook cannot run here, or None."""
    missing = [extra for extra in needed(path) if not extras.is_installed(extra)]
    return f"{path.stem}: {extras.how_to_get(missing[0])}" if missing else None
