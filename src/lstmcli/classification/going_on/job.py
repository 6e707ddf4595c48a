"""Training of a classifier that goes on from another.

Old rows that are replayed are learnt beside the new ones.  Without them the old model is the teacher of the new one on
the new texts, over the labels that it knew (Li & Hoiem 2016, Learning without Forgetting).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmcli.classification.encoding import SplitEncoder
from lstmcli.classification.going_on.events import Remembered
from lstmcli.classification.going_on.growth import columns, fill, grown_weights
from lstmcli.classification.going_on.linear import averaged, shares
from lstmcli.classification.going_on.start import ClassifierGoingOn
from lstmcli.classification.linear import Linear
from lstmcli.classification.load import read_encoder, read_linear, trained_weights
from lstmcli.classification.train import ClassifierJob
from lstmcli.training import events
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.going_on.events import Grown
from lstmcli.training.going_on.growth import grown_encoder

if TYPE_CHECKING:
    from lstmcli.classification.config import ClassifierConfig
    from lstmcli.classification.predict import Classifier
    from lstmcli.classification.pretraining.start import Started
    from lstmcli.classification.trainer import Split
    from lstmcli.data.records import Record

NO_OLD_ROWS = (
    "no old rows: the old model teaches the new one on the new texts, which forgets more than old rows do; give them "
    "with --replay FILE"
)
TEXTS = 4096
"""Answered by the old model at once."""


@dataclass
class GoingOnJob(ClassifierJob):
    going_on: ClassifierGoingOn
    _before: float = field(init=False, default=0.0)
    """Accuracy of the old model on ``going_on.judged``."""
    _exact: bool = field(init=False, default=True)
    """Whether it did not learn from any of these rows, as far as is known."""
    _remembered: Remembered | None = field(init=False, default=None)

    @property
    def fingerprint(self) -> dict[str, str]:
        return {**super().fingerprint, "from": self.going_on.checksum}

    def prepare_data(self) -> Iterator[Event]:
        start = self.going_on
        if start.from_memory:
            yield events.Warned(NO_OLD_ROWS)
        self._ask_old_model()
        yield from super().prepare_data()
        if start.judged:
            how = self.splits.multilabel, self.config.model.characters, self.group, str(self.fingerprint)
            encode = SplitEncoder(self.encoder, self.check.labels, *how)
            self.judged = yield from encode.split("old valid", start.judged)
            start.judged = []
        new = [label for label in self.check.labels if label not in start.model.labels]
        yield Grown(self.encoder.vocab_size - self._old_encoder.vocab_size, tuple(new))

    def _ask_old_model(self) -> None:
        """Let the old model answer its validation rows, and the new texts if there are no old ones."""
        from lstmcli.classification.predict import Classifier

        start, splits = self.going_on, self.splits
        with Classifier(start.model.path) as model:
            validated = start.validated
            self._exact = start.exact
            if validated is not None:
                self._before = validated
            elif start.judged:
                self._before = float(model.report(start.judged).accuracy)
                # Linear models are fitted to the validation rows too, at the end.
                self._exact &= not (start.replay and (model.ensemble.ngrams or model.ensemble.characters))
            if start.from_memory:
                splits.train = list(_taught(model, splits.train))

    def _start(self, config: ClassifierConfig, records: Iterable[Record]) -> Started:
        self._old_encoder = read_encoder(self.going_on.model)
        config = self.going_on.taught(config, self.check.labels)
        return config, grown_encoder(self._old_encoder, (record.text for record in records)), None

    def build(self, device: str) -> Iterator[Event]:
        import torch

        yield from super().build(device)
        model, labels = self.going_on.model, self.check.labels
        sizes = self._old_encoder.vocab_size, self.encoder.vocab_size
        fill(self.trainer, grown_weights(trained_weights(model, self._old_encoder), sizes, (model.labels, labels)))
        if self.going_on.from_memory and len(labels) > len(model.labels):
            self.trainer.taught_labels = torch.from_numpy(columns(model.labels, labels)).to(device)

    def _fit_linear(self, *parts: Split, judged: bool) -> Iterator[Event]:
        if not self.going_on.from_memory:
            return super()._fit_linear(*parts, judged=judged)
        model = self.going_on.model
        places = columns(model.labels, self.check.labels)
        fitted = super()._fit_linear(*(_known_labels_taught(part, places) for part in parts), judged=judged)
        share_C = shares(self.train.gold, places, len(self.check.labels), self.going_on.old_rows)
        self.linear = averaged(Linear(*read_linear(model)), self.linear, places, share_C)
        return fitted

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        yield from super().derive(derived, threads=threads, finished=finished)
        if self.judged and (after := self.done.judged) is not None:
            replayed = bool(self.going_on.replay)
            self._remembered = Remembered(len(self.judged), self._before, after, replayed, self._exact)
            yield self._remembered

    def fields(self) -> dict[str, Any]:
        start, kept = self.going_on, self._remembered
        came_from = {
            **start.lineage(self._old_encoder.vocab_size),
            "seen": len(self.train) + (start.old_rows if start.from_memory else 0),
            "labels": list(start.model.labels),
            **({} if kept is None else {"remembered": kept.outcome()["from"]}),
        }
        return {**super().fields(), "from": came_from}


def _taught(model: Classifier, records: Iterable[Record]) -> Iterator[Record]:
    """The records with what a model says of them."""
    records = list(records)
    for begin in range(0, len(records), TEXTS):
        group = records[begin : begin + TEXTS]
        for record, p_C in zip(group, model.probabilities([each.text for each in group]), strict=True):
            yield replace(record, probabilities=dict(zip(model.labels, p_C.tolist(), strict=True)))


def _known_labels_taught(part: Split, places: Any) -> Split:
    """The split with what the old model says of texts with labels that it knows only."""
    if part.soft is None:
        return part
    if part.gold.ndim == 2:
        return replace(part, soft=None)
    weight_N = np.where(np.isin(part.gold, places), part.soft.weight_N, 0).astype(np.float32)
    return replace(part, soft=replace(part.soft, weight_N=weight_N))
