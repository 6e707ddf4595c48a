"""Load the weights of a classifier."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.files import tensors


def classifier_weights(data: bytes, model: ModelDir, rows: int) -> dict[str, NDArray[Any]]:
    """The weights of a classifier whose embedding has ``rows`` rows.

    Raises:
        ModelError: they do not match the config.
    """
    from lstmcli.classification.shapes import classifier_shapes
    from lstmcli.model_dir.weights import check_weights

    weights = tensors(data)
    check_weights(weights, classifier_shapes(model.settings.model, rows, len(model.labels)))
    return weights
