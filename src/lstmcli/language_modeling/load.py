"""Load the weights of a language model, and describe its rule for unknown words."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.files import tensors
from lstmcli.tokenization.config import TokenizerConfig

_OOV_RULES = {
    "word": "closed vocabulary: an unknown word is read and scored as <unk>, and so is a <unk> in the text",
    "char": "an unknown character is read and scored as <unk>",
    "unigram": "what no piece covers is read and scored as <unk>",
}
_OPEN = "open vocabulary: any text can be spelled, nothing is unknown"


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


def oov_rule(config: TokenizerConfig) -> str:
    """How a model with this tokenizer scores unknown words, in words."""
    if config.kind == "bpe" and config.path is not None:  # trained elsewhere, may lack bytes
        return _OOV_RULES["unigram"]
    return _OOV_RULES.get(config.kind, _OPEN)
