"""Every message of the program, as a template, found in the source by what flows into errors, warnings and notes.

A template is the text of an f-string with ``{0}``, ``{1}`` … for the values; ``{0#}`` is a number, and ``{0~}`` a word
that only English needs, such as "is" or "are".  What is filled in may be a text of the program itself (a reason, a
suggestion): that is a template of its own.
"""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Iterator
from pathlib import Path

from modules import ADDING, Module, answers, named

from lstmcli.cli.chinese import Template
from lstmcli.plural import count

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lstmcli"
SINKS: dict[str, tuple[int | str, ...]] = {
    **{"report_error": (0, 1), "OSError": (1,), "IsADirectoryError": (1,), "File": (2, "about")},
    **{"Recipe": (0, "published", "differs"), "_replace": ("about",)},
} | dict.fromkeys(
    (
        "Measuring",
        "Warned",
        "BadParameter",
        "ValueError",
        "attempt",
        "info",
        "note",
        "of_display",
        "of_message",
        "say",
        "_say",
        "warning",
    ),
    (0,),
)
"""Functions and classes, whatever the module, to the arguments that are shown."""
SHOWN = {
    "hint",
    "note",
    "notes",
    "reason",
    "reasons",
    "remark",
    "remarks",
    "rule",
    "usage",
    "warning",
    "warnings",
    "why",
}
"""Arguments by name, fields and lists that are shown."""
SAME = {"safe", "str", "visible", "fitted", "bold", "list", "tuple", "sorted", "wrapped", "as_arguments", "_shortened"}
"""Functions whose result is the text, or the texts, that they are given."""
OF_TEXT = {"get", "pop", "items", "keys", "values", "strip", "lstrip", "rstrip", "removesuffix", "replace", "lower"}
"""Methods whose result is from the object itself."""
PLACE = re.compile(r"^(error|hint|warning|note|\$?\{\d+\}(, line \{\d+\})?): (?=.)")
"""What may stand before a message."""
AGREEING = ({"is", "are"}, {"has", "have"}, {"it", "them"}, {"it", "they"})
"""Words of which one is for a single thing."""
KEPT = ("interrupted", "aborted")
"""Messages of a single word."""
UNSEEN = (
    *("serving/", "cli/help.py", "cells/", "data/sample_pairs.py", "tokenization/scripts.py"),
    *("tokenization/lm_tokenizer.py", "cli/options/completion.py", "data/formats/config.py"),
)
"""What is said to programs, and data."""
SEEN = ("serving/models.py", "serving/names.py", "serving/server.py", "serving/config.py")


