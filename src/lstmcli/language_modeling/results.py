"""Results of language models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CorpusCheck:
    """The size of one split of a corpus."""

    name: str
    lines: int
    tokens: int
    words: int
    chars: int
    bytes: int
    oov: int
    """Number of unknown tokens."""
