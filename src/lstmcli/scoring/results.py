"""Results of scoring a text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field
from typing import Any, ClassVar

from lstmcli.results import Result


@dataclass(frozen=True, slots=True)
class LmReport(Result):
    """Perplexity and related metrics of a language model on a text, or of a translator on the targets of pairs.

    All are derived from totals: ``perplexity`` is exp(``nats`` / ``tokens``), ``word_perplexity`` is exp(``nats`` /
    ``words``), and the bits are ``nats`` / ln 2 divided by ``chars`` and ``bytes``.
    """

    _seldom: ClassVar[frozenset[str]] = frozenset(("method", "before"))

    perplexity: float | None
    """Per token; line ends that the model predicts are tokens.  None if it overflows."""
    word_perplexity: float | None
    """Per word separated by white space, including the cost of line ends; None without words, or if it overflows."""
    bits_per_char: float
    bits_per_byte: float
    nats: float
    """Negative log-probability of the whole text."""
    tokens: int
    words: int
    """Words separated by white space, as counted by ``wc -w``; for segmented text, the given words."""
    chars: int
    """As counted by ``wc -m``, including line ends."""
    bytes: int
    """As counted by ``wc -c``, in UTF-8."""
    lines: int
    oov: int
    """Number of unknown tokens, including ``<unk>`` written in the text."""
    oov_rate: float
    """Share of unknown tokens."""
    oov_rule: str = ""
    """How unknown words are scored."""
    perplexity_without_oov: float | None = None
    """Over the known tokens only; each is still predicted from all the text before it."""
    word_perplexity_with_line_ends: float | None = None
    """Per word, counting each line end as a word, as published results for PTB and WikiText do."""
    reading: str = ""
    """lines: each line is scored separately; stream: the state is carried from line to line; pairs: each line is the
    target of a pair, scored given its source."""
    method: str = ""
    """cache or adapt; empty for the plain model."""
    before: LmReport | None = None
    """The report without the method."""

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
        """The report for given totals; ``oov_nats`` is the part of ``nats`` due to unknown tokens."""
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


def perplexity_of(nats: float) -> float:
    """The perplexity of a mean loss, finite however large that is."""
    return math.exp(min(nats, 700.0))


def _exp_of_mean(total: float, count: int) -> float | None:
    return math.exp(total / count) if count and total / count < 700 else None


@dataclass(frozen=True, slots=True)
class Sums:
    """What a report is computed from; those of the parts of a text add up to those of the text."""

    nats: float = 0.0
    oov_nats: float = 0.0
    tokens: int = 0
    words: int = 0
    characters: int = 0
    bytes: int = 0
    lines: int = 0
    oov: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def report(self, **more: Any) -> LmReport:
        """The report; ``more``: its further fields."""
        return LmReport.of(**asdict(self), **more)


@dataclass(frozen=True, slots=True)
class Surprisal(Result):
    """One row of a surprisal table: a line, word, token or character."""

    _seldom: ClassVar[frozenset[str]] = frozenset(("path", "before", "columns"))

    text: str
    surprisal: float
    """-log2 of its probability given all the text before it, in bits."""
    entropy: float | None
    """Entropy of the prediction at its first token, in bits; for a line, the sum over its tokens.  None inside a
    token."""
    line: int
    """Line number in the file, from 1."""
    tokens: int = 1
    """Number of tokens; 0 for a part of a token that starts in an earlier row."""
    oov: int = 0
    """Number of unknown tokens among them."""
    path: str = ""
    before: Surprisal | None = None
    """The same row for the plain model, if a method was used."""
    unknown: bool = False
    """Whether it is an unknown word or a part of one; its surprisal is that of the unknown token, or a share of it."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """The row of the input, only with ``keep_columns``."""
