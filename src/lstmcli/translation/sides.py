"""The tokenizers of both sides, and the text of a translation, with unknown words copied from the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lstmcli.tokenization.ids import UNKNOWN, UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.translation.beam_search import Hypothesis
from lstmcli.translation.config import TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts


class Sides(NamedTuple):
    """The same tokenizer twice if they share one."""

    source: StreamEncoder
    target: StreamEncoder

    @classmethod
    def train(cls, texts: Texts, config: TranslatorTokenizerConfig) -> Sides:
        """Learn the vocabularies from the training split; ``config`` has no "auto"."""
        if config.joint:
            both = StreamEncoder.train(texts.lines, config)
            return cls(both, both)
        return cls(StreamEncoder.train(texts.sources, config.of_source), StreamEncoder.train(texts.targets, config))

    @classmethod
    def read(cls, config: TranslatorTokenizerConfig, target: str, source: Callable[[], str]) -> Sides:
        """From the JSON of the tokenizers; ``source`` is asked for only if there are two."""
        own = StreamEncoder.from_json(target, config)
        return cls(own if config.joint else StreamEncoder.from_json(source(), config.of_source), own)

    @property
    def config(self) -> TranslatorTokenizerConfig:
        """The settings of both."""
        assert isinstance(self.target.config, TranslatorTokenizerConfig)
        return self.target.config

    @property
    def source_vocab_size(self) -> int | None:
        """The size of the sources' own vocabulary, if they have one."""
        return None if self.source is self.target else self.source.vocab_size

    def text(self, source: str, found: Hypothesis, tokens: int | None = None) -> str:
        """The text of a translation of ``source``, of which so many tokens were read, if not all.

        An unknown token becomes the word of the source with most attention (Luong, Sutskever et al. 2015, section 4.1).
        """
        if UNKNOWN_ID not in found.ids or found.weights_TS is None:
            return self.target.decode(found.ids)
        spans, streamer, parts = self.source.offsets(source)[:-1][:tokens], self.target.streamer(), list[str]()
        for id, weights_S in zip(found.ids, found.weights_TS, strict=False):
            part = streamer.push(id)
            if id == UNKNOWN_ID:
                start, stop = spans[int(weights_S[: len(spans)].argmax())]
                part = part.replace(UNKNOWN, source[start:stop].strip())
            parts.append(part)
        return "".join(parts) + streamer.end()
