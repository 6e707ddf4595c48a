"""Load the parts of a language model: tokenizer and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.errors import ModelError
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file

if TYPE_CHECKING:
    from lstmcli.tokenization.stream_encoder import StreamEncoder


def read_encoder(model: ModelDir, *, backward: bool = False) -> StreamEncoder:
    """The tokenizer of a language model.

    Args:
        backward: whether it may read texts from their end.

    Raises:
        ModelError: the file is damaged, or the model reads from the end.
    """
    from lstmcli.tokenization.stream_encoder import StreamEncoder

    if model.settings.model.backward and not backward:
        hint = "it is a start for a classifier: `lstm train --init-from FORWARD --init-from BACKWARD`"
        raise ModelError("a language model that reads texts from their end", path=model.path, hint=hint)

    return use_file(model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer))


def read_weights(model: ModelDir, encoder: StreamEncoder) -> dict[str, NDArray[Any]]:
    """Its weights.  Raises: ModelError."""
    return use_file(model, WEIGHTS, lambda data: language_model_weights(data, model, encoder.vocab_size))


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
