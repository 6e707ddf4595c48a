"""A classifier that grows: new words in its vocabulary, new labels in its output, and the same answers as before.

A new word starts with the embedding of the unknown word, which it was until then, and keeps the hashed features of its
letters.  A new label starts with weights of zero and the lowest bias of the others.

Shapes: V words of the old vocabulary, B hashed features, R rows of the new embedding, E embedding, C labels, K inputs
of the output layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.training.going_on.growth import grown_rows

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Trainer


def grown_weights(
    weights: Mapping[str, NDArray[Any]], vocab: tuple[int, int], labels: tuple[Sequence[str], Sequence[str]]
) -> dict[str, NDArray[np.float32]]:
    """The weights of a network for more words and labels.

    Args:
        vocab: the sizes of the old and the new vocabulary.
        labels: the old and the new labels.
    """
    found = {name: np.array(value, np.float32) for name, value in weights.items()}
    (V, more), (old, new) = vocab, labels
    rows_RE = found["embedding"]
    found["embedding"] = np.concatenate([grown_rows(rows_RE[:V], more), rows_RE[V:]])
    head_CK, bias_C = found["head.weight"], found["head.bias"]
    places = columns(old, new)
    found["head.weight"] = np.zeros((len(new), head_CK.shape[1]), np.float32)
    found["head.bias"] = np.full(len(new), bias_C.min(), np.float32)
    found["head.weight"][places], found["head.bias"][places] = head_CK, bias_C
    return found


def columns(old: Sequence[str], new: Sequence[str]) -> NDArray[np.int64]:
    """The places of the old labels among the new ones."""
    place = {label: n for n, label in enumerate(new)}
    return np.array([place[label] for label in old], np.int64)


def fill(trainer: Trainer, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Let a trainer start from weights: the network, and the moving average of its weights."""
    import torch

    module = trainer.module
    with torch.no_grad():
        for name, value in module.state_dict().items():
            value.copy_(torch.from_numpy(weights[name]))
        trainer.table.average.copy_(module.embedding)
        trainer.table.seen.copy_((module.embedding != 0).any(1))
        for average, parameter in zip(trainer.average.values, trainer.dense, strict=True):
            average.copy_(parameter)
