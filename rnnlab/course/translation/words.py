"""Whether a text has words to translate."""

import re

# formulas, code, HTML tags, fields in braces, escaped characters, addresses
_NO_WORDS = re.compile(r"\$\$?.*?\$\$?|`[^`]*`|<[^>]*>|\{[^{}]*\}|\\.|https?:\S+")
_WORD = re.compile(r"[A-Za-z]{2}|[\u4e00-\u9fff]")


def has_words(text: str) -> bool:
    """Return whether there is a word outside of formulas, code, tags and fields."""
    return bool(_WORD.search(_NO_WORDS.sub("", text)))
