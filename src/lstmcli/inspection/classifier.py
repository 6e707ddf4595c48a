"""Inspect a classifier: gates, states, running prediction and word attributions for a text.

Shapes: T tokens, S segments of a text, F rows per token, K units of the last layer, C labels.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.classification.predict import Classifier
from lstmcli.errors import UsageError
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.occlusion import check_words, leave_one_out
from lstmcli.inspection.results import Inspection, Layer, TokenRead, Why
from lstmcli.inspection.running_confidence import running_probabilities, stride
from lstmcli.inspection.stack import InspectedStack
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.batching import head_and_tail, pack

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.inspection.reference import Trace
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.tokenizer import well_formed


def open_classifier(model: ModelDir, config: InspectConfig, threads: int | None) -> ClassifierInspector:
    """An inspector for a classifier.

    Raises:
        ModelError: damaged.
        UsageError: a layer, direction, unit or label that the model does not have.
    """
    if config.label is not None and config.label not in model.labels:
        near = difflib.get_close_matches(config.label, model.labels, 1)
        some = ", ".join(map(repr, model.labels[:8])) + (", …" if len(model.labels) > 8 else "")
        hint = f"did you mean {near[0]!r}?" if near else f"it has {some}"
        raise UsageError(f"the model has no label {config.label!r}", hint=hint)
    return ClassifierInspector(Classifier(model.path, device="cpu", threads=threads), config)


class ClassifierInspector:
    def __init__(self, classifier: Classifier, config: InspectConfig) -> None:
        self.model, self._classifier, self._config = classifier.directory, classifier, config
        self._shape = shape = self.model.settings.model
        self._stack: InspectedStack | None = None
        if config.gates:
            directions = 2 if shape.bidirectional else 1
            self._stack = InspectedStack(self.model, config, shape.cell, [shape.hidden] * shape.layers, directions)

    def inspect(self, records: Iterable[Record], *, carried: bool = False) -> Iterator[Inspection]:
        for record in records:
            yield self._inspect(replace(record, text=well_formed(record.text)))

    def _inspect(self, record: Record) -> Inspection:
        text, labels = record.text, self._classifier.labels
        if self._config.why:
            check_words(text, record.path, record.line)
        (p_C,) = self._classifier.probabilities([text])
        label = int(p_C.argmax()) if self._config.label is None else labels.index(self._config.label)
        found = Inspection(
            text,
            record.line,
            record.path,
            self.model.task.name,
            CELLS[self._shape.cell].title,
            label=labels[label],
            probability=float(p_C[label]),
            probabilities=_by_name(labels, p_C),
            why=self._why(text, label) if self._config.why else None,
            columns=record.columns,
        )
        return found if self._stack is None else self._with_layers(self._stack, found, label)

    def _why(self, text: str, label: int) -> Why:
        classify, name = self._classifier.probabilities, self._classifier.labels[label]
        return leave_one_out(classify, text, label, name, multilabel=self._classifier.multilabel)

    def _with_layers(self, stack: InspectedStack, found: Inspection, label: int) -> Inspection:
        """Add tokens and layers."""
        spans = self._classifier.encoder.spans(found.text)
        if not spans:
            return found
        (ids_TF,) = self._classifier.encoder.encode([found.text])
        most = self.model.settings.tokenizer.max_tokens
        kept = head_and_tail(np.arange(len(spans), dtype=np.int32), most).tolist()
        every = stride(len(kept), len(found.text), self._shape)
        answers = running_probabilities(self._classifier.probabilities, found.text, [spans[t][1] for t in kept], every)
        ids_BSTF, lengths_BS = pack([ids_TF], self._shape.segment, most)
        segments = np.repeat(np.arange(len(lengths_BS[0])), lengths_BS[0]).tolist()
        tokens = tuple(
            TokenRead(
                _own_part(found.text, spans, t),
                start=spans[t][0],
                end=spans[t][1],
                unknown=bool(ids_TF[t, 0] == UNKNOWN_ID),
                segment=segment,
                probabilities=None if p_C is None else _by_name(self._classifier.labels, p_C),
            )
            for t, segment, p_C in zip(kept, segments, answers, strict=True)
        )
        layers = self._layers(stack, ids_BSTF[0], lengths_BS[0], label)
        return replace(found, tokens=tokens, layers=layers, unread=len(spans) - len(kept), every=every)

    def _layers(
        self, stack: InspectedStack, ids_STF: NDArray[np.int32], lengths_S: NDArray[np.int64], label: int
    ) -> tuple[Layer, ...]:
        x_TSE = stack.embed(ids_STF).sum(axis=2).transpose(1, 0, 2)
        traces, _ = stack.read(x_TSE, lengths_S)
        place_T = np.concatenate([np.arange(length) for length in lengths_S])
        layers = []
        for (layer, direction), statistics in stack.new_statistics().items():
            statistics.add(*traces[layer][direction])
            last = layer + 1 == len(traces)
            layers.append(statistics.layer(place_T, self._added(stack, traces[-1], label)[direction] if last else None))
        return tuple(layers)

    def _added(self, stack: InspectedStack, last: list[Trace], label: int) -> list[NDArray[Any]]:
        """Contribution of each unit of the last layer to the score of the label, [H] for each direction."""
        from lstmcli.inspection.reference import contributions

        h_TK = np.concatenate([trace.states["hidden"] for trace in last], axis=1)
        added_CK = contributions(stack.weights, self._shape.pools, h_TK, len(last))
        own_K = added_CK[label] if self.model.multilabel else added_CK[label] - added_CK.mean(axis=0)
        return np.split(own_K, len(last))


def _by_name(labels: Iterable[str], p_C: Iterable[float]) -> dict[str, float]:
    return {label: float(p) for label, p in zip(labels, p_C, strict=True)}


def _own_part(text: str, spans: list[tuple[int, int]], t: int) -> str:
    """The characters of a token; empty for one within a character that an earlier token started."""
    first, last = spans[t]
    return text[max(first, spans[t - 1][1]) if t else first : last]
