"""The n-gram model of ``classification/ngrams/table.py`` as nodes of a graph.

A key is found by its first bits: they number a bucket of the sorted keys, and no bucket has more than a few.

Shapes: B texts, T tokens, M n-grams of a text, P rows of the table, K keys of the largest bucket, U n-grams that were
found in all texts, each once per text, C labels.
"""

from __future__ import annotations

import numpy as np

from lstmcli.classification.ngrams.table import MIX, MULTIPLIER, NgramTable
from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import FLOAT
from lstmcli.exporting import hashing


def character_scores(graph: Graph, table: NgramTable, characters_BWT: str) -> str:
    """Add the character model: the words of each text as characters [B, W, T], 0 after their ends -> scores [B, C]."""
    shape = graph.node("Shape", characters_BWT)
    one = graph.ints(1)
    words = graph.node("Slice", shape, one, graph.ints(2))
    rows = graph.node("Concat", graph.ints(-1), graph.node("Slice", shape, graph.ints(2), graph.ints(3)), axis=0)
    return ngram_scores(graph, table, graph.node("Reshape", characters_BWT, rows), words)


def ngram_scores(graph: Graph, table: NgramTable, tokens_BT: str, words: str = "") -> str:
    """Add the model: token ids [B, T], 0 after the end of a text -> scores [B, C].

    Args:
        words: the number of rows that a text has, [1], if it has several: an n-gram counts once for each of them.
    """
    P, C = table.weights_PC.shape
    bias_C = graph.constant(table.bias_C.astype(np.float32))
    rows_1 = graph.node("Slice", graph.node("Shape", tokens_BT), graph.ints(0), graph.ints(1))
    texts_B = graph.node("Div", rows_1, words) if words else rows_1
    bias_BC = graph.node("Expand", bias_C, graph.node("Concat", texts_B, graph.ints(C), axis=0))
    if not P:
        return bias_BC
    name = "characters" if words else "ngrams"
    rows_BM = _rows(graph, table, _keys(graph, tokens_BT, table.order), f"{name}_keys")
    zero, one = graph.constant(np.array(0, np.int64)), graph.constant(np.array(1, np.int64))
    text_B = graph.node("Range", zero, graph.node("Squeeze", texts_B), one)
    row_R = graph.node("Range", zero, graph.node("Squeeze", rows_1), one) if words else text_B
    first_B1 = graph.node("Mul", graph.node("Unsqueeze", row_R, graph.ints(1)), graph.ints(P))
    # What was not found is row -1, which comes before the rows of the first text; it is left out afterwards.
    numbered = graph.node("Where", graph.node("Less", rows_BM, zero), rows_BM, graph.node("Add", rows_BM, first_B1))
    distinct = graph.node("Unique", graph.node("Reshape", numbered, graph.ints(-1)), sorted=1)
    there = graph.node("GreaterOrEqual", distinct, zero)
    rows_U = graph.node("Compress", distinct, there, axis=0)
    weights = graph.constant(table.weights_PC, f"{name}_weights")
    weights_UC = graph.node("Gather", weights, graph.node("Mod", rows_U, graph.ints(P)))
    owner_U = graph.node("Div", rows_U, graph.ints(P))
    if words:
        owner_U = graph.node("Div", owner_U, words)
    owned_BU = graph.node("Equal", graph.node("Unsqueeze", text_B, graph.ints(1)), owner_U)
    found_BC = graph.node("MatMul", graph.node("Cast", owned_BU, to=FLOAT), graph.node("Cast", weights_UC, to=FLOAT))
    return graph.node("Add", bias_BC, found_BC)


def _keys(graph: Graph, tokens_BT: str, order: int) -> tuple[str, str]:
    """The keys of all n-grams and whether each is one of known tokens, both [B, M]."""
    one, step = graph.constant(np.array(1, np.int64)), graph.ints(1)
    multiplier, mix = hashing.constant(graph, MULTIPLIER), hashing.constant(graph, MIX)
    known_BT = graph.node("Greater", tokens_BT, one)  # 0 is no token, 1 an unknown one
    running = whole = ""
    keys, valid = [], []
    for n in range(1, order + 1):
        last = [graph.node("Slice", x, graph.ints(n - 1), graph.ints(2**62), step) for x in (tokens_BT, known_BT)]
        added = graph.node("Add", last[0], graph.ints(n))
        if n == 1:
            running, whole = added, last[1]
        else:
            before = [graph.node("Slice", x, graph.ints(0), graph.ints(-1), step) for x in (running, whole)]
            running, whole = graph.node("Add", before[0], added), graph.node("And", before[1], last[1])
        running = hashing.mixed(graph, graph.node("Mul", running, multiplier), 31)
        running = hashing.mixed(graph, graph.node("Mul", running, mix), 28)
        keys.append(running)
        valid.append(whole)
    return graph.node("Concat", *keys, axis=1), graph.node("Concat", *valid, axis=1)


def _rows(graph: Graph, table: NgramTable, found: tuple[str, str], name: str) -> str:
    """The row of each n-gram [B, M], or -1."""
    keys_BM, valid_BM = found
    P = len(table.keys)
    bits = max(1, (P - 1).bit_length())
    buckets = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    first = np.searchsorted(table.keys, buckets)
    K = int(np.diff(np.append(first, P)).max())
    first_BM = graph.node("Gather", graph.constant(first.astype(np.int64)), hashing.shifted(graph, keys_BM, 64 - bits))
    probes_K = graph.constant(np.arange(K, dtype=np.int64))
    last = graph.constant(np.array(P - 1, np.int64))
    rows_BMK = graph.node("Min", graph.node("Add", graph.node("Unsqueeze", first_BM, graph.ints(2)), probes_K), last)
    there_BMK = graph.node("Gather", graph.constant(table.keys.view(np.int64), name), rows_BMK)
    same_BMK = graph.node("Equal", there_BMK, graph.node("Unsqueeze", keys_BM, graph.ints(2)))
    same_BMK = graph.node("And", same_BMK, graph.node("Unsqueeze", valid_BM, graph.ints(2)))
    missing = graph.constant(np.array(-1, np.int64))
    return graph.node("ReduceMax", graph.node("Where", same_BMK, rows_BMK, missing), graph.ints(2), keepdims=0)
