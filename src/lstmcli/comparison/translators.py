"""Compare translators on pairs of texts: corpus BLEU and chrF, with sacrebleu's paired bootstrap.

Shapes: N pairs, M models, R samples.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lstmcli.comparison.answer_files import Translations
from lstmcli.comparison.differences import few_note, multiple_tests_note
from lstmcli.comparison.paired_bootstrap import interval, p_value, sampled_scores, signature, statistics
from lstmcli.comparison.results import (
    ComparedModel,
    Difference,
    SentenceDifference,
    TranslatorComparison,
    TranslatorFigures,
)
from lstmcli.data.windows import windows
from lstmcli.errors import NoDataError
from lstmcli.evaluation.results import SIGNIFICANCE_LEVEL
from lstmcli.evaluation.significance import holm
from lstmcli.plural import are, count, have
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.data_check import one_line
from lstmcli.translation.metrics import bleu_of, chrf_of
from lstmcli.translation.predict import Translator

if TYPE_CHECKING:
    from lstmcli.comparison.compare import CompareOptions, Entry
    from lstmcli.data.records import Record

BOOTSTRAP = "paired bootstrap"
SENTENCES = 5
"""Number of sentences that are kept, for each model and direction."""
LEAST_GAIN = 0.05
"""Difference of chrF below which two translations of a sentence are equally good."""


class TranslationColumn(Protocol):
    about: ComparedModel

    def translate(self, records: Sequence[Record]) -> list[str]:
        """The translations of the next texts."""

    def finish(self, texts: int) -> None:
        """Called after the last text.  Raises ``DataError`` if a file has another number of translations."""


@dataclass
class OwnTranslator:
    """A translator in a model directory, with the default search."""

    about: ComparedModel
    translator: Translator
    odd: Any
    seconds: float = 0.0

    @classmethod
    def open(cls, name: str, translator: Translator) -> OwnTranslator:
        model = translator.directory
        translator.translate(["a"])  # warm up: the first run is slower
        about = ComparedModel(name, "lstm", str(model.path), int(model.config["parameters"]), model.size)
        return cls(about, translator, translator.odd_texts())

    def translate(self, records: Sequence[Record]) -> list[str]:
        start = time.perf_counter()
        found = [each.translation for each in self.translator.translations(iter(records), odd=self.odd)]
        self.seconds += time.perf_counter() - start
        return found

    def finish(self, texts: int) -> None:
        return


@dataclass
class _Translated:
    """The pairs with two sides, and all translations of them."""

    texts: int = 0
    empty: int = 0
    records: list[Record] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    by_model: list[list[str]] = field(default_factory=list)

    def read(self, columns: Sequence[TranslationColumn], records: Iterable[Record]) -> None:
        """Translate all pairs.  Raises: NoDataError, if there is none."""
        self.by_model = [[] for _ in columns]
        for window in windows(records, lambda: True):
            kept = [n for n, record in enumerate(window) if record.text.strip() and (record.target or "").strip()]
            self.texts += len(window)
            self.empty += len(window) - len(kept)
            self.records += [window[n] for n in kept]
            self.targets += [one_line(window[n].target or "") for n in kept]
            for own, column in zip(self.by_model, columns, strict=True):
                found = column.translate(window)
                own += [one_line(found[n]) for n in kept if n < len(found)]
        for column in columns:
            column.finish(self.texts)
        if not self.records:
            raise NoDataError("nothing to compare: there is no pair with two sides", hint="give at least one")


def compare_translators(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> TranslatorComparison:
    """Compare translators, and files of translations, on pairs; see ``comparison.compare.compare``."""

    def column(entry: Entry) -> TranslationColumn:
        if entry.kind == "lstm":
            return OwnTranslator.open(entry.name, Translator(entry.path, device="cpu", threads=options.threads))
        return Translations(entry.name, entry.path, entry.rows)

    return compare([column(entry) for entry in entries], records, options.source, options.shown)


def compare(
    columns: Sequence[TranslationColumn], records: Iterable[Record], source: str, shown: int | None
) -> TranslatorComparison:
    """Translate, score and compare; ``shown``: sentences for each model and direction."""
    data = _Translated()
    data.read(columns, records)
    names = [column.about.name for column in columns]
    metrics = {"bleu": bleu_of(data.targets), "chrf": chrf_of()}
    scores_M: dict[str, list[float]] = {}
    samples: dict[str, Any] = {}
    for measure, metric in metrics.items():
        rows = [statistics(metric, own, data.targets) for own in data.by_model]
        scores_M[measure] = [float(metric._compute_score_from_stats(own.sum(0)).score) for own in rows]
        samples[measure] = sampled_scores(metric, rows) if len(data.targets) > 1 else None
    return TranslatorComparison(
        source=source,
        pairs=len(data.targets),
        models=tuple(_figures(m, column, data, scores_M, samples) for m, column in enumerate(columns)),
        differences=tuple(d for measure in metrics for d in _differences(measure, names, scores_M, samples)),
        sentences=tuple(_sentences(names, data, SENTENCES if shown is None else shown)),
        signatures={measure: signature(metric) for measure, metric in metrics.items()},
        notes=tuple(_notes(columns, data, scores_M["bleu"])),
    )


def _figures(
    m: int, column: TranslationColumn, data: _Translated, scores: dict[str, list[float]], samples: dict[str, Any]
) -> TranslatorFigures:
    characters = sum(map(len, data.targets))
    ends = {name: None if values is None else interval(values[m]) for name, values in samples.items()}
    seconds = column.seconds if isinstance(column, OwnTranslator) else 0.0
    return TranslatorFigures(
        column.about,
        scores["bleu"][m],
        ends["bleu"],
        scores["chrf"][m],
        ends["chrf"],
        sum(map(len, data.by_model[m])) / characters if characters else None,
        data.texts / seconds if seconds else None,
    )


def _differences(
    measure: str, names: Sequence[str], scores: dict[str, list[float]], samples: dict[str, Any]
) -> Iterator[Difference]:
    """The difference of each model to the first in a measure."""
    values, found = scores[measure], samples[measure]
    changes = [value - values[0] for value in values]
    others = range(1, len(names))
    p_values = [None if found is None else p_value(found[0], found[m], changes[m]) for m in others]
    for m, p, adjusted in zip(others, p_values, holm(p_values), strict=True):
        yield Difference(
            names[m],
            names[0],
            measure,
            changes[m],
            None if found is None else interval(found[m] - found[0]),
            "" if p is None else BOOTSTRAP,
            p,
            adjusted,
            None if adjusted is None else adjusted < SIGNIFICANCE_LEVEL,
            None if changes[m] == 0 else names[m] if changes[m] > 0 else names[0],
        )


def _sentences(names: Sequence[str], data: _Translated, shown: int) -> Iterator[SentenceDifference]:
    """The sentences with the largest differences of chrF."""
    if not shown:
        return
    metric = chrf_of()
    scores_MN = np.array(
        [
            [metric.sentence_score(text, [target]).score for text, target in zip(own, data.targets, strict=True)]
            for own in data.by_model
        ]
    )
    for m in range(1, len(names)):
        for better, other in ((m, 0), (0, m)):
            gains = scores_MN[better] - scores_MN[other]
            for n in np.argsort(-gains, kind="stable")[:shown].tolist():
                if gains[n] < LEAST_GAIN:
                    break
                yield SentenceDifference(
                    names[better],
                    names[other],
                    float(gains[n]),
                    data.records[n].line,
                    data.records[n].text,
                    data.targets[n],
                    data.by_model[better][n],
                    data.by_model[other][n],
                )


def _notes(columns: Sequence[TranslationColumn], data: _Translated, bleu: Sequence[float]) -> Iterator[str]:
    """Caveats."""
    yield from few_note(len(data.targets), "pair")
    if data.empty:
        yield f"{count(data.empty, 'pair')} {have(data.empty)} an empty side and {are(data.empty)} left out"
    if not all(bleu):
        yield "BLEU is 0 if no four words in a row are right anywhere: for short targets see chrF"
    own = [column for column in columns if isinstance(column, OwnTranslator)]
    if own:
        yield f"models search with beam {BeamConfig.beam}, as `lstm translate` does"
    for column in own:
        yield from (f"{column.about.name}: {warning}" for warning in column.odd.warnings())
    yield from multiple_tests_note(len(columns), columns[0].about.name)
