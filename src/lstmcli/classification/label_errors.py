"""Suspects of wrong labels, by confident learning (Northcutt et al. 2021).

Every text is judged by linear models that were fitted without it: the n-gram and the character model, in ``FOLDS``
parts, which takes seconds where whole classifiers would take hours.  A second round fits them without the suspects of
the first, which would teach them the errors.  A text is suspect if another label is more probable than its own; those
whose own label is least probable come first.  Counted by the confident joint are those whose other label has the mean
probability that this label has among its own texts (section 3.1 of the paper).

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.calibration import combine, fit_scale
from lstmcli.classification.characters.words import WordTexts, splitter
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.defaults import character_order, resolve
from lstmcli.classification.linear import fit_linear
from lstmcli.classification.results import LabelSuspect
from lstmcli.errors import DataError, UsageError
from lstmcli.options import by_name, chosen, job_arguments, read_config, training_options
from lstmcli.python_names import in_python
from lstmcli.tasks import CLASSIFICATION
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.text_encoder import TextEncoder

if TYPE_CHECKING:
    from lstmcli.data.columns.choice import Ask
    from lstmcli.data.locate import Located
    from lstmcli.data.records import Record, Splits
    from lstmcli.results import Results

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
FOLDS, ROUNDS = 5, 2


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
        texts = _Texts.of([record.text for record in self.records], self.config, len(labels))
        fold_N = folds(gold_N, self.config.train.seed)
        learnt_N = np.ones(len(gold_N), np.bool_)
        done = 0
        for _ in range(ROUNDS):
            logits_NC = np.zeros((len(gold_N), len(labels)), np.float32)
            for fold in range(FOLDS):
                judged_N = fold_N == fold
                logits_NC[judged_N] = texts.judged(gold_N, np.flatnonzero(learnt_N & ~judged_N), judged_N)
                progress(done := done + 1, ROUNDS * FOLDS)
            p_NC = combine(logits_NC, None, fit_scale(logits_NC[learnt_N], gold_N[learnt_N]))
            better_N = better_labels(p_NC, gold_N)
            learnt_N = confident_labels(p_NC, gold_N) == gold_N
        own_N = p_NC[np.arange(len(gold_N)), gold_N]
        sure_N = ~learnt_N
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
        UsageError: a text may have several labels, or the rows are larger than memory.
    """
    from lstmcli.data.splits import load_splits
    from lstmcli.data.stored import in_memory

    config = chosen(job_arguments(given, CLASSIFICATION.name), CLASSIFICATION)["config"]
    how: dict[str, Any] = {"valid": None, "test": None, "valid_fraction": None, "seed": config.train.seed}
    splits = load_splits(source, read_config(given), **how, labelled=True, ask=ask)
    if splits.multilabel:
        raise UsageError("checking labels is for texts with one label each; these have several")
    records = [*in_memory(splits.train, "--check-labels"), *(splits.valid if splits.held_out else ())]
    notes = tuple(note for note in splits.notes if not note.startswith("validation: "))
    return LabelCheck([r for r in records if not r.taught], config), replace(splits, notes=notes)


def better_labels(p_NC: Floats, gold_N: Places) -> Places:
    """The most probable label of each text, among labels with texts enough to be learnt; its own if that has not."""
    known_C = np.bincount(gold_N, minlength=p_NC.shape[1]) >= FOLDS
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


def confident_labels(p_NC: Floats, gold_N: Places) -> Places:
    """The label that each text should have by the confident joint; its own if it has no other with confidence."""
    C = p_NC.shape[1]
    own_NC = np.eye(C, dtype=np.bool_)[gold_N]
    counts_C = own_NC.sum(axis=0)
    mean_C = np.where(own_NC, p_NC, 0).sum(axis=0) / np.maximum(1, counts_C)
    # A label with too few texts is never learnt by some fold: nothing is said about its texts.
    known_C = counts_C >= FOLDS
    confident_NC = (p_NC >= mean_C) & known_C
    best_N = np.where(confident_NC, p_NC, -1.0).argmax(axis=1)
    surer_N = p_NC[np.arange(len(gold_N)), best_N] > p_NC[np.arange(len(gold_N)), gold_N]
    return np.where(confident_NC.any(axis=1) & surer_N & known_C[gold_N], best_N, gold_N)


def folds(gold_N: Places, seed: int) -> Places:
    """The fold of each text; every fold has about as many texts of each label."""
    shuffled = np.random.default_rng(seed).permutation(len(gold_N))
    by_label = shuffled[np.argsort(gold_N[shuffled], kind="stable")]
    fold_N = np.empty(len(gold_N), np.int64)
    fold_N[by_label] = np.arange(len(gold_N)) % FOLDS
    return fold_N


@dataclass(frozen=True)
class _Texts:
    """Encoded texts for the linear models."""

    config: ClassifierConfig
    encoded: EncodedTexts
    words: list[list[str]]
    """The words of each text, if there is a character model."""
    classes: int

    @classmethod
    def of(cls, texts: Sequence[str], config: ClassifierConfig, classes: int) -> _Texts:
        """Raises: UsageError."""
        encoder = TextEncoder.train(texts, config.tokenizer)
        order = character_order(config.model, texts, classes)
        config = replace(config, model=replace(config.model, characters=order))
        encoded = encoder.encode_all(texts)
        config = resolve(config, len(texts), int(encoded.ends[-1]), classes)
        if not config.model.ngrams and not order:
            raise UsageError("checking labels needs the n-gram model", hint="leave --ngrams out, or give fewer texts")
        return cls(config, encoded, list(map(splitter(encoder), texts)) if order else [], classes)

    def judged(self, gold_N: Places, learnt: Places, judged_N: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Logits of the texts in ``judged_N`` by models of the texts in ``learnt``."""
        from lstmcli.classification.trainer import Split

        words = WordTexts([self.words[n] for n in learnt]) if self.words else None
        part = Split(EncodedTexts([self.encoded[n] for n in learnt]), gold_N[learnt], words)
        never: Any = lambda: lambda: False  # noqa: E731
        linear, _ = fit_linear(self.config.model, [part], self.classes, multilabel=False, valid=None, stop=never)
        judged = np.flatnonzero(judged_N).tolist()
        scores = np.zeros((len(judged), self.classes), np.float32)
        if linear.ngrams is not None:
            scores += linear.ngrams.scores([self.encoded[n] for n in judged])
        if linear.characters is not None:
            scores += linear.characters.scores([self.words[n] for n in judged])
        return scores
