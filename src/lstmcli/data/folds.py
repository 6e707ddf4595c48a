"""Parts of labelled rows for cross-validation."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lstmcli.data.duplicates import same_text
from lstmcli.data.records import Record


def folds(records: Sequence[Record], count: int, seed: int) -> list[int]:
    """The fold of each row, from 0: about as many rows of every class in each; rows of one text are in one fold."""
    texts: dict[bytes, list[int]] = {}
    for i, record in enumerate(records):
        texts.setdefault(same_text(record.text), []).append(i)
    classes: dict[str, list[list[int]]] = {}
    for rows in texts.values():
        classes.setdefault(next(iter(records[rows[0]].labels), ""), []).append(rows)  # multi-label: by the first
    rng, found, sizes = random.Random(seed), [0] * len(records), [0] * count
    for label in sorted(classes):
        groups, own = classes[label], [0] * count
        rng.shuffle(groups)
        for rows in groups:
            fold = min(range(count), key=lambda fold: (own[fold], sizes[fold]))
            own[fold] += len(rows)
            sizes[fold] += len(rows)
            for row in rows:
                found[row] = fold
    return found
