"""The layers of the code, read from its imports: what stands above may use what stands below, never the reverse."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lstmcli"
LEVELS = {"cli": 3, "tasks": 2, "core": 1, "text": 1, "engine": 1}
"""Packages; every module at the top is level 0, and so is ``cells``; but for ``__main__``, which only starts the
command line."""
APART = {("core", "text"), ("text", "core"), ("engine", "core"), ("text", "engine")}
TORCH = {
    "tasks/resumable.py",
    "tasks/run.py",
    "tasks/train.py",
    "tasks/train_lm.py",
    "tasks/fit.py",
    "tasks/trainer.py",
    "tasks/fit_lm.py",
    "tasks/trainer_lm.py",
    "tasks/determinism.py",
    "tasks/device.py",
    "tasks/classify.py",
}
"""Outside core/.  ``tasks/run.py`` and ``tasks/classify.py`` import it inside a function."""
FITTING = {"tasks/fit.py", "tasks/fit_lm.py", "tasks/resumable.py", "tasks/trainer.py", "tasks/trainer_lm.py"}
"""Of these, those that import it at once."""
HEAVY = {"torch", "datasets", "pandas", "pyarrow", "numpy", "scipy", "tokenizers", "onnx", "onnxruntime", "rich"}

MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def tree(module: str) -> ast.Module:
    return ast.parse((SOURCE / module).read_text(encoding="utf-8"))


def imports(nodes: ast.AST) -> Iterator[str]:
    """Dotted names of every import, those inside functions included; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(nodes):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


def package(dotted: str) -> str | None:
    """The package of ours that a dotted name belongs to; '' for a module at the top, None for others' code."""
    parts = dotted.split(".")
    if parts[0] != "lstmcli":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in LEVELS else ""


def level(name: str) -> int:
    return LEVELS.get(name, 0)


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__main__.py"])
def test_imports_go_down_only(module: str) -> None:
    own = module.split("/")[0] if "/" in module else ""
    for name in imports(tree(module)):
        other = package(name)
        if other is not None:
            assert level(other) <= level(own), f"{module} imports {name}, which stands above it"
            assert (own, other) not in APART, f"{module} imports {name}: {own} and {other} are apart"


@pytest.mark.parametrize("module", [module for module in MODULES if level(module.split("/")[0]) == 0])
def test_the_ground_is_standard_library_only(module: str) -> None:
    for name in imports(tree(module)):
        assert package(name) is not None or name.split(".")[0] in sys.stdlib_module_names, f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_torch_stays_in_the_core_and_in_training(module: str) -> None:
    if not module.startswith("core/") and module not in TORCH:
        assert "torch" not in {name.split(".")[0] for name in imports(tree(module))}
    if not module.startswith("core/") and module not in FITTING:
        assert "torch" not in {name.split(".")[0] for name in at_import(tree(module))}


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("cli/")])
def test_the_command_line_imports_what_is_heavy_only_when_it_needs_it(module: str) -> None:
    assert not HEAVY & {name.split(".")[0] for name in at_import(tree(module))}
    assert all(level(package(name) or "") in (0, 3) for name in at_import(tree(module)))


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
