"""From a model directory's files to what runs: every file that makes no sense is named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from numpy.typing import NDArray

from lstmcli.errors import LstmError, UsageError
from lstmcli.faults import bad_package, shortage
from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.manifest import fail
from lstmcli.threads import startable

T = TypeVar("T")


class ReadAhead:
    """A file of a model, read and checked by a thread while others are parsed: a tenth of a cold start."""

    def __init__(self, model: ModelDir, name: str) -> None:
        self._model, self._name = model, name
        self._data: bytes | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        if startable(1):
            self._thread.start()
        else:
            self._read()

    def _read(self) -> None:
        try:
            self._data = self._model.read(self._name)
        except BaseException as error:
            self._error = error

    def bytes(self) -> bytes:
        """Raises: ModelError, as ``ModelDir.read``."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._data is not None
        return self._data


def use_file(model: ModelDir, name: str, use: Callable[[bytes], T], ahead: ReadAhead | None = None) -> T:
    """What a file holds.  Its bytes are those that were written; that they make sense is another matter.

    Raises:
        UsageError: as ``use`` raised it: the file is fine, what was asked of it is not.
        Shortage: there was no memory or no thread for it.
        LstmError: a package that is needed is missing, broken or too old.
        ModelError: whatever else ``use`` raised.
    """
    data = ahead.bytes() if ahead else model.read(name)
    try:
        return use(data)
    except UsageError:
        raise
    except Exception as error:  # every library has its own
        if fault := shortage(error) or bad_package(error):
            raise fault from error
        reason = error.message if isinstance(error, LstmError) else error
        fail(model.path / name, f"cannot be used: {reason}", "train anew with this version of lstm")


def tensors(data: bytes) -> dict[str, NDArray[Any]]:
    from safetensors.numpy import load

    found: dict[str, NDArray[Any]] = load(data)
    return found
