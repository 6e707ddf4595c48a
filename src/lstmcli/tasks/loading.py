"""From a model directory's files to what runs: every file that makes no sense is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import LstmError
from lstmcli.tasks.manifest import fail
from lstmcli.tasks.modeldir import ModelDir

T = TypeVar("T")


def use_file(model: ModelDir, name: str, use: Callable[[bytes], T]) -> T:
    """What a file holds.  Its bytes are those that were written; that they make sense is another matter.

    Raises:
        ModelError: whatever ``use`` raised.
    """
    data = model.read(name)
    try:
        return use(data)
    except Exception as error:  # every library has its own
        reason = error.message if isinstance(error, LstmError) else error
        fail(model.path / name, f"cannot be used: {reason}", "train anew with this version of lstm")


def tensors(data: bytes) -> dict[str, NDArray[np.generic]]:
    from safetensors.numpy import load

    found: dict[str, NDArray[Any]] = load(data)
    return found
