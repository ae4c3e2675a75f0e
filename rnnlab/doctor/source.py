"""What the user's line calls things, for advice in their own words."""

import ast
import linecache
import re
from functools import lru_cache

from rnnlab.doctor.events import Place, make_place


@lru_cache(200)
def arguments_at(place: Place) -> list[str]:
    """Return the positional arguments of the first call in a line that has two or more of them.

    Of a statement that cannot be read, and of one with no such call, none.
    """
    for tree in _statements_at(place):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) >= 2:
                return [ast.unparse(argument) for argument in node.args]
    return []


@lru_cache(200)
def names_at(place: Place) -> set[str]:
    """Return all names and attributes that stand in a line's statement."""
    nodes = [node for tree in _statements_at(place) for node in ast.walk(tree)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


@lru_cache(200)
def root_made_at(place: Place) -> Place | None:
    """Return the line above that assigns to the name of `name.backward()`, or None."""
    found = re.match(r"(\w+)\.backward\(", place.text)
    return assigned_above(place, found[1]) if found else None


@lru_cache(200)
def assigned_above(place: Place, name: str) -> Place | None:
    """Return the nearest line above that assigns to a name alone; None if there is none."""
    lines = linecache.getlines(place.source)
    for number in range(min(place.line - 1, len(lines)), 0, -1):
        if re.match(rf"\s*{re.escape(name)} = ", lines[number - 1]):
            return make_place(place.source, number)
    return None


@lru_cache(200)
def rate_set_at(place: Place) -> Place | None:
    """Return the line of a place's file that sets a learning rate by hand, or None."""
    for number, line in enumerate(linecache.getlines(place.source), start=1):
        if re.search(r"""\[["']lr["']\]\s*[-+*/]?=[^=]""", line):
            return make_place(place.source, number)
    return None


def tree_of(place: Place) -> ast.Module:
    """Return the syntax tree of a place's file; an empty one if it cannot be read."""
    try:
        return ast.parse("".join(linecache.getlines(place.source)))
    except (SyntaxError, ValueError):  # a cell with a magic line
        return ast.Module([], [])


def _statements_at(place: Place) -> list[ast.stmt]:
    return [
        node for node in ast.walk(tree_of(place))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
        and node.lineno <= place.line <= (node.end_lineno or node.lineno)
    ]  # fmt: skip
