"""Wheels with the kernel inside for every platform, made on one machine: the compiler is clang from ``ziglang``.

    pip install ziglang
    python tools/wheels.py dist      a wheel for each platform, and one without the kernel for all others

The package is built once, in pure Python; each wheel is that one with a library and another tag.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "native"))

import compile as kernel  # noqa: E402

PLATFORMS = {
    "manylinux_2_17_x86_64": ("x86_64-linux-gnu.2.17", "x86_64", ".so"),
    "manylinux_2_17_aarch64": ("aarch64-linux-gnu.2.17", "aarch64", ".so"),
    "musllinux_1_2_x86_64": ("x86_64-linux-musl", "x86_64", ".so"),
    "macosx_11_0_arm64": ("aarch64-macos.11.0", "aarch64", ".dylib"),
    "win_amd64": ("x86_64-windows-gnu", "x86_64", ".dll"),
}
"""A wheel's tag, and for it the compiler's target, the processor in ``kernel.LEVELS``, the suffix of a library."""


def pure_wheel(folder: Path) -> Path:
    """The package without the kernel."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, env=os.environ | {"LSTM_NATIVE": "0"})
    (wheel,) = folder.glob("*-py3-none-any.whl")
    return wheel


def with_library(pure: Path, library: Path, tag: str, folder: Path) -> Path:
    """A copy of a wheel that has the library in its place, for one platform."""
    place = kernel.LIBRARY.with_suffix(library.suffix).relative_to(ROOT / "src").as_posix()
    made = folder / pure.name.replace("-any.whl", f"-{tag}.whl")
    with zipfile.ZipFile(pure) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        files = {name: old.read(name) for name in old.namelist()}
        record = next(name for name in files if name.endswith(".dist-info/RECORD"))
        about = record.replace("RECORD", "WHEEL")
        text = files[about].decode().replace("Root-Is-Purelib: true", "Root-Is-Purelib: false")
        files[about] = text.replace("Tag: py3-none-any", f"Tag: py3-none-{tag}").encode()
        files[place] = library.read_bytes()
        lines = [f"{name},{_digest(data)},{len(data)}" for name, data in files.items() if name != record]
        files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
        for name, data in files.items():
            new.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return made


def _digest(data: bytes) -> str:
    """As RECORD has it: https://packaging.python.org/en/latest/specifications/recording-installed-packages/"""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "dist")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        pure = pure_wheel(Path(name))
        for tag, (target, processor, suffix) in PLATFORMS.items():
            library = Path(name) / f"{tag}{suffix}"
            cc = [sys.executable, "-m", "ziglang", "cc", "-target", target]
            kernel.compile_library(library, cc, machine=processor)
            print(with_library(pure, library, tag, folder), f"{library.stat().st_size:,} bytes of kernel")
        (folder / pure.name).write_bytes(pure.read_bytes())


if __name__ == "__main__":
    main()
