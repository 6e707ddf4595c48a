"""Faults outside the program, as errors of ours: no memory, no threads, no open files, packages that cannot be loaded.

Each library has exceptions of its own for these, often a plain RuntimeError, so they are recognised by their text.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from lstmcli.errors import DataError, LstmError
from lstmcli.threads import LIMITED

_NO_THREADS = re.compile(
    "start new thread|ThreadPoolBuildError|pthread_create|[Tt]hread creation failed|Resource temporarily unavailable"
)
_NO_MEMORY = re.compile(
    "out of memory|not enough memory|(?:[Cc]an(?:'t| ?not)|[Ff]ailed to|[Uu]nable to) allocate(?! memory in static)"
    "|bad_alloc|failed to map segment|could not (?:create|execute) a primitive"
)
"""PyTorch, ONNX Runtime and the loader of shared libraries raise no MemoryError."""
_TOO_OLD = re.compile(r"(?:partially initialized )?module '(\w+)[\w.]*' has no attribute")
_MEMORY = "the limit is on memory (ulimit -v, or the container's): raise it, or end other programs"
_SMALLER = {
    "train": "smaller numbers help: --hidden, --embedding, --batch-size, --vocab-size",
    "classify": "a smaller --batch-size helps; " + _MEMORY,
}


class Shortage(LstmError):
    """The system has no more memory, threads or open files for the program."""


def shortage(error: BaseException, command: str = "") -> Shortage | None:
    """The error for a lack of memory, threads or open files, if that is what ``error`` comes from.

    Args:
        command: whose options the hint may name.
    """
    for each in _chain(error):
        code = each.errno if isinstance(each, OSError) else None
        if isinstance(each, Shortage):
            return each
        if code == errno.EAGAIN or (code is None and _NO_THREADS.search(str(each))):
            return Shortage("the system does not let the program start another thread or process", hint=LIMITED)
        if code in (errno.EMFILE, errno.ENFILE):
            return Shortage("too many open files", hint="raise the limit on open files: ulimit -n 1024")
        torn = isinstance(each, SystemError) and (
            "without exception set" in str(each) or "without setting" in str(each)
        )
        if torn or isinstance(each, MemoryError) or code == errno.ENOMEM:  # C code that fails for lack of memory
            return Shortage("out of memory", hint=_SMALLER.get(command, _MEMORY))
        if code is None and _NO_MEMORY.search(str(each)):
            return Shortage("out of memory", hint=_SMALLER.get(command, _MEMORY))
    return None


def explained(error: BaseException, command: str = "") -> LstmError | None:
    """What ``error`` means to the user; None where it means that the program is wrong."""
    found = shortage(error, command)
    if found is not None:
        return found
    if any(isinstance(each, ValueError) and "for integer string conversion" in str(each) for each in _chain(error)):
        return DataError("a whole number of more than 4,300 digits cannot be read", hint="write it in quotes, as text")
    return bad_package(error)


def bad_package(error: BaseException) -> LstmError | None:
    """The error for a package of others that is missing, broken or too old, if that is what ``error`` comes from."""
    imports = [each for each in _chain(error) if isinstance(each, ImportError)]
    if imports:
        return _package(imports[-1])
    for each in _chain(error):
        old = _TOO_OLD.match(str(each)) if isinstance(each, AttributeError) else None
        if old and old[1] != "lstmcli":
            package = old[1].replace("_", "-")
            message = f"the Python package {package!r} is too old or broken: {each}"
            return LstmError(message, hint=f"install it again: pip install --upgrade {package}")
    return None


def _package(error: ImportError) -> LstmError | None:
    name = (error.name or "").partition(".")[0]
    if name == "lstmcli":
        return None
    if isinstance(error, ModuleNotFoundError):
        package = name.replace("_", "-")
        return LstmError(f"the Python package {package!r} is not installed", hint=f"install it: pip install {package}")
    reason = " ".join(str(error).split())[:300]
    package = name.replace("_", "-") or "lstmcli"
    again = f"pip uninstall {package}, then pip install {package}"
    return LstmError(f"a Python package cannot be loaded: {reason}", hint=f"install it again: {again}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
