"""Finds in the source of rnnlab what it says, and what it shows without `say`; only reads it.

What is said is the first text of `say`, `say_count` and `translated`: written there, or assigned to
the name that stands there, or in the table that it is taken from, or given to what keeps it. What
has two words in a row, is no docstring and is not said stands in the way of a translation: it is
counted, unless the line has the comment `# not said`, as for styles and for what only a program
reads. Names of mistakes, by which the lessons' words have their hints, are no texts. A `say` whose
texts stand in another file, such as the lessons' words, has the comment `# found elsewhere`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[1] / "rnnlab"
SAYING = {"say": 1, "say_count": 2, "translated": 1}  # how many texts each takes
# what keeps texts, to say them later as an attribute: in which arguments, and attributes, which a
# class may have, too
KEPT = {"Rule": {1, "why", "fix"}, "sign": {0}}
KEEPS = {"what", "why", "fix", "_label"}
READ = {"raises"}  # arguments with patterns of others' texts
NOT_SAID, ELSEWHERE = "# not said", "# found elsewhere"
# where one word alone is read too: arguments of widgets and pictures
SHOWN = {"description", "label", "title", "tooltip", "placeholder", "xlabel", "ylabel", "help"}
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}")
_WORD = re.compile(r"[A-Za-z]{2,}")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass
class Module:
    """What was found in one file.

    Attributes:
        said: the texts, each with its plural or "".
        unsaid: line and text of what is shown without `say`.
        unfound: lines with a `say` whose text is not found.
    """

    said: dict[str, str] = field(default_factory=dict)
    unsaid: list[tuple[int, str]] = field(default_factory=list)
    unfound: list[int] = field(default_factory=list)


def files() -> list[Path]:
    """Return the files of rnnlab."""
    return sorted(HOUSE.rglob("*.py"))


def read_module(path: Path) -> Module:
    """Return what a file says and what it shows unsaid."""
    names = mistakes() if HOUSE / "course" in path.parents else frozenset[str]()
    return Reader(path.read_text(encoding="utf-8"), names).module


@cache
def mistakes() -> frozenset[str]:
    """Return the names of mistakes in the lessons' words."""
    names = set[str]()
    for path in (HOUSE / "course" / "words").glob("*.toml"):
        words = tomllib.loads(path.read_text(encoding="utf-8"))
        for table in (words, *words.values()):
            names |= {*table.get("hints", {})}
    return frozenset(names)


class Reader:
    """Reads one source, with names that are no texts; the result is in `module`."""

    def __init__(self, source: str, names: Set[str] = frozenset()) -> None:
        self._names = names
        self._tree, self._lines = ast.parse(source), source.splitlines()
        self._above = {
            child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)
        }
        self.module, said = Module(), set[ast.AST]()
        calls = [node for node in ast.walk(self._tree) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: call.lineno):
            said |= self._read_call(call)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef):
                said |= self._read_class(node)
        for node in ast.walk(self._tree):
            if self._is_unsaid(node, said):
                self.module.unsaid.append((node.lineno, ast.unparse(node)))
        self.module.unsaid.sort()

    def _read_call(self, call: ast.Call) -> set[ast.AST]:
        """Note the texts of a call of `say` or its like, and return their nodes."""
        count = SAYING.get(getattr(call.func, "id", ""), 0)
        found = [[*self._texts(argument, frozenset())] for argument in call.args[:count]]
        kept = call.args and getattr(call.args[0], "attr", "") in KEEPS
        if count and not all(found) and not kept and not self._has(ELSEWHERE, call):
            self.module.unfound.append(call.lineno)
        elif count == 1:
            self.module.said |= {node.value: "" for node in found[0]}
        elif count == 2:
            self.module.said |= {one.value: many.value for one, many in zip(*found, strict=True)}
        arguments = [*enumerate(call.args), *((word.arg, word.value) for word in call.keywords)]
        places = KEPT.get(getattr(call.func, "id", getattr(call.func, "attr", "")), ())
        kept = [value for place, value in arguments if place in places]
        found.append([*self._of_all(kept, frozenset())])
        self.module.said |= {node.value: "" for node in found[-1]}
        return {node for nodes in found for node in nodes}

    def _read_class(self, kind: ast.ClassDef) -> set[ast.AST]:
        """Note the texts that a class keeps in attributes, and return their nodes."""
        values = [v for line in kind.body for name in KEEPS for v in _values(line, name)]
        kept = [*self._of_all(values, frozenset())]
        self.module.said |= {node.value: "" for node in kept}
        return {*kept}

    def _texts(self, node: ast.AST, seen: frozenset[str]) -> Iterator[ast.Constant]:
        """Yield the literals that a node may stand for."""
        match node:
            case ast.Constant(value=str()):
                yield node
            case ast.IfExp(body=a, orelse=b):
                yield from self._of_all([a, b], seen)
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield from self._of_all(parts, seen)
            case ast.Dict(values=parts):
                yield from self._of_all(parts, seen)
            case ast.Subscript(value=inner) | ast.NamedExpr(value=inner):
                yield from self._texts(inner, seen)
            case ast.Call(func=ast.Attribute(value=inner, attr="items" | "values" | "get")):
                yield from self._texts(inner, seen)
            case ast.Name(id=name) if name not in seen:
                yield from self._of_all(self._assigned(name, node), seen | {name})

    def _of_all(self, nodes: Iterable[ast.AST], seen: frozenset[str]) -> Iterator[ast.Constant]:
        for node in nodes:
            yield from self._texts(node, seen)

    def _assigned(self, name: str, place: ast.AST) -> list[ast.AST]:
        """Return what a name may stand for at a place: of the nearest function that assigns it."""
        while place in self._above:
            place = self._above[place]
            if isinstance(place, (*_FUNCTIONS, ast.Module)):
                if values := [value for node in ast.walk(place) for value in _values(node, name)]:
                    return values
        return []

    def _is_unsaid(self, node: ast.AST, said: set[ast.AST]) -> bool:
        above = self._above.get(node)
        match node:
            case ast.Constant(value=str(text)):
                known = isinstance(above, ast.Expr | ast.JoinedStr) or node in said
                known = known or text in self._names
            case ast.JoinedStr(values=parts):
                texts = (part.value for part in parts if isinstance(part, ast.Constant))
                text, known = " ".join(map(str, texts)), False
            case _:
                return False
        shown = isinstance(above, ast.keyword) and above.arg in SHOWN
        known |= isinstance(above, ast.Tuple) and getattr(self._above[above], "arg", "") in READ
        if known or not (_WORD if shown else _PROSE).search(text):
            return False
        return not self._has(NOT_SAID, node)

    def _has(self, comment: str, node: ast.expr) -> bool:
        return any(comment in line for line in self._lines[node.lineno - 1 : node.end_lineno])


def _values(node: ast.AST, name: str) -> Iterator[ast.AST]:
    """Yield what a statement assigns to a name."""
    match node:
        case ast.Assign(targets=[target], value=value):
            yield from _of_target(target, value, name)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _of_target(target, value, name)
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield from _of_target(target, value, name)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _of_target(target, value, name)


def _of_target(target: ast.AST, value: ast.AST, name: str) -> Iterator[ast.AST]:
    match target, value:
        case ast.Name(id=found), _:
            if found == name:
                yield value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for each, own in zip(targets, values, strict=True):
                yield from _of_target(each, own, name)
        case ast.Tuple(elts=targets), _:
            for each in targets:
                yield from _of_target(each, value, name)
