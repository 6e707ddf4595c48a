"""Inspect a translator: the encoder on the text, the decoder on its translation, and the attention between them.

Each text has two results.  In the decoder's, a token is one of the translation: gates and states are those of the step
that writes it, and surprisal, entropy and attention belong to it.

Shapes: T tokens of the translation, S tokens of the text, E inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmcli.cells import CELLS
from lstmcli.errors import DataError, ModelError
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.results import DECODER, ENCODER, Inspection, TokenRead
from lstmcli.inspection.stack import InspectedStack, refuse_labels
from lstmcli.model_dir.directory import ModelDir
from lstmcli.scoring.units import BITS
from lstmcli.tokenization.ids import END_ID, Ids
from lstmcli.tokenization.tokenizer import well_formed
from lstmcli.translation.batches import pad
from lstmcli.translation.beam_search import Hypothesis, search
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.data_check import one_line
from lstmcli.translation.predict import Translator
from lstmcli.translation.results import Alignment
from lstmcli.translation.translate import MAX_TOKENS

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.inspection.reference import State
    from lstmcli.tokenization.stream_encoder import StreamEncoder


def open_translator(model: ModelDir, config: InspectConfig, threads: int | None) -> TranslatorInspector:
    """An inspector for a translator.

    Raises:
        ModelError: damaged, or word attributions are requested.
        UsageError: a layer, direction, unit or label that the model does not have.
    """
    refuse_labels(model, config, "the attention")
    return TranslatorInspector(Translator(model.path, engine="onnx", device="cpu", threads=threads), config)


class TranslatorInspector:
    def __init__(self, translator: Translator, config: InspectConfig) -> None:
        self.model, self._translator, self._sides = translator.directory, translator, translator.sides
        shape = self.model.settings.model
        self._shape, self._cell = shape, CELLS[shape.cell].title
        own = "embedding" if self._sides.source_vocab_size is None else "source_embedding"
        fewer = tuple(unit for unit in config.units if unit <= shape.encoder_widths[0])
        how: dict[str, Any] = {"residual": shape.residual}
        self._encoder = InspectedStack(
            *(self.model, replace(config, units=fewer), shape.cell, shape.encoder_widths, 2),
            **how, part=ENCODER, embedding=own,
        )  # fmt: skip
        one_way = replace(config, direction="forward")
        self._decoder = InspectedStack(
            self.model, one_way, shape.cell, shape.widths, 1, **how, part=DECODER, embedding="embedding"
        )

    def inspect(self, records: Iterable[Record], *, carried: bool = False) -> Iterator[Inspection]:
        for record in records:
            text = one_line(well_formed(record.text))
            (source,) = self._sides.source.encode([text])
            if len(source) > MAX_TOKENS:
                message = f"a text of {len(source) - 1:,} tokens; {MAX_TOKENS - 1:,} are the most that are inspected"
                raise DataError(message, path=record.path, line=record.line, hint="inspect a part of it")
            place = (record.line, record.path, self.model.task.name, self._cell)
            if not text:
                yield Inspection(text, *place, columns=record.columns, part=ENCODER)
                continue
            tokens = tuple(_read(self._sides.source, text, source))
            yield Inspection(text, *place, tokens, self._encoder_layers(source), columns=record.columns, part=ENCODER)
            (found,) = search(self._translator.session, [source], BeamConfig(), attention=True)
            yield self._decoded(text, source, found[0], place, record)

    def _encoder_layers(self, source: Ids) -> tuple[Any, ...]:
        by_layer = self._encoder.new_statistics()
        traces, _ = self._encoder.read(self._encoder.embed(source[:, None]), np.array([len(source)]))
        for (layer, direction), statistics in by_layer.items():
            statistics.add(*traces[layer][direction])
        return tuple(statistics.layer(np.arange(len(source))) for statistics in by_layer.values())

    def _decoded(
        self, text: str, source: Ids, found: Hypothesis, place: tuple[int, str, str, str], record: Record
    ) -> Inspection:
        """The decoder, step by step: the session gives probabilities, attention and what is fed into the next step."""
        translation, target = self._sides.text(text, found), [*found.ids, END_ID]
        session, by_layer = self._translator.session, self._decoder.new_statistics()
        memory, state = session.encode(*pad([source]))
        states, last, rows, tokens = self._start(state), END_ID, list[tuple[float, ...]](), list[TokenRead]()
        plain = list(_read(self._sides.target, translation, np.array(target, np.int32)))
        for token, shown in zip(target, plain, strict=True):
            x_11E = self._decoder.embed(np.array([[last]]))
            if self._shape.input_feeding:
                x_11E = np.concatenate([x_11E, np.asarray(state[-1], np.float32).reshape(1, 1, -1)], axis=-1)
            traces, states = self._decoder.read(x_11E, np.array([1]), states)
            for (layer, direction), statistics in by_layer.items():
                statistics.add(*traces[layer][direction])
            step = session.step(np.array([last], np.int32), state, memory)
            log_p_V = step.log_p[0].astype(np.float64)
            if not np.isfinite(log_p_V[token]):
                raise ModelError("its weights give no finite probability for this text", path=self.model.path)
            entropy = -float((np.exp(log_p_V) * log_p_V).sum()) * BITS
            tokens.append(replace(shown, surprisal=-float(log_p_V[token]) * BITS, entropy=entropy))
            rows.append(tuple(map(float, step.weights_BWS[0, 0, : len(source)])))
            last, state = token, step.state
        names = tuple(self._sides.source.tokens(source)), tuple(token.text for token in tokens)
        layers = tuple(statistics.layer(np.arange(len(target))) for statistics in by_layer.values())
        attention = Alignment(*names, tuple(rows))
        return Inspection(
            translation, *place, tuple(tokens), layers, columns=record.columns, part=DECODER, attention=attention
        )

    def _start(self, state: Sequence[Any]) -> list[State]:
        """The state of each layer before the first token, from that of the session."""
        parts = [np.asarray(part, np.float32).reshape(1, -1) for part in state[:-1]]
        each = len(CELLS[self._shape.cell].states)
        return [tuple(parts[i : i + each]) for i in range(0, len(parts), each)]


def _read(encoder: StreamEncoder, text: str, ids: Ids) -> Iterator[TokenRead]:
    """The tokens of a text with their places, which are unknown where the text is not encoded as it was written."""
    (again,) = encoder.encode([text])
    same = len(again) == len(ids) and bool((again == ids).all())
    spans = encoder.offsets(text) if same else [(0, 0)] * len(ids)
    for name, span, unknown in zip(encoder.tokens(ids), spans, encoder.unknown(ids), strict=True):
        yield TokenRead(name, *span, unknown=bool(unknown))
