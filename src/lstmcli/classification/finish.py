"""Steps after training a classifier: graph, calibration, reports, final n-gram model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.classification.calibration import Floats, Scales, with_offsets
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.ensemble import Ensemble
from lstmcli.classification.evaluate import Evaluator, UnknownLabelTexts
from lstmcli.classification.events import Calibrated, Evaluated, ThresholdsFitted
from lstmcli.classification.linear import Linear
from lstmcli.classification.shrink import Shrunk, shrink
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event

if TYPE_CHECKING:
    from lstmcli.classification.smaller import Smaller
    from lstmcli.classification.trainer import Split
    from lstmcli.engine.nodes import InferenceGraph

Refit = Callable[[], "tuple[Linear, Iterable[Event]]"]


@dataclass
class Finished:
    """The results of the steps; the defaults are used for steps that failed."""

    linear: Linear
    graph: InferenceGraph | None = None
    scale: float = 1.0
    offsets_C: Floats | None = None
    """What is added to the scaled logits of each label."""
    metrics: dict[str, Any] = field(default_factory=dict)
    trust: dict[str, Any] = field(default_factory=dict)
    """What ``Evaluator.trust`` found on the validation split, and the thresholds of the labels, if they were fitted."""
    judged: float | None = None
    """Accuracy on the rows that an older model was judged on."""

    @property
    def stored_calibration(self) -> dict[str, Any]:
        """As a model has it."""
        offsets = {} if self.offsets_C is None or not self.offsets_C.any() else {"offsets": self.offsets_C.tolist()}
        return {"scale": self.scale, **offsets, **self.trust}


def finish(
    weights: dict[str, NDArray[Any]],
    config: ClassifierConfig,
    labels: Sequence[str],
    *,
    multilabel: bool,
    threads: int,
    linear: Linear,
    train: Split,
    valid: Split,
    test: Split,
    judged: Split | None,
    unknown_labels: Mapping[str, UnknownLabelTexts],
    refit: Refit | None,
    derived: Derived,
    smaller: Smaller | None = None,
) -> Generator[Event, None, Finished]:
    """Run the steps and yield their events; returns the results.

    Args:
        linear: the linear models fitted on the training split only, so that the validation split is unseen.
        judged: the rows of the validation split that an older model was judged on.
        unknown_labels: texts of the validation and test splits with labels that are not in the training split.
        refit: fits the linear models again, with the held-out rows too.
        smaller: what makes the model as small as was asked.
    """
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.onnx_session import ClassifierSession

    done = Finished(linear)
    done.graph = graph = derived.attempt("the graph", lambda: classifier_graph(weights, config.model))
    session = derived.attempt("ONNX Runtime", lambda: ClassifierSession(graph, threads)) if graph else None
    if session is None:
        return done
    ensemble = Ensemble.of(session, linear, config, len(labels), multilabel=multilabel)
    evaluator = Evaluator.of_trained(ensemble, labels, train, config.train.class_weights)
    scales = derived.attempt("calibration", lambda: evaluator.calibrate(valid)) or Scales()
    done.scale, done.offsets_C = scales.all, evaluator.offsets_C
    derived.attempt("the thresholds of the labels", lambda: evaluator.fit_thresholds(valid, done.scale))
    done.linear = Linear(evaluator.ensemble.ngrams, evaluator.ensemble.characters)
    reports = derived.attempt(
        "the report on validation", lambda: evaluator.reports(valid, unknown_labels["valid"], 1.0, done.scale)
    )
    small: Shrunk | None = None
    if smaller and reports:
        full = reports[1].accuracy
        small = derived.attempt(
            "the smaller model",
            lambda: shrink(smaller, evaluator, config, threads, valid, unknown_labels["valid"], full),
        )
    if small:
        done.graph, done.scale, evaluator, reports = None, small.scales.all, small.evaluator, small.reports
        done.linear = Linear(evaluator.ensemble.ngrams, evaluator.ensemble.characters)
        yield small.event(weights, linear, done.linear)
    elif evaluator.offsets_C.any():
        answering = with_offsets(weights, evaluator.offsets_C, done.scale)
        done.graph = derived.attempt("the graph", lambda: classifier_graph(answering, config.model))
    if evaluator.fitted:
        done.trust["thresholds"] = list(evaluator.fitted.thresholds)
        yield ThresholdsFitted(evaluator.fitted)
    if reports:
        before, after = reports
        counted = small.scales if small else scales
        yield Calibrated(done.scale, before.ece, after.ece, counted.ngrams, counted.characters)
        done.metrics["valid"] = asdict(after)
        yield Evaluated("valid", after)
    done.trust |= derived.attempt("the curve of abstention", lambda: evaluator.trust(valid, done.scale)) or {}
    if judged:
        done.judged = derived.attempt("what was forgotten", lambda: evaluator.accuracy(judged, done.scale))
    if refit and (again := derived.attempt("the n-gram model of all rows", refit)):
        found, fitted = again
        evaluator.ensemble = _with_linear(evaluator.ensemble, found, scales)
        if small:
            scaled = Linear(evaluator.ensemble.ngrams, evaluator.ensemble.characters)
            evaluator.ensemble = _with_linear(evaluator.ensemble, small.smaller.cut(scaled), small.scales)
        done.linear = Linear(evaluator.ensemble.ngrams, evaluator.ensemble.characters)
        yield from fitted
    if len(test):
        for report in (
            derived.attempt("the report on test", lambda: evaluator.reports(test, unknown_labels["test"], done.scale))
            or []
        ):
            done.metrics["test"] = asdict(report)
            yield Evaluated("test", report)
    return done


def _with_linear(ensemble: Ensemble, linear: Linear, scales: Scales) -> Ensemble:
    """The ensemble with other linear models, which are scaled if there is a character model."""
    other = replace(ensemble, ngrams=linear.ngrams, characters=linear.characters)
    return other.scaled(scales) if linear.characters else other
