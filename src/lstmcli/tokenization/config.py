"""Settings of tokenizers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lstmcli.config import among, require, within

TokenizerKind = Literal["word", "bpe", "unigram", "char", "byte"]

TOKENIZERS: tuple[str, ...] = ("word", "bpe", "unigram", "char", "byte")

MODES: tuple[str, ...] = ("auto", "lines", "document")

WORDS: tuple[str, ...] = ("auto", "spaces", "text")

MAX_BUCKETS = 2**22


@dataclass(frozen=True)
class TokenizerConfig:
    """Tokenizer of a classifier."""

    kind: TokenizerKind = "word"
    """word: lower-cased words and punctuation; each CJK character and Korean syllable is a token."""
    path: str | None = None
    """An existing tokenizer.json to use unchanged."""
    vocab_size: int = 30_000
    min_count: int = 1
    """Words seen fewer times in the training split are unknown."""
    lowercase: bool = True
    strip_html: bool = False
    """Remove HTML: tags are dropped, character references such as &amp; are decoded."""
    max_tokens: int = 400
    """Longer texts are truncated to their head and tail, half each."""
    hash_buckets: int | None = None
    """Rows for hashed features of a token (affixes of a word; neighbours of a CJK character); 0 disables them; None:
    a power of two large enough that few features of the training split collide."""

    def __post_init__(self) -> None:
        among("tokenizer", self.kind, TOKENIZERS)
        within("vocab-size", self.vocab_size, 4)
        within("min-count", self.min_count, 1)
        within("max-tokens", self.max_tokens, 2)
        within("hash-buckets", self.hash_buckets, 0, MAX_BUCKETS)
        whole = self.path is not None or self.kind == "byte"
        require(not (self.strip_html and whole), "strip-html needs a tokenizer that is made here, and not byte")


@dataclass(frozen=True)
class LmTokenizerConfig:
    """Tokenizer of a language model."""

    kind: str = "auto"
    """word, bpe, unigram, char or byte; auto: word if the text is already tokenized, else bpe."""
    words: str = "auto"
    """spaces: the text is already tokenized, words are separated by spaces; text: ordinary text."""
    mode: str = "auto"
    """lines: each line is a separate text that ends with ``</s>``; document: the line end is an ordinary token."""
    path: str | None = None
    """An existing tokenizer.json to use unchanged."""
    vocab_size: int | None = None
    """None: all words or characters; for bpe and unigram, by the size of the text."""
    min_count: int = 1
    """Words seen fewer times in the training split are unknown."""
    lowercase: bool = False

    def __post_init__(self) -> None:
        kinds = ("auto", *TOKENIZERS)
        require(self.kind in kinds, f"tokenizer must be one of {', '.join(TOKENIZERS)}, not {self.kind!r}")
        among("words", self.words, WORDS)
        among("mode", self.mode, MODES)
        within("vocab-size", self.vocab_size, 4)
        within("min-count", self.min_count, 1)
