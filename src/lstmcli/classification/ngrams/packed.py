"""An n-gram table in a third of the space: for models of a given size.

A table on disk has a key of 64 bits for each n-gram.  A packed one has the tokens of the n-gram, from which the key is
computed when the model is loaded; sorted and compressed they take about two bytes.  Weights are int8, with a scale for
each label.  The result of ``unpack`` is an ordinary table.

Shapes: P n-grams, P_n of them of n tokens, C labels.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.ngrams.table import BIAS, MAX_WEIGHTS, ORDER, Keys, NgramTable, ngrams_by_length
from lstmcli.errors import ModelError

PACKED, SIZES, SCALES = "packed", "sizes", "scales"
Ids = NDArray[np.int32]
Grams = Sequence[tuple[Keys, Ids]]
"""For n = 1 to the order: keys [P_n], ascending, and their tokens [P_n, n]."""


def find_grams(texts: Iterable[tuple[Ids, NDArray[np.int64]]], order: int, keys_P: Keys) -> Grams:
    """The tokens of the n-grams with these keys.

    Args:
        texts: token ids, concatenated, and lengths of texts, in blocks; every n-gram is in one of them.
    """
    found: list[dict[str, list[NDArray[np.generic]]]] = [{"keys": [], "ids": []} for _ in range(order)]
    for ids_T, lengths_N in texts:
        owner_T = np.repeat(np.arange(len(lengths_N)), lengths_N)
        for n, (keys, starts) in enumerate(ngrams_by_length(ids_T, owner_T, order), start=1):
            keys, first = np.unique(keys, return_index=True)
            wanted = np.isin(keys, keys_P)
            found[n - 1]["keys"].append(keys[wanted])
            found[n - 1]["ids"].append(ids_T[starts[first[wanted]][:, None] + np.arange(n)])
    result = []
    for n, parts in enumerate(found, start=1):
        keys, first = np.unique(np.concatenate([np.zeros(0, np.uint64), *parts["keys"]]), return_index=True)
        result.append((keys, np.concatenate([np.zeros((0, n), np.int32), *parts["ids"]])[first].astype(np.int32)))
    return result


def pack(table: NgramTable, grams: Grams, level: int = 9) -> dict[str, NDArray[np.generic]]:
    """The table as tensors.

    Args:
        grams: the tokens of all its n-grams, and perhaps of others.
        level: of the compression, 1 to 9.
    """
    scale_C = np.maximum(np.abs(table.weights_PC.astype(np.float32)).max(axis=0, initial=0.0), 1e-8) / 127
    sizes, ids, rows = [], [], []
    for keys, ids_Pn in grams:
        place = np.minimum(np.searchsorted(table.keys, keys), max(0, len(table.keys) - 1))
        kept = table.keys[place] == keys if len(table.keys) else np.zeros(len(keys), np.bool_)
        own_Pn, own_rows = ids_Pn[kept], place[kept]
        order = np.lexsort(own_Pn.T[::-1])
        columns_nP = own_Pn[order].T.copy()
        columns_nP[0, 1:] -= columns_nP[0, :-1].copy()  # differences of sorted numbers are small
        sizes.append(len(order))
        ids.append(columns_nP.ravel())
        rows.append(own_rows[order])
    bytes_4P = np.concatenate(ids).astype("<i4").view(np.uint8).reshape(-1, 4).T
    values_PC = np.rint(table.weights_PC[np.concatenate(rows)].astype(np.float32) / scale_C).astype(np.int8)
    return {
        PACKED: np.frombuffer(zlib.compress(bytes_4P.tobytes() + values_PC.T.tobytes(), level), np.uint8),
        SIZES: np.array(sizes, np.int64),
        SCALES: scale_C.astype(np.float32),
        BIAS: table.bias_C,
        ORDER: np.array([table.order], np.int64),
    }


def unpack(tensors: Mapping[str, NDArray[np.generic]]) -> NgramTable:
    """The table from the result of ``pack``, of which nothing is trusted.

    Raises:
        KeyError: it is not one.
        ModelError: it is damaged.
    """
    sizes = [int(size) for size in np.asarray(tensors[SIZES]).reshape(-1)]
    scale_C, bias_C = (np.asarray(tensors[name], np.float32) for name in (SCALES, BIAS))
    P, C = sum(sizes), len(scale_C)
    if min(sizes, default=0) < 0 or P * max(1, C) > MAX_WEIGHTS:
        raise ModelError("the n-gram table is larger than any that is written")
    cells = sum(n * size for n, size in enumerate(sizes, start=1))
    try:
        data = zlib.decompressobj().decompress(np.asarray(tensors[PACKED], np.uint8).tobytes(), 4 * cells + P * C + 1)
    except zlib.error as error:
        raise ModelError(f"the n-gram table cannot be unpacked: {error}") from error
    if len(data) != 4 * cells + P * C:
        raise ModelError("the n-gram table is not as long as it says")
    ids = np.ascontiguousarray(np.frombuffer(data, np.uint8, 4 * cells).reshape(4, cells).T).view("<i4").ravel()
    values_PC = np.frombuffer(data, np.int8, P * C, 4 * cells).reshape(C, P).T
    keys, at = [np.zeros(0, np.uint64)], 0
    for n, size in enumerate(sizes, start=1):
        columns_nP = ids[at : at + n * size].reshape(n, size).astype(np.int32)
        columns_nP[0] = columns_nP[0].cumsum()
        keys.append(_keys_of(columns_nP.T))
        at += n * size
    keys_P = np.concatenate(keys)
    order = np.argsort(keys_P, kind="stable")
    weights_PC = (values_PC[order].astype(np.float32) * scale_C).astype(np.float16)
    return NgramTable(int(np.asarray(tensors[ORDER]).reshape(-1)[0]), keys_P[order], weights_PC, bias_C)


def _keys_of(ids_Pn: Ids) -> Keys:
    """The key of each n-gram.  Raises: ModelError, for a token that no n-gram has."""
    P, n = ids_Pn.shape
    found = [np.zeros(0, np.uint64)]
    for keys, _ in ngrams_by_length(np.ascontiguousarray(ids_Pn).ravel(), np.repeat(np.arange(P), n), n):
        found = [keys]
    if len(found[0]) != P:
        raise ModelError("the n-gram table has n-grams of unknown tokens")
    return found[0]
