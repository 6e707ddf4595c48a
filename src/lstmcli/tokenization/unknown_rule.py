"""The rule for unknown words of a tokenizer."""

from __future__ import annotations

from lstmcli.tokenization.config import TokenizerConfig

_OOV_RULES = {
    "word": "closed vocabulary: an unknown word is read and scored as <unk>, and so is a <unk> in the text",
    "char": "an unknown character is read and scored as <unk>",
    "unigram": "what no piece covers is read and scored as <unk>",
}
_OPEN = "open vocabulary: any text can be spelled, nothing is unknown"


def oov_rule(config: TokenizerConfig) -> str:
    """How a model with this tokenizer scores unknown words, in words."""
    if config.kind == "bpe" and config.path is not None:  # trained elsewhere, may lack bytes
        return _OOV_RULES["unigram"]
    return _OOV_RULES.get(config.kind, _OPEN)
