"""Perplexity of a text, streaming, in constant memory.

Metrics are computed from totals, so they do not depend on the order of independent lines, the batch size or the line
ends of the file.  The first token is predicted from ``</s>``.  The end of every line is predicted: as ``</s>`` in mode
lines, as the token of the line end in mode document.  Published results for Penn Treebank (82,430 tokens in the test
set) and WikiText-2 (245,569) count tokens in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.windows import WINDOW_CHARACTERS, one_ahead, windows
from lstmcli.engine.session import Session
from lstmcli.errors import NoDataError
from lstmcli.language_modeling.scoring.score import BATCH_SIZE, JoinedTexts, Stream, score_batches
from lstmcli.scoring.lines import Line, lines_of
from lstmcli.scoring.results import LmReport
from lstmcli.scoring.scores import ProbabilityCallback, Scores, check_finite
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lstmcli.data.records import Record

WINDOW = 4096
"""Lines that are read ahead."""


class Model(Protocol):
    """What scoring needs of ``language_modeling.predict.LanguageModel``."""

    @property
    def path(self) -> Path: ...
    @property
    def encoder(self) -> Encoder: ...
    @property
    def mode(self) -> str: ...
    @property
    def oov_rule(self) -> str: ...
    @property
    def together(self) -> Session: ...
    @property
    def apart(self) -> tuple[Session, int]: ...


@dataclass(frozen=True)
class Text:
    """A text to score."""

    records: Iterable[Record]
    carried: bool = False
    """Carry the state from line to line; otherwise each line is a separate text."""
    ready: Callable[[], bool] | None = None
    """For a live source: whether the next record is available without waiting."""


def is_carried(mode: str, format: str, *, stream: bool = False, lines: bool = False) -> bool:
    """Whether to carry the state from line to line.

    By default it is carried for text files if the model was trained in mode document; rows of a table are separate
    texts.  ``stream`` and ``lines`` override the default.
    """
    return stream or (mode == "document" and format == "text" and not lines)


LinesCallback = Callable[["Sequence[Line]", "Sequence[Ids]"], None]
"""Called with lines and their ids, each once, in order."""


class Reading:
    """Scores the lines of one text."""

    def __init__(self, model: Model, carried: bool, batch_size: int = BATCH_SIZE) -> None:
        self._encoder = model.encoder
        self._read: Callable[..., list[Scores]]
        if carried:
            self._read = Stream(model.together).score
        else:
            session, workers = model.apart
            self._read = partial(score_batches, session, batch_size=batch_size, workers=workers)

    def encode(self, lines: Sequence[Line]) -> list[Ids]:
        return self._encoder.encode([line.text for line in lines])

    def score(
        self, ids: Sequence[Ids], *, entropy: bool = False, callback: ProbabilityCallback | None = None
    ) -> list[Scores]:
        return self._read(ids, entropy=entropy, callback=callback)


class ScoreBoth(Protocol):
    """Scores one text from start to end, without and with a method."""

    def __call__(
        self, ids: Ids, *, entropy: bool = False, callbacks: Sequence[ProbabilityCallback | None] = (None, None)
    ) -> tuple[Scores, Scores]:
        """Score the next ids, [N]."""


class Method(Protocol):
    """A method that adapts the model to the text read so far."""

    @property
    def name(self) -> str: ...
    def start_text(self, model: Any, /) -> ScoreBoth:
        """Start a new text."""


class AdaptiveReading:
    """Scores the lines of one text, without and with a method."""

    def __init__(self, model: Model, method: Method) -> None:
        self._read = method.start_text(model)

    def score(
        self,
        ids: Sequence[Ids],
        *,
        entropy: bool = False,
        callbacks: Sequence[ProbabilityCallback | None] = (None, None),
    ) -> tuple[list[Scores], list[Scores]]:
        """Scores of each line, without and with the method."""
        joined = JoinedTexts(ids)
        before, after = self._read(
            joined.ids, entropy=entropy, callbacks=[joined.callback(callback) for callback in callbacks]
        )
        return joined.split(before), joined.split(after)


def perplexity(
    model: Model,
    texts: Iterable[Text],
    *,
    segments: bool = False,
    batch_size: int = BATCH_SIZE,
    method: Method | None = None,
    on_lines: LinesCallback | None = None,
) -> LmReport:
    """One report for all texts together.

    Args:
        segments: spaces mark words and are not part of the text, as in segmented Chinese.
        method: adapts to each text; the report without it is in ``before``.
        on_lines: called with all lines and their ids.

    Raises:
        NoDataError: there is no line.
        ModelError: the model's probabilities are not finite.
    """
    from lstmcli.scoring.lines import Counts

    counts, tokens, oov = Counts(), 0, 0
    nats_K, oov_nats_K = np.zeros(1 + (method is not None)), np.zeros(1 + (method is not None))
    readings: set[str] = set()
    for text in texts:
        carried = text.carried or method is not None
        readings.add("stream" if carried else "lines")
        costs = _plain_costs(model, carried, batch_size) if method is None else _adaptive_costs(method, model)

        def work(
            window: list[Record], costs: Callable[[list[Ids]], list[NDArray[np.float64]]] = costs
        ) -> tuple[list[Line], list[Ids], list[NDArray[np.float64]]]:
            lines = [line for record in window for line in lines_of(record, segments)]
            ids = model.encoder.encode([line.text for line in lines])
            if on_lines is not None:
                on_lines(lines, ids)
            return lines, ids, costs(ids)

        runs = windows(text.records, lambda: True, WINDOW, WINDOW_CHARACTERS)
        for _, (lines, ids, found) in one_ahead(work, runs):
            for line in lines:
                counts.add(line.text)
                if line.words is not None:
                    counts.words += len(line.words) - bool(line.text)
            for own, nats_KT in zip(ids, found, strict=True):
                unknown = model.encoder.unknown(own)
                tokens += len(own)
                oov += int(unknown.sum())
                nats_K += nats_KT.sum(axis=1)
                oov_nats_K += nats_KT[:, unknown].sum(axis=1)
    if not counts.lines:
        raise NoDataError("nothing to score: there is no text", hint="give at least one line")
    check_finite(model, float(nats_K.sum()))
    reports = [
        LmReport.of(
            nats,
            tokens=tokens,
            words=counts.words,
            characters=counts.characters,
            bytes=counts.bytes,
            lines=counts.lines,
            oov=oov,
            oov_nats=oov_nats,
            oov_rule=model.oov_rule,
            reading=" and ".join(sorted(readings)),
        )
        for nats, oov_nats in zip(nats_K.tolist(), oov_nats_K.tolist(), strict=True)
    ]
    return reports[0] if method is None else replace(reports[1], method=method.name, before=reports[0])


def _plain_costs(model: Model, carried: bool, batch_size: int) -> Callable[[list[Ids]], list[NDArray[np.float64]]]:
    reading = Reading(model, carried, batch_size)
    return lambda ids: [score.nats[None] for score in reading.score(ids)]


def _adaptive_costs(method: Method, model: Model) -> Callable[[list[Ids]], list[NDArray[np.float64]]]:
    adapting = AdaptiveReading(model, method)
    return lambda ids: [np.stack([before.nats, after.nats]) for before, after in zip(*adapting.score(ids), strict=True)]
