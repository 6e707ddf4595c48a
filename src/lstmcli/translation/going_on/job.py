"""Training of a translator that goes on from another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lstmcli.training import events
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.going_on.events import Grown
from lstmcli.training.going_on.judged import BeforeAndAfter
from lstmcli.training.going_on.start import NO_OLD_TEXTS
from lstmcli.translation.data_check import Texts, check_pairs
from lstmcli.translation.going_on.growth import grown_sides, grown_weights
from lstmcli.translation.going_on.start import TranslatorGoingOn
from lstmcli.translation.load import read_sides, read_weights
from lstmcli.translation.sides import Sides
from lstmcli.translation.train import TranslatorJob


@dataclass
class GoingOnJob(TranslatorJob):
    going_on: TranslatorGoingOn

    @property
    def fingerprint(self) -> dict[str, Any]:
        return {"pairs": super().fingerprint, "from": self.going_on.checksum}

    def prepare_data(self) -> Iterator[Event]:
        start = self.going_on
        if start.from_memory:
            yield events.Warned(NO_OLD_TEXTS)
        yield from super().prepare_data()
        judged = {"new": "valid"}
        if start.judged:
            judged = {"old": "old valid", "new": "new valid"}
            for name, records in (("old valid", start.judged), ("new valid", start.new_valid)):
                self.texts[name], _ = check_pairs(records, "valid")
                self.pairs[name] = yield from self._encode(name)
            start.judged, start.new_valid = [], ()
        tokens = {name: pairs.tokens for name, pairs in self.pairs.items()}
        self._judged = BeforeAndAfter(judged, tokens, exact=start.exact)
        yield Grown(sum(_sizes(self.sides)) - sum(_sizes(self._old_sides)), None)

    def _learn_tokenizers(self, texts: Texts) -> Sides:
        self._old_sides = read_sides(self.going_on.model)
        return grown_sides(self._old_sides, texts)

    def _initialize(self) -> None:
        import torch

        counts_V = self.pairs["train"].target_counts(self.vocab_size)
        weights = read_weights(self.going_on.model, self._old_sides)
        weights = grown_weights(weights, self.sides.source_vocab_size, counts_V)
        self.module.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})

    def before_fit(self) -> Iterator[Event]:
        self._judged.measure(self._figures)
        yield from super().before_fit()

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        yield from super().derive(derived, threads=threads, finished=finished)
        yield from self._judged.compare(derived, self._figures)

    def _figures(self, split: str) -> dict[str, float]:
        """BLEU and perplexity with the present weights; on every process before training, on the main one after it."""
        found = self.metrics.get(split) or asdict(self._evaluate(split))
        return {name: found[name] for name in ("bleu", "perplexity")}

    def fields(self) -> dict[str, Any]:
        lineage = self.going_on.lineage(self._old_sides.target.vocab_size)
        return {**super().fields(), "from": {**lineage, **self._judged.fields()}}


def _sizes(sides: Sides) -> tuple[int, int]:
    """The sizes of the vocabularies, of which one may be that of both sides."""
    return sides.target.vocab_size, sides.source_vocab_size or 0
