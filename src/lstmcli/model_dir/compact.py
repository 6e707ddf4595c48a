"""Weights in half or a quarter of their space: for models of a given size.

A matrix may be stored as int8 with a scale for each row, under its name and its name with ``.scale``.  The other
weights of such a file are fp16.

Shapes: R rows, C columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import ModelError

Arrays = Mapping[str, NDArray[Any]]
SCALE = ".scale"


def compact(weights: Arrays, *matrices: str) -> dict[str, NDArray[Any]]:
    """The weights as they are stored, the given matrices as int8."""
    stored: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if name not in matrices:
            stored[name] = value.astype(np.float16) if np.issubdtype(value.dtype, np.floating) else value
            continue
        values_RC = value.astype(np.float32)
        scale_R = (np.maximum(np.abs(values_RC).max(axis=1), 1e-4) / 127).astype(np.float16)
        stored[name] = np.clip(np.rint(values_RC / scale_R[:, None].astype(np.float32)), -127, 127).astype(np.int8)
        stored[name + SCALE] = scale_R
    return stored


def restored(stored: Arrays) -> dict[str, NDArray[Any]]:
    """The weights of a file, compact or not: int8 matrices as fp16, the other weights of such a file as fp32.

    Raises:
        ModelError: a scale does not fit its matrix.
    """
    scaled = {name.removesuffix(SCALE) for name in stored if name.endswith(SCALE)}
    if not scaled:
        return dict(stored)
    weights: dict[str, NDArray[Any]] = {}
    for name, value in stored.items():
        if name in scaled:
            scale_R = np.asarray(stored[name + SCALE], np.float32)
            if value.ndim != 2 or scale_R.shape != value.shape[:1]:
                raise ModelError(f"the scale of {name!r} does not fit it")
            weights[name] = (value.astype(np.float32) * scale_R[:, None]).astype(np.float16)
        elif not name.endswith(SCALE):
            weights[name] = value.astype(np.float32) if value.dtype == np.float16 else value
    return weights
