"""The modules of the source, as trees in which names are looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ADDING = ("append", "extend")
"""Methods that add to a list."""
NO_TEXT = {"annotation", "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "lineno"} | {
    *("module", "name", "names", "op", "ops", "rest", "returns", "simple", "tag"),
    *("type_comment", "type_ignores", "type_params"),
}
FIELDS = {
    kind: [name for name in kind._fields if name not in NO_TEXT]
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind not in (ast.Constant, ast.Name)
}
"""The fields of each kind of node below which there may be a text."""
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
Values = dict[str, list[ast.expr]]


class Module:
    """A module of the source, with what is looked up in it."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.name = path.relative_to(folder).as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents: dict[ast.AST, ast.AST] = {}
        self.functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        self.classes: list[ast.ClassDef] = []
        self.calls: list[ast.Call] = []
        self.assignments: list[ast.Assign | ast.AugAssign | ast.AnnAssign] = []
        self.imports: dict[str, str] = {}
        self._values: dict[ast.AST, Values] = {}
        nodes: list[ast.AST] = [self.tree]
        for node in nodes:
            below = _children(node)
            self.parents.update(dict.fromkeys(below, node))
            nodes += below
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ClassDef):
                self.classes.append(node)
            elif isinstance(node, ast.Call):
                self.calls.append(node)
            elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                self.assignments.append(node)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lstmcli"):
                home = (node.module or "").replace(".", "/").removeprefix("lstmcli").lstrip("/")
                self.imports |= {each.asname or each.name: f"{home}:{each.name}" for each in node.names}

    def scopes(self, node: ast.AST) -> Iterator[Scope]:
        """The functions around a node, the innermost first, and the module."""
        while node is not self.tree:
            node = self.parents[node]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
                yield node

    def values(self, scope: Scope, name: str) -> list[ast.expr]:
        """What a name is set to in a function, or at the top of the module."""
        if scope not in self._values:
            self._values[scope] = assigned(scope)
        return self._values[scope].get(name, [])

    @cached_property
    def top(self) -> Values:
        return assigned(self.tree)


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes below one that can hold a text."""
    found: list[ast.AST] = []
    for name in FIELDS.get(type(node), ()):
        value = getattr(node, name)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return found


def named(node: ast.AST) -> str:
    """The last part of a name."""
    return str(getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None) or "")


def answers(function: ast.AST) -> Iterator[ast.expr]:
    """What a function returns or yields."""
    for part in ast.walk(function):
        if isinstance(part, (ast.Return, ast.Yield, ast.YieldFrom)) and part.value is not None:
            yield part.value


def assigned(scope: Scope) -> Values:
    found: Values = {}
    for node in scope.body if isinstance(scope, ast.Module) else ast.walk(scope):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):  # of a dict
                    found.setdefault(named(target.value), []).extend([target.slice, node.value])
                elif isinstance(target, ast.Tuple):
                    values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(target.elts)
                    for each, value in zip(target.elts, values, strict=False):
                        found.setdefault(named(each), []).append(value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ADDING:
            found.setdefault(named(node.func.value), []).extend(node.args)
        elif isinstance(node, (ast.For, ast.comprehension)):
            targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
            for each in targets:
                found.setdefault(named(each), []).append(node.iter)
    return found
