"""Count the unknown words of a text, and check whether it has another tokenization style than the model's corpus.

A model with a closed vocabulary gives an unknown word the probability of its unknown token, which is high if the corpus
has many rare words, so unknown words look easy.  Most of them are known words in another style: ``fell.`` instead of
``fell .``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lstmcli.scoring.lines import Line
from lstmcli.tokenization.corpus_style import CorpusStyle
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import UNKNOWN, Ids

MANY = 0.05
"""Share of unknown words from which metrics are not reliable."""
WORTH_SAYING = 0.01
"""Minimum share of unknown words to suggest another style."""
ENOUGH_WORDS = 20
"""Words after which the suggestion is made; for shorter texts it is made at the end."""
EXAMPLES = 3
"""Number of unknown words that are named."""
SAMPLE_WORDS, SAMPLE_CHARACTERS = 20_000, 100_000
"""Words of the text that are kept to test another style, and maximum characters of a line."""


class _Model(Protocol):
    @property
    def encoder(self) -> Encoder: ...


@dataclass
class UnknownTokenCounter:
    """Counts the unknown tokens in lines."""

    model: _Model
    corpus_style: CorpusStyle | None
    """The style of the model's corpus; None for an open vocabulary."""
    tokens: int = 0
    """Tokens, without those that close lines."""
    unknown: int = 0
    """Unknown tokens, without ``<unk>`` written in the text."""
    examples: dict[str, None] = field(default_factory=dict)
    """Some distinct unknown words, in order."""
    _sample: list[str] = field(default_factory=list)
    _sampled: int = 0

    def on_lines(self, lines: Sequence[Line], ids: Sequence[Ids]) -> None:
        """Count the next lines; a ``LinesCallback``."""
        encoder, written = self.model.encoder, self.corpus_style is not None and self.corpus_style.of_words
        for line, own in zip(lines, ids, strict=True):
            body = own[:-1]
            self.tokens += len(body)
            unknown = encoder.unknown(body)
            found = int(np.count_nonzero(unknown))
            if found:
                self.unknown += found - (min(found, line.text.count(UNKNOWN)) if written else 0)
                if len(self.examples) < EXAMPLES:
                    self._add_examples(line.text, np.flatnonzero(unknown).tolist())
            if self._sampled < SAMPLE_WORDS:
                self._sample.append(line.text[:SAMPLE_CHARACTERS])
                self._sampled += len(body)

    def _add_examples(self, text: str, places: Sequence[int]) -> None:
        spans = self.model.encoder.offsets(text)
        for place in places:
            word = text[slice(*spans[place])].strip()
            if word and word != UNKNOWN and len(self.examples) < EXAMPLES:
                self.examples[word] = None

    @property
    def share(self) -> float:
        return self.unknown / self.tokens if self.tokens else 0.0

    @property
    def noun(self) -> str:
        """The unit of the vocabulary."""
        if self.corpus_style is None:
            return "token"
        return "word" if self.corpus_style.of_words else "character"

    def restyled_shares(self) -> tuple[float, float] | None:
        """The shares of unknown words in the sample before and after conversion to the style of the corpus.

        None if conversion would not help much: fewer than a third of the unknown words, and fewer than one in twenty
        of all words, would become known.
        """
        if self.corpus_style is None or self.share < WORTH_SAYING:
            return None
        before = self._unknown_share(self._sample)
        after = self._unknown_share([self.corpus_style.restyle(line) for line in self._sample])
        return (before, after) if before and after <= max(before * 2 / 3, before - MANY) else None

    def _unknown_share(self, lines: Sequence[str]) -> float:
        encoder = self.model.encoder
        ids = encoder.encode(lines)
        written = sum(line.count(UNKNOWN) for line in lines)
        unknown = sum(int(np.count_nonzero(encoder.unknown(own))) for own in ids) - written
        return max(0, unknown) / max(1, sum(len(own) - 1 for own in ids) - written)
