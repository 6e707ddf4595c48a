"""Parts of labelled rows for cross-validation."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lstmcli.data.duplicates import SameTexts
from lstmcli.data.records import Record


def folds(records: Sequence[Record], count: int, seed: int) -> list[int]:
    """The fold of each row, from 0: about as many rows of every class in each; rows of one text are in one fold."""
    rng, found, sizes = random.Random(seed), [0] * len(records), [0] * count
    texts = SameTexts(records)
    for own_texts in texts.by_class():
        own = [0] * count
        rng.shuffle(own_texts)
        for rows in map(texts.rows, own_texts):
            fold = min(range(count), key=lambda fold: (own[fold], sizes[fold]))
            own[fold] += len(rows)
            sizes[fold] += len(rows)
            for row in rows:
                found[row] = fold
    return found
