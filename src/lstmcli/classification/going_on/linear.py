"""Linear models where the old rows are not at hand: those of the old rows and of the new ones, averaged.

Each counts by the rows that it was fitted on.  A label that the new rows lack keeps its old weights, and one that the
old rows lacked has its new ones.

Shapes: P n-grams of a table, C labels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.characters.model import CharacterModel
from lstmcli.classification.linear import Linear
from lstmcli.classification.ngrams.table import NgramTable, max_rows

Floats = NDArray[np.float32]


def averaged(old: Linear, new: Linear, places: NDArray[np.int64], share_C: Floats) -> Linear:
    """The linear models of both.

    Args:
        places: the columns of the old labels among the new ones.
        share_C: what the old weights of each label count, from 0 to 1.
    """
    ngrams, characters = new
    if ngrams is not None and old.ngrams is not None:
        ngrams = averaged_table(old.ngrams, ngrams, places, share_C)
    if characters is not None and old.characters is not None:
        characters = CharacterModel(averaged_table(old.characters.table, characters.table, places, share_C))
    return Linear(ngrams, characters)


def averaged_table(old: NgramTable, new: NgramTable, places: NDArray[np.int64], share_C: Floats) -> NgramTable:
    """The table with the n-grams of both; of too many those with the largest weights."""
    C = len(share_C)
    keys_P = np.union1d(old.keys, new.keys)
    weights_PC = np.zeros((len(keys_P), C), np.float32)
    weights_PC[np.searchsorted(keys_P, new.keys)] = (1 - share_C) * new.weights_PC.astype(np.float32)
    wide = np.zeros((len(old.keys), C), np.float32)
    wide[:, places] = old.weights_PC
    weights_PC[np.searchsorted(keys_P, old.keys)] += share_C * wide
    bias_C = (1 - share_C) * new.bias_C
    bias_C[places] += share_C[places] * old.bias_C
    most = max_rows(C)
    if len(keys_P) > most:
        kept = np.sort(np.argsort(-np.abs(weights_PC).max(axis=1), kind="stable")[:most])
        keys_P, weights_PC = keys_P[kept], weights_PC[kept]
    return NgramTable(new.order, keys_P, weights_PC.astype(np.float16), bias_C.astype(np.float32))


def shares(gold: NDArray[np.int64], places: NDArray[np.int64], classes: int, old_rows: int) -> Floats:
    """What the old weights of each label count.

    Args:
        gold: the new labels, columns or indicators.
    """
    rows_C = gold.sum(axis=0) if gold.ndim == 2 else np.bincount(gold, minlength=classes)
    share_C = np.zeros(classes, np.float32)
    share_C[places] = np.where(rows_C[places] > 0, old_rows / max(1, old_rows + len(gold)), 1.0)
    return share_C
