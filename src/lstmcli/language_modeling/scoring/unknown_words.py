"""Unknown words of a text: how many, which, and whether the text is written otherwise than the model's corpus was.

A model of a closed vocabulary gives an unknown word the probability of its unknown token.  In a corpus with many rare
words that token is frequent, so an unknown word looks easy.  Most often it is a known word that is written otherwise:
``fell.`` where the corpus has ``fell .``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lstmcli.language_modeling.scoring.perplexity import Line
from lstmcli.tokenization.corpus_style import CorpusStyle
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import UNKNOWN, Ids

MANY = 0.05
"""Share of unknown words from which on figures are in doubt."""
WORTH_SAYING = 0.01
"""Share of unknown words below which writing the text otherwise is not proposed."""
ENOUGH_WORDS = 20
"""Words after which it is proposed at once; in a shorter text at its end."""
EXAMPLES = 3
"""Unknown words that are named."""
SAMPLE_WORDS, SAMPLE_CHARACTERS = 20_000, 100_000
"""Words of the text that are kept to try it written otherwise, and characters of one line."""


class _Model(Protocol):
    @property
    def encoder(self) -> Encoder: ...


@dataclass
class UnknownTokenCounter:
    """Counts what is unknown to a model in the lines that it is shown."""

    model: _Model
    corpus_style: CorpusStyle | None
    """How the model's corpus was written; None where it spells anything."""
    tokens: int = 0
    """But for those that close lines."""
    unknown: int = 0
    """Of these; a ``<unk>`` of the text is not among them."""
    examples: dict[str, None] = field(default_factory=dict)
    """Some of the unknown words, each once, in order."""
    _sample: list[str] = field(default_factory=list)
    _sampled: int = 0

    def on_lines(self, lines: Sequence[Line], ids: Sequence[Ids]) -> None:
        """The next lines, and their ids."""
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
        """What is unknown."""
        if self.corpus_style is None:
            return "token"
        return "word" if self.corpus_style.of_words else "character"

    def restyled_shares(self) -> tuple[float, float] | None:
        """The share of unknown words, of what was kept, as the text is and written as the corpus was.

        None where that would hardly help: less than a third of the unknown words would be known then, and less than
        one in twenty of all.
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
