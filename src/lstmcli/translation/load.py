"""Load the parts of a translator: tokenizers and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import SOURCE_TOKENIZER, TOKENIZER, WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file

if TYPE_CHECKING:
    from lstmcli.translation.sides import Sides


def read_sides(model: ModelDir) -> Sides:
    """The tokenizers of a translator.  Raises: ModelError."""
    from lstmcli.translation.sides import Sides

    def sides(data: bytes) -> Sides:
        return Sides.read(model.settings.tokenizer, data.decode(), lambda: model.read(SOURCE_TOKENIZER).decode())

    return use_file(model, TOKENIZER, sides)


def read_weights(model: ModelDir, sides: Sides) -> dict[str, NDArray[Any]]:
    """Its weights.  Raises: ModelError."""
    sizes = sides.target.vocab_size, sides.source_vocab_size
    return use_file(model, WEIGHTS, lambda data: translator_weights(data, model, *sizes))


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
