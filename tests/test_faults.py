"""Faults of libraries and of the system, told by type, number or text, each as an error of ours."""

from __future__ import annotations

import errno
import importlib

import pytest

from lstmcli.errors import DataError, LstmError
from lstmcli.faults import Shortage, explained, shortage


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried ..."),
        RuntimeError("could not create a primitive"),
        RuntimeError("could not execute a primitive"),
        RuntimeError("Cannot allocate memory"),
        RuntimeError("std::bad_alloc"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        RuntimeError("Failed to allocate memory for requested buffer of size 4096"),
        SystemError("<built-in function load> returned NULL without setting an exception"),
        SystemError("error return without exception set"),
    ],
    ids=lambda error: f"{type(error).__name__}-{str(error)[:24]}",
)
def test_no_memory(error: Exception) -> None:
    found = shortage(error, "train")
    assert isinstance(found, Shortage) and found.message == "out of memory"
    assert found.exit_code == 1 and "--batch-size" in (found.hint or "")
    assert "ulimit -v" in (shortage(error, "perplexity") or found).hint  # type: ignore[operator]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("can't start new thread"),
        OSError(errno.EAGAIN, "Resource temporarily unavailable"),
        BaseException("The global thread pool has not been initialized.: ThreadPoolBuildError { kind: IOError }"),
        RuntimeError("pthread_create failed"),
        RuntimeError("Thread creation failed"),
    ],
    ids=str,
)
def test_no_threads(error: BaseException) -> None:
    found = shortage(error)
    assert found is not None and "thread" in found.message and "ulimit -u" in (found.hint or "")


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_no_open_files(code: int) -> None:
    found = shortage(OSError(code, "Too many open files"))
    assert found is not None and "open files" in found.message and "ulimit -n" in (found.hint or "")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no such thing"),
        OSError(errno.ENOENT, "No such file"),
        RuntimeError("cannot allocate memory in static TLS block"),
        SystemError("some other bug"),
        KeyError("memory"),
    ],
    ids=str,
)
def test_other_faults_are_no_shortage(error: Exception) -> None:
    assert shortage(error) is None


def test_what_an_error_was_raised_from_counts() -> None:
    with pytest.raises(ValueError) as raised:
        try:
            raise MemoryError
        except MemoryError as error:
            raise ValueError("cannot be used") from error
    assert shortage(raised.value) is not None
    with pytest.raises(ValueError) as raised:
        try:
            raise MemoryError
        except MemoryError:
            raise ValueError("something else") from None
    assert shortage(raised.value) is None


def test_errors_in_a_circle_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert explained(first) is None


def test_a_shortage_is_passed_on() -> None:
    lack = Shortage("out of memory")
    assert shortage(lack) is lack and explained(lack) is lack


@pytest.mark.parametrize(
    ("error", "said", "hint"),
    [
        (ModuleNotFoundError("No module named 'tiny'", name="tiny"), "'tiny' is not installed", "pip install tiny"),
        (ModuleNotFoundError("…", name="no_such.part"), "'no-such' is not installed", "pip install no-such"),
        (ModuleNotFoundError("No module named 'rich.x'", name="rich.x"), "cannot be loaded", "pip install rich"),
        (ImportError("libx.so: undefined symbol: y", name="torch._C"), "undefined symbol", "pip uninstall torch"),
        (ImportError("cannot import name 'a' from 'b'"), "cannot import name", "pip uninstall lstmcli"),
    ],
)
def test_a_package_that_is_missing_or_broken(error: ImportError, said: str, hint: str) -> None:
    importlib.import_module("rich")  # loaded: a part of it is missing
    found = explained(error)
    assert isinstance(found, LstmError) and found.exit_code == (2 if "not installed" in said else 1)
    assert said in found.message and hint in (found.hint or "")


def test_a_module_of_our_own_that_is_missing_is_our_bug() -> None:
    assert explained(ModuleNotFoundError("No module named 'lstmcli.x'", name="lstmcli.x")) is None


def test_numbers_too_long_for_python() -> None:
    with pytest.raises(ValueError) as raised:
        int("9" * 5000)
    found = explained(raised.value)
    assert isinstance(found, DataError) and "4,300 digits" in found.message
    assert explained(ValueError("invalid literal for int()")) is None
