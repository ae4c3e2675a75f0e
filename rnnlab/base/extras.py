"""Packages that a part of rnnlab needs and the others do not: are they there, how to get them.

`import rnnlab` loads none of these packages.
"""

import importlib
import os
import sys
from importlib.util import find_spec

from rnnlab.base.checks import check_known
from rnnlab.base.say import say

NAMES = {  # by extra; they are imported in lower case
    "lab": "JupyterLab", "scale": "loky", "tables": "openpyxl", "tensorflow": "TensorFlow",
}  # fmt: skip


class MissingExtra(ImportError):
    """A package is not installed that this part of rnnlab needs."""


def how_to_get(extra: str) -> str:
    """Return the sentence that says what is missing and how to get it."""
    text = '{name} is not installed. To get it: pip install "rnnlab[{extra}]"'
    return say(text, name=NAMES[extra], extra=extra)


def is_installed(extra: str) -> bool:
    """Whether the package of an extra can be imported; it is not imported for that."""
    check_known("extra", extra, NAMES, "extras")
    importlib.invalidate_caches()  # it may have been installed a moment ago
    package = NAMES[extra].lower()
    try:
        return find_spec(package) is not None
    except ValueError:  # it is loaded, in a way that Python does not know
        return sys.modules.get(package) is not None


def require(extra: str) -> None:
    """Make ready for the import of an extra's package.

    Raises:
        MissingExtra: if it is not installed, saying how to get it, or cannot be used any more.
    """
    if not is_installed(extra):
        raise MissingExtra(how_to_get(extra))
    if extra == "tensorflow":
        _make_ready(extra)


def _make_ready(extra: str) -> None:
    """Have Keras run on the extra's package, quietly and with sums in one order."""
    keras = sys.modules.get("keras")
    if keras is not None and (runs_on := keras.backend.backend()) != extra:
        text = (
            "Keras already runs on {runs_on} here; expected {name}. Keras cannot change that any "
            "more: restart Python, and do this first"
        )
        raise MissingExtra(say(text, runs_on=runs_on, name=NAMES[extra]))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # sums in one order
    os.environ["KERAS_BACKEND"] = extra
