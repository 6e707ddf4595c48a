"""The base class of loaded models."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lstmcli.config import whole
from lstmcli.errors import ModelError, UsageError
from lstmcli.model_dir.directory import ModelDir

if TYPE_CHECKING:
    from lstmcli.model_dir.results import ModelInfo

M = TypeVar("M", bound="Model")


class Model(ABC):
    """A trained model, ready to use.

    It may be used by several threads at once.  A pickle refers to the model directory, which must still be there,
    unchanged, when it is unpickled.  Closing it, or using it in ``with``, frees its memory early.
    """

    def __init__(self, path: str | Path, how: dict[str, Any]) -> None:
        """
        Args:
            how: the other arguments, to open it again.

        Raises:
            UsageError: a number of threads that is none.
        """
        whole("threads", how.get("threads"), 1)
        self.path = Path(path).absolute()
        """Its directory."""
        self._how = how
        self._closed = False

    directory: ModelDir
    """The model directory as it was read."""

    @abstractmethod
    def _free(self) -> None:
        """Free what takes memory."""

    def info(self) -> ModelInfo:
        """Facts about the model, its training and its results; every file is verified.

        Raises:
            ModelError: a file is damaged, or gone.
        """
        from lstmcli.model_dir.info import info

        return info(self.path)

    def close(self) -> None:
        """Free its memory; it can no longer be used."""
        self._closed = True
        self._free()

    def _check_open(self) -> None:
        """Raises: UsageError."""
        if self._closed:
            raise UsageError(f"the model in {self.path} is closed", hint="load it again")

    def __enter__(self: M) -> M:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_open()
        return _open_again, (type(self), str(self.path), self._how, self.directory.config["checksum"])


def _open_again(kind: type[M], path: str, how: dict[str, Any], checksum: str) -> M:
    """Raises: ModelError, where there is another model by now."""
    found = kind(path, **how)
    if found.directory.config["checksum"] != checksum:
        raise ModelError("is not the model that was pickled: it was trained anew", path=path)
    return found


def path_of(model: Model | str | os.PathLike[str]) -> Path:
    """The directory of a model, which may be one of the Hub.

    Raises:
        UsageError: neither a path nor a loaded model.
    """
    if not isinstance(model, (str, os.PathLike, Model)):
        raise UsageError(f"a model must be a path or a loaded model, not {type(model).__name__}")
    from lstmcli.model_dir.hub import model_path

    return model.path if isinstance(model, Model) else model_path(model)
