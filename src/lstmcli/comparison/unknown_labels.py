"""Labels of texts that no model in a comparison has; every answer to such a text is wrong.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

MAX_COLUMNS = 100
"""Maximum number of columns for unknown labels; rarer ones share one."""


def with_unknown_labels(gold_NC: NDArray[np.bool_], unknown: Sequence[tuple[int, str]]) -> NDArray[np.bool_]:
    """Add columns for labels that the models do not have.

    Args:
        unknown: indices of texts, from 0, and an unknown label of each.
    """
    frequent = [label for label, _ in Counter(label for _, label in unknown).most_common(MAX_COLUMNS)]
    column = {label: gold_NC.shape[1] + i for i, label in enumerate(sorted(frequent))}
    wide_NC = pad_columns(gold_NC, gold_NC.shape[1] + len(column))
    for n, label in unknown:
        wide_NC[n, column.get(label, -1)] = True
    return wide_NC


def pad_columns(called_NC: NDArray[np.bool_], columns: int) -> NDArray[np.bool_]:
    """Pad with columns of False."""
    return np.pad(called_NC, ((0, 0), (0, columns - called_NC.shape[1])))


def unknown_labels_note(unknown: Sequence[tuple[int, str]]) -> Iterator[str]:
    """The note about texts with unknown labels, if there are any."""
    if unknown:
        texts = len({n for n, _ in unknown})
        have, they = ("text has", "it counts") if texts == 1 else ("texts have", "they count")
        names = list_labels({label for _, label in unknown})
        yield f"{texts:,} {have} a label that the models do not know ({names}): {they} as wrong"


def list_labels(labels: Iterable[str]) -> str:
    """The first few labels, and the number of others."""
    names = sorted(labels)
    return ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
