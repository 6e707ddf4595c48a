"""Load the weights of a translator."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.files import tensors


def translator_weights(data: bytes, model: ModelDir, V: int, source_V: int | None) -> dict[str, NDArray[Any]]:
    """The weights of a translator with a vocabulary of ``V``, and one of the sources' own of ``source_V``.

    Raises:
        ModelError: they do not match the config.
    """
    from lstmcli.model_dir.weights import check_weights
    from lstmcli.translation.shapes import translator_shapes

    weights = tensors(data)
    check_weights(weights, translator_shapes(model.settings.model, V, source_V))
    return weights
