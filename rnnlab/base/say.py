"""Messages: one whole sentence with named fields for its values, said in the learner's language.

Every message goes through `say`. Its translation stands in `rnnlab/locale/<language>/messages.po`,
see `catalogues`; what has none is said in English. The language is that of `set_language`, or else
of the environment's `RNNLAB_LANG`, or English.
"""

import gettext
import os
import re
import warnings
from collections.abc import Iterable
from functools import reduce
from string import Formatter
from typing import Any

from rnnlab.base.catalogues import ENGLISH, HEADER, Catalogue, catalogue, digest, languages
from rnnlab.base.showable import repr_of, said, showable_lines

VARIABLE = "RNNLAB_LANG"
LONGEST = 1000  # characters of a `repr`
# ends of Chinese sentences, which bring along the room that follows
ENDS = ("。", "！", "？", "：", "；")


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
    if language() == ENGLISH:
        return _sentence.vformat(text, (), values)
    return _said(translated(text), text, values)


def english_of(error: BaseException) -> str:
    """Return the text of an error, in English whatever is spoken."""
    english = getattr(error.args[0], "english", "") if len(error.args) == 1 else ""
    return english or said(error)


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
        return _said(forms[gettext.c2py(rule)(n)], text, {"n": n, **values})
    return _sentence.vformat(text, (), {"n": n, **values})


def sentences(*parts: str) -> str:
    """Return sentences as one text, with a space between two of them; empty ones are left out.

    Where Chinese is spoken none follows a full stop of its own, or another of `ENDS`.

    Example:
        >>> sentences("It vanishes.", "", "Choose another cell.")
        'It vanishes. Choose another cell.'
    """
    ends = () if language() == ENGLISH else ENDS
    text = english = ""
    for part in filter(None, parts):
        english += " " * bool(english) + getattr(part, "english", part)
        text += " " * (text != "" and not text.endswith(ends)) + part
    if text == english:
        return text
    both = Said(text)
    both.english = english
    return both


def listed(phrases: Iterable[str]) -> str:
    """Return phrases, one at least, in a row, with a semicolon between two of them."""
    return reduce(lambda one, other: say("{one}; {other}", one=one, other=other), phrases)


def joined(phrases: Iterable[str]) -> str:
    """Return phrases, one at least, in a row, with "and" between two of them."""
    return reduce(lambda one, other: say("{one} and {other}", one=one, other=other), phrases)


def in_short(items: Iterable[object], most: int = 5) -> str:
    """Return items in a row, with commas; of many the first ones, and how many more there are."""
    every = list(map(str, items))
    some = ", ".join(every[:most])
    if len(every) <= most:
        return some
    return say("{some} and {more} more", some=some, more=len(every) - most)


def _said(other: str, text: str, values: dict[str, Any]) -> str:
    """Return a sentence in another language, with the English one, in which all is English."""
    in_english = {
        name: value.english if isinstance(value, Said) else value for name, value in values.items()
    }
    sentence = Said(_sentence.vformat(other, (), values))
    sentence.english = _sentence.vformat(text, (), in_english)
    return sentence


def _messages() -> Catalogue:
    return catalogue(language(), "messages", "words/*")


def short(value: float) -> str:
    """Return a number with three significant digits: 0.00123, 20.8, 1230, 1.23e+04."""
    return f"{round(value, -1):.0f}" if 999.5 <= abs(value) < 10_000 else f"{value:.3g}"
