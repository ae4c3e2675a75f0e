"""Packages that one lesson needs and the others do not: are they there, and how to get them.

A notebook that needs one says so in its first cell, `extras.need("tensorflow")`. Without the
package that cell says how to get it, and each cell below it says that it is skipped, in JupyterLab
as in a program that runs notebooks. `import rnnlab` loads none of these packages.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec

from rnnlab.base.checks import check_known
from rnnlab.base.page import Page

NAMES = {"tensorflow": "TensorFlow"}  # extra, which is also what is imported: its name
PASSED = ("extras.need(", "pip install", "'pip', 'install")  # these cells run all the same
QUIET = {  # for TensorFlow, before its import: errors only, and sums in one order
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "KERAS_BACKEND": "tensorflow",
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


def need(extra: str) -> Page:
    """Say whether a notebook can run here; if not, skip all cells below this one.

    To be called in the first cell. When the package has come, running that cell again ends the
    skipping.

    Args:
        extra: "tensorflow".

    Returns:
        the words for the learner.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        kept = [t for t in shell.input_transformers_post if not isinstance(t, _Skip)]
        shell.input_transformers_post[:] = kept
    if is_installed(extra):
        require(extra)
        return Page(f"{NAMES[extra]} is installed: all cells of this notebook can run.")
    if shell is None:
        raise MissingExtra(how_to_get(extra))
    shell.input_transformers_post.append(_Skip(NAMES[extra]))
    return Page(
        f"{how_to_get(extra)}\nThen run this notebook again from the top. "
        "Until then its other cells are skipped, and each says so."
    )


class _Skip:
    """Puts a line that says so in place of a cell's code."""

    def __init__(self, name: str) -> None:
        self.line = f"print('Skipped: {name} is not installed; the first cell says how to get it.')"

    def __call__(self, lines: list[str]) -> list[str]:
        """Return the line, or the cell as it is where it helps to get the package."""
        code = "".join(lines)
        if not code.strip() or any(word in code for word in PASSED):
            return lines
        return [self.line + "\n"]
