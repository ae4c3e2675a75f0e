"""The texts of a code cell that a learner reads: its comments, and the strings that it shows.

Comments on lines of their own, one below the other, are one text; shapes alone, `# (B, T, D)`, are
none. A string is shown where it stands

- in `print(...)`, unless it is a single name: then it says which variable follows;
- as a title or label of a picture, in an argument of `LABELS`;
- as the name of a line, bar or block: a key of the dict in a call of `drawings`;
- alone, as a docstring.

All other strings are what a cell computes with: names, keys, files, columns, formats.
"""

import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rnnlab.course.translation.words import has_words

Token = tokenize.TokenInfo

LABELS = {"title", "xlabel", "ylabel", "words"}
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_PRAGMA = re.compile(r"noqa|fmt:|type:|ruff:")
_STRING = re.compile(r"(?P<head>[rRfFuU]*(\"\"\"|'''|\"|'))(?P<body>.*)\2", re.DOTALL)
_BLANK = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}


class Text(NamedTuple):
    """A text in a source, which stands from one place to another."""

    start: int
    stop: int
    text: str


class Bracket(NamedTuple):
    """An open bracket: which one, and the name before it, such as "drawings.curves"."""

    kind: str
    name: str


def translate_code(source: str, lookup: Callable[[str], str]) -> str:
    """Return the source of a code cell with the comments and strings that are read looked up."""
    try:
        tokens = [*whole_strings(source)]
    except (tokenize.TokenError, SyntaxError):  # no Python: a command of IPython's
        return source
    starts = [0, *(match.end() for match in re.finditer("\n", source))]  # of the lines
    texts = sorted([*_comments(tokens, starts), *_strings(tokens, starts)])
    done, place = "", 0
    for start, stop, text in texts:
        new = lookup(text)
        if source[start] == "#":
            indent = source[:start].rpartition("\n")[2]
            new = "# " + new.replace("\n", f"\n{' ' * len(indent)}# ")
        done, place = done + source[place:start] + new, stop
    return done + source[place:]


def whole_strings(source: str) -> Iterator[Token]:
    """Yield the tokens of a source, an f-string as one; from Python 3.12 on it is many."""
    lines, depth, first = source.split("\n"), 0, None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        depth += (name == "FSTRING_START") - (name == "FSTRING_END")
        if first is None and depth == 0:
            yield token
        elif first is None:
            first = token
        elif depth == 0:
            (row, left), (last, right) = first.start, token.end
            text = "\n".join(lines[row - 1 : last])
            text = text[left : len(text) - len(lines[last - 1]) + right]
            yield Token(tokenize.STRING, text, first.start, token.end, first.line)
            first = None


def _comments(tokens: Sequence[Token], starts: Sequence[int]) -> Iterator[Text]:
    groups: list[list[Token]] = []
    for token in tokens:
        if token.type != tokenize.COMMENT or not token.string.startswith("# "):
            continue
        above = groups[-1][-1] if groups else None
        if above and _alone(above) and _alone(token) and _below(above) == token.start:
            groups[-1].append(token)
        else:
            groups.append([token])
    for group in groups:
        text = "\n".join(token.string[2:] for token in group)
        if has_words(text) and not _PRAGMA.match(text):
            yield Text(_offset(group[0].start, starts), _offset(group[-1].end, starts), text)


def _alone(comment: Token) -> bool:
    return not comment.line[: comment.start[1]].strip()


def _below(token: Token) -> tuple[int, int]:
    return token.start[0] + 1, token.start[1]


def _offset(place: tuple[int, int], starts: Sequence[int]) -> int:
    return starts[place[0] - 1] + place[1]


def _strings(tokens: Sequence[Token], starts: Sequence[int]) -> Iterator[Text]:
    read = [token for token in tokens if token.type not in _BLANK]
    brackets, name = [Bracket("", "")], ""
    for place, token in enumerate(read):
        if token.type == tokenize.STRING:
            match = _STRING.fullmatch(token.string)
            around = read[max(place - 2, 0) : place], read[place + 1]  # a line's end is the last
            if match and has_words(match["body"]) and _is_shown(match["body"], brackets, *around):
                start = _offset(token.start, starts) + len(match["head"])
                yield Text(start, start + len(match["body"]), match["body"])
        elif token.string in ("(", "[", "{"):
            brackets.append(Bracket(token.string, name))
        elif token.string in (")", "]", "}"):
            brackets.pop()
        if token.type == tokenize.NAME:
            name = name + token.string if name.endswith(".") else token.string
        else:
            name = name + "." if token.string == "." and name else ""


def _is_shown(body: str, brackets: list[Bracket], before: Sequence[Token], after: Token) -> bool:
    """Return whether a string is shown, by where it stands."""
    bracket = brackets[-1]
    if not bracket.kind:
        alone = not before or before[-1].type == tokenize.NEWLINE or before[-1].string == ":"
        return alone and after.type == tokenize.NEWLINE
    if bracket.kind == "{":
        return brackets[-2].name.startswith("drawings.") and after.string == ":"
    if bracket.kind == "(" and before[-1].string == "=":
        return before[-2].string in LABELS
    return bracket == Bracket("(", "print") and not _NAME.fullmatch(body.strip())
