"""Reads the line of a finding: some things only the source tells."""

from __future__ import annotations

import ast
import linecache
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
    name = next(filter(None, map(_collected_in, here)), None)
    return name is not None and any(_averages(node, name) for node in ast.walk(tree))


def _collected_in(statement: ast.stmt) -> str | None:
    """Return what a line such as `total += x` or `losses.append(x)` adds to, if x is plain."""
    target: ast.expr
    value: ast.expr
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        target, value = statement.target, statement.value
    elif (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr == "append"
    ):
        target, value = statement.value.func.value, statement.value.args[0]
    else:
        return None
    weighted = any(isinstance(node, (ast.Mult, ast.Div)) for node in ast.walk(value))
    return None if weighted else ast.unparse(target)


def _averages(node: ast.AST, name: str) -> bool:
    """Whether this is `name / count`, `sum(name) / count` or the mean of name."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return ast.unparse(node.left) in (name, f"sum({name})")
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.args[0]) == name:
        return ast.unparse(node.func).split(".")[-1] in ("mean", "fmean", "average")
    return False
