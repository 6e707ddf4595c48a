"""Suspects of wrong labels, by confident learning (Northcutt et al. 2021).

Every text is judged by linear models that were fitted without it and its duplicates, of n-grams of words and of
characters by TF-IDF, in ``FOLDS`` parts, which takes seconds where whole classifiers would take hours.  A text is
suspect if another label is more probable than its own; those whose own label is least probable come first.  Counted by
the confident joint are those whose other label has the mean probability that this label has among its own texts
(section 3.1 of the paper).  A second round without the texts of the joint finds no more errors
(``benchmarks/label_errors.py``).

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.calibration import combine, fit_scale
from lstmcli.classification.characters.words import splitter
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.defaults import CHARACTER_ORDER, mostly_cjk, ngram_min_count, resolve
from lstmcli.classification.results import LabelSuspect
from lstmcli.classification.tfidf import Tfidf
from lstmcli.data.config import ReadConfig
from lstmcli.data.folds import folds
from lstmcli.errors import DataError, UsageError
from lstmcli.options import RENAMED, by_name, chosen, job_arguments, read_config, training_options
from lstmcli.python_names import as_option, in_python
from lstmcli.tasks import CLASSIFICATION
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.text_encoder import TextEncoder

if TYPE_CHECKING:
    from lstmcli.data.columns.choice import Ask
    from lstmcli.data.locate import Located
    from lstmcli.data.records import Record, Splits
    from lstmcli.results import Results

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
FOLDS = 5
LINEAR = frozenset(("ngrams", "characters", "seed", "threads"))
"""Options of the linear models."""


@dataclass(frozen=True)
class LabelCheck:
    """Labelled texts whose labels are checked; ``config`` is that of a training."""

    records: Sequence[Record]
    config: ClassifierConfig

    def suspects(self, progress: Callable[[int, int], object] = lambda done, all: None) -> Iterator[LabelSuspect]:
        """The suspects, the surest first.

        Args:
            progress: called with the number of fits that are done, and of all.

        Raises:
            DataError: there are too few texts.
            UsageError: there is no linear model to check with.
        """
        labels = sorted({record.labels[0] for record in self.records})
        column = {label: c for c, label in enumerate(labels)}
        gold_N = np.array([column[record.labels[0]] for record in self.records], np.int64)
        if len(labels) < 2 or np.bincount(gold_N).max() < FOLDS:
            raise DataError(f"checking labels takes two labels, and {FOLDS} texts of one of them at least")
        models = _models([record.text for record in self.records], self.config, len(labels))
        fold_N = np.array(folds(self.records, FOLDS, self.config.train.seed))
        logits_NC = np.zeros((len(gold_N), len(labels)))
        for fold in range(FOLDS):
            judged_N = fold_N == fold
            for model in models:
                logits_NC[judged_N] += model.judged(judged_N, ~judged_N, gold_N, len(labels))
            progress(fold + 1, FOLDS)
        p_NC = combine(logits_NC, None, fit_scale(logits_NC, gold_N))
        known_C = known_labels(gold_N, fold_N, len(labels))
        better_N = better_labels(p_NC, gold_N, known_C)
        sure_N = confident_labels(p_NC, gold_N, known_C) != gold_N
        own_N = p_NC[np.arange(len(gold_N)), gold_N]
        wrong = np.flatnonzero(better_N != gold_N)
        for n in wrong[np.argsort(own_N[wrong], kind="stable")].tolist():
            record, better = self.records[n], int(better_N[n])
            given, other = float(p_NC[n, gold_N[n]]), float(p_NC[n, better])
            line = record.line or None
            place = (record.path, line, bool(sure_N[n]))
            yield LabelSuspect(record.text, record.labels[0], labels[better], given, other, *place)


def open_labels(source: str | Located, given: Mapping[str, Any], ask: Ask | None = None) -> tuple[LabelCheck, Splits]:
    """The labels of a source, by the options of ``lstm train`` by name; and what was found about the data.

    Of several splits, only the training split is checked.

    Raises:
        DataError: the source cannot be read as asked, or has no labels.
        UsageError: an option does not apply, a text may have several labels, or the rows are larger than memory.
    """
    from lstmcli.data.splits import load_splits
    from lstmcli.data.stored import in_memory

    if other := [name for name in given if not applies(name)]:
        raise UsageError(
            f"--check-labels trains no model, so {as_option(other[0])} does not apply", hint="leave it out"
        )
    config = chosen(job_arguments(given, CLASSIFICATION.name), CLASSIFICATION)["config"]
    how: dict[str, Any] = {"valid": None, "test": None, "valid_fraction": None, "seed": config.train.seed}
    splits = load_splits(source, read_config(given), **how, labelled=True, ask=ask)
    if splits.multilabel:
        raise UsageError("checking labels is for texts with one label each; these have several")
    records = [*in_memory(splits.train, "--check-labels"), *(splits.valid if splits.held_out else ())]
    notes = tuple(note for note in splits.notes if not note.startswith("validation: "))
    return LabelCheck([r for r in records if not r.taught], config), replace(splits, notes=notes)


def known_labels(gold_N: Places, fold_N: Places, C: int) -> NDArray[np.bool_]:
    """The labels with texts in every fold, [C]; nothing is said about the texts of others, which are hardly learnt."""
    found_CF = np.zeros((C, FOLDS), np.bool_)
    found_CF[gold_N, fold_N] = True
    return np.asarray(found_CF.all(axis=1))


def applies(option: str) -> bool:
    """Whether the check uses an option of ``lstm train``: of reading, of the tokenizer or of the linear models."""
    used = {field.name for group in (ReadConfig, TokenizerConfig) for field in fields(group)}
    return option in used | {RENAMED[name] for name in used & RENAMED.keys()} | LINEAR


def better_labels(p_NC: Floats, gold_N: Places, known_C: NDArray[np.bool_]) -> Places:
    """The most probable label of each text, among the known ones; its own if that is not known."""
    best_N = np.where(known_C, p_NC, -1.0).argmax(axis=1)
    return np.where(known_C[gold_N], best_N, gold_N)


@in_python()
def check_labels(source: Any, **options: Any) -> Results[LabelSuspect]:
    """The texts of a labelled source whose labels may be wrong, the surest first (confident learning).

    Args:
        source: as for ``train``; of several splits, the training split is checked.
        options: options of ``lstm train`` by name for reading, the tokenizer and the linear models; seed.

    Raises:
        UsageError: an option is unknown or invalid, or a text may have several labels.
        DataError: the source cannot be read as asked, or has too few texts.

    Example:
        >>> len(lstm.check_labels((texts, labels))) < len(texts)
        True
    """
    from lstmcli.data.memory_sources import located
    from lstmcli.results import Results

    given = by_name(options, training_options(), "train")
    return Results(open_labels(located(source), given)[0].suspects())


def confident_labels(p_NC: Floats, gold_N: Places, known_C: NDArray[np.bool_]) -> Places:
    """The label that each text should have by the confident joint; its own if it has no other with confidence."""
    C = p_NC.shape[1]
    own_NC = gold_N[:, None] == np.arange(C)
    counts_C = own_NC.sum(axis=0)
    mean_C = np.where(own_NC, p_NC, 0).sum(axis=0) / np.maximum(1, counts_C)
    confident_NC = (p_NC >= mean_C) & known_C
    best_N = np.where(confident_NC, p_NC, -1.0).argmax(axis=1)
    surer_N = p_NC[np.arange(len(gold_N)), best_N] > p_NC[np.arange(len(gold_N)), gold_N]
    return np.where(confident_NC.any(axis=1) & surer_N & known_C[gold_N], best_N, gold_N)


def _models(texts: Sequence[str], config: ClassifierConfig, classes: int) -> list[Tfidf]:
    """The n-grams of tokens and of characters.  Raises: UsageError."""
    encoder = TextEncoder.train(texts, config.tokenizer)
    encoded = encoder.encode_all(texts)
    model = resolve(config, len(texts), int(encoded.ends[-1]), classes).model
    usual = CHARACTER_ORDER if model.ngrams and not mostly_cjk(texts) else 0
    order, models = usual if model.characters is None else model.characters, list[Tfidf]()
    if model.ngrams:
        models.append(Tfidf.of_tokens(encoded, model.ngrams, ngram_min_count(len(texts)), classes))
    if order:
        models.append(Tfidf.of_characters(list(map(splitter(encoder), texts)), order, classes))
    if not models:
        raise UsageError("checking labels needs the n-gram model", hint="leave --ngrams out, or give fewer texts")
    return models
