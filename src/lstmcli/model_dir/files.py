"""Parse the files of a model directory; errors name the offending file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from numpy.typing import NDArray

from lstmcli.errors import LstmError, UsageError
from lstmcli.faults import bad_package, shortage
from lstmcli.model_dir.compact import restored
from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.manifest import fail
from lstmcli.threads import startable

T = TypeVar("T")


class ReadAhead:
    """Reads and verifies a file in a thread while other files are parsed; saves a tenth of a cold start."""

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
        """The content of the file.  Raises: ModelError, as ``ModelDir.read``."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._data is not None
        return self._data


def use_file(model: ModelDir, name: str, use: Callable[[bytes], T], ahead: ReadAhead | None = None) -> T:
    """The result of ``use`` on the content of a file.  The checksum is verified; the content may still be invalid.

    Raises:
        UsageError: raised by ``use``: the file is valid, the request is not.
        Shortage: out of memory or threads.
        LstmError: a required package is missing, broken or too old.
        ModelError: ``use`` raised any other exception.
    """
    data = ahead.bytes() if ahead else model.read(name)
    try:
        return use(data)
    except UsageError:
        raise
    except Exception as error:  # libraries raise exceptions of their own
        if fault := shortage(error) or bad_package(error):
            raise fault from error
        reason = error.message if isinstance(error, LstmError) else error
        fail(model.path / name, f"cannot be used: {reason}", "train anew with this version of lstm")


def tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a file; those that are stored in a compact form as they were.  Raises: ModelError."""
    from safetensors.numpy import load

    return restored(load(data))
