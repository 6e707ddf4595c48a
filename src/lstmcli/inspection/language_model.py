"""Inspect a language model: gates, states and the surprisal of every token.

Shapes: T tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.results import Inspection, Layer, TokenRead
from lstmcli.inspection.stack import InspectedStack, refuse_labels
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir.directory import ModelDir

if TYPE_CHECKING:
    from lstmcli.data.records import Record
    from lstmcli.inspection.reference import State
from lstmcli.tokenization.tokenizer import well_formed

PIECE = 1024
"""Maximum tokens of a line per call."""
MAX_TOKENS = 100_000
"""Maximum tokens of a line: every gate of every unit is kept for each."""


def open_language_model(model: ModelDir, config: InspectConfig, threads: int | None) -> LanguageModelInspector:
    """An inspector for a language model.

    Raises:
        ModelError: damaged, or word attributions are requested.
        UsageError: a layer, direction, unit or label that the model does not have.
    """
    refuse_labels(model, config, "the surprisal of each token")
    return LanguageModelInspector(LanguageModel(model.path, device="cpu", threads=threads), config)


class LanguageModelInspector:
    def __init__(self, lm: LanguageModel, config: InspectConfig) -> None:
        from lstmcli.scoring.units import Tables

        self.model, self._lm, self._tables = lm.directory, lm, Tables(lm.encoder)
        shape = self.model.settings.model
        self._cell = CELLS[shape.cell].title
        self._stack = InspectedStack(self.model, config, shape.cell, shape.widths, 1)

    def inspect(self, records: Iterable[Record], *, carried: bool = False) -> Iterator[Inspection]:
        from lstmcli.language_modeling.scoring.perplexity import Reading
        from lstmcli.scoring.lines import lines_of
        from lstmcli.scoring.units import check_lengths

        reading = Reading(self._lm, carried)
        states: list[State] | None = None
        for record in records:
            for line in lines_of(replace(record, text=well_formed(record.text)), segments=False):
                (ids,) = reading.encode([line])
                check_lengths([line], [ids], MAX_TOKENS)
                begins = states is None
                tokens = [*self._start(begins), *self._tokens(reading, line, ids)]
                read = np.concatenate([np.full(int(begins), self._lm.encoder.end_id), ids])
                layers, after = self._layers(read, states)
                states = after if carried else None
                yield Inspection(
                    line.text,
                    record.line,
                    record.path,
                    self.model.task.name,
                    self._cell,
                    tuple(tokens),
                    layers,
                    columns=record.columns,
                )

    def _start(self, begins: bool) -> list[TokenRead]:
        """``</s>``, which precedes the first token of a text."""
        (name,) = self._lm.encoder.tokens([self._lm.encoder.end_id])
        return [TokenRead(name, 0, 0)] if begins else []

    def _tokens(self, reading: Any, line: Any, ids: NDArray[np.int32]) -> Iterator[TokenRead]:
        from lstmcli.scoring.scores import check_finite

        table = self._tables.table("token", [line], [ids])
        (score,) = reading.score([ids], entropy=True)
        check_finite(self._lm, float(score.nats.sum()))
        for row, span in zip(table.rows([score]), self._lm.encoder.offsets(line.text), strict=True):
            yield TokenRead(row.text, *span, unknown=bool(row.oov), surprisal=row.surprisal, entropy=row.entropy)

    def _layers(
        self, ids_T: NDArray[np.integer], states: list[State] | None
    ) -> tuple[tuple[Layer, ...], list[State] | None]:
        by_layer = self._stack.new_statistics()
        for start in range(0, len(ids_T), PIECE):
            x_TNE = self._stack.embed(ids_T[start : start + PIECE, None])
            traces, states = self._stack.read(x_TNE, np.array([len(x_TNE)]), states)
            for (layer, direction), statistics in by_layer.items():
                statistics.add(*traces[layer][direction])
        return tuple(statistics.layer(np.arange(len(ids_T))) for statistics in by_layer.values()), states
