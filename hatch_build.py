"""Builds the kernel into the wheel where there is a C compiler; without one the package is pure Python, as before.

``LSTM_NATIVE=0`` leaves it out.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


def compile_module() -> ModuleType:
    """``native/compile.py``, which is in no package."""
    spec = importlib.util.spec_from_file_location("compile_kernel", ROOT / "native" / "compile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library to a wheel, which is then for this kind of machine only; an editable one finds it in src."""
        if self.target_name != "wheel" or os.environ.get("LSTM_NATIVE") == "0":
            return
        kernel = compile_module()
        library: Path = kernel.LIBRARY
        self._directory = tempfile.TemporaryDirectory()
        made = library if version == "editable" else Path(self._directory.name) / library.name
        try:
            cc = kernel.compiler()
            if cc is None:
                return
            kernel.compile_library(made, cc)
        except (OSError, subprocess.SubprocessError):
            return
        if version != "editable":
            build_data["force_include"][str(made)] = library.relative_to(ROOT / "src").as_posix()
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was compiled for the wheel."""
        if hasattr(self, "_directory"):
            self._directory.cleanup()
