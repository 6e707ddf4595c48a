"""What the tasks of language models return, as ``results.py`` for classifiers.

Apart from it because making a dozen classes takes some milliseconds, which one line classified from cold would notice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class CorpusCheck:
    """What one split of a language model's text holds."""

    name: str
    lines: int
    tokens: int
    words: int
    chars: int
    bytes: int
    oov: int
    """Tokens that are unknown."""


@dataclass(frozen=True, slots=True)
class LmReport(Result):
    """How well a language model foresees a text.

    All figures come from the total: ``perplexity`` is exp(``nats`` / ``tokens``), ``word_perplexity`` is
    exp(``nats`` / ``words``), and the bits are ``nats`` / ln 2 over ``chars`` and ``bytes``.
    """

    perplexity: float | None
    """Per token; line ends that the model predicts are tokens.  None where it is too large for a number."""
    word_perplexity: float | None
    """Per word between white space, the cost of line ends included; None without words, or too large."""
    bits_per_char: float
    bits_per_byte: float
    nats: float
    """Negative log-probability of the whole text."""
    tokens: int
    words: int
    """What stands between white space, as ``wc -w`` counts; the given words where the text is segmented."""
    chars: int
    """As ``wc -m`` counts: each line with the end that is predicted with it."""
    bytes: int
    """As ``wc -c`` counts, in UTF-8."""
    lines: int
    oov: int
    """Tokens that are the unknown token, a literal ``<unk>`` in the text included."""
    oov_rate: float
    """Share of the tokens."""
    oov_rule: str = ""
    """How unknown words are scored."""
    perplexity_without_oov: float | None = None
    """Over the tokens that are known; each is still predicted from all the text before it."""
    word_perplexity_with_line_ends: float | None = None
    """Per word where each line end counts as one, as published figures for PTB and WikiText count; so those of any
    tokenizer compare with them."""
    reading: str = ""
    """lines: each line by itself; stream: the state carried from line to line."""
    method: str = ""
    """cache or adapt; empty for the model as it is."""
    before: LmReport | None = None
    """The same text without the method."""

    @classmethod
    def of(
        cls,
        nats: float,
        *,
        tokens: int,
        words: int,
        characters: int,
        bytes: int,
        lines: int,
        oov: int = 0,
        oov_nats: float | None = None,
        **more: Any,
    ) -> LmReport:
        """The figures that follow from the totals; ``oov_nats``: the part of ``nats`` that unknown tokens cost."""
        bits, known = nats / math.log(2), tokens - oov
        return cls(
            perplexity=_exp_of_mean(nats, tokens),
            word_perplexity=_exp_of_mean(nats, words),
            bits_per_char=bits / characters if characters else 0.0,
            bits_per_byte=bits / bytes if bytes else 0.0,
            nats=nats,
            tokens=tokens,
            words=words,
            chars=characters,
            bytes=bytes,
            lines=lines,
            oov=oov,
            oov_rate=oov / tokens if tokens else 0.0,
            word_perplexity_with_line_ends=_exp_of_mean(nats, words + lines),
            perplexity_without_oov=None if oov_nats is None else _exp_of_mean(nats - oov_nats, known),
            **more,
        )


def _exp_of_mean(total: float, count: int) -> float | None:
    return math.exp(total / count) if count and total / count < 700 else None


@dataclass(frozen=True, slots=True)
class Surprisal(Result):
    """One row of a table: a line, word, token or character, and how surprising it was."""

    text: str
    surprisal: float
    """Bits: -log2 of its probability after all the text before it."""
    entropy: float | None
    """Bits: of the prediction at its first token; of a line, the sum over its tokens.  None inside a token."""
    line: int
    """Line of the file, from 1."""
    tokens: int = 1
    """Tokens it is made of; 0 for the rest of a token that an earlier row began."""
    oov: int = 0
    """Unknown tokens among them."""
    path: str = ""
    before: Surprisal | None = None
    """The same row by the model as it is, where it adapts to the text."""
    unknown: bool = False
    """Whether it is an unknown word, or a part of one: its surprisal is that of the unknown token, or its share."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The whole row of the input, only when ``keep_columns`` was asked for."""
