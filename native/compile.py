"""Compiles the kernel: every level of a kind of processor into one library.

    python native/compile.py                   beside the module that loads it, for work on the sources
    python native/compile.py TARGET FLAG ...   elsewhere, with more flags for the compiler

The compiler is ``$CC``, or whichever of cc, gcc and clang is there; any that knows GCC's vector types will do.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = HERE.parent / "src" / "lstmcli" / "engine" / "lib" / f"lstm{SUFFIX}"
FLAGS = ("-O3", "-g0", "-std=gnu11", "-fvisibility=hidden", "-Wno-psabi")
AVX512 = ("-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx2", "-mfma", "-mprefer-vector-width=512")
LEVELS: dict[str, dict[str, tuple[int, int, tuple[str, ...]]]] = {
    "x86_64": {
        "avx512vnni": (16, 6, (*AVX512, "-mavx512vnni")),
        "avx512": (16, 6, AVX512),
        "avx2": (8, 3, ("-mavx2", "-mfma")),
        "sse2": (4, 3, ()),
    },
    "aarch64": {"neon": (4, 6, ())},
    "": {"plain": (4, 2, ())},
}
"""For each kind of processor, the levels: floats in a vector, rows at once (as many as the registers hold), flags."""
PLAIN = ("library.c", "text.c")
"""What is compiled once, for any level."""
SECONDS = 300
"""For one call of the compiler."""


def compiler() -> list[str] | None:
    """The command of a C compiler; None where there is none."""
    if named := os.environ.get("CC"):
        return shlex.split(named)
    return next(([found] for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


def processor(cc: Sequence[str]) -> str:
    """What the compiler makes code for, as ``LEVELS`` calls it."""
    target = _run([*cc, "-dumpmachine"]).split("-")[0]
    name = {"amd64": "x86_64", "arm64": "aarch64"}.get(target, target)
    return name if name in LEVELS else ""


def compile_library(target: Path, cc: Sequence[str], more: Sequence[str] = (), machine: str | None = None) -> None:
    """Writes the library.

    Args:
        machine: the kind of processor; None asks the compiler.

    Raises:
        OSError, subprocess.SubprocessError: there is no such compiler, or it does not compile this.
    """
    shared = () if sys.platform == "win32" else ("-fPIC",)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        objects = []
        for name, (width, rows, flags) in LEVELS[processor(cc) if machine is None else machine].items():
            made = str(Path(directory) / f"{name}.o")
            defines = [f"-DLSTM_LEVEL={name}", f"-DLSTM_WIDTH={width}", f"-DLSTM_ROWS={rows}"]
            _run([*cc, *FLAGS, *shared, *flags, *more, *defines, "-c", str(HERE / "kernel.c"), "-o", made])
            objects.append(made)
        library = str(Path(directory) / target.name)
        plain = [str(HERE / name) for name in PLAIN]
        _run([*cc, *FLAGS, *shared, *more, "-shared", *plain, *objects, "-o", library])
        shutil.move(library, target)


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    return done.stdout.strip()


def main(arguments: Sequence[str]) -> int:
    cc = compiler()
    if cc is None:
        print("no C compiler here: set CC, or install one", file=sys.stderr)
        return 1
    target = Path(arguments[0]) if arguments else LIBRARY
    try:
        compile_library(target, cc, arguments[1:])
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
