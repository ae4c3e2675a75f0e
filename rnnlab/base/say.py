"""Messages: one whole sentence with named fields for its values, said in the learner's language.

The language is that of `set_language`, or else of the environment's `RNNLAB_LANG`, or English. What
has no translation is said in English.
"""

import gettext
import os
import re
import warnings
from typing import Any

from rnnlab.base.catalogues import ENGLISH, HEADER, Catalogue, catalogue, digest, languages

VARIABLE = "RNNLAB_LANG"

_UNWRITABLE = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, lone surrogates


_language: str | None = None  # None: the variable has not been read yet


def set_language(language: str) -> None:
    """Choose the language of all that rnnlab says from now on, in this process.

    Processes that this one starts have it from the environment's `RNNLAB_LANG` instead.

    Args:
        language: "en" or "zh".

    Raises:
        ValueError: for a language that rnnlab does not have, with those it has.

    Example:
        >>> rnnlab.set_language("zh")
    """
    global _language
    check_language(language)
    _language = language


def check_language(language: str) -> None:
    """Refuse a language that rnnlab does not have."""
    if language not in languages():
        text = "there is no language {language!r}; expected one of {known}"
        raise ValueError(say(text, language=language, known=", ".join(languages())))


def language() -> str:
    """Return the language of what is said, such as "en"."""
    global _language
    if _language is None:
        _language = os.environ.get(VARIABLE) or ENGLISH
        if _language not in languages():  # before the warning, which is said in English
            wanted, _language = _language, ENGLISH
            text = "{variable} is {wanted!r}; expected one of {known}. rnnlab speaks English"
            known = ", ".join(languages())
            warnings.warn(say(text, variable=VARIABLE, wanted=wanted, known=known), stacklevel=2)
    return _language


def translated(text: str) -> str:
    """Return a text in the language that is spoken; as it is, if that has no translation of it."""
    if language() == ENGLISH or not text:
        return text
    return _messages().get(digest(text), [text])[0]


class Said(str):
    """A sentence in another language; `english` is the same one, for what reads messages."""

    english: str


def say(text: str, /, **values: Any) -> str:
    """Return a sentence with named fields, such as "{name} is {value!r}", with these filled in."""
    english = text.format(**values)
    if (other := translated(text)) is text:
        return english
    said = Said(other.format(**values))
    said.english = english
    return said


def english_of(error: BaseException) -> str:
    """Return the text of an error, in English whatever is spoken."""
    english = getattr(error.args[0], "english", "") if len(error.args) == 1 else ""
    return english or str(error)


def say_count(one: str, many: str, /, *, n: int, **values: Any) -> str:
    """Return a sentence about a number of things, in the form that the number asks for.

    Args:
        one: what is said of one, such as "{n} epoch".
        many: what is said of any other number, such as "{n} epochs".
        n: the number.
        values: the other fields.
    """
    text = one if n == 1 else many
    if language() != ENGLISH and (forms := _messages().get(digest(one))):
        (header,) = _messages()[digest(HEADER)]
        (rule,) = re.findall(r"plural=([^;]+);", header)
        text = forms[gettext.c2py(rule)(n)]
    return text.format(n=n, **values)


def _messages() -> Catalogue:
    return catalogue(language(), "messages", "words/*")


def short(value: float) -> str:
    """Return a number with three significant digits: 0.00123, 20.8, 1230, 1.23e+04."""
    return f"{round(value, -1):.0f}" if 999.5 <= abs(value) < 10_000 else f"{value:.3g}"


def error_line(error: BaseException) -> str:
    """Return the kind of an error and its text on one line: ValueError: no such thing."""
    try:
        text = str(error)
    except Exception:  # somebody's own exception, whose text fails
        text = ""
    name = type(error).__name__
    return one_line(f"{name}: {text}" if text else name)


def one_line(text: str, most: int = 300) -> str:
    """Return a text on one line, a longer one truncated to so many characters.

    What no file of text holds, such as NUL and lone surrogates, stands as in Python's source.
    """
    text = " ".join(text.split())
    text = _UNWRITABLE.sub(lambda found: ascii(found[0])[1:-1], text)
    return text if len(text) <= most else text[: most - 3] + "..."
