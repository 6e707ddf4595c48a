"""The rooms of the code, read from its imports: what stands above may use what stands below, never the reverse.

The docstring of each package says what it is for.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "lstmcli"
FLOORS: tuple[tuple[str, ...], ...] = (
    ("data", "tokenization", "nn", "engine", "evaluation"),
    ("model_dir",),
    ("generation", "scoring", "training"),
    ("classification", "language_modeling", "translation"),
    ("bulk", "comparison", "experiments", "exporting", "inspection", "serving", "tuning"),
    ("cli",),
)
"""Rooms, from the ground up; modules at the top, and ``cells``, are below the first floor, but for those of ``TOP``."""
TOP = ("__init__.py", "__main__.py", "api.py", "sklearn.py")
"""The Python API, which stands just below the command line, and ``__main__``, which only starts that."""
NEIGHBOURS = {
    ("data", "tokenization"),
    ("tokenization", "engine"),
    ("exporting", "inspection"),
    ("serving", "exporting"),
}
"""Rooms of one floor of which the first may use the second; all others know nothing of each other."""
PLAIN = ("config", "results", "events", "registry")
"""Modules of these names need the standard library only: any room may use them, and the command line may at start."""
HEAVY = {"torch", "datasets", "pandas", "pyarrow", "numpy", "scipy", "tokenizers", "onnx", "onnxruntime", "rich"}
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((SOURCE / module).read_text(encoding="utf-8"))


def imports(nodes: ast.AST) -> Iterator[str]:
    """Dotted names of the modules of every import, those inside functions included."""
    for node in ast.walk(nodes):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "imports are absolute"
            for alias in node.names:
                dotted = f"{node.module}.{alias.name}"
                yield dotted if is_module(dotted) else node.module


def is_module(dotted: str) -> bool:
    path = SOURCE.joinpath(*dotted.split(".")[1:])
    return dotted.startswith("lstmcli.") and (path.is_dir() or path.with_suffix(".py").is_file())


def at_import(nodes: ast.AST) -> Iterator[str]:
    """Imports that run when the module is imported: not in functions, not under ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(nodes):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imports(node)
        else:
            yield from at_import(node)


def ours(names: Iterator[str]) -> Iterator[str]:
    return (name for name in names if name.split(".")[0] == "lstmcli")


def room_of(dotted: str) -> str:
    """The room of a module of ours, ``lstmcli.data.files`` or ``data/files.py``; '' for one at the top."""
    parts = dotted.removesuffix(".py").removeprefix("lstmcli.").replace("/", ".").split(".")
    return parts[0] if any(parts[0] in floor for floor in FLOORS) else ""


def floor_of(room: str) -> int:
    return next((n for n, floor in enumerate(FLOORS) if room in floor), -1)


def is_plain(module: str) -> bool:
    """Of a dotted name or a path."""
    return module.removesuffix(".py").replace("/", ".").rsplit(".", 1)[-1] in PLAIN


@pytest.mark.parametrize("module", [module for module in MODULES if module not in TOP])
def test_imports_go_down(module: str) -> None:
    own = room_of(module)
    found = set(ours(imports(tree(module))))
    assert own == "cli" or "lstmcli.api" not in found, f"{module} imports the API, which is made of it"
    for name in found:
        other = room_of(name)
        if other == own or is_plain(name):
            continue
        below = floor_of(other) < floor_of(own) or (own, other) in NEIGHBOURS
        assert below, f"{module} imports {name}: {own or 'the ground'} may not use {other}"


@pytest.mark.parametrize(
    "module", [m for m in MODULES if is_plain(m.removesuffix(".py")) or (not room_of(m) and m != "sklearn.py")]
)
def test_what_the_command_line_imports_at_start_needs_the_standard_library_only(module: str) -> None:
    for name in at_import(tree(module)):
        if name.startswith("lstmcli"):
            assert is_plain(name) or not room_of(name) or room_of(name) == "cli", f"{module} imports {name}"
        else:
            assert name.split(".")[0] in sys.stdlib_module_names, f"{module} imports {name}"


