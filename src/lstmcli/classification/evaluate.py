"""Calibrate a trained classifier on the validation split and evaluate it, in blocks of texts.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lstmcli.classification.calibration import Floats, combine, fit_scale, total
from lstmcli.classification.ensemble import Ensemble
from lstmcli.classification.metrics import Tally
from lstmcli.classification.model_selection import MAX_LOGITS, blocks
from lstmcli.classification.results import ClassReport
from lstmcli.engine.session import Logits
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split


class UnknownLabelTexts(NamedTuple):
    """Texts of a split with labels that are not in the training split, so every answer is wrong."""

    encoded: Sequence[Ids] = ()
    labels: Sequence[Sequence[str]] = ()


class Evaluator:
    """Evaluates the ensemble on a split."""

    def __init__(self, ensemble: Ensemble, labels: Sequence[str], multilabel: bool) -> None:
        self.ensemble, self.labels, self.multilabel = ensemble, tuple(labels), multilabel
        self._last: tuple[Split, Ensemble, tuple[Logits, Logits | None]] | None = None

    def _logits(self, part: Split, texts: slice) -> tuple[Logits, Logits | None]:
        """The logits of some texts of a split; those of a whole split are kept, since calibration needs them too."""
        if len(range(*texts.indices(len(part)))) < len(part):
            return self.ensemble.logits(part.encoded[texts])
        if self._last is None or self._last[0] is not part or self._last[1] is not self.ensemble:
            self._last = part, self.ensemble, self.ensemble.logits(part.encoded[texts])
        return self._last[2]

    def scale(self, part: Split) -> float:
        """The calibration scale, fitted on a split; for a large split, on a sample."""
        step = -(-len(part) * len(self.labels) // MAX_LOGITS) or 1
        sample = slice(0, None, step)
        return fit_scale(total(*self._logits(part, sample)), part.gold[sample], self.multilabel)

    def reports(self, part: Split, unknown: UnknownLabelTexts, *scales: float) -> list[ClassReport]:
        """A report on a split for each scale; the split must not be empty."""
        tallies = [Tally(self.labels, self.multilabel) for _ in scales]
        for block in blocks(len(part), len(self.labels)):
            logits = self._logits(part, block)
            for tally, scale in zip(tallies, scales, strict=True):
                probabilities: Floats = np.asarray(combine(*logits, scale, self.multilabel))
                tally.add(probabilities, part.gold[block])
        if unknown.encoded:
            logits = self.ensemble.logits(unknown.encoded)
            for tally, scale in zip(tallies, scales, strict=True):
                tally.add_named(np.asarray(combine(*logits, scale, self.multilabel)), unknown.labels)
        return [tally.report() for tally in tallies]
