"""Errors caused by the system: out of memory, threads or open files, and packages that cannot be imported.

Libraries raise various exceptions for these, often a plain RuntimeError, so they are recognised by their messages.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Iterator

from lstmcli.errors import DataError, LstmError, UsageError
from lstmcli.threads import LIMITED

_NO_THREADS = re.compile(
    "start new thread|ThreadPoolBuildError|pthread_create|[Tt]hread creation failed|Resource temporarily unavailable"
)
_NO_MEMORY = re.compile(
    "out of memory|not enough memory|(?:[Cc]an(?:'t| ?not)|[Ff]ailed to|[Uu]nable to) allocate(?! memory in static)"
    "|bad_alloc|failed to map segment|could not (?:create|execute) a primitive"
)
"""PyTorch, ONNX Runtime and the dynamic loader do not raise MemoryError."""
_TOO_OLD = re.compile(r"(?:partially initialized )?module '(\w+)[\w.]*' has no attribute")
_MEMORY = "raise the memory limit (ulimit -v, or the container's), or close other programs"
_SMALLER = {
    "train": "try a smaller --hidden, --embedding, --batch-size or --vocab-size",
    "classify": "try a smaller --batch-size, or " + _MEMORY,
}


class Shortage(LstmError):
    """The process has run out of memory, threads or open files."""


def shortage(error: BaseException, command: str = "") -> Shortage | None:
    """The error to show if ``error`` comes from a lack of memory, threads or open files.

    Args:
        command: the command whose options the hint may name.
    """
    for each in _chain(error):
        code = each.errno if isinstance(each, OSError) else None
        if isinstance(each, Shortage):
            return each
        if code == errno.EAGAIN or (code is None and _NO_THREADS.search(str(each))):
            return Shortage("the system does not allow another thread or process", hint=LIMITED)
        if code in (errno.EMFILE, errno.ENFILE):
            return Shortage("too many open files", hint="raise the limit on open files: ulimit -n 1024")
        torn = isinstance(each, SystemError) and (
            "without exception set" in str(each) or "without setting" in str(each)
        )
        if torn or isinstance(each, MemoryError) or code == errno.ENOMEM:  # C code that ran out of memory
            return Shortage("out of memory", hint=_SMALLER.get(command, _MEMORY))
        if code is None and _NO_MEMORY.search(str(each)):
            return Shortage("out of memory", hint=_SMALLER.get(command, _MEMORY))
    return None


def explained(error: BaseException, command: str = "") -> LstmError | None:
    """The error to show for ``error`` if its cause is outside the program; None for a bug."""
    fault = shortage(error, command)
    if fault is not None:
        return fault
    if any(isinstance(each, ValueError) and "for integer string conversion" in str(each) for each in _chain(error)):
        return DataError("a whole number of more than 4,300 digits cannot be read", hint="write it in quotes, as text")
    return bad_package(error)


def bad_package(error: BaseException) -> LstmError | None:
    """The error to show if ``error`` comes from a package that is missing, broken or too old."""
    imports = [each for each in _chain(error) if isinstance(each, ImportError)]
    if imports:
        return _package(imports[-1])
    for each in _chain(error):
        old = _TOO_OLD.match(str(each)) if isinstance(each, AttributeError) else None
        if old and old[1] != "lstmcli":
            package = old[1].replace("_", "-")
            message = f"the Python package {package!r} is too old or broken: {each}"
            return LstmError(message, hint=f"reinstall it: pip install --upgrade {package}")
    return None


def _package(error: ImportError) -> LstmError | None:
    name = (error.name or "").partition(".")[0]
    if name == "lstmcli":
        return None
    if isinstance(error, ModuleNotFoundError) and name not in sys.modules:  # else a part of it is missing
        package = name.replace("_", "-")
        hint = f"install it: pip install {package}"
        if package in _requirements():  # one of several that a small installation leaves out
            hint = f"install it: pip install {package}; or all that is missing: pip install lstmcli"
        return UsageError(f"the Python package {package!r} is not installed, and this needs it", hint=hint)
    reason = " ".join(str(error).split())[:300]
    package = name.replace("_", "-") or "lstmcli"
    again = f"pip uninstall {package}, then pip install {package}"
    return LstmError(f"a Python package cannot be loaded: {reason}", hint=f"reinstall it: {again}")


def _requirements() -> set[str]:
    """The packages that a whole installation has, extras apart."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("lstmcli") or []
    except PackageNotFoundError:  # run from the source
        return set()
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and the chain of its causes."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