def torch_patterns() -> list[str]:
    """Where pyproject.toml lets ruff see torch imported at module level."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.findall(r'^"src/lstmcli/(.+)" = \["TID253"\]', text, flags=re.MULTILINE)


def may_import_torch(module: str) -> bool:
    """Patterns as ruff reads them: ``**/`` stands for any folders, or none."""
    flat = [(pattern, pattern.replace("**/", "")) for pattern in torch_patterns()]
    return any(
        fnmatch(module, pattern) or (fnmatch(PurePosixPath(module).name, short) and "**/" in pattern)
        for pattern, short in flat
    )


@pytest.mark.parametrize("module", MODULES)
def test_torch_is_imported_at_once_only_by_networks_and_their_training(module: str) -> None:
    if not may_import_torch(module):
        assert "torch" not in {name.split(".")[0] for name in at_import(tree(module))}


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("cli/")])
def test_the_command_line_imports_what_is_heavy_only_when_it_needs_it(module: str) -> None:
    found = set(at_import(tree(module)))
    assert not HEAVY & {name.split(".")[0] for name in found}
    for name in ours(iter(found)):
        assert room_of(name) in ("", "cli") or is_plain(name), f"{module} imports {name} at once"


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith("cli/")])
def test_only_the_command_line_prints_or_exits(module: str) -> None:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "exit", "quit", "input"), f"{module}, line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
            assert node.attr not in ("stdout", "stderr", "exit"), f"{module}, line {node.lineno}"
    assert not {"typer", "rich"} & {name.split(".")[0] for name in imports(tree(module))}


@pytest.mark.parametrize("module", MODULES)
def test_no_module_uses_the_parser_below_typer(module: str) -> None:
    assert "click" not in {part for name in imports(tree(module)) for part in name.split(".")}


def test_no_two_modules_import_each_other() -> None:
    """At import time; an import inside a function may look back."""
    graph = {
        module: {name.removeprefix("lstmcli.").replace(".", "/") + ".py" for name in ours(at_import(tree(module)))}
        & set(MODULES)
        for module in MODULES
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join([*above[above.index(module) :], module])
        if module not in done:
            for other in graph[module]:
                visit(other, (*above, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


TASKS = ("tasks.py", "classification/", "language_modeling/", "translation/")
"""Where a task may be named."""


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(TASKS)])
def test_no_task_is_named_outside_its_room_and_the_registry(module: str) -> None:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Compare):
            for part in [node.left, *node.comparators]:
                assert not (isinstance(part, ast.Constant) and part.value in ("classify", "lm", "translate")), (
                    f"{module}, line {node.lineno}"
                )


@pytest.mark.parametrize("module", MODULES)
def test_functions_are_short(module: str) -> None:
    """60 lines at most, without the signature and the docstring: a command's are its options and its help."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1
            assert length <= 60, f"{module}, line {node.lineno}: {node.name} has {length} lines"


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_short(module: str) -> None:
    lines = len((SOURCE / module).read_text(encoding="utf-8").splitlines())
    assert lines <= 300, f"{module} has {lines} lines"


def constants(module: str) -> Iterator[tuple[str, str]]:
    """The public constants of a module with their values, as code."""
    for node in tree(module).body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and node.value is not None:
                pairs = [(target, node.value)]
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))  # type: ignore[arg-type]
            else:
                pairs = []
            for name, value in pairs:
                if isinstance(name, ast.Name) and re.fullmatch(r"[A-Z][A-Z0-9_]+", name.id):
                    yield name.id, ast.unparse(value)


def test_a_constant_is_defined_once() -> None:
    """Under one name with one value.  ``READ = ReadConfig()`` is none: every command has its defaults."""
    found: dict[tuple[str, str], str] = {}
    for module in MODULES:
        for constant in constants(module):
            if not constant[1].endswith("()"):
                first = found.setdefault(constant, module)
                assert first == module, f"{constant[0]} = {constant[1]} stands in {first} and in {module}"


@pytest.mark.parametrize("name", ["PADDING_ID", "UNKNOWN_ID", "END_ID", "DEVICES", "ENGINES", "SPLIT_NAMES"])
def test_ids_and_names_that_all_share_are_defined_once(name: str) -> None:
    """Whatever their values."""
    assert sum(name in dict(constants(module)) for module in MODULES) == 1, name


def protocols() -> Iterator[str]:
    for module in MODULES:
        for node in tree(module).body:
            if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases):
                yield node.name


@pytest.mark.parametrize("name", ["Session", "Encoder"])
def test_there_is_one_protocol_of_sessions_and_one_of_encoders(name: str) -> None:
    assert list(protocols()).count(name) == 1
