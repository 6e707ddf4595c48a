"""Calibrate a trained classifier on the validation split and evaluate it, in blocks of texts.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.abstention import to_json
from lstmcli.classification.calibration import (
    USUAL,
    USUAL_ALONE,
    Floats,
    Scales,
    combine,
    fit_scale,
    fit_scales,
    total,
)
from lstmcli.classification.ensemble import Ensemble
from lstmcli.classification.labels import Indicators, label_offsets
from lstmcli.classification.metrics import Tally
from lstmcli.classification.model_selection import MAX_LOGITS, blocks
from lstmcli.classification.novelty import Novelty, measures
from lstmcli.classification.results import ClassReport
from lstmcli.classification.risk_coverage import STORED, RiskCoverage
from lstmcli.classification.thresholds import Fitted, ThresholdFit
from lstmcli.engine.session import Logits
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split


class UnknownLabelTexts(NamedTuple):
    """Texts of a split with labels that are not in the training split, so every answer is wrong."""

    encoded: Sequence[Ids] = ()
    labels: Sequence[Sequence[str]] = ()
    words: Sequence[Sequence[str]] = ()
    """Those of each text, if there is a character model."""


class Evaluator:
    """Evaluates the ensemble on a split."""

    def __init__(
        self, ensemble: Ensemble, labels: Sequence[str], multilabel: bool, offsets_C: Floats | None = None
    ) -> None:
        """
        Args:
            offsets_C: of the labels, which the network does not have yet.
        """
        self.ensemble, self.labels, self.multilabel = ensemble, tuple(labels), multilabel
        self.offsets_C = np.zeros(len(labels)) if offsets_C is None else offsets_C
        self.fitted: Fitted | None = None
        """The thresholds of the labels, if they were fitted."""
        self._last: tuple[Split, Ensemble, tuple[Logits, Logits | None]] | None = None

    @classmethod
    def of_trained(cls, ensemble: Ensemble, labels: Sequence[str], train: Split, class_weights: str) -> Evaluator:
        """That of an ensemble that was trained on a split."""
        offsets_C = label_offsets(train.gold, len(labels), ensemble.multilabel, class_weights)
        return cls(ensemble, labels, ensemble.multilabel, offsets_C)

    def _characters(self, part: Split, texts: slice) -> Logits | None:
        """The scores of the character model for some texts of a split."""
        model = self.ensemble.characters
        return None if model is None or part.words is None else model.scores(part.words.texts(texts))

    def _logits(self, part: Split, texts: slice) -> tuple[Logits, Logits | None]:
        """The logits of some texts of a split; those of a whole split are kept, since calibration needs them too."""
        if len(range(*texts.indices(len(part)))) < len(part):
            return self._ensemble_logits(part, texts)
        if self._last is None or self._last[0] is not part or self._last[1] is not self.ensemble:
            self._last = part, self.ensemble, self._ensemble_logits(part, texts)
        return self._last[2]

    def _ensemble_logits(self, part: Split, texts: slice) -> tuple[Logits, Logits | None]:
        return self.ensemble.logits(part.encoded[texts], character_scores=self._characters(part, texts))

    def _combined(self, logits: tuple[Logits, Logits | None], scale: float) -> Floats:
        return combine(*logits, scale, self.multilabel, self.offsets_C)

    def _targets(self, part: Split, texts: slice) -> NDArray[Any]:
        """What the probabilities of a split are calibrated to: its labels; where only a teacher answered, all of its
        probabilities."""
        if part.soft is None or self.multilabel:
            return part.gold[texts]
        return Indicators(part.gold, len(self.labels), self.multilabel, part.soft)[texts]

    def calibrate(self, part: Split) -> Scales:
        """Fit the scales on a split, for a large split on a sample, and apply those of the linear models."""
        step = -(-len(part) * len(self.labels) // MAX_LOGITS) or 1
        sample = slice(0, None, step)
        gold, characters = self._targets(part, sample), self._characters(part, sample)
        if characters is None:
            network, ngrams = self._logits(part, sample)
            usual = self._usual(USUAL_ALONE if ngrams is None else USUAL)
            return Scales(fit_scale(total(network, ngrams), gold, self.multilabel, usual, self.offsets_C))
        logits = self.ensemble.logits(part.encoded[sample])
        usual = self._usual(USUAL)
        scales = fit_scales(*logits, characters, gold, self.multilabel, usual, self.offsets_C)
        self.ensemble = self.ensemble.scaled(scales)
        return scales

    def _usual(self, scale: float) -> float:
        """What is usual of label sets is not measured."""
        return 1.0 if self.multilabel else scale

    def fit_thresholds(self, part: Split, scale: float) -> None:
        """Fit the thresholds of a multi-label model on a split; the reports use them from then on."""
        if not self.multilabel:
            return
        fit = ThresholdFit(len(self.labels))
        for block in blocks(len(part), len(self.labels)):
            fit.add(self._combined(self._logits(part, block), scale), part.gold[block])
        self.fitted = fit.fit()

    def trust(self, part: Split, scale: float) -> dict[str, Any]:
        """What says later when not to trust an answer, as it is stored in a model: the risk-coverage curve, and the
        quantiles of the novelty; nothing for multi-label."""
        if self.multilabel or not len(part):
            return {}
        curve, found = RiskCoverage(), list[Floats]()
        for block in blocks(len(part), len(self.labels)):
            p_NC = self._combined(self._logits(part, block), scale)
            curve.add(p_NC.max(axis=1), p_NC.argmax(axis=1) == part.gold[block])
            found.append(measures(p_NC, self.ensemble.known(part.encoded[block])))
        novelty = Novelty.fit(np.concatenate(found, axis=1))
        return {"risk_coverage": to_json(curve.points(STORED)), "novelty": novelty.to_json()}

    def accuracy(self, part: Split, scale: float) -> float:
        """The accuracy on a split without unknown labels."""
        return float(self.reports(part, UnknownLabelTexts(), scale)[0].accuracy)

    def reports(self, part: Split, unknown: UnknownLabelTexts, *scales: float) -> list[ClassReport]:
        """A report on a split for each scale; the split must not be empty."""
        thresholds = self.fitted.thresholds if self.fitted else None
        tallies = [Tally(self.labels, self.multilabel, thresholds=thresholds) for _ in scales]
        for block in blocks(len(part), len(self.labels)):
            logits = self._logits(part, block)
            for tally, scale in zip(tallies, scales, strict=True):
                tally.add(self._combined(logits, scale), part.gold[block])
        if unknown.encoded:
            words, model = unknown.words, self.ensemble.characters
            scores = None if model is None else model.scores(words)
            logits = self.ensemble.logits(unknown.encoded, character_scores=scores)
            for tally, scale in zip(tallies, scales, strict=True):
                tally.add_named(self._combined(logits, scale), unknown.labels)
        return [tally.report() for tally in tallies]