class Messages:
    """The templates that the source has."""

    def __init__(self, folder: Path = SOURCE) -> None:
        gc.disable()  # it would search the growing trees again and again
        read = [Module(path, folder) for path in sorted(folder.rglob("*.py"))]
        gc.enable()
        self.modules = {module.name: module for module in read}
        self._places: dict[str, dict[str, tuple[int, int]]] = {module.name: {} for module in read}
        self.sinks: dict[tuple[str, str], set[int | str]] = {("", name): {*places} for name, places in SINKS.items()}
        """Functions (their module, or '' for any) to the arguments that are shown, by position and by name."""
        self._words: dict[str, dict[str, tuple[int, int]]] = {module.name: {} for module in read}
        self._seen: set[tuple[ast.AST, bool]] = set()
        self._properties: dict[str, list[tuple[Module, ast.AST]]] = {}
        for module in read:
            for function in (each for group in module.functions.values() for each in group):
                if any(named(decorator) == "property" for decorator in function.decorator_list):
                    self._properties.setdefault(function.name, []).append((module, function))
        self._add_classes()
        self._displays = {"of_display", "facts", "Measuring"}
        known = -1
        while known != (known := sum(map(len, self.sinks.values()))):
            for module in read:
                if not module.name.startswith(UNSEEN) or module.name in SEEN:
                    self._collect(module)

    @property
    def found(self) -> dict[str, list[str]]:
        """The templates of each module, in the order of the source."""
        return _in_order(self._places)

    @property
    def words(self) -> dict[str, list[str]]:
        """The words of each module that displays show by themselves."""
        return _in_order(self._words)

    def _add_classes(self) -> None:
        """Errors show their first argument; other classes, fields with one of the names in ``SHOWN``."""
        errors = {"LstmError", "RefusedError", "TooComplexError"}
        while True:
            known = len(errors)
            for module in self.modules.values():
                for each in module.classes:
                    if any(named(base) in errors for base in each.bases):
                        errors.add(each.name)
                    annotated = [part for part in each.body if isinstance(part, ast.AnnAssign)]
                    fields = [named(part.target) for part in annotated]
                    if shown := [n for n, name in enumerate(fields) if name in SHOWN | {"title"}]:
                        self.sinks["", each.name] = {*shown, *(fields[n] for n in shown)}
            if len(errors) == known:
                break
        self.sinks |= {("", name): {0, "message"} for name in errors}

    def _collect(self, module: Module) -> None:
        names = {name for _, name in self.sinks} | {*ADDING, "fail", "map"}
        for call in module.calls:
            if named(call.func) not in names and not any(each.arg in SHOWN for each in call.keywords):
                continue
            if named(call.func) == "map" and named(call.args[0]) in self._displays:
                self._add(module, call.args[1], words=True)
            for argument in self._shown(module, call):
                self._add(module, argument, words=named(call.func) in self._displays)
        for name, functions in module.functions.items():
            if name.split("_")[-1] in SHOWN or (name == "line" and module.name.endswith("events.py")):
                for function in functions:
                    for value in answers(function):
                        self._add(module, value)
        for node in module.assignments:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value is not None and any(named(target).split("_")[-1] in SHOWN for target in targets):
                self._add(module, node.value)

    def _shown(self, module: Module, call: ast.Call) -> Iterator[ast.expr]:
        """The arguments of a call that are shown."""
        name = named(call.func)
        places = self.sinks.get(("", name), set()) | self.sinks.get((self._home(module, call), name), set())
        yield from (call.args[n] for n in places if isinstance(n, int) and -1 < n < len(call.args))
        yield from (each.value for each in call.keywords if each.arg in places or each.arg in SHOWN)
        if name == "fail" and isinstance(call.func, ast.Attribute):  # of Typer's context
            yield call.args[0]
        added = name in ADDING and isinstance(call.func, ast.Attribute) and call.args
        if added and named(call.func.value).split("_")[-1] in SHOWN:  # type: ignore[attr-defined]
            yield call.args[0]

    def _home(self, module: Module, call: ast.Call) -> str:
        """The module of the function that is called, as far as it can be told; '.' for a method."""
        name = named(call.func)
        if isinstance(call.func, ast.Name):
            if name in module.functions or any(each.name == name for each in module.classes):
                return module.name
            return module.imports.get(name, ":").partition(":")[0] + ".py"
        owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        imported = module.imports.get(owner.id, "") if isinstance(owner, ast.Name) else ""
        return imported.replace(":", "/").lstrip("/") + ".py" if imported else "."

    def _add(self, module: Module, node: ast.expr, *, words: bool = False) -> None:
        """Add the templates that an expression may be; ``words``: and single words."""
        if (node, words) in self._seen:
            return
        self._seen.add((node, words))
        parts = _parts(node)
        if parts is None:
            for target, each in self._alternatives(module, node):
                self._add(target, each, words=words)
            return
        for line in self._template(module, parts).split("\n"):  # each is shown by itself
            line = _renumbered(PLACE.sub("", line.strip()))
            prose = _is_prose(line)
            if (prose or (words and _is_word(line))) and (module.name in SEEN or not module.name.startswith(UNSEEN)):
                here = (node.lineno, node.col_offset)
                places = (self._places if prose else self._words)[module.name]
                places[line] = min(here, places.get(line, here))
        for part in parts:
            if not isinstance(part, str):
                self._add(module, part, words=words and self._kind(module, part) != "~")

    def _template(self, module: Module, parts: list[str | ast.expr]) -> str:
        numbers = iter(range(len(parts)))
        return "".join(
            part if isinstance(part, str) else f"{{{next(numbers)}{self._kind(module, part)}}}" for part in parts
        )

    def _kind(self, module: Module, value: ast.expr) -> str:
        """``#`` for a number, ``~`` for a word that agrees with one, else nothing."""
        if isinstance(value, ast.FormattedValue):
            spec = value.format_spec.values if isinstance(value.format_spec, ast.JoinedStr) else []
            if any(isinstance(part, ast.Constant) and re.search(r"[,dfgek]", str(part.value)) for part in spec):
                return "#"
            value = value.value
        choices = [value]
        if isinstance(value, ast.Name):
            choices = next(filter(None, (module.values(scope, value.id) for scope in module.scopes(value))), [])
        return "~" if choices and all(map(_agrees, choices)) else ""

    def _alternatives(self, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr]]:
        """The expressions that a name, a call or a choice stands for."""
        inner: list[ast.expr | None] = []
        if isinstance(node, ast.IfExp):
            inner = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            inner = [*node.values]
        elif isinstance(node, ast.BinOp):
            inner = [node.left, node.right]
        elif isinstance(node, ast.Dict):
            inner = [*node.keys, *node.values]
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            inner = [*node.elts]
        elif isinstance(node, (ast.Starred, ast.NamedExpr, ast.YieldFrom, ast.Subscript, ast.FormattedValue)):
            inner = [node.value]
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            inner = [node.elt]
        elif isinstance(node, ast.Call):
            yield from self._results(module, node)
        elif isinstance(node, ast.Name):
            yield from self._values(module, node)
        elif isinstance(node, ast.Attribute):
            yield from self._constants(module, node.attr)
            for place, function in self._properties.get(node.attr, ()):
                yield from ((place, value) for value in answers(function))
        yield from ((module, each) for each in inner if each is not None)

    def _results(self, module: Module, call: ast.Call) -> Iterator[tuple[Module, ast.expr]]:
        name = named(call.func)
        if name == "count":
            return
        if name in SAME | {"join", "filter"} and call.args:
            yield module, call.args[-1]
        elif isinstance(call.func, ast.Attribute) and name in OF_TEXT:
            yield module, call.func.value
            if name in ("get", "pop"):
                yield from ((module, each) for each in call.args[1:])
        elif isinstance(call.func, ast.Attribute) and name == "_replace":
            return
        else:
            home = self._home(module, call)
            places = [self.modules[home]] if home in self.modules else []
            if home == ".":
                places = [each for each in self.modules.values() if name in each.functions]
            for place in places if len(places) < 4 else []:
                for function in place.functions.get(name, ()):
                    yield from ((place, value) for value in answers(function))

    def _values(self, module: Module, name: ast.Name) -> Iterator[tuple[Module, ast.expr]]:
        """What a name may be: what it was set to, in a function around it or at the top of a module."""
        for scope in module.scopes(name):
            yield from ((module, value) for value in module.values(scope, name.id))
            if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) and self._is_argument(module, scope, name.id):
                return
        yield from self._constants(module, name.id)

    def _is_argument(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
        """Whether a name is an argument of a function; if so, it is one that is shown."""
        arguments = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        if name not in arguments and name not in [each.arg for each in function.args.kwonlyargs]:
            return False
        if function.name in SINKS or name in ("self", "error"):
            return True
        method = arguments[:1] in (["self"], ["cls"])
        called = named(module.parents[function]) if function.name == "__init__" else function.name
        for home in [module.name, *(["."] if method and function.name != "__init__" else [])]:
            places = self.sinks.setdefault((home, called), set())
            places.add(name)
            if name in arguments:
                places.add(arguments.index(name) - method)
        return True

    def _constants(self, module: Module, name: str) -> Iterator[tuple[Module, ast.expr]]:
        """What a name in capitals is set to in another module."""
        if name.isupper():
            for each in self.modules.values():
                if each is not module:
                    yield from ((each, value) for value in each.top.get(name, ()))


def of_templates(folder: Path = SOURCE) -> dict[str, list[str]]:
    """The texts of pages, by template: what ``_("…")`` holds."""
    paths = sorted((folder / "cli/output/templates").iterdir())
    return {path.name: re.findall(r'\b_\("([^"]+)"\)', path.read_text(encoding="utf-8")) for path in paths}


def _in_order(found: dict[str, dict[str, tuple[int, int]]]) -> dict[str, list[str]]:
    return {module: sorted(places, key=lambda each: (places[each], each)) for module, places in found.items()}


def _is_word(text: str) -> bool:
    """Whether a text is a word, or several, for people, with nothing to be filled in."""
    return bool(re.search(r"[A-Za-z]{2}", text)) and not re.search(r"[{}_<>/=]|^-|\.\w", text)


def _renumbered(line: str) -> str:
    numbers = iter(range(len(line)))
    return re.sub(r"\{\d+([#~]?)\}", lambda hole: f"{{{next(numbers)}{hole[1]}}}", line)


def _agrees(value: ast.expr) -> bool:
    """Whether a value is a word that depends on a number: ``are(n)``, ``"holds" if n == 1 else "hold"``."""
    if not isinstance(value, ast.IfExp):
        return isinstance(value, ast.Call) and named(value.func) in ("are", "have")
    words = [str(each.value) for each in (value.body, value.orelse) if isinstance(each, ast.Constant)]
    return len(words) == 2 and ({*words} in AGREEING or len({word.removesuffix("s") for word in words}) == 1)


def _is_prose(template: str) -> bool:
    """Whether a text is for people, and not a name or a command."""
    words = re.sub(r"\{\d+.?\}|--[\w-]+|\$\w+|[\w.-]*[_/.]\w[\w/.]*", "", template)
    if template in KEPT or not re.search(r"[a-z]{2}", words) or re.match(r"pip install \S+$|lstm \w+", template):
        return template in KEPT
    telling = Template(template, "").is_telling and Template(words, "").letters > 2
    return telling and " " in template and not re.search(r"\{[a-z]|\\[pu]", template)


def _parts(node: ast.expr) -> list[str | ast.expr] | None:
    """The texts and values that a string is put together from; None if it is not put together here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _percent(node.value)
    if isinstance(node, ast.JoinedStr):
        return [str(value.value) if isinstance(value, ast.Constant) else value for value in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (_parts(side) or [side] for side in (node.left, node.right))
        return [*left, *right] if any(isinstance(part, str) for part in (*left, *right)) else None
    if isinstance(node, ast.FormattedValue):
        node = node.value
    if isinstance(node, ast.Call) and named(node.func) == "count" and len(node.args) == 2:
        noun = node.args[1]
        if isinstance(noun, ast.Constant):
            number = ast.FormattedValue(ast.Constant(0), -1, ast.JoinedStr([ast.Constant(",")]))
            return [number, " " + count(2, str(noun.value))[2:]]
    return None


def _percent(text: str) -> list[str | ast.expr]:
    """A text, whose ``%s`` are values."""
    first, *others = text.split("%s")
    return [first, *(part for each in others for part in (ast.Constant(None), each))]
