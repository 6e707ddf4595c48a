"""Load the weights of a language model."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.files import tensors


def language_model_weights(data: bytes, model: ModelDir, V: int) -> dict[str, NDArray[Any]]:
    """The weights of a language model of ``V`` words.

    Raises:
        ModelError: they do not match the config.
    """
    from lstmcli.language_modeling.shapes import language_model_shapes
    from lstmcli.model_dir.weights import check_weights

    weights = tensors(data)
    check_weights(weights, language_model_shapes(model.settings.model, V))
    return weights
