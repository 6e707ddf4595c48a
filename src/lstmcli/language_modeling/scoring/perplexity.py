"""Perplexity of a text, streaming, in constant memory.

Metrics are computed from totals, so they do not depend on the order of independent lines, the batch size or the line
ends of the file.  The first token is predicted from ``</s>``.  The end of every line is predicted: as ``</s>`` in mode
lines, as the token of the line end in mode document.  Published results for Penn Treebank (82,430 tokens in the test
set) and WikiText-2 (245,569) count tokens in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.windows import WINDOW_CHARACTERS, one_ahead, windows
from lstmcli.engine.session import Session
from lstmcli.errors import NoDataError
from lstmcli.language_modeling.scoring.score import BATCH_SIZE, JoinedTexts, Stream, score_batches
from lstmcli.scoring.lines import Counts, Line, lines_of
from lstmcli.scoring.results import LmReport, Sums
from lstmcli.scoring.scores import ProbabilityCallback, Scores, check_finite
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
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
    stream: Stream | None = None
    """For a carried text that goes on: what has read it so far."""


def is_carried(mode: str, format: str, *, stream: bool = False, lines: bool = False) -> bool:
    """Whether to carry the state from line to line.

    By default it is carried for text files if the model was trained in mode document; rows of a table are separate
    texts.  ``stream`` and ``lines`` override the default.
    """
    return stream or (mode == "document" and format == "text" and not lines)


LinesCallback = Callable[[Sequence[Line], Sequence[Ids]], None]
"""Called with lines and their ids, each once, in order."""


class Reading:
    """Scores the lines of one text."""

    def __init__(self, model: Model, carried: bool, batch_size: int = BATCH_SIZE, stream: Stream | None = None) -> None:
        self._encoder = model.encoder
        self._read: Callable[..., list[Scores]]
        if carried:
            self._read = (stream or Stream(model.together)).score
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
    how: dict[str, Any] = {"segments": segments, "batch_size": batch_size, "method": method, "on_lines": on_lines}
    reports = total(model, texts, **how).reports()
    return reports[0] if method is None else replace(reports[1], method=method.name, before=reports[0])


def total(
    model: Model,
    texts: Iterable[Text],
    *,
    segments: bool = False,
    batch_size: int = BATCH_SIZE,
    method: Method | None = None,
    on_lines: LinesCallback | None = None,
) -> Totals:
    """What ``perplexity`` reports on; the arguments are its own."""
    totals = Totals(model, 1 if method is None else 2)
    for text in texts:
        carried = text.carried or method is not None
        costs = (
            _plain_costs(model, carried, batch_size, text.stream) if method is None else _adaptive_costs(method, model)
        )

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
            totals.add(lines, ids, found, carried)
    return totals


def perplexity_each(model: Model, groups: Sequence[Sequence[Text]], *, segments: bool = False) -> list[LmReport]:
    """A report for each group of texts, as ``perplexity`` gives it; lines of all groups are scored in one batch.

    Args:
        groups: texts whose state is carried from line to line are scored one after another.

    Raises:
        NoDataError: there is no line in a group.
        ModelError: the model's probabilities are not finite.
    """
    if any(text.carried for texts in groups for text in texts):
        return [perplexity(model, texts, segments=segments) for texts in groups]
    lines = [[line for text in texts for r in text.records for line in lines_of(r, segments)] for texts in groups]
    ids = model.encoder.encode([line.text for own in lines for line in own])
    found = _plain_costs(model, False, BATCH_SIZE)(ids)
    result, start = [], 0
    for own in lines:
        part = slice(start, start := start + len(own))
        totals = Totals(model)
        totals.add(own, ids[part], found[part], False)
        result += totals.reports()
    return result


class Totals:
    """What reports are made of: counts and costs of the lines of a text.

    Args:
        kinds: number of costs of each token: 1, or 2 with a method.
    """

    def __init__(self, model: Model, kinds: int = 1) -> None:
        self._model, self._counts = model, Counts()
        self._tokens = self._oov = 0
        self._nats_K, self._oov_nats_K = np.zeros(kinds), np.zeros(kinds)
        self._readings: set[str] = set()

    def add(
        self, lines: Sequence[Line], ids: Sequence[Ids], found: Sequence[NDArray[np.float64]], carried: bool
    ) -> None:
        """Add lines with their ids and costs, each [kinds, T]."""
        self._readings.add("stream" if carried else "lines")
        for line in lines:
            self._counts.add(line.text)
            if line.words is not None:
                self._counts.words += len(line.words) - bool(line.text)
        for own, nats_KT in zip(ids, found, strict=True):
            unknown = self._model.encoder.unknown(own)
            self._tokens += len(own)
            self._oov += int(unknown.sum())
            self._nats_K += nats_KT.sum(axis=1)
            self._oov_nats_K += nats_KT[:, unknown].sum(axis=1)

    @property
    def reading(self) -> str:
        """How the lines were read."""
        return " and ".join(sorted(self._readings))

    def sums(self) -> list[Sums]:
        """The sums for each kind of cost.  Raises: ModelError."""
        check_finite(self._model, float(self._nats_K.sum()))
        both = zip(self._nats_K.tolist(), self._oov_nats_K.tolist(), strict=True)
        sizes = {"tokens": self._tokens, "oov": self._oov, **asdict(self._counts)}
        return [Sums(nats, oov_nats, **sizes) for nats, oov_nats in both]

    def reports(self) -> list[LmReport]:
        """A report for each kind of cost.  Raises: NoDataError, ModelError."""
        if not self._counts.lines:
            raise NoDataError("nothing to score: there is no text", hint="give at least one line")
        return [sums.report(oov_rule=self._model.oov_rule, reading=self.reading) for sums in self.sums()]


def _plain_costs(
    model: Model, carried: bool, batch_size: int, stream: Stream | None = None
) -> Callable[[list[Ids]], list[NDArray[np.float64]]]:
    reading = Reading(model, carried, batch_size, stream)
    return lambda ids: [score.nats[None] for score in reading.score(ids)]


def _adaptive_costs(method: Method, model: Model) -> Callable[[list[Ids]], list[NDArray[np.float64]]]:
    adapting = AdaptiveReading(model, method)
    return lambda ids: [np.stack([before.nats, after.nats]) for before, after in zip(*adapting.score(ids), strict=True)]
