"""How text is cut into tokens."""

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
    """How text becomes token ids."""

    kind: TokenizerKind = "word"
    """word: lower-cased words and punctuation, each CJK character by itself."""
    path: str | None = None
    """An existing tokenizer.json to use as it is."""
    vocab_size: int = 30_000
    min_count: int = 1
    """Words seen fewer times in the training split are unknown."""
    lowercase: bool = True
    strip_html: bool = False
    """Read a text without its HTML: tags are left out, &amp; and the like are the characters that they stand for."""
    max_tokens: int = 400
    """Longer texts keep their head and their tail, half each."""
    hash_buckets: int | None = None
    """Rows for hashed features of a word (affixes; the neighbours of a CJK character); 0 leaves them out; None:
    a power of two that gives nearly every feature of the training split a row of its own."""

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
    """How running text becomes token ids."""

    kind: str = "auto"
    """word, bpe, unigram, char or byte; auto: word where the text is tokenised already, else bpe."""
    words: str = "auto"
    """What a word is: spaces (the text is tokenised already, words stand between spaces) or text (ordinary text)."""
    mode: str = "auto"
    """lines: each line is a text of its own, ended by ``</s>``; document: the line end is a token like others."""
    path: str | None = None
    """An existing tokenizer.json to use as it is."""
    vocab_size: int | None = None
    """None: every word for word, else by the size of the text."""
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
