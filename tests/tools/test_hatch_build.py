"""The kernel in a wheel: built where there is a compiler, left out without a word where there is none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lstmcli.engine.native import Library
from support.kernel import compile_module, compiler

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = compile_module().LIBRARY
BUILD = tuple[dict[str, Any], Any]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``hatch_build.py``, with as much of hatchling as it needs: that is installed where wheels are built only."""
    interface = ModuleType("hatchling.builders.hooks.plugin.interface")
    interface.BuildHookInterface = object  # type: ignore[attr-defined]
    for name in ("hatchling", "hatchling.builders", "hatchling.builders.hooks", "hatchling.builders.hooks.plugin"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    monkeypatch.delenv("LSTM_NATIVE", raising=False)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(hook: Any, version: str = "standard", target: str = "wheel") -> BUILD:
    """What the hook makes of a wheel that is pure Python so far."""
    made = hook.KernelHook()
    made.target_name = target
    data: dict[str, Any] = {"force_include": {}, "pure_python": True}
    made.initialize(version, data)
    return data, made


PURE = {"force_include": {}, "pure_python": True}


def test_a_wheel_gets_the_library_and_the_tag_of_the_machine(hook: Any) -> None:
    compiler()
    data, made = build(hook)
    ((source, place),) = data["force_include"].items()
    assert Path("src") / place == LIBRARY.relative_to(ROOT)
    assert Library(Path(source)).levels
    assert not data["pure_python"] and data["tag"].startswith("py3-none-") and not set("-. ") & set(data["tag"][9:])
    made.finalize("standard", data, "")
    assert not Path(source).exists()


def test_an_editable_wheel_finds_it_in_the_source(hook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compiler()
    kernel = compile_module()
    kernel.LIBRARY = tmp_path / "lib" / LIBRARY.name
    monkeypatch.setattr(hook, "compile_module", lambda: kernel)
    data, _ = build(hook, "editable")
    assert not data["force_include"] and not data["pure_python"]
    assert Library(kernel.LIBRARY).levels


def test_it_can_be_left_out(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_NATIVE", "0")
    assert build(hook)[0] == PURE


def test_a_source_archive_has_no_library(hook: Any) -> None:
    assert build(hook, target="sdist")[0] == PURE


def test_without_a_compiler_the_wheel_is_pure_python(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = compile_module()
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(kernel, "shutil", SimpleNamespace(which=lambda name: None))
    monkeypatch.setattr(hook, "compile_module", lambda: kernel)
    assert kernel.compiler() is None
    assert build(hook)[0] == PURE


@pytest.mark.parametrize("cc", ["/there/is/no/compiler", "false", "true"])
def test_a_compiler_that_does_not_work_is_none(hook: Any, monkeypatch: pytest.MonkeyPatch, cc: str) -> None:
    monkeypatch.setenv("CC", cc)
    assert build(hook)[0] == PURE


def test_levels_are_those_of_the_processor_that_is_compiled_for(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = compile_module()
    for machine, name in {
        "x86_64-linux-gnu": "x86_64", "amd64-portbld-freebsd": "x86_64", "arm64-apple-darwin23": "aarch64",
        "aarch64-unknown-linux-musl": "aarch64", "riscv64-linux-gnu": "",
    }.items():  # fmt: skip
        monkeypatch.setattr(kernel, "_run", lambda command, machine=machine: machine)
        assert kernel.processor(["cc"]) == name
        assert kernel.LEVELS[name]
