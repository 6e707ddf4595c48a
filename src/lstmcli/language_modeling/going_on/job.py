"""Training of a language model that goes on from another.

The old text that is replayed follows the new one, so that streams of both are read side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.records import Joined
from lstmcli.language_modeling.going_on.events import Rehearsed
from lstmcli.language_modeling.going_on.growth import grown_weights
from lstmcli.language_modeling.going_on.start import TextGoingOn
from lstmcli.language_modeling.lines import Lines, tokenized
from lstmcli.language_modeling.load import read_encoder, read_weights
from lstmcli.language_modeling.survey import Survey, survey_text
from lstmcli.language_modeling.train import LanguageModelJob
from lstmcli.scoring.results import perplexity_of
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.going_on.events import Grown
from lstmcli.training.going_on.growth import grown_encoder
from lstmcli.training.going_on.judged import BeforeAndAfter

REHEARSAL_SHARE = 0.1
"""Of the time limit, for the text that the old model writes."""


@dataclass
class GoingOnJob(LanguageModelJob):
    going_on: TextGoingOn
    _made_up: int = field(init=False, default=0)
    """Tokens that the old model wrote, at the end of the training text."""

    @property
    def fingerprint(self) -> dict[str, str]:
        start = self.going_on
        made_up = {"made_up": start.checksum} if start.from_memory else {}
        return {**super().fingerprint, "from": start.checksum, **made_up}

    def prepare_data(self) -> Iterator[Event]:
        start = self.going_on
        yield from super().prepare_data()
        judged = {"new": "valid"}
        if start.old_valid:
            judged = {"old": "old valid", "new": "new valid"}
            for name, records in (("old valid", Joined(*start.old_valid)), ("new valid", start.new_valid)):
                lines = Lines(records)
                self.corpora[name] = yield from tokenized(name, lines, survey_text(lines), self.encoder, self.group)
                self.corpora[name].backward = self.config.model.backward
        tokens = {name: len(corpus) for name, corpus in self.corpora.items()}
        self._judged = BeforeAndAfter(judged, tokens, exact=start.exact)
        yield Grown(self.encoder.vocab_size - self._old_encoder.vocab_size, None)

    def _learn_tokenizer(self, lines: Lines, found: Survey) -> StreamEncoder:
        self._old_encoder = read_encoder(self.going_on.model, backward=True)
        return grown_encoder(self._old_encoder, lines)

    def _initialize(self, counts_V: NDArray[np.int64]) -> None:
        import torch

        weights = grown_weights(read_weights(self.going_on.model, self._old_encoder), self.config.model, counts_V)
        self.module.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})

    def build(self, device: str) -> Iterator[Event]:
        yield from super().build(device)
        if self.going_on.from_memory:
            yield self._rehearse(device)

    def _rehearse(self, device: str) -> Event:
        """Let the old model write what is learnt beside the new text, about as much as that or as its own text."""
        from lstmcli.language_modeling.going_on.rehearsal import made_up
        from lstmcli.language_modeling.network import load_language_model

        start, train = self.going_on, self.corpora["train"]
        old, V = start.model, self._old_encoder.vocab_size
        module = load_language_model(read_weights(old, self._old_encoder), old.settings.model, V)
        tokens = min(len(train), start.old_tokens)
        how: dict[str, Any] = {"seed": self.config.train.seed, "device": device, "group": self.group}
        ids_N = made_up(module, tokens, seconds=REHEARSAL_SHARE * self.budget.limit, **how)
        self.corpora["train"] = train.followed_by(ids_N)
        self._made_up = len(ids_N)
        return Rehearsed(self._made_up)

    def before_fit(self) -> Iterator[Event]:
        self._judged.measure(self._figures)
        yield from super().before_fit()

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        yield from super().derive(derived, threads=threads, finished=finished)
        yield from self._judged.compare(derived, self._figures)

    def _figures(self, split: str) -> dict[str, float]:
        """The perplexity with the present weights; on every process before training, on the main one after it."""
        from lstmcli.language_modeling.trainer import total_nats

        if split in self.metrics:
            return {"perplexity": self.metrics[split]["perplexity"]}
        corpus = self.corpora[split]
        corpus.check()
        nats = total_nats(self.module, corpus.in_order, str(self.module.embedding.device))
        return {"perplexity": perplexity_of(nats / len(corpus))}

    def fields(self) -> dict[str, Any]:
        start, found = self.going_on, super().fields()
        found["data"]["tokens"]["train"] -= self._made_up
        seen = found["data"]["tokens"]["train"] + (start.old_tokens if start.from_memory else 0)
        own = {"seen": seen, "made_up": self._made_up, **self._judged.fields()}
        return {**found, "from": {**start.lineage(self._old_encoder.vocab_size), **own}}
