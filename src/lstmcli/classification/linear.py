"""Fit the linear models of the ensemble: that of word n-grams, and that of characters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.defaults import character_weight, ngram_min_count, ngram_weight
from lstmcli.classification.events import CharactersFitted, NgramsFitted
from lstmcli.classification.labels import Indicators
from lstmcli.classification.model_selection import Scores, blocks, score_in_blocks
from lstmcli.classification.soft_labels import joined

if TYPE_CHECKING:
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.ngrams.table import NgramTable
    from lstmcli.classification.trainer import Split

Stop = Callable[[], bool]


class Linear(NamedTuple):
    """The linear models of a classifier, as far as it has them."""

    ngrams: NgramTable | None = None
    characters: CharacterModel | None = None


def fit_linear(
    config: ClassifierModelConfig,
    parts: Sequence[Split],
    classes: int,
    multilabel: bool,
    *,
    valid: Split | None,
    stop: Callable[[], Stop],
) -> tuple[Linear, list[NgramsFitted | CharactersFitted]]:
    """The linear models of a config.

    Args:
        parts: what they are fitted on, the training split first.
        valid: what they are evaluated on.
        stop: makes the function that ends a fit in time.
    """
    soft = joined([part.soft for part in parts], [len(part) for part in parts], classes)
    gold = Indicators(np.concatenate([part.gold for part in parts]), classes, multilabel, soft)
    ngrams, characters, events = None, None, list[NgramsFitted | CharactersFitted]()
    if config.ngrams:
        ngrams, fitted = _fit_ngrams(config.ngrams, parts, gold, multilabel, valid, stop())
        events.append(fitted)
    if config.characters:
        characters, inside = _fit_characters(config.characters, parts, gold, multilabel, valid, stop())
        events.append(inside)
    return Linear(ngrams, characters), events


def _fit_ngrams(
    order: int, parts: Sequence[Split], gold: Indicators, multilabel: bool, valid: Split | None, stop: Stop
) -> tuple[NgramTable, NgramsFitted]:
    from lstmcli.classification.ngrams.fit import fit_table

    begin, texts, classes = time.monotonic(), len(parts[0]), gold.shape[1]
    weight = ngram_weight(texts)
    table = fit_table(
        [part.encoded for part in parts],
        gold,
        order=order,
        min_count=ngram_min_count(texts),
        multilabel=multilabel,
        weight=weight,
        stop=stop,
    )
    value = None
    if valid is not None:
        value = score_in_blocks(table.scores, valid.encoded, valid.gold, classes, multilabel).value
    return table, NgramsFitted(order, len(table.keys), weight, time.monotonic() - begin, value)


def _fit_characters(
    order: int, parts: Sequence[Split], gold: Indicators, multilabel: bool, valid: Split | None, stop: Stop
) -> tuple[CharacterModel, CharactersFitted]:
    from lstmcli.classification.characters.fit import fit_characters
    from lstmcli.classification.characters.model import CharacterModel

    begin, words = time.monotonic(), [part.words for part in parts if part.words is not None]
    weight = character_weight(len(parts[0]))
    table = fit_characters(words, gold, order=order, multilabel=multilabel, weight=weight, stop=stop)
    model, value = CharacterModel(table), None
    if valid is not None and valid.words is not None:
        found = Scores(multilabel)
        for block in blocks(len(valid), gold.shape[1]):
            found.add(model.scores(valid.words.texts(block)), valid.gold[block])
        value = found.score().value
    return model, CharactersFitted(order, len(table.keys), time.monotonic() - begin, value)
