"""Reads the line of a finding: some things only the source tells."""

from __future__ import annotations

import ast
import linecache
import re
from functools import lru_cache

from rnnlab.doctor.events import Place


@lru_cache(200)
def is_averaged(place: Place) -> bool:
    """Whether a loss is added up here as it is, and the sum is divided, or the list averaged.

    `total += loss.item()` with `total / count` elsewhere is; `total += loss.item() * len(x)` and a
    list that is only drawn are not. What cannot be read is not.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(place.source)))
    except SyntaxError:  # a cell with a magic line
        return False
    here = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno == place.line]
    for statement in map(ast.unparse, here):  # in one writing, without comments
        added = re.fullmatch(r"(?P<name>.+) \+= [^*/]+|(?P<list>.+)\.append\([^*/]+\)", statement)
        if added:
            name = re.escape(added["name"] or added["list"])
            divided = rf"(?<![\w.])(?<![*/] )({name}|sum\({name}\)) / "
            averaged = rf"\b(f?mean|average)\({name}[,)]"
            return bool(re.search(f"{divided}|{averaged}", ast.unparse(tree)))
    return False
