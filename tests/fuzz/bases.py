"""The directories that are mutated: small models of every kind that loads in a different way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lstmcli.tokenization.config import TokenizerConfig
from support.generate_models import lm_config, untrained_language_model
from support.lm_models import untrained_lm
from support.models import TINY, untrained_model


def build(folder: Path) -> None:
    """Writes them all; imports torch, so in a process of its own."""
    untrained_model(folder / "classifier-word", TINY)
    gru = replace(TINY.model, cell="gru", pooling=("attention", "last"), bidirectional=False, ngrams=0)
    for kind, model in (("bpe", TINY.model), ("unigram", gru), ("char", replace(gru, cell="minlstm"))):
        tokenizer = TokenizerConfig(kind=kind, vocab_size=330 if kind == "bpe" else 90, max_tokens=20)  # type: ignore[arg-type]
        untrained_model(
            folder / f"classifier-{kind}", replace(TINY, tokenizer=tokenizer, model=model), multilabel=kind == "bpe"
        )
    elsewhere = folder / "classifier-bpe" / "tokenizer.json"
    foreign = TokenizerConfig(kind="bpe", path=str(elsewhere), max_tokens=20)
    untrained_model(folder / "classifier-foreign", replace(TINY, tokenizer=foreign))
    for kind in ("words", "text", "bpe", "unigram"):
        untrained_lm(folder / f"lm-{kind}", kind)
    untrained_lm(folder / "lm-foreign", "bpe", path=str(elsewhere))
    untrained_language_model(folder / "lm-char", int8=True)
    untrained_language_model(folder / "lm-byte", lm_config("byte", "document", tied=False, cell="mogrifier"))


if __name__ == "__main__":
    import sys

    build(Path(sys.argv[1]))
