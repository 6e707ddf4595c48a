"""A whole classifier as one ONNX graph: from token ids to calibrated probabilities.

What ``lstm classify`` does in Python around the network is part of the graph: hashed features, cutting a text into
segments, n-grams, the sum of both models and its calibration.  So a program needs only to cut a text into tokens.

Inputs are ``tokens`` [B, T] int64: the tokenizer's id of each token.  After the end of a text is 0, or -1 where ids are
moved (``tokenization/tokenizer.py``).  The other inputs are code points [B, N] int64, 0 after the end of a text.  If
tokens have features (``tokenization/features.py``), ``words`` are the tokens as the vocabulary spells them, and
``written`` as the text does, both with a space between two tokens.  If there is a character model, ``characters`` are
the text as its splitter prepares it (``classification/characters/words.py``).

The output is ``probabilities`` [B, C].

Shapes: B texts, T tokens, F rows per token, S segments, L tokens of a segment, V vocabulary, C labels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.graph import network
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.engine.nodes import Graph, InferenceGraph
from lstmcli.engine.protobuf import FLOAT, INT32, INT64, value_info
from lstmcli.exporting import hashing
from lstmcli.exporting.ngram_nodes import character_scores, ngram_scores
from lstmcli.exporting.text_nodes import numbers, size, spaced_words
from lstmcli.exporting.word_nodes import affix_hashes, spellings
from lstmcli.tokenization.features import CURRENT, NEXT_SALT, PREVIOUS, FeatureTable
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import MovedIds


def whole_classifier(
    weights: Mapping[str, NDArray[Any]],
    config: ClassifierModelConfig,
    encoder: TextEncoder,
    ngrams: NgramTable | None,
    characters: NgramTable | None = None,
    *,
    labels: tuple[str, ...],
    multilabel: bool,
    scale: float,
    thresholds: Sequence[float],
    max_tokens: int,
) -> InferenceGraph:
    """The graph; ``labels`` and, for multi-label, ``thresholds``, in the order of C, are in its metadata."""
    graph = Graph()
    inputs = [value_info("tokens", INT64, ["B", "T"])]
    ids_BT, count_B1 = _ids(graph, encoder.moved)
    rows_BTF = graph.node("Unsqueeze", ids_BT, graph.ints(2))
    if encoder.features:
        rows_BTF = _feature_rows(graph, encoder.features, encoder.vocabulary(), ids_BT)
        inputs += [value_info("words", INT64, ["B", "N"]), value_info("written", INT64, ["B", "M"])]
    ids_BSLF, lengths_BS = _segments(graph, rows_BTF, count_B1, config.segment, max_tokens)
    logits_BC = network(graph, weights, config, ids_BSLF, lengths_BS)
    if ngrams is not None:
        logits_BC = graph.node("Add", logits_BC, ngram_scores(graph, ngrams, ids_BT))
    if characters is not None:
        inputs.append(value_info("characters", INT64, ["B", "L"]))
        logits_BC = graph.node("Add", logits_BC, character_scores(graph, characters, "characters"))
    scaled_BC = graph.node("Mul", logits_BC, graph.constant(np.array(scale, np.float32)))
    graph.node("Sigmoid" if multilabel else "Softmax", scaled_BC, name="probabilities")  # over the last axis
    outputs = [value_info("probabilities", FLOAT, ["B", len(labels)])]
    metadata = {"labels": json.dumps(labels, ensure_ascii=False), "multilabel": json.dumps(multilabel)}
    if multilabel:
        metadata["thresholds"] = json.dumps(list(thresholds))
    return graph.finish("lstm-whole-classifier", inputs, outputs, metadata)


def _ids(graph: Graph, moved: MovedIds) -> tuple[str, str]:
    """Our ids, 0 after the end of a text, and their number [B, 1]; a text without tokens is one unknown token."""
    padded_BT = graph.node("Pad", "tokens", graph.ints(0, 0, 0, 1), graph.constant(np.array(-1, np.int64)))
    ids_BT = graph.node("Max", padded_BT, graph.ints(0))
    if moved.shift:
        ids_BT = graph.node("Add", padded_BT, graph.ints(moved.shift))
        if moved.unknown is not None:
            is_unknown = graph.node("Equal", padded_BT, graph.ints(moved.unknown))
            ids_BT = graph.node("Where", is_unknown, graph.ints(UNKNOWN_ID), ids_BT)
        ids_BT = graph.node("Where", graph.node("Less", padded_BT, graph.ints(0)), graph.ints(0), ids_BT)
    there_BT = graph.node("Sign", ids_BT)
    count_B1 = graph.node("ReduceSum", there_BT, graph.ints(1), keepdims=1)
    first_T = graph.node("Equal", numbers(graph, size(graph, ids_BT, 1)), graph.ints(0))
    lone_BT = graph.node("And", graph.node("Equal", count_B1, graph.ints(0)), first_T)
    ids_BT = graph.node("Where", lone_BT, graph.ints(UNKNOWN_ID), ids_BT)
    return ids_BT, graph.node("Max", count_B1, graph.ints(1))


def _feature_rows(graph: Graph, features: FeatureTable, vocabulary: list[str], ids_BT: str) -> str:
    """The rows of the embedding table for each token, [B, T, F]."""
    buckets, start = graph.ints(features.buckets), graph.ints(features.vocab_size)
    hashes_BT2 = affix_hashes(graph, spaced_words(graph, "words", ids_BT))
    affixes_BT2 = graph.node("Add", graph.node("Mod", hashes_BT2, buckets), start)
    # Those of a known token are its own: a text may write `'` as `&#39;`.
    known_V2 = graph.constant(np.array([features.of_word(word) for word in vocabulary], np.int64))
    unknown_BT1 = graph.node("Unsqueeze", graph.node("Equal", ids_BT, graph.ints(UNKNOWN_ID)), graph.ints(2))
    affixes_BT2 = graph.node("Where", unknown_BT1, affixes_BT2, graph.node("Gather", known_V2, ids_BT))
    spelling_BT = spellings(graph, spaced_words(graph, "written", ids_BT))
    apart_V = np.array([features.is_apart(token) for token in vocabulary])
    if apart_V.any():
        # The neighbours of a character are the tokens before and after it; 0 where there is none.
        pad = graph.ints(0, 1, 0, 1)
        padded = graph.node("Pad", ids_BT, pad)
        one, end = graph.ints(1), graph.ints(2**62)
        before_BT = graph.node("Slice", padded, graph.ints(0), graph.ints(-2), one)
        after_BT = graph.node("Slice", padded, graph.ints(2), end, one)
        pairs = [_pair(graph, before_BT, ids_BT), _pair(graph, ids_BT, after_BT)]
        whole = [graph.node("Unsqueeze", graph.node("Mod", pair, buckets), graph.ints(2)) for pair in pairs]
        neighbours_BT2 = graph.node("Add", graph.node("Concat", *whole, axis=2), start)
        apart_BT = graph.node("Gather", graph.constant(apart_V), ids_BT)
        apart_BT1 = graph.node("Unsqueeze", apart_BT, graph.ints(2))
        affixes_BT2 = graph.node("Where", apart_BT1, neighbours_BT2, affixes_BT2)
    kinds = graph.constant(features.spelling.astype(np.int64))
    columns = [graph.node("Unsqueeze", x, graph.ints(2)) for x in (ids_BT, graph.node("Gather", kinds, spelling_BT))]
    return graph.node("Concat", columns[0], affixes_BT2, columns[1], axis=2)


def _pair(graph: Graph, left: str, right: str) -> str:
    """The hash of two neighbours, as ``FeatureTable`` computes it before it takes the rest by the number of buckets."""
    previous, current, salt = (hashing.constant(graph, value) for value in (PREVIOUS, CURRENT, NEXT_SALT))
    other = graph.node("Add", graph.node("Mul", right, current), salt)
    both = graph.node("BitwiseXor", graph.node("Mul", left, previous), other)
    product = graph.node("Mul", hashing.mixed(graph, both, 29), previous)
    return hashing.shifted(graph, product, 32)


def _segments(graph: Graph, rows_BTF: str, count_B1: str, segment: int, max_tokens: int) -> tuple[str, str]:
    """What ``tokenization/batching.py`` does: ids [B, S, L, F] int32 and lengths [B, S]."""
    zero, one = graph.constant(np.array(0, np.int64)), graph.constant(np.array(1, np.int64))
    kept_B1 = graph.node("Min", count_B1, graph.ints(max_tokens))
    size_B1, S = kept_B1, one
    if segment:
        rounded = graph.node("Add", kept_B1, graph.ints(segment - 1))
        pieces_B1 = graph.node("Max", graph.node("Div", rounded, graph.ints(segment)), one)
        up = graph.node("Sub", graph.node("Add", kept_B1, pieces_B1), one)
        size_B1 = graph.node("Div", up, pieces_B1)
        S = graph.node("ReduceMax", pieces_B1, keepdims=0)
    L = graph.node("ReduceMax", size_B1, keepdims=0)
    segment_S = graph.node("Range", zero, S, one)
    start_BS = graph.node("Mul", size_B1, segment_S)
    lengths_BS = graph.node("Min", graph.node("Max", graph.node("Sub", kept_B1, start_BS), zero), size_B1)
    step_L = graph.node("Range", zero, L, one)
    inside_BSL = graph.node("Less", step_L, graph.node("Unsqueeze", lengths_BS, graph.ints(2)))
    place_BSL = graph.node("Add", graph.node("Unsqueeze", start_BS, graph.ints(2)), step_L)
    # Of a long text the first half of what is kept, then its end.
    left_out_B11 = graph.node("Unsqueeze", graph.node("Sub", count_B1, kept_B1), graph.ints(2))
    in_tail = graph.node("GreaterOrEqual", place_BSL, graph.constant(np.array((max_tokens + 1) // 2, np.int64)))
    place_BSL = graph.node("Where", in_tail, graph.node("Add", place_BSL, left_out_B11), place_BSL)
    place_BSL = graph.node("Where", inside_BSL, place_BSL, zero)
    ids_BSLF = graph.node("GatherND", rows_BTF, graph.node("Unsqueeze", place_BSL, graph.ints(3)), batch_dims=1)
    ids_BSLF = graph.node("Where", graph.node("Unsqueeze", inside_BSL, graph.ints(3)), ids_BSLF, zero)
    return graph.node("Cast", ids_BSLF, to=INT32), lengths_BS
