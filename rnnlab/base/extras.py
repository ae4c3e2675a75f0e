"""Packages that one lesson needs and the others do not: are they there, and how to get them.

`import rnnlab` loads none of these packages.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec

from rnnlab.base.checks import check_known

NAMES = {"tensorflow": "TensorFlow"}  # extra, which is also what is imported: its name
QUIET = {  # for TensorFlow, before its import: errors only, and sums in one order
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class MissingExtra(ImportError):
    """A package is not installed that this part of rnnlab needs."""


def how_to_get(extra: str) -> str:
    """Return the sentence that says what is missing and how to get it."""
    return f'{NAMES[extra]} is not installed. To get it: pip install "rnnlab[{extra}]"'


def is_installed(extra: str) -> bool:
    """Whether the package of an extra can be imported; it is not imported for that.

    Raises:
        ValueError: for an extra that rnnlab does not have.
    """
    check_known("extra", extra, NAMES, "extras")
    importlib.invalidate_caches()  # it may have been installed a moment ago
    try:
        return find_spec(extra) is not None
    except ValueError:  # it is loaded, in a way that Python does not know
        return extra in sys.modules


def require(extra: str) -> None:
    """Make ready for the import of an extra's package.

    Raises:
        MissingExtra: if it is not installed, saying how to get it.
        ValueError: for an extra that rnnlab does not have.
    """
    if not is_installed(extra):
        raise MissingExtra(how_to_get(extra))
    if extra == "tensorflow":
        if "keras" in sys.modules and sys.modules["keras"].backend.backend() != "tensorflow":
            raise MissingExtra(
                f"Keras already runs on {sys.modules['keras'].backend.backend()} here; expected "
                "TensorFlow. Keras cannot change that any more: restart Python, and do this first"
            )
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        os.environ["KERAS_BACKEND"] = "tensorflow"
