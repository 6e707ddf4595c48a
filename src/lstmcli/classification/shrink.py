"""The step that makes a trained classifier smaller, and measures what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.classification.calibration import Scales
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.evaluate import Evaluator, UnknownLabelTexts
from lstmcli.classification.events import MadeSmaller
from lstmcli.classification.linear import Linear
from lstmcli.classification.results import ClassReport

if TYPE_CHECKING:
    from lstmcli.classification.smaller import Smaller
    from lstmcli.classification.trainer import Split


@dataclass(frozen=True)
class Shrunk:
    """A classifier that was made smaller, without the validation rows, and its report on them."""

    smaller: Smaller
    evaluator: Evaluator
    scales: Scales
    accuracy: float
    """Before it was made smaller."""
    reports: list[ClassReport]
    """Before and after calibration."""

    def event(self, weights: dict[str, NDArray[Any]], full: Linear, cut: Linear) -> MadeSmaller:
        """What it cost.

        Args:
            weights, full: of the model before; ``cut`` are the linear models after.
        """
        tables = [model.tensors() for model in full if model]
        before = [*weights.values(), *(value for table in tables for value in table.values())]
        after = [*self.smaller.stored.values(), *self.smaller.tensors(cut).values()]
        return MadeSmaller(
            sum(value.nbytes for value in before),
            sum(value.nbytes for value in after),
            ngram_count(full),
            ngram_count(cut),
            self.accuracy,
            self.reports[1].accuracy,
        )


def ngram_count(linear: Linear) -> int:
    characters = len(linear.characters.table.keys) if linear.characters else 0
    return characters + (len(linear.ngrams.keys) if linear.ngrams else 0)


def shrink(
    smaller: Smaller,
    evaluator: Evaluator,
    config: ClassifierConfig,
    threads: int,
    valid: Split,
    unknown_labels: UnknownLabelTexts,
    accuracy: float,
) -> Shrunk:
    """Make the evaluated classifier smaller, and calibrate it again.

    Args:
        accuracy: on validation, before.
    """
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.onnx_session import ClassifierSession

    full = evaluator.ensemble
    cut = smaller.cut(Linear(full.ngrams, full.characters))
    session = ClassifierSession(classifier_graph(smaller.weights, config.model), threads)
    ensemble = replace(full, network=session, ngrams=cut.ngrams, characters=cut.characters)
    own = Evaluator(ensemble, evaluator.labels, evaluator.multilabel, evaluator.offsets_C)
    scales = own.calibrate(valid)
    own.fit_thresholds(valid, scales.all)
    return Shrunk(smaller, own, scales, accuracy, own.reports(valid, unknown_labels, 1.0, scales.all))
