"""The kernel, as it was installed, or compiled from the sources for the tests."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from lstmcli.engine.native import LIBRARY, Library

NATIVE = Path(__file__).resolve().parents[2] / "native"
LEVELS = ("avx512vnni", "avx512", "avx2", "sse2", "neon", "plain")


def compile_module() -> ModuleType:
    """``native/compile.py``, which is in no package."""
    spec = importlib.util.spec_from_file_location("compile_kernel", NATIVE / "compile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiler() -> list[str]:
    """Skips the test where there is none."""
    found: list[str] | None = compile_module().compiler()
    if found is None:
        pytest.skip("there is no C compiler here")
    return found


@cache
def built() -> Path:
    """The library; skips the test where there is none and no compiler."""
    if LIBRARY.exists():
        return LIBRARY
    made = Path(tempfile.mkdtemp(prefix="lstm-kernel-")) / LIBRARY.name
    try:
        compile_module().compile_library(made, compiler())
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"the C compiler cannot compile the kernel: {error}")
    return made


def at_level(level: str) -> Library:
    """Skips the test where the processor has no such level."""
    if level not in Library(built()).levels:
        pytest.skip(f"this processor has no {level}")
    return Library(built(), level)
