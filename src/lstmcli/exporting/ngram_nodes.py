"""The n-gram model of ``classification/ngrams/table.py`` as nodes of a graph.

A key is found by its first bits: they number a bucket of the sorted keys, and no bucket has more than a few.

Shapes: B texts, R rows of T tokens, M n-grams of a row, P rows of the table, K keys of the largest bucket, U n-grams
that were found, each once per row of tokens, C labels.
"""

from __future__ import annotations

import numpy as np

from lstmcli.classification.ngrams.table import MIX, MULTIPLIER, NgramTable
from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import FLOAT
from lstmcli.exporting import hashing
from lstmcli.exporting.text_nodes import numbers, pieces, size


def character_scores(graph: Graph, table: NgramTable, codes_BN: str) -> str:
    """Add the character model: the characters of each text [B, N], 0 after its end -> scores [B, C]."""
    chars_DL, text_D = pieces(graph, codes_BN)
    return ngram_scores(graph, table, chars_DL, (text_D, size(graph, codes_BN, 0)))


def ngram_scores(graph: Graph, table: NgramTable, tokens_RT: str, owners: tuple[str, str] | None = None) -> str:
    """Add the model: rows of token ids [R, T], 0 after the end of a row -> scores [B, C].

    Args:
        owners: the text of each row [R] and the number of texts [1], if a text may have several rows: an n-gram counts
            once for each of them.
    """
    P, C = table.weights_PC.shape
    bias_C = graph.constant(table.bias_C.astype(np.float32))
    R = size(graph, tokens_RT, 0)
    owner_R, B = owners or (numbers(graph, R), R)
    bias_BC = graph.node("Expand", bias_C, graph.node("Concat", B, graph.ints(C), axis=0))
    if not P:
        return bias_BC
    name = "characters" if owners else "ngrams"
    rows_RM = _rows(graph, table, _keys(graph, tokens_RT, table.order), f"{name}_keys")
    zero = graph.constant(np.array(0, np.int64))
    first_R1 = graph.node("Mul", graph.node("Unsqueeze", numbers(graph, R), graph.ints(1)), graph.ints(P))
    # What was not found is row -1, which comes before the rows of the first text; it is left out afterwards.
    numbered = graph.node("Where", graph.node("Less", rows_RM, zero), rows_RM, graph.node("Add", rows_RM, first_R1))
    distinct = graph.node("Unique", graph.node("Reshape", numbered, graph.ints(-1)), sorted=1)
    there = graph.node("GreaterOrEqual", distinct, zero)
    rows_U = graph.node("Compress", distinct, there, axis=0)
    weights = graph.constant(table.weights_PC, f"{name}_weights")
    weights_UC = graph.node("Gather", weights, graph.node("Mod", rows_U, graph.ints(P)))
    owner_U = graph.node("Gather", owner_R, graph.node("Div", rows_U, graph.ints(P)))
    owned_BU = graph.node("Equal", graph.node("Unsqueeze", numbers(graph, B), graph.ints(1)), owner_U)
    found_BC = graph.node("MatMul", graph.node("Cast", owned_BU, to=FLOAT), graph.node("Cast", weights_UC, to=FLOAT))
    return graph.node("Add", bias_BC, found_BC)


def _keys(graph: Graph, tokens_RT: str, order: int) -> tuple[str, str]:
    """The keys of all n-grams and whether each is one of known tokens, both [R, M]."""
    one, step = graph.constant(np.array(1, np.int64)), graph.ints(1)
    multiplier, mix = hashing.constant(graph, MULTIPLIER), hashing.constant(graph, MIX)
    known_RT = graph.node("Greater", tokens_RT, one)  # 0 is no token, 1 an unknown one
    running = whole = ""
    keys, valid = [], []
    for n in range(1, order + 1):
        last = [graph.node("Slice", x, graph.ints(n - 1), graph.ints(2**62), step) for x in (tokens_RT, known_RT)]
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
    """The row of each n-gram [R, M], or -1."""
    keys_RM, valid_RM = found
    P = len(table.keys)
    bits = max(1, (P - 1).bit_length())
    buckets = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    first = np.searchsorted(table.keys, buckets)
    K = int(np.diff(np.append(first, P)).max())
    first_RM = graph.node("Gather", graph.constant(first.astype(np.int64)), hashing.shifted(graph, keys_RM, 64 - bits))
    probes_K = graph.constant(np.arange(K, dtype=np.int64))
    last = graph.constant(np.array(P - 1, np.int64))
    rows_RMK = graph.node("Min", graph.node("Add", graph.node("Unsqueeze", first_RM, graph.ints(2)), probes_K), last)
    there_RMK = graph.node("Gather", graph.constant(table.keys.view(np.int64), name), rows_RMK)
    same_RMK = graph.node("Equal", there_RMK, graph.node("Unsqueeze", keys_RM, graph.ints(2)))
    same_RMK = graph.node("And", same_RMK, graph.node("Unsqueeze", valid_RM, graph.ints(2)))
    missing = graph.constant(np.array(-1, np.int64))
    return graph.node("ReduceMax", graph.node("Where", same_RMK, rows_RMK, missing), graph.ints(2), keepdims=0)
